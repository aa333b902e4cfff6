"""What a person may change in a running model, as plain values that travel in a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.patch import Patch


@dataclass(frozen=True)
class Change:
    """One change of a tapped value.

    ``where`` names a place on each axis (None: everywhere), without the batch. The value there is
    multiplied by ``scale``, or set to ``value``.
    """

    path: str
    where: tuple[int | None, ...] = ()
    scale: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        if (self.scale is None) == (self.value is None):
            raise ConfigError(f"the change of {self.path} needs a scale or a value, and not both")

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)

    def apply(self, value: Tensor) -> Tensor:
        """The changed value; a place beyond the tensor (in a short step of decoding) is let be."""
        if len(self.where) > value.dim() - 1:
            raise ConfigError(
                f"{self.path} has {value.dim() - 1} axes, and {len(self.where)} places were given"
            )
        place: list[int | slice] = [slice(None)]
        for axis, where in enumerate(self.where, start=1):
            if where is not None and not 0 <= where < value.size(axis):
                return value
            place.append(slice(None) if where is None else where)
        changed = value.clone()
        if self.scale is not None:
            changed[tuple(place)] *= self.scale
        elif self.value is not None:
            changed[tuple(place)] = self.value
        return changed


def as_patch(changes: Sequence[Change]) -> Patch | None:
    """The patch that makes these changes; None if there are none."""
    if not changes:
        return None

    def patch(path: str, axes: str, value: Tensor) -> Tensor:
        for change in changes:
            if change.path == path.partition("@")[0]:
                value = change.apply(value)
        return value

    return patch
