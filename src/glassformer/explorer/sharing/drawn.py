"""What the presenter draws, checked as it arrives: followers see it on their pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, field_validator

from glassformer.errors import ConfigError
from glassformer.explorer.answers import TooMuchError
from glassformer.explorer.requests import Strict

MOST_STROKES, MOST_NUMBERS = 500, 8000  # on a page, and of a stroke, as web/src/core/drawing.ts
MOST_LETTERS = 1_000_000  # of all strokes on a page, as they are told
Number = Annotated[float, Field(strict=True, allow_inf_nan=False, ge=-1e6, le=1e6)]
Spot = Annotated[str, StringConstraints(max_length=10_000)]


class Stroke(Strict):
    """A stroke, as the page has it: held by an element ``at`` the page, that was so ``wide`` and
    ``tall``."""

    tool: Literal["pen", "marker"]
    at: str = Field(max_length=300)
    wide: Number
    tall: Number | None = None
    points: list[Number] = Field(min_length=2, max_length=MOST_NUMBERS)

    @field_validator("points")
    @classmethod
    def in_pairs(cls, points: list[float]) -> list[float]:
        """The points; x and y of each."""
        if len(points) % 2:
            raise ValueError("a point has two numbers")
        return points


class DrawRequest(Strict):
    """The first ``keep`` strokes stay, where this is the ``spot`` of before; then come these; and
    ``more`` in the next request, before any of it is shown."""

    spot: Spot
    keep: int = Field(ge=0, le=MOST_STROKES)
    strokes: list[Stroke] = Field(max_length=MOST_STROKES)
    more: bool = False


@dataclass(frozen=True)
class Drawn:
    """The strokes of a page, each as it is told; ``spot``: which page, as the page itself says."""

    spot: str = ""
    strokes: tuple[str, ...] = ()

    def then(self, asked: DrawRequest) -> Drawn:
        """What is drawn after a change.

        Raises:
            ConfigError: it goes on from strokes that are not here.
            TooMuchError: it is more than can be shared.
        """
        before = self.strokes if asked.spot == self.spot else ()
        if asked.keep > len(before):
            raise ConfigError("this drawing goes on from one that is not here: send all of it")
        strokes = (
            *before[: asked.keep],
            *(one.model_dump_json(exclude_none=True) for one in asked.strokes),
        )
        if len(strokes) > MOST_STROKES or sum(map(len, strokes)) > MOST_LETTERS:
            raise TooMuchError(
                f"this drawing is too large to be shared: {MOST_STROKES} strokes and "
                f"{MOST_LETTERS:,} letters of them are the most; undo some, or clear it"
            )
        return Drawn(asked.spot, strokes)

    def after(self, other: Drawn) -> tuple[int, Sequence[str]]:
        """How many strokes of another drawing stay, and those that come then."""
        keep = 0
        if self.spot == other.spot:
            pairs = zip(self.strokes, other.strokes, strict=False)
            keep = next((i for i, (mine, its) in enumerate(pairs) if mine is not its),
                        min(len(self.strokes), len(other.strokes)))  # fmt: skip
        return keep, self.strokes[keep:]


NOTHING = Drawn()
