"""A learner's parts held against the model, case by case; what is wrong, in the learner's terms."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from itertools import combinations
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from glassformer.errors import nearest
from glassformer.inspection.explain import close
from glassformer.learn.course import Lesson
from glassformer.learn.exam import Case, Exam, Mistake, Parts
from glassformer.learn.program import Program
from glassformer.learn.report import Report
from glassformer.learn.telling import Raised, unlike, where
from glassformer.learn.writing import written


def exam_of(lesson: Lesson) -> Exam:
    """How a lesson is checked."""
    exam: Exam = import_module(f"glassformer.learn.lessons.{lesson.name}").EXAM
    return exam


def judge(lesson: Lesson, found: Mapping[str, Any], program: Program | None = None) -> Report:
    """Check what the learner's program defines."""
    exam, report = exam_of(lesson), Report(f"Lesson {lesson.number}, {lesson.title}")
    missing = [part for part in lesson.parts if part not in found]
    if missing:
        report.wrong = [
            f"there is no {missing[0]} in it.{nearest(missing[0], names(found))}".rstrip(".")
        ]
        return report
    parts, cases = SimpleNamespace(**found), list(exam.cases())
    with torch.no_grad():
        wanted = [case.ours() for case in cases]
    results = []
    for case in cases:
        before = [one.clone() for one in case.given]
        results.append(outcome(case, parts, program))
        spoilt = spoils(case.given, before)
        if alike(results[-1], wanted[len(results) - 1]) and not spoilt:
            report.right.append(case.says)
            continue
        report.case = case.says
        if spoilt and alike(results[-1], wanted[len(results) - 1]):
            report.wrong = [spoilt]
            return report
        break
    else:
        return report
    for case in cases[len(results) :]:
        results.append(outcome(case, parts, program))
    number = len(report.right)
    got = results[number]
    report.place, how = where(cases[number], parts, got, program)
    report.wrong = usual(lesson, exam, cases, results, number)
    if not report.wrong:
        said = unlike(got, wanted[number], cases[number], exam.sizes)
        shaped = isinstance(got, Tensor) and got.shape == wanted[number].shape
        report.wrong = [*said, *([how] if how and shaped else [])]
    return report


def names(found: Mapping[str, Any]) -> list[str]:
    """What a program defines, its imports aside as far as one can tell."""
    return [name for name, one in found.items() if callable(one) and not name.startswith("_")]


def spoils(given: Sequence[Tensor], before: Sequence[Tensor]) -> str:
    """What is said where a call wrote into what it was given, which is put right again."""
    said = ""
    for one, old in zip(given, before, strict=True):
        if not torch.equal(one, old):
            one.copy_(old)
            said = (
                "it writes into a tensor that it was given, which others still read: make a new "
                "one (masked_fill instead of masked_fill_, x + y instead of x += y)"
            )
    return said


@torch.no_grad()
def outcome(case: Case, parts: Parts, program: Program | None = None) -> Any:
    """What comes of a call: a result, or ``Raised``."""
    before = [one.clone() for one in case.given]
    try:
        return case.run(parts)
    except Exception as error:
        return Raised.of(error, program)
    finally:
        if program is None:
            spoils(case.given, before)


def alike(a: Any, b: Any) -> bool:
    """Whether two outcomes are the same but for rounding."""
    if isinstance(a, Raised) or isinstance(b, Raised):
        return isinstance(a, Raised) and isinstance(b, Raised) and a.same(b)
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return a.is_floating_point() == b.is_floating_point() and (
            (a.dtype == torch.bool) == (b.dtype == torch.bool) and close(a, b)
        )
    if isinstance(a, float) and isinstance(b, float | int):
        return math.isclose(a, b, rel_tol=1e-5, abs_tol=1e-12)
    return type(a) is type(b) and bool(a == b)


def usual(lesson: Lesson, exam: Exam, cases: list[Case], results: list[Any], bad: int) -> list[str]:
    """The usual mistakes, one or two, that give these results; none where none do."""
    got = results[bad]
    if isinstance(got, Raised) and got.final:
        return []
    for changed in (1, 2):
        for mistakes in combinations(exam.mistakes, changed):
            if all(map(alike, answers(lesson, cases, mistakes), results)):
                return [mistake.says for mistake in mistakes]
    for mistake in exam.mistakes:  # the one case may tell, where another goes wrong otherwise
        if alike(next(answers(lesson, cases[bad : bad + 1], (mistake,))), got):
            return [mistake.says]
    return []


def answers(lesson: Lesson, cases: list[Case], mistakes: Sequence[Mistake]) -> Iterator[Any]:
    """What our solution would give with these mistakes in it, case by case; where two of them
    cannot both be made, nothing that anybody else would give."""
    text = mistaken(lesson, mistakes)
    if text is None:
        yield object()  # which is like nothing
        return
    module = Program({f"{lesson.stem} with a mistake": text}).run("mistaken")
    for case in cases:
        yield outcome(case, module)


def mistaken(lesson: Lesson, mistakes: Sequence[Mistake]) -> str | None:
    """Our solution with these mistakes made; None where two of them change the same words."""
    changes = [change for mistake in mistakes for change in mistake.changes.items()]
    new = dict(changes)
    pattern = "|".join(map(re.escape, sorted(new, key=len, reverse=True)))
    text, count = re.subn(pattern, lambda found: new[found.group()], written(lesson))
    return text if count == len(new) == len(changes) else None
