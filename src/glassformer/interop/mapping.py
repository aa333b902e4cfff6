"""A small language for weights: a table from another project's names to ours.

    TABLE = {
        "wte.weight": "target_embedding.tokens.weight",
        "h.{}.attn.c_proj.*": transposed("decoder.{}.self_attention.output_matrix.*"),
    }

``{}`` stands for each layer's number and ``*`` for weight and bias. A row whose name of ours the
model does not have is passed over, so that one table serves several configs. Several rows may name
one tensor (tied matrices): one of them must be there, and all that are there must be equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from glassformer.errors import ForeignError
from glassformer.model.transformer import Model

SHOWN = 7  # names of one kind in a message

Tensors = Sequence[Tensor]


@dataclass(frozen=True)
class Way:
    """How tensors of theirs become some of ours (``take``), and ours theirs again (``give``)."""

    ours: tuple[str, ...]
    take: Callable[[Tensors], Tensors] = lambda theirs: theirs
    give: Callable[[Tensors], Tensors] = lambda ours: ours
    theirs: tuple[str, ...] = ()

    def at(self, theirs: tuple[str, ...], layer: int, kind: str) -> Way:
        """With a layer's number, and weight or bias, in the places held for them."""
        sides = (
            tuple(name.replace("{}", str(layer)).replace("*", kind) for name in names)
            for names in (self.ours, theirs)
        )
        ours, full = sides
        return replace(self, ours=ours, theirs=full)


@dataclass(frozen=True)
class Known:
    """A tensor of theirs that is no parameter: it must hold these numbers, where it is there."""

    value: Tensor


@dataclass(frozen=True)
class Ignored:
    """A tensor of theirs that is left out, for a reason that the user is told."""

    reason: str


Row = str | Way | Known | Ignored
Rows = dict[str | tuple[str, ...], Row]
Table = Mapping[str | tuple[str, ...], Row]


def way(row: str | Way) -> Way:
    """A row that is a plain name: the tensor as it is."""
    return Way((row,)) if isinstance(row, str) else row


def transposed(row: str | Way) -> Way:
    """A matrix that they keep as [in, out]; a bias stays as it is."""
    inner = way(row)
    return replace(
        inner,
        take=lambda theirs: inner.take([turned(x) for x in theirs]),
        give=lambda ours: [turned(x) for x in inner.give(ours)],
    )


def turned(x: Tensor) -> Tensor:
    """The transpose of a matrix; a vector as it is."""
    return x.T if x.dim() == 2 else x


def split(*ours: str) -> Way:
    """One tensor that holds several of ours, of one size, one after the other along its rows."""
    count = len(ours)
    return Way(
        ours, lambda theirs: theirs[0].tensor_split(count), lambda ours: [torch.cat([*ours])]
    )


def joined(ours: str, count: int) -> Way:
    """So many tensors of one size that are, one after the other along their rows, one of ours; the
    row's key is the tuple of their names."""
    return Way((ours,), lambda theirs: [torch.cat([*theirs])], lambda ours: ours[0].chunk(count))


def shaped(ours: str, theirs: Sequence[int], mine: Sequence[int]) -> Way:
    """The same numbers in the same order: in the shape ``theirs`` there, ``mine`` here."""
    return Way((ours,), lambda x: [x[0].reshape(*mine)], lambda x: [x[0].reshape(*theirs)])


def rows(table: Table, layers: int) -> Iterator[tuple[str, Way | Known | Ignored]]:
    """The table with all layers written out, and weights and biases; by their first name."""
    for key, row in table.items():
        names = (key,) if isinstance(key, str) else key
        for layer in range(layers if "{}" in names[0] else 1):
            for kind in ("weight", "bias") if "*" in names[0] else ("",):
                if not isinstance(row, Known | Ignored):
                    found = way(row).at(names, layer, kind)
                    yield found.theirs[0], found
                else:
                    yield names[0].replace("{}", str(layer)).replace("*", kind), row


@dataclass(frozen=True)
class Plan:
    """A table for one model: which tensors are expected, and what becomes of each."""

    ways: list[Way]
    others: dict[str, Known | Ignored]
    first: dict[str, str]  # each of our names -> the first name of the same parameter
    shapes: dict[str, torch.Size]

    @classmethod
    def of(cls, table: Table, model: Model) -> Plan:
        """The plan for a model of this config.

        Raises:
            ForeignError: the table has no row for a parameter.
        """
        own = dict(model.named_parameters(remove_duplicate=False))
        names: dict[int, str] = {}
        first = {name: names.setdefault(id(value), name) for name, value in own.items()}
        found = list(rows(table, model.config.n_layers))
        ways = [w for _, w in found if isinstance(w, Way) and set(w.ours) <= own.keys()]
        others = {n: o for n, o in found if not isinstance(o, Way)}
        covered = {first[name] for one in ways for name in one.ours}
        forgotten = [name for name in dict.fromkeys(first.values()) if name not in covered]
        if forgotten:
            raise ForeignError(f"the table has no row for {listed(forgotten)} of this model")
        return cls(ways, others, first, {name: value.shape for name, value in own.items()})

    def expected(self) -> dict[str, torch.Size]:
        """The shape that each of their tensors must have."""
        return {
            name: part.shape
            for one in self.ways
            for name, part in zip(
                one.theirs, one.give([torch.empty(self.shapes[ours]) for ours in one.ours])
            )
        }

    def needed(self) -> dict[str, tuple[str, ...]]:
        """Our parameters, each with the first of their names that give it."""
        giver: dict[str, tuple[str, ...]] = {}
        for one in self.ways:
            for ours in one.ours:
                giver.setdefault(self.first[ours], one.theirs)
        return giver

    def there(self, theirs: Mapping[str, Tensor]) -> list[Way]:
        """The ways of which nothing is missing."""
        return [one for one in self.ways if all(name in theirs for name in one.theirs)]


