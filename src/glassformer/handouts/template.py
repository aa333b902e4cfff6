"""The graph of a model for texts of any length, from recordings of a few.

Where a number of the graph depends on how many tokens are read, it does so by a sum: so many, and
so many more for each token of the source and of the target. ``{"grows": [a, b, c]}`` stands in such
a place, for a + b * source + c * target; ``filled`` puts the number there, as web/src/live does.
"""

from __future__ import annotations

from typing import Any

from glassformer.errors import RecordingError

GROWS = "grows"
Lengths = tuple[int, int]  # tokens of the source and of the target


def template(graphs: tuple[Any, Any, Any], at: Lengths, more: Lengths) -> Any:
    """What the same place has in three graphs: at some lengths, at so many tokens ``more`` of the
    source, and at so many more of the target.

    Raises:
        RecordingError: it is not a matter of the lengths.
    """
    base, longer_source, longer_target = graphs
    kinds = {type(one) for one in graphs}
    if kinds == {dict} and base.keys() == longer_source.keys() == longer_target.keys():
        return {
            key: template((value, longer_source[key], longer_target[key]), at, more)
            for key, value in base.items()
        }
    if kinds == {list} and len(base) == len(longer_source) == len(longer_target):
        return [template(parts, at, more) for parts in zip(*graphs, strict=True)]
    if base == longer_source == longer_target:
        return base
    if kinds == {int}:
        return growing(graphs, at, more)
    raise RecordingError(f"{base!r} becomes {longer_source!r} and {longer_target!r}")


def growing(three: tuple[int, int, int], at: Lengths, more: Lengths) -> dict[str, list[int]]:
    """The sum behind three numbers.

    Raises:
        RecordingError: there is none.
    """
    base, *others = three
    slopes = [divmod(other - base, extra) for other, extra in zip(others, more, strict=True)]
    if any(rest for _, rest in slopes):
        raise RecordingError(f"{base} becomes {others[0]} and {others[1]}")
    per_source, per_target = (slope for slope, _ in slopes)
    return {GROWS: [base - per_source * at[0] - per_target * at[1], per_source, per_target]}


def filled(part: Any, lengths: Lengths) -> Any:
    """The graph, or a part of it, at these lengths."""
    if isinstance(part, list):
        return [filled(one, lengths) for one in part]
    if not isinstance(part, dict):
        return part
    if GROWS in part:
        base, per_source, per_target = part[GROWS]
        return base + per_source * lengths[0] + per_target * lengths[1]
    return {key: filled(one, lengths) for key, one in part.items()}
