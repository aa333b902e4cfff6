"""The learner's folder: a file a lesson, and ``progress.json``: what was tried, shown and done."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from glassformer.errors import ConfigError, DataError
from glassformer.learn.course import LESSONS, Lesson

FOLDER = Path("learn")


@dataclass
class Progress:
    """How far one lesson is: checks that ran, hints that were opened, in that order, the case that
    the last check found wrong, and the checksum of the file that passed."""

    tries: int = 0
    hints: list[int] = field(default_factory=list)
    failed: str = ""
    passed: str = ""

    def __post_init__(self) -> None:
        """What is no list of hints is noticed here."""
        self.hints = [*self.hints]


class Folder:
    """Where the learner works."""

    def __init__(self, path: Path = FOLDER):
        self.path = path

    def file(self, lesson: Lesson) -> Path | None:
        """The learner's file or notebook of a lesson, if there is one."""
        both = [self.path / f"{lesson.stem}{ending}" for ending in (".py", ".ipynb")]
        return next((file for file in both if file.is_file()), None)

    def begun(self, lesson: Lesson) -> Path:
        """The same, where there must be one.

        Raises:
            ConfigError: it was not begun.
        """
        file = self.file(lesson)
        if file is None:
            raise ConfigError(
                f"lesson {lesson.number} is not begun: there is no {self.path / lesson.stem}.py. "
                f"Begin it: glassformer learn start {lesson.number}"
            )
        return file

    def write(self, lesson: Lesson, content: str, ending: str, overwrite: bool) -> Path:
        """Write a lesson's file.

        Raises:
            ConfigError: there is one already, and it is not to be overwritten; or the folder cannot
                be written.
        """
        old = self.file(lesson)
        if old is not None and not overwrite:
            raise ConfigError(
                f"{old} is there already, with your work: go on with it, or begin anew with "
                "--overwrite"
            )
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if old is not None:
                old.unlink()
            file = self.path / f"{lesson.stem}{ending}"
            file.write_text(content, encoding="utf-8", newline="\n")
        except OSError as error:
            raise ConfigError(f"{self.path} cannot be written: {error.strerror or error}") from None
        return file

    def progress(self, lesson: Lesson) -> Progress:
        """How far a lesson is."""
        return Progress(**self._read().get(lesson.name, {}))

    def note(self, lesson: Lesson, progress: Progress) -> None:
        """Keep how far a lesson is."""
        kept = self._read() | {lesson.name: asdict(progress)}
        beside = self._notes.with_suffix(".tmp")
        beside.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8", newline="\n")
        os.replace(beside, self._notes)  # noqa: PTH105 (as short, and known to be atomic)

    def done(self, lesson: Lesson) -> bool:
        """Whether the file as it is now has passed its check."""
        file, passed = self.file(lesson), self.progress(lesson).passed
        return file is not None and passed == checksum(file)

    def state(self, lesson: Lesson) -> str:
        """How far a lesson is, in a word or two."""
        if self.file(lesson) is None:
            return ""
        if self.done(lesson):
            return "done"
        return "changed since it passed" if self.progress(lesson).passed else "begun"

    def next(self) -> Lesson | None:
        """The first lesson that is not done."""
        return next((lesson for lesson in LESSONS if not self.done(lesson)), None)

    @property
    def _notes(self) -> Path:
        return self.path / "progress.json"

    def _read(self) -> dict[str, dict[str, Any]]:
        if not self._notes.is_file():
            return {}
        try:
            found = json.loads(self._notes.read_text(encoding="utf-8"))
            return {name: asdict(Progress(**row)) for name, row in found.items()}
        except (OSError, ValueError, TypeError, AttributeError):
            raise DataError(
                f"{self._notes} is damaged: delete it (your lessons are safe; what was done is "
                "found again by `glassformer learn check`)"
            ) from None


def checksum(file: Path) -> str:
    """What tells whether a file has changed."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
