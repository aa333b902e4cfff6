"""How many of how many, and how to say it without claiming more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Accuracy:
    """``right`` of ``total``."""

    right: int
    total: int

    @property
    def share(self) -> float | None:
        """From 0 to 1; None of nothing."""
        return self.right / self.total if self.total else None

    def __str__(self) -> str:
        """In percent. Rounding never makes it 100 % or 0 % unless it is exactly that."""
        if not self.total:
            return "none of 0"
        percent = 100 * self.right / self.total
        if 0 < self.right < self.total:
            percent = min(max(percent, 0.1), 99.9)
        return f"{percent:.1f} %" if 0 < percent < 100 else f"{percent:.0f} %"

    def to_json(self) -> dict[str, float | None]:
        """As a JSON object."""
        return {"right": self.right, "total": self.total, "share": self.share}


def count(right: list[bool]) -> Accuracy:
    """How many are right."""
    return Accuracy(sum(right), len(right))


NOTHING = Accuracy(0, 0)
