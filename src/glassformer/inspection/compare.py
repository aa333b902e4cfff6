"""A Transformer of one's own held against a clean one: the first value that differs, and how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from glassformer.errors import ConfigError, nearest
from glassformer.inspection.calls import Call, Inputs, output_of
from glassformer.inspection.explain import arranged, close, epsilon, explanation, same, uncovered
from glassformer.inspection.located import line_in
from glassformer.inspection.matching import apart
from glassformer.inspection.record import record
from glassformer.inspection.tape import Entry, Tape

TRIED = 24  # values that differ, in the order of the run, for which an explanation is looked for


@dataclass(frozen=True)
class Comparison:
    """What ``compare`` found. ``mine`` and ``ours`` are the paths of the first values that differ,
    ``by`` the most, ``how`` the explanation, each empty where there is none; ``paired`` of
    ``values`` values of mine have a counterpart that is the same."""

    sentence: str
    paired: int
    values: int
    mine: str = ""
    ours: str = ""
    by: float = 0.0
    how: str = ""
    lines: tuple[str, ...] = field(default=())

    @property
    def alike(self) -> bool:
        """Whether the results are the same."""
        return not self.mine

    def __str__(self) -> str:
        """The sentence."""
        return self.sentence


class Side:
    """One of the two runs: its tape, and its values of fractions on the way to the result."""

    def __init__(self, call: Call):
        with torch.no_grad(), record(call.module) as tape:
            self.result = output_of(call())
        self.tape: Tape = tape
        reached = tape.behind(tape.outputs.get("", []))
        self.values = [
            i for i, entry in enumerate(tape)
            if i in reached and entry.kind == "value" and entry.value.is_floating_point()
        ]  # fmt: skip
        self.marks = {i: self.mark(tape.entries[i].value) for i in self.values}

    @staticmethod
    def mark(value: Tensor) -> tuple[tuple[int, ...], float]:
        """What values that are the same have in common, cheaply told."""
        sizes = sorted(size for size in value.shape if size != 1)
        return tuple(sizes), float(uncovered(value.detach().float()).nan_to_num(0.0).abs().sum())

    def named(self, name: str) -> int:
        """The entry of this path, or of what the part of this path returned.

        Raises:
            ConfigError: there is none.
        """
        if name in self.tape.index:
            return self.tape.index[name]
        if self.tape.outputs.get(name):
            return self.tape.outputs[name][0].entry
        known = {*self.tape.index, *self.tape.outputs} - {""}
        raise ConfigError(f"nothing was recorded as {name!r}.{nearest(name, known)}")

    def readers(self) -> dict[int, list[int]]:
        """Of each entry, which were computed from it."""
        found: dict[int, list[int]] = {}
        for number, entry in enumerate(self.tape):
            for source in entry.inputs:
                found.setdefault(source.entry, []).append(number)
        return found


def compare_modules(
    mine: nn.Module, ours: nn.Module, inputs: Inputs, names: Mapping[str, str]
) -> Comparison:
    """See ``loaded.compare``."""
    here = Call(mine, inputs)
    try:
        there = Call(ours, inputs)
    except ConfigError:
        there = Call(ours, tuple(here.values.values()))
    one, other = Side(here), Side(there)
    given = {one.named(a): other.named(b) for a, b in names.items()}
    pairs = paired(one, other, given)
    count = f"{len(pairs)} of {len(one.values)} values of mine have a counterpart that is the same"
    if same(one.result, other.result):
        return Comparison(f"The results are the same; {count}.", len(pairs), len(one.values))
    return told(one, other, given, pairs, count)


def paired(one: Side, other: Side, given: Mapping[int, int]) -> dict[int, int]:
    """Values of mine with the value of ours that is the same: by the table of names, else the
    first in the order of the run that is not taken yet."""
    pairs: dict[int, int] = {}
    free = [i for i in other.values if i not in given.values()]
    for number in one.values:
        value, (sizes, size) = one.tape.entries[number].value, one.marks[number]
        tried = [given[number]] if number in given else free
        for candidate in tried:
            theirs, total = other.marks.get(candidate, ((), 0.0))
            near = sizes == theirs and abs(size - total) <= 1e-3 * max(size, total, 1e-12)
            if near and same(value, other.tape.entries[candidate].value):
                pairs[number] = candidate
                if candidate in free:
                    free.remove(candidate)
                break
    return pairs


def guilty(one: Side, pairs: Mapping[int, int]) -> list[int]:
    """Values without a counterpart from which a way leads to the result past all that have one:
    the difference goes through them. In the order of the run."""
    readers, blamed = one.readers(), set[int]()
    ends = {source.entry for source in one.tape.outputs.get("", [])[:1]}
    for number in reversed(range(len(one.tape))):
        entry = one.tape.entries[number]
        if number in pairs or entry.kind != "value":
            continue
        if number in ends or any(reader in blamed for reader in readers.get(number, [])):
            blamed.add(number)
    return [number for number in one.values if number in blamed]


def told(
    one: Side, other: Side, given: Mapping[int, int], pairs: Mapping[int, int], count: str
) -> Comparison:
    """The first values that differ: the first of which one explains the other, else the first that
    has something like it in ours."""
    blamed = guilty(one, pairs)
    plain: tuple[int, int] | None = None
    for number in blamed[:TRIED]:
        candidates = list(counterparts(one, other, number, given, pairs))
        for candidate in candidates:
            how = how_of(one, other, number, candidate, pairs)
            if how:
                return comparison(one, other, (number, candidate), how, (len(pairs), count))
        if candidates and plain is None:
            plain = number, nearest_value(one, other, number, candidates)
    if plain is not None:
        return comparison(one, other, plain, "", (len(pairs), count))
    first = one.tape.entries[blamed[0]] if blamed else None
    where = f"{first.path}, {line_in(one.tape, first)}" if first else "the result"
    return Comparison(
        f"The results differ, and nothing in ours has the shape of {where}; {count}.",
        len(pairs), len(one.values), first.path if first else "result",
    )  # fmt: skip


def counterparts(
    one: Side, other: Side, number: int, given: Mapping[int, int], pairs: Mapping[int, int]
) -> Iterator[int]:
    """What of ours may be meant by a value of mine: by the table, else whatever has its shape and
    no counterpart yet, in the order of the run, and at last the counterparts of what it was
    computed from."""
    if number in given:
        yield given[number]
        return
    kept = {*pairs.values(), *given.values()}
    alike = [i for i in other.values if one.marks[number][0] == other.marks[i][0]]
    yield from (i for i in alike if i not in kept)
    sources = [source.entry for source in one.tape.entries[number].inputs]
    yield from (pairs[i] for i in sources if pairs.get(i) in alike)


def how_of(one: Side, other: Side, number: int, candidate: int, pairs: Mapping[int, int]) -> str:
    """How a value of mine comes from one of ours, or what goes into it from what goes into that."""
    here, there = one.tape.entries[number], other.tape.entries[candidate]
    if candidate in pairs.values():  # what this very value was computed from
        return explanation(here.value, there.value, masks=False)
    found = explanation(here.value, there.value) or epsilon(here.value, other.tape, there)
    if found or here.operator != there.operator or len(here.inputs) != len(there.inputs):
        return found
    unlike = []
    for a, b in zip(here.inputs, there.inputs, strict=True):
        left, right = one.tape.argument(a), other.tape.argument(b)
        if not (left.shape == right.shape and close(left, right)):
            unlike.append((left, right, one.tape.entries[a.entry], other.tape.entries[b.entry]))
    if len(unlike) != 1:
        return ""
    left, right, mine, ours = unlike[0]
    inner = explanation(left, right)
    return f"{inner} (of what goes into it: {mine.path} and {ours.path})" if inner else ""


def nearest_value(one: Side, other: Side, number: int, candidates: list[int]) -> int:
    """The candidate that correlates most."""

    def likeness(candidate: int) -> float:
        x = one.tape.entries[number].value.float()
        found = 0.0
        for y in arranged(x, other.tape.entries[candidate].value.float()):
            both = torch.stack((x.flatten(), y.flatten())).nan_to_num(0.0, 0.0, 0.0)
            found = max(found, abs(float(torch.corrcoef(both)[0, 1].nan_to_num())))
        return found

    return max(candidates, key=likeness)


def comparison(
    one: Side, other: Side, pair: tuple[int, int], how: str, paired_so: tuple[int, str]
) -> Comparison:
    """What is said of the first values that differ."""
    here, there = one.tape.entries[pair[0]], other.tape.entries[pair[1]]
    x = here.value.squeeze()
    by = min(float(apart(x, y).max()) for y in arranged(x, there.value))
    lines = (said(one.tape, here), said(other.tape, there))
    sentence = (
        f"The first value that differs is {lines[0]} of mine, and {lines[1]} of ours, by up to "
        f"{by:.3g}. " + (f"What explains it is {how}. " if how else "Nothing known explains it. ")
    )
    return Comparison(
        f"{sentence}{paired_so[1][0].upper()}{paired_so[1][1:]}.", paired_so[0], len(one.values),
        here.path, there.path, by, how, lines,
    )  # fmt: skip


def said(tape: Tape, entry: Entry) -> str:
    """A value with its line of code."""
    return f"{entry.path} ({line_in(tape, entry)})" if entry.line else entry.path
