"""Each lesson: its stub, its solution, and that every mistake it knows is told from every other."""

from __future__ import annotations

import ast
from itertools import combinations
from typing import Any

import pytest

from glassformer.errors import ConfigError
from glassformer.learn.course import LESSONS, Lesson, named
from glassformer.learn.exam import is_about
from glassformer.learn.judge import exam_of, judge, mistaken
from glassformer.learn.program import Program
from glassformer.learn.report import Report
from glassformer.learn.writing import functions, solution, stub, written

every = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
PRIMES = {2, 3, 5, 7, 11, 13, 17, 19, 23}


def judged(lesson: Lesson, text: str) -> Report:
    program = Program({f"{lesson.stem}.py": text})
    return judge(lesson, vars(program.run("lesson")), program)


@every
def test_the_solution_is_right_and_the_stub_is_to_be_written(lesson: Lesson) -> None:
    found = judged(lesson, written(lesson))
    assert found.passed and len(found.right) == len(list(exam_of(lesson).cases()))
    begun = judged(lesson, stub(lesson))
    assert not begun.passed and begun.wrong == ["this is not written yet"]
    assert begun.place.endswith("`raise NotImplementedError`")


@every
def test_a_stub_has_the_task_and_not_the_solution(lesson: Lesson) -> None:
    text = stub(lesson)
    ours = {node.name: ast.unparse(node) for node in functions(solution(lesson))}
    assert set(lesson.parts) <= {
        node.name for node in ast.parse(text).body if hasattr(node, "name")
    }
    empty = [node for node in functions(text) if "NotImplementedError" in ast.unparse(node)]
    assert empty and "# TODO " in text and "TODO" not in solution(lesson)
    for node in empty:
        assert ast.get_docstring(node) or node.name == "__init__"
        assert ast.unparse(node) != ours[node.name]
    assert "## Your task" in text and "The paper: §" in text
    assert "glassformer.learn.lessons" not in text + solution(lesson)
    assert max(map(len, text.split("\n"))) <= 100


@every
def test_each_known_mistake_is_named_and_no_other(lesson: Lesson) -> None:
    exam = exam_of(lesson)
    assert len(exam.hints) == 3
    for mistake in exam.mistakes:
        text = mistaken(lesson, [mistake])
        assert text is not None, mistake
        assert judged(lesson, text).wrong == [mistake.says]


@every
def test_a_hint_that_names_a_part_is_about_a_case(lesson: Lesson) -> None:
    exam = exam_of(lesson)
    says = [case.says for case in exam.cases()]
    named = [hint for hint in exam.hints if any(is_about(hint, one) for one in says)]
    if len(lesson.parts) > 1:
        assert named == list(exam.hints)
    for case in says:  # what the failed part needs comes first, in its order
        opened: list[int] = []
        while (one := exam.next_hint(opened, case)) is not None:
            opened.append(one)
        about = [is_about(exam.hints[i], case) for i in opened]
        assert about == sorted(about, reverse=True) and sorted(opened) == [0, 1, 2]


@every
def test_sizes_are_different_primes(lesson: Lesson) -> None:
    sizes = exam_of(lesson).sizes
    products = {a * b for a, b in combinations(PRIMES, 2)}
    assert len(set(sizes.values())) == len(sizes) or lesson.name in ("encoder", "decoder")
    assert all(size in PRIMES | products for size in sizes.values())


def test_two_mistakes_at_once_are_both_named() -> None:
    lesson = named("attention")
    mistakes = [exam_of(lesson).mistakes[0], exam_of(lesson).mistakes[-2]]
    text = mistaken(lesson, mistakes)
    assert text is not None
    assert judged(lesson, text).wrong == [mistake.says for mistake in mistakes]


def test_lessons_are_found_by_number_and_name() -> None:
    assert named("4") == named("04") == named("attention") == named("lesson_04_attention.py")
    for which, says in (("13", "from 1 to 12"), ("atention", "Did you mean 'attention'")):
        with pytest.raises(ConfigError, match=says):
            named(which)


def test_what_is_missing_and_what_is_spoilt_is_said() -> None:
    lesson = named("attention")
    text = written(lesson)
    renamed = judged(lesson, text.replace("def attend(", "def atend("))
    assert "there is no attend in it. Did you mean 'atend'?" in renamed.text()[:200].replace(
        "T", "t"
    )
    spoilt = (
        text.replace("masked_fill(", "masked_fill_(")
        .replace("# 1. ", "query /= math.sqrt(query.size(-1))\n    # 1. ")
        .replace("scores = scores / math.sqrt(query.size(-1))", "")
    )
    found = judged(lesson, spoilt)
    assert found.wrong[0].startswith("it writes into a tensor that it was given")


def answer_of(lesson: Lesson, old: str, new: str) -> Any:
    text = written(lesson)
    assert text.count(old) == 1
    return judged(lesson, text.replace(old, new))


def test_what_no_mistake_explains_is_told_by_shape_and_numbers() -> None:
    lesson = named("attention")
    last = "return weights @ value"
    found = answer_of(lesson, last, "return (weights @ value).transpose(1, 2)")
    assert "[batch 2, query 5, head 3, d_v 13]" in found.wrong[0]
    assert "axes stand in another order" in found.wrong[0]
    found = answer_of(lesson, last, "return 1.5 * (weights @ value)")
    assert found.wrong[0] == "a factor: yours is ours times 1.5"
    assert "`return 1.5 * (weights @ value)`" in found.place
    found = answer_of(lesson, last, "weights @ value")
    assert "is the `return` missing?" in found.wrong[0]
    found = answer_of(lesson, last, "return weights @ value + 0 / (weights - weights).sum()")
    assert "NaN" in found.wrong[0]
    found = answer_of(lesson, last, "return weights @ values")
    assert found.wrong[0].startswith("NameError: name 'values'") and "line " in found.place
    found = answer_of(lesson, last, "return (weights @ value) ** 3")
    assert "the numbers are not: at [" in found.wrong[0]


def test_a_wrong_shape_is_not_explained_by_numbers_and_one_number_has_no_place() -> None:
    loss = named("loss")
    text = written(loss).replace("targets[:, None])[:, 0]", "targets[:, None])")
    result = "-(1 - smoothing) * right - smoothing * log_probabilities.mean(-1)"
    assert result in text
    other = "-((1 - smoothing) * right + smoothing * log_probabilities.mean(-1))"
    text = text.replace(result, other)
    assert judged(loss, text).wrong == [
        "the result has the shape [row 7, row 7], and [row 7] is wanted"
    ]
    mean = "smoothed_cross_entropy(logits[real], targets[real], smoothing).mean()"
    found = answer_of(loss, mean, f"{mean} + 0.3")
    assert found.wrong[0].startswith("the shape is right, the number is not: it gives ")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("it gives None: is the `return` missing?", "It gives None: is the `return` missing?"),
        ("lesson_07_heads.py, line 3: no", "lesson_07_heads.py, line 3: no."),
        ("d_model is missing", "d_model is missing."),
        ("greedy: no", "greedy: no."),
        ("the sign is missing", "The sign is missing."),
    ],
)
def test_sentences_begin_and_end_as_they_should(said: str, line: str) -> None:
    assert Report("", case="x", wrong=[said]).text().endswith(f"    {line}")
