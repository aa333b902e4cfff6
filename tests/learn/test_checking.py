"""The verb as a learner uses it: files, processes that misbehave, hints, what is never lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from glassformer.cli.learn import command
from glassformer.errors import ConfigError, DataError, GlassformerError
from glassformer.learn import checking, child
from glassformer.learn.course import LESSONS, named
from glassformer.learn.folder import Folder
from glassformer.learn.writing import notebook, solution, stub

FEED = named("feedforward")


def learn(folder: Path, *words: str) -> Any:
    """What the verb does with these words, and no process between."""
    done = CliRunner().invoke(command, [*words, "--out", str(folder)])
    if isinstance(done.exception, GlassformerError):
        raise done.exception
    return done


def test_a_lesson_from_start_to_done(tmp_path: Path) -> None:
    listed = learn(tmp_path).output
    assert [line.split()[0] for line in listed.splitlines()[:12]] == [str(n) for n in range(1, 13)]
    assert "Next: glassformer learn start 1" in listed
    learn(tmp_path, "start", "7")
    file = tmp_path / "lesson_07_feedforward.py"
    assert file.read_text(encoding="utf-8") == stub(FEED)
    with pytest.raises(ConfigError, match="is there already, with your work.*--overwrite"):
        learn(tmp_path, "start", "feedforward", "--notebook")
    begun = learn(tmp_path, "check", "7")
    assert begun.exit_code == 1 and "This is not written yet" in begun.output
    file.write_text("print('here I am')\n" + solution(FEED), encoding="utf-8")
    done = learn(tmp_path, "check", "7")
    assert done.exit_code == 0 and "here I am" in done.output
    assert (
        "✓ a batch of vectors" in done.output and "Next: glassformer learn start 1" in done.output
    )
    rows = json.loads(learn(tmp_path, "--json").output)
    assert rows[6]["state"] == "done" and rows[5]["state"] == ""
    file.write_text(stub(FEED), encoding="utf-8")
    assert Folder(tmp_path).state(FEED) == "changed since it passed"
    learn(tmp_path, "start", "7", "--overwrite", "--notebook")
    assert not file.exists() and (tmp_path / "lesson_07_feedforward.ipynb").is_file()


def test_hints_open_one_by_one_and_the_solution_after_a_try(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="lesson 7 is not begun.*learn start 7"):
        learn(tmp_path, "check", "7", "--hint")
    learn(tmp_path, "start", "7")
    with pytest.raises(ConfigError, match="try first"):
        learn(tmp_path, "check", "7", "--solution")
    shown = [learn(tmp_path, "check", "7", "--hint").output for _ in range(4)]
    for number, text in enumerate(shown, 1):
        assert [f"{n}. " in text for n in (1, 2, 3)] == [n <= number for n in (1, 2, 3)]
    folder, progress = Folder(tmp_path), Folder(tmp_path).progress(FEED)
    progress.tries = 1
    folder.note(FEED, progress)
    assert "self.down(active)" in learn(tmp_path, "check", "7", "--solution").output


def test_the_first_hint_is_of_the_part_that_failed(tmp_path: Path) -> None:
    learn(tmp_path, "start", "1")
    folder = Folder(tmp_path)
    file = folder.begun(named("1"))
    text = solution(named("1"))
    assert text.count("ids[:-1]") == 1
    file.write_text(text.replace("ids[:-1]", "ids"), encoding="utf-8")
    learn(tmp_path, "check", "1")
    first = learn(tmp_path, "check", "1", "--hint").output
    assert first.startswith("1. shift: ")
    both = learn(tmp_path, "check", "1", "--hint").output
    assert both.startswith("1. shift: ") and "\n2. encode: " in both


def test_bad_input_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no lesson '13'"):
        learn(tmp_path, "start", "13")
    with pytest.raises(ConfigError, match="begin with glassformer learn start 1"):
        learn(tmp_path / "nowhere", "finish")
    learn(tmp_path, "start", "7")
    (tmp_path / "progress.json").write_text('{"tokens": {"trees": 1}}', encoding="utf-8")
    with pytest.raises(DataError, match=r"progress\.json is damaged: delete it"):
        learn(tmp_path, "check", "7")


@pytest.mark.parametrize(
    ("text", "wrong", "place"),
    [
        ("def forward(:\n", "line 1: `def forward(:` is not Python: invalid syntax", ""),
        ("if True:\nx = 1\n", "line 2: `x = 1` is not Python: expected an indented block", ""),
        ("x = '\0'", "is not Python", ""),
        ("import torches\n", "ModuleNotFoundError: No module named 'torches'", "line 1"),
        ("x = 1\nexit()\n", "the file ends the program", ""),
        ("x = 1\nx.y\n", "AttributeError: 'int' object has no attribute 'y'", "line 2: `x.y`"),
        ("x = input()\n", "EOFError|OSError", "line 1"),
        ("class FeedForwards: ...\n", "there is no FeedForward in it. Did you mean", ""),
    ],
)
def test_a_file_that_does_not_run_says_where(
    tmp_path: Path, text: str, wrong: str, place: str
) -> None:
    file = tmp_path / "lesson_07_feedforward.py"
    file.write_text(text, encoding="utf-8")
    found = child.check(FEED, file)
    assert not found.passed and place in found.place
    assert any(one in found.wrong[0] for one in wrong.split("|")), found.wrong
    assert "Traceback" not in found.text()


def test_another_encoding_and_another_kind_of_file(tmp_path: Path) -> None:
    file = tmp_path / "lesson_07_feedforward.py"
    file.write_bytes("x = 'é'".encode("latin-1"))
    assert "is not UTF-8" in child.check(FEED, file).wrong[0]
    for content in ("", "[]", '{"cells": 3}', '{"cells": [{"cell_type": "code"}]}'):
        other = tmp_path / "lesson_07_feedforward.ipynb"
        other.write_text(content, encoding="utf-8")
        assert child.check(FEED, other).wrong[0].endswith("is no notebook")


def begun(folder: Path, text: str, ending: str = ".py") -> Folder:
    (folder / f"{FEED.stem}{ending}").write_text(text, encoding="utf-8")
    return Folder(folder)


def test_code_that_never_ends_is_stopped_and_its_line_named(tmp_path: Path) -> None:
    text = solution(FEED).replace(
        "        hidden = self.up(x)", "        while True:\n            print('round and round')"
    )
    found = checking.check(begun(tmp_path, text), FEED, seconds=1.0)
    assert found.wrong == ["it is not done after 1 s: a loop that never ends?"]
    line = text[: text.index("while True:")].count("\n") + 1
    assert any(f"lesson_07_feedforward.py, line {n}: `" in found.place for n in (line, line + 1))
    assert found.printed.startswith("round and round\n") and found.printed.endswith("… and more")
    assert len(found.printed) < 5000
    assert Folder(tmp_path).progress(FEED).tries == 1


def test_a_program_that_kills_itself_and_a_notebook_that_loops(tmp_path: Path) -> None:
    found = checking.check(begun(tmp_path, "import os\nos._exit(3)\n"), FEED)
    assert found.wrong == ["the program ended (code 3) before the check was done"]
    (tmp_path / f"{FEED.stem}.py").unlink()
    text = notebook(FEED, solution(FEED)).replace(
        "self.up(x)\\n", "self.up(x)\\n        while True: pass\\n"
    )
    found = checking.check(begun(tmp_path, text, ".ipynb"), FEED, seconds=1.0)
    assert "lesson_07_feedforward.ipynb, cell 3, line " in found.place, found


def test_the_help_of_each_verb_teaches() -> None:
    for words in ([], ["start"], ["check"], ["finish"]):
        done = CliRunner().invoke(command, [*words, "--help"])
        assert done.exit_code == 0 and "glassformer learn" in done.output and len(LESSONS) == 12
