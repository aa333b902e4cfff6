"""The process in which a learner's code runs: python -m glassformer.learn.child LESSON FILE REPORT.

What it prints goes where the process's output goes; the report is written as JSON. Code that does
not come to an end is stopped from below Python, after saying where it is.
"""

from __future__ import annotations

import faulthandler
import json
import sys
from pathlib import Path

from glassformer.learn.checking import STUCK
from glassformer.learn.course import Lesson, named
from glassformer.learn.judge import judge
from glassformer.learn.program import Program, UnreadableError
from glassformer.learn.report import Report


def main(which: str, file: Path, report: Path, seconds: float) -> None:
    """Check a file, and write the report."""
    lesson = named(which)
    with (report.parent / STUCK).open("w", encoding="utf-8") as where:
        faulthandler.dump_traceback_later(seconds, exit=True, file=where)
        found = check(lesson, file)
        faulthandler.cancel_dump_traceback_later()
    report.write_text(json.dumps(found.to_json()), encoding="utf-8")


def check(lesson: Lesson, file: Path) -> Report:
    """Run a file and judge what it defines; whatever it raises is part of the report."""
    report = Report(f"Lesson {lesson.number}, {lesson.title}")
    program = None
    try:
        program = Program.read(file)
        return judge(lesson, vars(program.run(file.stem)), program)
    except UnreadableError as error:
        report.wrong = [str(error)]
    except SystemExit:
        report.wrong = ["the file ends the program while it is read: take exit() out"]
    except BaseException as error:  # the learner's file may raise anything
        if program is None or not program.place(error):
            raise
        report.wrong = [f"{type(error).__name__}: {error}".rstrip(": ")]
        report.place = program.place(error)
    return report


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), float(sys.argv[4]))
