"""What a person may change in a running model, as plain values that travel in a request."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from torch import Tensor

from glassformer.errors import ConfigError, nearest
from glassformer.explorer.limits import check_text
from glassformer.inspection.patch import Patch, observe
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel

Places = tuple[int | None, ...]
ALONG_THE_TEXT = {"query", "key", "position"}  # axes whose size is a matter of the text


@dataclass(frozen=True)
class Swap:
    """The run that a value is taken from: another text, and where in the value (None: where it is
    put)."""

    text: str
    target: str | None = None
    where: Places | None = None


@dataclass(frozen=True)
class Change:
    """One change of a tapped value.

    ``where`` names a place on each axis (None: everywhere), without the batch. The value there is
    multiplied by ``scale``, set to ``value``, or taken from another run (``swap``): what both
    have, where one is longer.
    """

    path: str
    where: Places = ()
    scale: float | None = None
    value: float | None = None
    swap: Swap | None = None

    def __post_init__(self) -> None:
        given = [one for one in (self.scale, self.value, self.swap) if one is not None]
        if len(given) != 1:
            raise ConfigError(
                f"the change of {self.path} needs one of scale, value and swap, not {len(given)}"
            )
        if isinstance(given[0], float | int) and not math.isfinite(given[0]):
            raise ConfigError(f"the change of {self.path} needs a number, not {given[0]}")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def check(self, axes: str, shape: Sequence[int], text: bool) -> None:
        """Raise ConfigError for a place outside a value of this shape.

        Args:
            text: whether the axes along the text have the sizes of the text that is meant.
        """
        names, sizes = axes.split(), list(shape)
        if names[:1] == ["batch"]:
            names, sizes = names[1:], sizes[1:]
        wheres = [self.where, self.swap.where or ()] if self.swap and not text else [self.where]
        for where in wheres:
            if len(where) > len(names):
                raise ConfigError(
                    f"{self.path} has the axes {' '.join(names)}, and {len(where)} places were "
                    "given: give at most one each"
                )
            for name, size, place in zip(names, sizes, where, strict=False):
                fixed = text or name not in ALONG_THE_TEXT
                if place is not None and (place < 0 or (fixed and place >= size)):
                    raise ConfigError(
                        f"{self.path} has the {name} places 0 to {size - 1}, not {place}"
                    )

    def apply(self, axes: str, value: Tensor, other: Tensor | None) -> Tensor:
        """The changed value; a place that is not there yet, while a text is written, is let be."""
        lead = 1 if axes.startswith("batch") else 0
        place = place_in(self.where, lead, value)
        if place is None:
            return value
        changed = value.clone()
        if other is not None and self.swap is not None:
            where = self.where if self.swap.where is None else self.swap.where
            source = place_in(where, lead, other)
            if source is None:
                raise ConfigError(f"{self.path} has no place {list(where)} in the other run")
            old, new = changed[place], other[source]
            if lead:  # the other run has one row; all rows here get its values
                new = new.expand(old.size(0), *new.shape[1:])
            if new.dim() != old.dim():
                raise ConfigError(f"{self.path}: the places here and in the other run do not match")
            common = tuple(slice(min(sizes)) for sizes in zip(old.shape, new.shape, strict=True))
            old[common] = new[common]  # a view of ``changed``
        elif self.scale is not None:
            if value.dtype == torch.bool:
                raise ConfigError(f"{self.path} holds yes and no: set a value of 0 or 1 instead")
            changed[place] *= self.scale
        elif self.value is not None:
            changed[place] = self.value
        return changed


def place_in(where: Places, lead: int, value: Tensor) -> tuple[slice, ...] | None:
    """Slices that take this place of a value, its first ``lead`` axes whole; None if it is not
    there."""
    place = [slice(None)] * lead
    for size, one in zip(value.shape[lead:], where, strict=False):
        if one is not None and not 0 <= one < size:
            return None
        place.append(slice(None) if one is None else slice(one, one + 1))
    return tuple(place)


def as_patch(changes: Sequence[Change], model: LoadedModel) -> Patch | None:
    """The patch that makes these changes to this model; None if there are none.

    A swap's other run is traced here, unchanged.

    Raises:
        ConfigError: the model has no such value, or it has no such place.
    """
    if not changes:
        return None
    known = tapped(model)
    for change in changes:
        if change.path not in known:
            raise ConfigError(
                f"{model.name} has no value {change.path!r}.{nearest(change.path, known)}"
            )
        change.check(*known[change.path], text=False)
    runs: dict[tuple[str, str | None], Tape] = {}
    others: list[Tensor | None] = []
    for change in changes:
        key = (change.swap.text, change.swap.target) if change.swap else None
        if key is not None and key not in runs:
            check_text(model, *key)
            runs[key] = model.trace(*key)
        others.append(None if key is None else runs[key][change.path])

    def patch(path: str, axes: str, value: Tensor) -> Tensor:
        for change, other in zip(changes, others, strict=True):
            if change.path == path:
                value = change.apply(axes, value, other)
        return value

    return patch


def check_places(changes: Sequence[Change], tape: Tape) -> None:
    """Raise ConfigError for a change of a place that the run of this tape did not reach."""
    for change in changes:
        entry = tape.entry(change.path)
        change.check(entry.axes, entry.shape, text=True)


@torch.inference_mode()
def tapped(model: LoadedModel) -> Mapping[str, tuple[str, tuple[int, ...]]]:
    """All values that can be changed, by path, with their axes and their shape on a text of one
    token."""
    seen: dict[str, tuple[str, tuple[int, ...]]] = {}

    def see(path: str, axes: str, value: Tensor) -> Tensor:
        seen.setdefault(path, (axes, tuple(value.shape)))
        return value

    with observe(model.model, see):
        model.run_once()
    seen.pop("probabilities", None)  # nothing reads them: who means them changes the logits
    return seen
