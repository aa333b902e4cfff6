"""A lesson's check from the outside: the learner's code in a process of its own, with a time limit,
and what came of it noted."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from glassformer.errors import ConfigError
from glassformer.learn.course import Lesson
from glassformer.learn.folder import Folder, checksum
from glassformer.learn.report import Report

SECONDS = 20.0  # that the learner's code may take; it takes a hundredth of one
STUCK = "stuck.txt"  # beside the report: where the code was when it had taken them
PATIENCE = 120.0  # seconds more for the process itself: to start, and to look for mistakes
MOST_PRINTED = 4000  # bytes of what the learner's code prints
SAID = re.compile(r'^  File "(?P<file>.*)", line (?P<line>\d+) in (?P<function>.*)$', re.MULTILINE)


def check(folder: Folder, lesson: Lesson, seconds: float = SECONDS) -> Report:
    """Check a lesson's file and note what came of it: the report.

    Raises:
        ConfigError: the lesson is not begun.
    """
    file = folder.begun(lesson).absolute()
    before = checksum(file)
    report = run(lesson, file, seconds)
    progress = folder.progress(lesson)
    progress.tries += 1
    progress.failed = report.case
    if report.passed:
        progress.passed = before
    folder.note(lesson, progress)
    return report


def run(lesson: Lesson, file: Path, seconds: float) -> Report:
    """The report of the process that runs the learner's code."""
    with tempfile.TemporaryDirectory() as name:
        report = Path(name) / "report.json"
        words = [lesson.name, str(file), str(report), str(seconds)]
        process = subprocess.Popen(
            [sys.executable, "-m", "glassformer.learn.child", *words],
            cwd=file.parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env=os.environ | {"PYTHONUTF8": "1"},
        )  # fmt: skip
        printed: list[str] = []
        assert process.stdout is not None
        reader = threading.Thread(target=listen, args=(process.stdout, printed), daemon=True)
        reader.start()
        try:
            code = process.wait(seconds + PATIENCE)
        except subprocess.TimeoutExpired:
            code = -1
        finally:
            process.kill()
            process.wait()
        reader.join(5)
        output = "".join(printed)
        if report.is_file():
            found = Report.from_json(json.loads(report.read_text(encoding="utf-8")))
        else:
            found = ended(lesson, file, code, Path(name) / STUCK, seconds)
        found.printed = output
        return found


def listen(stream: IO[bytes], printed: list[str]) -> None:
    """Take what the process prints, to its end, and keep the beginning of it."""
    kept, length = b"", 0
    while piece := stream.read1(65536):  # type: ignore[attr-defined]
        kept += piece[: max(MOST_PRINTED - length, 0)]
        length += len(piece)
    text = kept.decode("utf-8", "replace").replace("\r\n", "\n")
    printed.append(text if length <= MOST_PRINTED else f"{text}\n… and more")


def ended(lesson: Lesson, file: Path, code: int, stuck: Path, seconds: float) -> Report:
    """The report on a process that left none: it was stopped, or ended itself."""
    where = stuck.read_text(encoding="utf-8", errors="replace") if stuck.is_file() else ""
    place = next((found for found in SAID.finditer(where) if own(found["file"], file)), None)
    if where or code == -1:
        wrong = f"it is not done after {seconds:g} s: a loop that never ends?"
    else:
        wrong = f"the program ended (code {code}) before the check was done"
    title = f"Lesson {lesson.number}, {lesson.title}"
    return Report(title, wrong=[wrong], place=said(place, file) if place else "")


def own(name: str, file: Path) -> bool:
    """Whether a line of a traceback is the learner's: of the file, or of a cell of the notebook."""
    return Path(name).name.startswith(file.name)


def said(place: re.Match[str], file: Path) -> str:
    """A place, with its code where that can be read."""
    number, code = int(place["line"]), ""
    if Path(place["file"]) == file:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        code = lines[number - 1].strip() if number <= len(lines) else ""
    quoted = f": `{code}`" if code else f", in {place['function']}"
    return f"{Path(place['file']).name}, line {number}{quoted}"


def finish(folder: Folder, training: bool) -> int:
    """Run ``whole`` in the learner's folder; its exit code."""
    if not folder.path.is_dir():
        raise ConfigError(
            f"there is no {folder.path}: begin with glassformer learn start 1, or say --out"
        )
    words = ["--train"] if training else []
    done = subprocess.run(
        [sys.executable, "-m", "glassformer.learn.whole", *words],
        cwd=folder.path, env=os.environ | {"PYTHONUTF8": "1"}, check=False,
    )  # fmt: skip
    return done.returncode
