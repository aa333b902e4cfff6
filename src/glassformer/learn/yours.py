"""What you wrote in earlier lessons: ``from glassformer.learn.yours import attend``.

It is yours once its check has passed; until then it is ours, so that a lesson never stumbles over
an earlier one. Your files are looked for in the current folder, else in ``learn`` below it.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from glassformer.learn.course import LESSONS, Lesson, lesson_of
from glassformer.learn.folder import FOLDER, Folder
from glassformer.learn.program import loaded


def here() -> Folder:
    """The folder with the learner's lessons."""
    current = Folder(Path.cwd())
    return current if any(map(current.file, LESSONS)) else Folder(FOLDER.absolute())


@cache
def parts(folder: Path, lesson: Lesson) -> dict[str, Any]:
    """What a lesson that is done defines, by the learner's file."""
    file = Folder(folder).begun(lesson)
    return loaded(file.absolute())


def part(name: str) -> Any:
    """A part: the learner's own, or ours.

    Raises:
        ConfigError: no lesson has it.
    """
    lesson, folder = lesson_of(name), here()
    if folder.done(lesson):
        return parts(folder.path, lesson)[name]
    return getattr(import_module(f"glassformer.learn.lessons.{lesson.name}"), name)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    return part(name)
