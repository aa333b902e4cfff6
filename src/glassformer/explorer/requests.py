"""What requests for traces look like when they arrive: checked, and turned into what is meant."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field

from glassformer.explorer.changes import Change, Swap
from glassformer.explorer.traces import Asked
from glassformer.explorer.variants import Variant
from glassformer.loaded import Training

Where = list[int | None]


class Strict(BaseModel):
    """A part of a request; a key that it has not is a mistake."""

    model_config = ConfigDict(extra="forbid")


class SwapRequest(Strict):
    """A ``Swap``."""

    text: str = Field(max_length=8000)
    target: str | None = Field(default=None, max_length=8000)
    where: Where | None = Field(default=None, max_length=4)

    def meant(self) -> Swap:
        """What it asks for."""
        return Swap(self.text, self.target, None if self.where is None else tuple(self.where))


class ChangeRequest(Strict):
    """A ``Change``."""

    path: str = Field(max_length=200)
    where: Where = Field(default=[], max_length=4)
    scale: float | None = None
    value: float | None = None
    swap: SwapRequest | None = None

    def meant(self) -> Change:
        """What it asks for."""
        swap = self.swap.meant() if self.swap else None
        return Change(self.path, tuple(self.where), self.scale, self.value, swap)


class VariantRequest(Strict):
    """A ``Variant``; ``untrained`` is what it is in any case."""

    norm: str | None = None
    activation: str | None = None
    positions: str | None = None
    family: str | None = None
    untrained: bool = True

    def meant(self) -> Variant:
        """What it asks for."""
        return Variant(**self.model_dump(exclude={"untrained"}))


class TrainingRequest(Strict):
    """A ``Training``."""

    seed: int = Field(default=1, ge=0, lt=2**63)
    dropout: float | None = None

    def meant(self) -> Training:
        """What it asks for."""
        return Training(self.seed, self.dropout)


class TraceRequest(Strict):
    """What to trace, and which values to send with the graph."""

    model: str = Field(max_length=200)
    text: str
    target: str | None = None
    changes: list[ChangeRequest] = Field(default=[], max_length=64)
    values: list[str] = Field(default=[], max_length=2000)
    snapshot: int | None = None
    variant: VariantRequest | None = None
    training: TrainingRequest | None = None
    pad: int = Field(default=0, ge=0, le=64)
    stepwise: bool = False

    def meant(self) -> Asked:
        """What it asks for."""
        return Asked(
            model=self.model,
            text=self.text,
            target=self.target,
            changes=changes_of(self.changes),
            snapshot=self.snapshot,
            variant=self.variant.meant() if self.variant else None,
            training=self.training.meant() if self.training else None,
            pad=self.pad,
            stepwise=self.stepwise,
        )


class TrialsRequest(Strict):
    """Sets of changes to be tried on a trace, for one word at one position."""

    trace: str = Field(max_length=64)
    row: int
    token: int
    trials: list[list[ChangeRequest]] = Field(max_length=64)


def changes_of(asked: Sequence[ChangeRequest]) -> tuple[Change, ...]:
    """The changes that a request asks for."""
    return tuple(one.meant() for one in asked)
