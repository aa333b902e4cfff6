"""The graph for any length, from graphs at three."""

from __future__ import annotations

from typing import Any

import pytest

from glassformer.errors import RecordingError
from glassformer.handouts import filled, template

AT, MORE = (5, 7), (6, 4)


def graph(source: int, target: int) -> list[Any]:
    """Numbers that depend on the lengths, and some that do not."""
    return [{"shape": [1, source, 2 * target + 3], "of": {"slice": [0, source + target, None]}}, 5]


def test_it_is_the_graph_at_any_length() -> None:
    found = template((graph(5, 7), graph(11, 7), graph(5, 11)), AT, MORE)
    assert found[0]["shape"] == [1, {"grows": [0, 1, 0]}, {"grows": [3, 0, 2]}]
    assert filled(found, (13, 2)) == graph(13, 2)


@pytest.mark.parametrize(
    ("base", "others"),
    [(5, (6, 5)), ("a", ("b", "a")), ([1], ([1, 2], [1])), ({"a": 1}, ({"b": 1}, {"a": 1})),
     (0.5, (0.7, 0.5)), (True, (False, True))],
)  # fmt: skip
def test_what_is_no_matter_of_the_lengths_is_refused(base: Any, others: tuple[Any, Any]) -> None:
    with pytest.raises(RecordingError, match="becomes"):
        template((base, *others), AT, MORE)
