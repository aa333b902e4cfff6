"""What a model does when it is asked twice: each probe runs it, unrecorded, on two inputs whose
results must agree in part, and says where they do not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from glassformer.errors import ConfigError
from glassformer.inspection.calls import Call, is_triangle, output_of
from glassformer.inspection.located import Lab, Run
from glassformer.inspection.matching import (
    Match,
    all_of,
    alone,
    apart,
    before,
    matched,
    newest,
    tolerance,
    unpadded,
)

PADS = 2  # positions of padding that are added
Step = Callable[[Tensor, Any], tuple[Tensor, Any]]


@dataclass(frozen=True)
class Trouble:
    """Two runs that should agree and do not: ``positions`` of the result differ by up to ``by``.

    ``one`` and ``other`` get ready for a run when called, and give the run; ``seeds`` are where
    their chance begins.
    """

    check: str
    says: str
    positions: tuple[int, ...]
    by: float
    one: Callable[[], Run]
    other: Callable[[], Run]
    match: Match
    seeds: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Subject:
    """A model to be asked, and what is known of it; see ``examine.examine``."""

    call: Call
    causal: str | None = None
    padding: Mapping[str, Any] = field(default_factory=dict)
    sides: tuple[str, ...] = ("left", "right")
    step: Step | None = None
    target: Tensor | None = None

    @property
    def model(self) -> nn.Module:
        """What runs."""
        return self.call.module


def run_of(call: Call) -> Callable[[], Run]:
    """A call as a run that needs no preparation."""
    return lambda: lambda: output_of(call())


def disagreement(
    lab: Lab, one: Callable[[], Run], other: Callable[[], Run], match: Match
) -> tuple[tuple[int, ...], float] | None:
    """The positions at which the results of two runs disagree, and by how much; None if none do.

    The positions are those of the second axis of what agrees, the first being the batch.
    """
    results = lab.plain(one()), lab.plain(other())
    pair = matched(*results, match)
    if pair is None:
        shapes = " and ".join(str([*result.shape]) for result in results)
        raise ConfigError(f"the model's results have the shapes {shapes}, which do not fit")
    off = apart(*pair)
    if not off.numel() or float(off.max()) <= tolerance(results[0]):
        return None
    rows = off.flatten(2).amax(-1) if off.dim() > 2 else off
    bad = (rows > tolerance(results[0])).flatten(0, -2).any(0) if rows.dim() > 1 else rows > 0
    return tuple(bad.nonzero().flatten().tolist()), float(off.max())


def trouble(
    lab: Lab, check: str, says: str, one: Callable[[], Run], other: Callable[[], Run], match: Match
) -> Iterator[Trouble]:
    """The trouble that there is between two runs."""
    found = disagreement(lab, one, other, match)
    if found is not None:
        yield Trouble(check, says, *found, one, other, match)


def repeated(subject: Subject, training: bool) -> Iterator[Trouble]:
    """The same input twice: what differs is drawn at random."""
    mode = "training mode: call model.eval() first" if training else (
        "evaluation mode: dropout, or another draw, was left on")  # fmt: skip
    run = run_of(subject.call)
    first, second = Lab(subject.model, seed=0), Lab(subject.model, seed=1)
    one, other = first.plain(run()), second.plain(run())
    off = apart(one, other)
    if float(off.max()) > tolerance(one):
        bad = tuple(range(one.size(1))) if one.dim() > 1 else ()
        says = f"Two runs on the same input differ. The model draws at random in {mode}."
        yield Trouble("dropout", says, bad, float(off.max()), run, run, all_of, (0, 1))


def future(subject: Subject, lab: Lab) -> Iterator[Trouble]:
    """Another token at a position: what comes before it must not move."""
    if subject.causal is None:
        return
    call, name = subject.call, subject.causal
    length, axis = call.length(name), call.axis(name, "position")
    assert axis is not None
    for place in sorted({length - 1, length // 2} - {0}, reverse=True):
        changed = call.changed({name: another(call.tensor(name), axis, place)})
        says = (
            f"With another token at position {place} of {name!r}, earlier positions of the result "
            "change: a future token moves the past."
        )
        match = before(place, length, call.batch)
        found = list(trouble(lab, "causality", says, run_of(call), run_of(changed), match))
        if found:
            yield found[0]
            return


def another(value: Tensor, axis: int, place: int) -> Tensor:
    """The input with another token, or another vector, at a position."""
    changed = value.clone().movedim(axis, 0)
    old = changed[place].clone()
    if value.is_floating_point():
        chance = torch.Generator().manual_seed(0)
        drawn = torch.randn(old.shape, generator=chance).to(old)
        changed[place] = drawn * value.float().std().clamp_min(0.1).to(old)
    else:  # a token that is known to be one: from elsewhere in the text
        others = [one for one in changed.unique().tolist() if one not in old.unique().tolist()]
        changed[place] = others[len(others) // 2] if others else old + 1
    return changed.movedim(0, axis)


def padded(subject: Subject, count: int, left: bool) -> Call:
    """The call with so many positions of padding more, as ``padding`` says what that is."""
    call, pads = subject.call, subject.padding
    missing = sorted(name for name in pads if name not in call.tensors)
    for name in missing:
        if name not in call.takes and "kwargs" not in call.takes:
            call.tensor(name)  # raises
    lengths = {call.length(name) for name in pads if name in call.tensors}
    values: dict[str, Tensor] = {}
    for name, pad in pads.items():
        if name in call.tensors:
            value, axis = call.tensor(name), call.axis(name, "position")
        else:  # a mask that nothing needed so far
            like = next(one for one in pads if one in call.tensors)
            real = not pad if isinstance(pad, bool) else int(not pad)
            shape = [call.batch, call.length(like)]
            value, axis = torch.full(shape, real, device=call.first.device), 1
        assert axis is not None
        shape = [count if i == axis else size for i, size in enumerate(value.shape)]
        more = torch.full(shape, pad, dtype=value.dtype, device=value.device)
        values[name] = torch.cat((more, value) if left else (value, more), axis)
    for name, value in call.tensors.items():
        if name not in pads and is_triangle(value) and value.size(0) in lengths:
            values[name] = grown(value, count)
    return call.changed(values)


def grown(triangle: Tensor, count: int) -> Tensor:
    """A causal mask for so many positions more."""
    size = triangle.size(0) + count
    upper = torch.ones(size, size, dtype=torch.bool, device=triangle.device).triu(1)
    return torch.where(upper, triangle[0, -1], triangle[-1, 0])


def padding(subject: Subject, lab: Lab) -> Iterator[Trouble]:
    """Padding beside the text: nothing may move."""
    if not subject.padding:
        return
    call = subject.call
    first = next(name for name in subject.padding if name in call.tensors)
    for side in subject.sides:
        longer = padded(subject, PADS, side == "left")
        says = f"With {PADS} positions of padding on the {side}, the result changes."
        match = unpadded(PADS, side == "left", call.length(first), call.batch)
        yield from trouble(lab, "padding", says, run_of(call), run_of(longer), match)


def batch(subject: Subject, lab: Lab) -> Iterator[Trouble]:
    """An example alone, and the same with others beside it."""
    call = subject.call
    size = call.batch
    axes = {name: call.axis(name, "batch") for name in call.tensors}
    rows = {
        name: axis for name, axis in axes.items()
        if axis is not None and call.tensors[name].size(axis) == size
    }  # fmt: skip
    if not rows:
        return
    together = call
    if size == 1:  # the same backwards stands beside it
        twin = {}
        for name, axis in rows.items():
            value, along = call.tensors[name], call.axis(name, "position")
            back = value if along is None else value.flip(along)
            twin[name] = torch.cat((value, back), axis)
        together, size = call.changed(twin), 2
    for row in range(min(size, 3)):
        single = together.changed({
            name: together.tensors[name].narrow(axis, row, 1) for name, axis in rows.items()
        })  # fmt: skip
        says = f"Example {row} gives another result alone than in a batch of {size}."
        match = alone(row, size)
        found = list(trouble(lab, "batch", says, run_of(together), run_of(single), match))
        if found:
            yield found[0]
            return


def cache(subject: Subject, lab: Lab) -> Iterator[Trouble]:
    """One position after the other with a cache, and all at once."""
    if subject.step is None or subject.causal is None:
        return
    call, step = subject.call, subject.step
    tokens, length = call.tensor(subject.causal), call.length(subject.causal)
    whole = lab.plain(run_of(call)())

    def after(place: int) -> Callable[[], Run]:
        def ready() -> Run:
            state = None
            with torch.no_grad():
                for earlier in range(place):
                    _, state = step(tokens[:, earlier : earlier + 1], state)
            return lambda: stepped(step, tokens[:, place : place + 1], state)

        return ready

    state = None
    with torch.no_grad():
        for place in range(length):
            result, state = step(tokens[:, place : place + 1], state)
            result = result if result.dim() == whole.dim() else result.unsqueeze(1)
            pair = matched(whole, result, newest(place, length, call.batch))
            if pair is None:
                raise ConfigError(
                    f"a step of generate gave the shape {[*result.shape]} for one token, and the "
                    f"model {[*whole.shape]} for {length}"
                )
            off = float(apart(*pair).max())
            if off > tolerance(whole):
                yield Trouble(
                    "cache",
                    f"With the cache, position {place} gives another result than all positions at "
                    "once.",
                    (place,), off, run_of(call), after(place), newest(place, length, call.batch),
                )  # fmt: skip
                return


def stepped(step: Step, tokens: Tensor, state: Any) -> Tensor:
    """The result of one step, its state left aside."""
    return step(tokens, state)[0]
