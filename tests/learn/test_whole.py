"""A learner who has done all: the notebooks run, the parts translate, and they learn."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from glassformer.learn import whole, yours
from glassformer.learn.course import LESSONS
from glassformer.learn.folder import Folder, Progress, checksum
from glassformer.learn.program import Program
from glassformer.learn.writing import notebook, solution


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which every lesson is done: half as files, half as notebooks."""
    folder = Folder(tmp_path_factory.mktemp("learn"))
    for lesson in LESSONS:
        text, odd = solution(lesson), lesson.number % 2
        content = text if odd else notebook(lesson, text)
        file = folder.write(lesson, content, ".py" if odd else ".ipynb", overwrite=False)
        folder.note(lesson, Progress(tries=1, passed=checksum(file)))
    return folder.path


def test_all_notebooks_run_from_top_to_bottom(learned: Path) -> None:
    made = nbformat.v4.new_notebook()
    for lesson in LESSONS:
        one = nbformat.reads(notebook(lesson, solution(lesson)), as_version=4)
        nbformat.validate(one)
        made.cells += one.cells
    client = NotebookClient(made, timeout=120, kernel_name="python3")
    client.execute(cwd=str(learned))
    printed = "".join(
        output.text for cell in made.cells if cell.cell_type == "code" for output in cell.outputs
    )
    assert "✗" not in printed
    for lesson in LESSONS:
        assert f"Lesson {lesson.number}, {lesson.title}\n  ✓" in printed
    assert "greedy: [2, 4]" not in printed and "most like the vector of 7: 7" in printed


def test_parts_that_are_done_are_the_learners_own(
    learned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(learned.parent)
    assert "lessons" in yours.attend.__module__
    monkeypatch.chdir(learned)
    assert yours.attend.__module__ == "lesson_04_attention"
    made = yours.Encoder(2, 6, 7, 2)
    assert type(made[0].self_attention).__module__ == "lesson_06_heads"


def test_the_learners_model_translates_as_ours_and_learns(
    learned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(learned)
    assert whole.main(training=False) == 0
    printed = capsys.readouterr().out
    assert "12 of 12 lessons are yours" in printed
    assert printed.count("the same as ours") == len(whole.SENTENCES)
    assert "parce qu'elle était trop large" in printed
    said: list[str] = []
    parts, _ = whole.gathered()
    whole.train(parts, said.append, updates=30)
    losses = [float(found[1]) for text in said if (found := re.search(r"loss ([\d.]+)", text))]
    assert len(losses) == 10 and losses[-1] < losses[0]


def test_a_part_that_is_wrong_is_seen_in_the_whole(
    learned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(learned)
    monkeypatch.setattr(whole, "SENTENCES", whole.SENTENCES[:1])
    parts, _ = whole.gathered()
    wrong = solution(LESSONS[2]).replace("10000**", "1000**")
    parts.place = Program({"mine": wrong}).run("wrong").place
    assert not whole.translate(parts, print)
    assert "NOT as ours" in capsys.readouterr().out
