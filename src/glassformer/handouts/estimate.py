"""How large a hand-out becomes at least, before anything is recorded or compressed for it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.handouts.file import CAP, deflated, page
from glassformer.handouts.rounding import FEWEST_BITS, round_rows

SAMPLE = 20_000  # numbers of a matrix that are compressed to see how well that goes
SENTENCE, TOKEN = 4_000, 300  # bytes that a sentence adds at the very least, and each of its tokens
PAGE = 1_000_000  # bytes that the page itself takes at most
TEXT = 16 / 15  # bytes of the file for each that it holds; see ``file``
SURE = 0.95  # of the estimate: a parameter that no sentence reads is counted, and not written


def check_estimate(
    name: str, parameters: Iterable[Tensor], lengths: Sequence[int] = (), live: bool = False
) -> None:
    """Refuse what cannot fit into a file, in a moment. ``lengths``: the tokens of each sentence;
    ``live``: the parameters go along as they are.

    Raises:
        ConfigError: it does not fit; says what does.
    """
    given = list(parameters)
    sizes = [TEXT * (SENTENCE + TOKEN * length) for length in lengths]
    if TEXT * (4 if live else 1) * sum(one.numel() for one in given) + sum(sizes) < CAP - PAGE:
        return
    model = SURE * TEXT * sum(compressed(one, live) for one in given)
    fixed = model + TEXT * sum(map(len, map(deflated, page())))
    total = fixed + sum(sizes)
    if total <= CAP:
        return
    said = (
        f"a hand-out of this would have {total / 1e6:,.1f} MB or more, and {CAP / 1e6:.0f} MB is "
        f"the most: "
    )
    fitting = 0
    while fitting < len(sizes) and fixed + sum(sizes[: fitting + 1]) <= CAP:
        fitting += 1
    if fitting:
        raise ConfigError(f"{said}at most the first {fitting} of its {len(sizes)} sentences fit")
    less = "leave --live out, or" if live else "take a smaller model, or"
    raise ConfigError(
        f"{said}the parameters of {name} alone take {model / 1e6:,.1f} MB: {less} show it with "
        "`glassformer explore`"
    )


def compressed(parameter: Tensor, live: bool) -> float:
    """About how many bytes a parameter takes in a file."""
    if not parameter.numel():
        return 0
    if live or parameter.dim() < 2 or not parameter.is_floating_point():
        sample = parameter.detach().flatten()[:SAMPLE].cpu().float().contiguous()
        content = sample.numpy().tobytes()
    else:
        rows = parameter.detach().reshape(-1, parameter.size(-1))
        some = rows[: max(1, SAMPLE // max(1, rows.size(-1)))]
        if not bool(some.isfinite().all()):
            return 0  # what rounds it says so
        sample = round_rows(some, FEWEST_BITS).levels.to(torch.int8)
        content = sample.numpy().tobytes()
    return len(zlib.compress(content)) * parameter.numel() / sample.numel()
