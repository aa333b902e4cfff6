"""One row, handed out token by token as it is written: text that goes on and on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

from glassformer.decoding.hypothesis import S, StepFunction, log_probabilities, refuse_nan
from glassformer.decoding.writing import Choose

LONGEST_RUN = 64  # tokens whose return is noticed
LEAST = 12  # tokens that all runs together must have: "ha ha ha" is no endless loop

# All tokens so far, the start token first -> logits [1, vocabulary] of the next, and the state.
Read = Callable[[Sequence[int]], tuple[Tensor, S]]


@torch.inference_mode()
def stream(
    read: Read[S],
    step: StepFunction[S],
    choose: Choose,
    *,
    prompt: Sequence[int],
    eos_id: int,
    room: int,
    banned: Sequence[int] = (),
    repeats: int | None = None,
) -> Iterator[int]:
    """The tokens after the prompt, until the end token; without one, for ever.

    Args:
        prompt: begins with the start token.
        room: tokens that the model can look back on. When they are full it reads the newer half
            of them anew, after the start token, and goes on.
        banned: never written.
        repeats: end as well when the same run of tokens stands there so many times in a row.

    Raises:
        GlassformerError: the model gave NaN.
    """
    start, *before = prompt
    seen = list(prompt) if len(prompt) < room else [start, *before[-(room // 2) :]]
    written: list[int] = []
    logits, state = read(seen)
    while True:
        scores = log_probabilities(logits, banned)
        token = int(choose(scores)[0])
        refuse_nan([float(scores[0, token])])
        if token == eos_id:
            return
        yield token
        written.append(token)
        seen.append(token)
        if repeats is not None and repeating(written, repeats):
            return
        if len(seen) < room:
            logits, state = step(torch.tensor([token], dtype=torch.int64), state)
        else:
            seen = [start, *seen[-(room // 2) :]]
            logits, state = read(seen)


def repeating(tokens: Sequence[int], times: int) -> bool:
    """Whether the last tokens are one run, so many times in a row and at least ``LEAST`` long."""
    for length in range(1, min(LONGEST_RUN, len(tokens) // times) + 1):
        tail = tokens[-length * times :]
        if len(tail) >= LEAST and tail[length:] == tail[:-length]:
            return True
    return False
