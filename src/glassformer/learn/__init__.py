"""Build the model of the paper yourself, a lesson at a time: ``glassformer learn``.

A lesson is one file in ``lessons/``: first what the learner reads and writes, with our solution in
it (``writing`` makes the stub from that, as a file or a notebook), then how it is checked.
``course`` is their order, ``folder`` the learner's files and how far they are; ``judge`` holds the
learner's code against the model and says what is wrong, in a process of its own (``checking``,
``child``); ``whole`` puts the learner's parts into the carried model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def check(lesson: int, cells: Mapping[str, Any]) -> None:
    """Check a lesson from inside its notebook: ``check(4, globals())`` prints what is right and
    what is not.

    Raises:
        ConfigError: there is no such lesson.
    """
    from glassformer.learn.course import named
    from glassformer.learn.judge import judge

    print(judge(named(str(lesson)), cells).text())  # noqa: T201
