"""Run directories: made, found, locked, listed; metrics that survive a kill."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import glassformer as gf
from glassformer.errors import RunError, RunInUseError
from glassformer.model import ModelConfig
from glassformer.runs import Run, list_runs
from glassformer.runs.metrics import append_row, drop_rows_after, read_rows
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair

CONFIG = ModelConfig(source_vocabulary=11, target_vocabulary=11, d_model=6, d_ff=7, n_heads=2)


def test_a_run_is_made_once(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "deep" / "run", recipe='description = "é"\n')
    assert Run.open(run.path).recipe == 'description = "é"\n'
    assert not run.finished
    run.save_config(CONFIG)
    with pytest.raises(RunError, match=r"holds a run already.*glassformer resume"):
        Run.create(run.path, recipe="")
    assert run.recipe == 'description = "é"\n'


def test_a_recipe_alone_is_a_run_to_be_begun(tmp_path: Path) -> None:
    Run.create(tmp_path / "mine", recipe="a = 1\n")
    assert Run.create(tmp_path / "mine", recipe="a = 2\n").recipe == "a = 2\n"


def test_what_is_no_run_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.png").touch()
    (tmp_path / "file").write_text("text")
    with pytest.raises(RunError, match="is not empty and holds no run"):
        Run.create(tmp_path / "photos", recipe="")
    with pytest.raises(RunError, match="is a file, not a directory"):
        Run.create(tmp_path / "file", recipe="")
    assert [f.name for f in (tmp_path / "photos").iterdir()] == ["cat.png"]
    assert (tmp_path / "file").read_text() == "text"


def test_a_run_that_is_not_there_is_answered_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"there is no run .*`glassformer train` makes one"):
        Run.open(tmp_path / "petit")
    Run.create(tmp_path / "petit", recipe="")
    with pytest.raises(RunError, match="Did you mean 'petit'"):
        Run.open(tmp_path / "petti")
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match=r"a folder without recipe.toml.*Known: petit"):
        Run.open(tmp_path / "folder")
    with pytest.raises(RunError, match="is a file, not a run directory"):
        Run.open(tmp_path / "file")


def test_config_and_tokenizers_come_back(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    assert not run.has_tokenizers()
    with pytest.raises(RunError, match="has not begun"):
        _ = run.config
    run.save_config(CONFIG)
    one, other = (Tokenizer.train([text], TokenizerConfig(kind="word")) for text in ("a b", "c"))
    run.save_tokenizers(TokenizerPair(one, other))
    found = Run.open(run.path)
    assert asdict(found.config) == asdict(CONFIG)
    assert found.has_tokenizers()
    assert found.tokenizers.source.encode("b a") == one.encode("b a")
    assert found.tokenizers.target.size == other.size


@pytest.mark.parametrize("text", ["", "{", "[]", '{"d_modell": 6}', '{"d_model": 0}'])
def test_a_config_that_is_altered_is_named(tmp_path: Path, text: str) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    (run.path / "config.json").write_text(text)
    with pytest.raises(RunError, match=r"config\.json is not readable"):
        _ = run.config


HOLD = """
import sys
from pathlib import Path
from glassformer.runs import Run
with Run.open(Path(sys.argv[1])).lock():
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_another_process_holds_the_run(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(run.path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    ) as holder:  # fmt: skip
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(RunInUseError, match=rf"in use by process {holder.pid} on "), run.lock():
            pytest.fail("held by two")
        holder.kill()
    with run.lock():  # a killed process holds nothing
        assert whom(run) == f"process {os.getpid()}"
        (run.path / "run.owner").write_text("")  # it is not written yet
        assert whom(run) == "another process"
        (run.path / "run.owner").unlink()
        assert whom(run) == "another process"
    assert not (run.path / "run.owner").exists()


def whom(run: Run) -> str:
    """By whom the error says that the run is in use."""
    with pytest.raises(RunInUseError) as caught, Run(run.path).lock():
        pytest.fail("held by two")
    return str(caught.value).split(" in use by ")[1].split(":")[0].split(" on ")[0]


def test_what_is_no_folder_cannot_be_locked(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="could not write"), Run(tmp_path / "file").lock():
        pytest.fail("locked")


def test_what_cannot_be_written_where_no_run_is_names_no_resume(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RunError, match="could not write .*choose another place$"):
        Run.create(tmp_path / "file" / "run", recipe="")


def test_a_training_that_cannot_write_says_how_it_goes_on(tmp_path: Path) -> None:
    run = Run.create(
        tmp_path / "run", recipe=gf.load_recipe("petit-demo", ["data.size=997"]).to_toml()
    )
    (run.path / "config.json").mkdir()
    with pytest.raises(RunError, match="could not write .*: mend that or choose") as caught:
        gf.resume(run.path)
    assert str(caught.value).endswith(f", then `glassformer resume {run.path}`")


VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(
    st.characters(exclude_categories=["Cs"])
)  # fmt: skip
ROWS = st.dictionaries(st.sampled_from(["loss", "é", "a\u2028b"]), VALUES)


@given(rows=st.lists(st.tuples(st.integers(0, 9), ROWS)), tail=st.binary(), step=st.integers(-1, 9))
def test_no_row_is_lost_to_a_line_that_was_cut(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, dict[str, object]]],
    tail: bytes,
    step: int,
) -> None:
    file = tmp_path_factory.mktemp("metrics") / "metrics.jsonl"
    written = []
    for number, row in rows:
        append_row(file, row | {"step": number})
        written.append({k: plain(v) for k, v in (row | {"step": number}).items()})
    assert read_rows(file) == (written, [])

    with file.open("ab") as opened:
        opened.write(b'{"step": ' + tail.replace(b"}", b""))
    append_row(file, {"step": 5, "after": True})
    found, broken = read_rows(file)
    last = {"step": 5, "after": True}
    assert found == [*written, last]
    assert broken
    assert broken[0] == len(rows) + 1

    drop_rows_after(file, step)
    assert read_rows(file) == ([r for r in [*written, last] if r["step"] <= step], [])


