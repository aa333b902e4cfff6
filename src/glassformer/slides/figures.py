"""Numbers as the slides write them: a true minus, so many digits that they line up."""

from __future__ import annotations

import math
from collections.abc import Sequence

from torch import Tensor

from glassformer.slides.words import decimal, said


def number(value: float, digits: int = 2) -> str:
    """With so many digits after the point; a whole number as it is, in groups of three."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", "\u00a0")
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{abs(value):.{digits}f}"
    return decimal(f"−{text}" if value < 0 and float(text) else text)


def percent(value: float) -> str:
    """A share in per cent."""
    if 0 < value < 0.005:
        return said("percent.little")
    if 0.995 < value < 1:
        return said("percent.most")
    return said("percent", figures=f"{100 * value:.0f}")


def numbers(values: Sequence[float] | Tensor, most: int, digits: int = 2) -> list[str]:
    """The first of them; "…" where more follow."""
    listed = values.tolist() if isinstance(values, Tensor) else list(values)
    return [number(one, digits) for one in listed[:most]] + ["…"] * (len(listed) > most)


def features(count: int, most: int) -> list[str]:
    """The heads of columns for ``numbers``."""
    return [str(i + 1) for i in range(min(count, most))] + ["…"] * (count > most)