def take(
    table: Table,
    theirs: Mapping[str, Tensor],
    model: Model,
    *,
    zeros: Callable[[str], bool] = lambda ours: False,
    notice: Callable[[str], None] = lambda text: None,
) -> None:
    """Give the model their weights, by the table.

    Args:
        zeros: which of our parameters are 0 where they have none (a bias, say).
        notice: told which tensors were left out, and why.

    Raises:
        ForeignError: names every tensor that is missing, superfluous, of another shape, or not what
            it must be.
    """
    plan = Plan.of(table, model)
    wrong = [*misshaped(plan, theirs), *superfluous(plan, theirs), *unlike(plan, theirs)]
    found: dict[str, Tensor] = {}
    for one in [] if wrong else plan.there(theirs):
        parts = one.take([theirs[name] for name in one.theirs])
        for ours, part in zip(one.ours, parts, strict=True):
            if not torch.equal(found.setdefault(plan.first[ours], part), part):
                wrong.append(f"{listed(one.theirs)} differs from the tensor that it is tied to")
    lacking = absent(plan, theirs, zeros)
    wrong += [f"missing: {listed(lacking)}"] if lacking else []
    if wrong:
        raise ForeignError("; ".join(wrong))
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.copy_(found[name]) if name in found else parameter.zero_()
    left: dict[str, list[str]] = {}
    for name, other in plan.others.items():
        if isinstance(other, Ignored) and name in theirs:
            left.setdefault(other.reason, []).append(name)
    for reason, names in left.items():
        notice(f"left out, {reason}: {listed(names)}")


def absent(plan: Plan, theirs: Mapping[str, Tensor], zeros: Callable[[str], bool]) -> list[str]:
    """Their names of parameters that nothing there gives."""
    given = {plan.first[ours] for one in plan.there(theirs) for ours in one.ours}
    lacking = [
        name
        for ours, names in plan.needed().items()
        if ours not in given and not zeros(ours)
        for name in names
        if name not in theirs
    ]
    return list(dict.fromkeys(lacking))


def superfluous(plan: Plan, theirs: Mapping[str, Tensor]) -> list[str]:
    """A line on tensors that the table does not know."""
    known = {name for one in plan.ways for name in one.theirs}
    extra = [name for name in theirs if name not in known and name not in plan.others]
    return [f"superfluous: {listed(extra)}"] if extra else []


def misshaped(plan: Plan, theirs: Mapping[str, Tensor]) -> list[str]:
    """A line for each tensor of another shape than the model's."""
    return [
        f"{name} is {[*theirs[name].shape]} there, where the config asks for {[*shape]}"
        for name, shape in plan.expected().items()
        if name in theirs and theirs[name].shape != shape
    ]


def unlike(plan: Plan, theirs: Mapping[str, Tensor]) -> list[str]:
    """A line for each tensor that does not hold the numbers that it must."""
    wrong = []
    for name, other in plan.others.items():
        if isinstance(other, Known) and name in theirs:
            came, wanted = theirs[name].float(), other.value.float()
            if came.shape != wanted.shape or not torch.allclose(came, wanted, atol=1e-5):
                wrong.append(f"{name} does not hold the numbers that this kind of model has there")
    return wrong


def give(table: Table, model: Model) -> dict[str, Tensor]:
    """The model's weights under their names, tied ones once; 0 for a bias that ours has not."""
    plan, own = Plan.of(table, model), dict(model.named_parameters(remove_duplicate=False))
    given: dict[str, Tensor] = {}
    written: set[str] = set()
    for _, one in rows(table, model.config.n_layers):
        if not isinstance(one, Way):
            continue
        if set(one.ours) <= own.keys():
            parts = [own[ours].detach() for ours in one.ours]
            if {plan.first[ours] for ours in one.ours} <= written:
                continue
            written |= {plan.first[ours] for ours in one.ours}
        elif all(name.endswith("bias") and biased(name) in own for name in one.ours):
            parts = [own[biased(ours)].new_zeros(own[biased(ours)].size(0)) for ours in one.ours]
        else:
            continue
        for name, part in zip(one.theirs, one.give(parts), strict=True):
            given[name] = part.detach().contiguous().clone()
    return given


def biased(ours: str) -> str:
    """The matrix that a bias of ours belongs to."""
    return ours.removesuffix("bias") + "weight"


def listed(names: Sequence[str]) -> str:
    """The first names, and how many more."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