def plain(value: object) -> object:
    finite = not isinstance(value, float) or math.isfinite(value)
    return value if finite else str(value)


def test_broken_lines_are_counted_in_a_notice(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    assert run.metrics(pytest.fail) == []
    run.truncate_metrics(3, pytest.fail)
    good = json.dumps({"step": 1, "loss": 2.5})
    (run.path / "metrics.jsonl").write_text(f'{good}\n[]\n\n{{"step": "x"}}\n{good[:-4]}')
    said: list[str] = []
    assert run.metrics(said.append) == [{"step": 1, "loss": 2.5}]
    run.truncate_metrics(3, said.append)
    assert said[0] == said[1]
    assert "left out 3 line(s)" in said[0]
    assert "line 2" in said[0]
    assert run.metrics(pytest.fail) == [{"step": 1, "loss": 2.5}]


def test_the_list_shows_every_run_the_damaged_ones_too(tmp_path: Path) -> None:
    assert list_runs(tmp_path / "none") == []
    bad = Run.create(tmp_path / "bad", recipe="not = = toml")
    (bad.path / "metrics.jsonl").write_bytes(b'{"loss": 1}\n\xff\n')
    good = Run.create(tmp_path / "good", recipe='description = "of two words"\n')
    good.save_config(CONFIG)
    good.append_metrics({"step": 3, "loss": 4.0, "seconds": 1.5})
    good.append_metrics({"step": 3, "dev_loss": math.nan})
    (tmp_path / "no run").mkdir()
    first, second = list_runs(tmp_path)
    assert first["run"] == str(bad.path)
    assert "1 line" in first["problem"]
    assert second == {
        "run": str(good.path), "description": "of two words", "finished": False, "step": 3,
        "dev_loss": "nan", "seconds": 1.5, "parameters": CONFIG.parameter_count(), "problem": None,
    }  # fmt: skip


def test_a_recipe_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "run", recipe="")
    (run.path / "recipe.toml").write_bytes(b"\xff")
    with pytest.raises(RunError, match=r"recipe\.toml is not readable"):
        _ = run.recipe
    assert "recipe.toml" in list_runs(tmp_path)[0]["problem"]
