"""The command line as a user has it: real processes, good and bad input, exit codes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ENVIRONMENT = os.environ | {"OMP_NUM_THREADS": "1", "COLUMNS": "100"}
SLOW = [
    "petit-demo", "data.size=1500", "training.updates=100000", "training.warmup=10",
    "training.checkpoint_every=100000", "training.evaluate_every=100000", "model.d_model=32",
    "model.d_ff=48", "model.n_heads=2", "training.tokens_per_update=300",
    "training.tokens_per_batch=300",
]  # fmt: skip


def glassformer(
    *words: str, stdin: bytes = b"", cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "glassformer", *words],
        input=stdin, capture_output=True, cwd=cwd, env=ENVIRONMENT, timeout=240, check=False,
    )  # fmt: skip


def text_of(done: subprocess.CompletedProcess[bytes]) -> str:
    return (done.stdout + done.stderr).decode()


def test_help_teaches_every_verb() -> None:
    from glassformer.cli import VERBS

    assert glassformer("--help").returncode == 0
    for verb in VERBS:
        done = glassformer(verb, "--help")
        assert done.returncode == 0, text_of(done)
        assert len(done.stdout) > 150


def test_translate_is_n_lines_in_n_lines_out(tiny_run: Path) -> None:
    lines = b"the girl sleeps\n\n\xe2\x80\xa8 in one line\r\n\x00\nlast without an end"
    done = glassformer("translate", str(tiny_run), "--beam", "1", stdin=lines)
    assert done.returncode == 0, text_of(done)
    assert done.stdout.count(b"\n") == 5
    assert done.stdout.split(b"\n")[1] == b""


def test_translate_files_scores_and_json(tiny_run: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "in.txt", tmp_path / "out.txt"
    source.write_text("the girl sleeps\nthe dog runs\n", encoding="utf-8")
    common = ("translate", str(tiny_run), "--input", str(source))
    assert (
        glassformer(*common, "--output", str(target), "--n-best", "2", "--scores").returncode == 0
    )
    rows = target.read_text(encoding="utf-8").split("\n")[:-1]
    assert len(rows) == 4
    assert all(len(row.split("\t")) == 3 for row in rows)
    done = glassformer(*common, "--json")
    assert [json.loads(row)["source"] for row in done.stdout.decode().split("\n")[:-1]] == [
        "the girl sleeps", "the dog runs",
    ]  # fmt: skip
    assert glassformer(*common, "--output", str(source)).returncode == 2


def test_a_model_is_exported_and_the_other_engine_translates(tmp_path: Path) -> None:
    pytest.importorskip("ctranslate2")
    done = glassformer("export", "petit", "--to", "ctranslate2", cwd=tmp_path)
    assert done.returncode == 0, text_of(done)
    assert (tmp_path / "petit-ctranslate2" / "model.bin").is_file()
    lines = b"the girl sleeps\n\nthe dog runs\n"
    ours, theirs = (
        glassformer("translate", "petit", "--engine", engine, "--beam", "1", stdin=lines)
        for engine in ("torch", "ctranslate2")
    )
    assert theirs.returncode == 0, text_of(theirs)
    assert theirs.stdout == ours.stdout
    assert ours.stdout.count(b"\n") == 3


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("translate", "petit", "--dtype", "int4"), "'int8'"),
        (("export", "petit", "--to", "ctranslate2", "-o", "."), "no exported model"),
        (("export", "petit", "--to", "ctranslate2", "--quantization", "int9"), "Did you mean"),
        (("serve", "runs/none"), "no run"),
        (("trian",), "Did you mean 'train'"),
        (("train", "petti"), "Did you mean 'petit'"),
        (("train", "petit", "training.updats=3"), "Did you mean 'updates'"),
        (("train", "multi30k-tiny"), "data.path=FOLDER"),
        (("train", "multi30k-tiny", "data.path=nowhere"), "multi30k"),
        (("resume", "runs/none"), "no run"),
        (("translate", "runs/none"), "no run"),
        (("evaluate", "runs/none"), "no run"),
        (("recipes", "show", "petti"), "Did you mean 'petit'"),
        (("data", "report"), "NAME"),
        (("data", "report", "petti"), "Did you mean 'petit'"),
        (("data", "report", "--source", "nowhere.txt", "--target", "x"), "no file nowhere.txt"),
        (("new", "runs/x", "--source", "nowhere.txt"), "no file nowhere.txt"),
        (("explore", "--gloss", "nowhere.tsv"), "the word list nowhere.tsv cannot be read"),
        (("tokenizer", "encode", "nowhere.json"), "nowhere.json"),
    ],
)
def test_bad_input_is_named_without_a_traceback(
    words: tuple[str, ...], message: str, tmp_path: Path
) -> None:
    done = glassformer(*words, cwd=tmp_path)
    assert done.returncode == 2, text_of(done)
    assert message in done.stderr.decode()
    assert "Traceback" not in text_of(done)
    assert not (tmp_path / "runs" / "x").exists()


def test_input_that_is_no_utf8_names_line_and_byte(tiny_run: Path) -> None:
    done = glassformer("translate", str(tiny_run), stdin=b"fine\nno\xff\n")
    assert done.returncode == 2
    assert b"standard input, line 2: byte 3 (0xFF)" in done.stderr


def test_train_refuses_a_run_that_is_there(tiny_run: Path) -> None:
    done = glassformer("train", "petit-demo", "--run", str(tiny_run))
    assert done.returncode == 2
    assert b"glassformer resume" in done.stderr
    assert glassformer("resume", str(tiny_run)).returncode == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM to send")
def test_sigterm_saves_and_resume_goes_on(tmp_path: Path) -> None:
    run = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "glassformer", "train", *SLOW, "--run", str(run)],
        env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    wait_for(
        lambda: (run / "metrics.jsonl").is_file() and (run / "metrics.jsonl").stat().st_size > 600
    )
    second = glassformer("resume", str(run))
    assert second.returncode == 2
    assert f"process {process.pid}".encode() in second.stderr
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"glassformer resume" in out
    (kept,) = (run / "checkpoints").iterdir()
    recipe = run / "recipe.toml"
    more = int(kept.name) + 3
    recipe.write_text(recipe.read_text().replace("updates = 100000", f"updates = {more}"))
    done = glassformer("resume", str(run), "--json")
    assert done.returncode == 0, text_of(done)
    assert json.loads(done.stdout) == {"run": str(run), "finished": True}
    steps = [
        json.loads(row)["step"] for row in (run / "metrics.jsonl").read_text().split("\n")[:-1]
    ]
    assert sorted(set(steps)) == list(range(1, more + 1))


def wait_for(ready, seconds: float = 90) -> None:  # type: ignore[no-untyped-def]
    end = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < end, "it did not get ready"
        time.sleep(0.1)


def test_runs_and_recipes(tiny_run: Path) -> None:
    (row,) = json.loads(
        glassformer("runs", "list", "--folder", str(tiny_run.parent), "--json").stdout
    )
    assert row["finished"] and row["step"] == 30 and row["parameters"] > 1000
    assert b"finished" in glassformer("runs", "show", str(tiny_run)).stdout
    assert json.loads(glassformer("runs", "show", str(tiny_run), "--json").stdout)["finished"]
    assert b"petit-demo" in glassformer("recipes").stdout
    assert b"[training]" in glassformer("recipes", "show", "petit").stdout


def test_tokenizer_verbs(tiny_run: Path, tmp_path: Path) -> None:
    line = "the girl does not sleep, l'animal 😀"
    ids = glassformer("tokenizer", "encode", str(tiny_run), "--ids", stdin=line.encode() + b"\n")
    back = glassformer("tokenizer", "decode", str(tiny_run), stdin=ids.stdout)
    assert back.stdout.decode() == line + "\n"
    assert glassformer("tokenizer", "decode", str(tiny_run), stdin=b"99999999\n").returncode == 2
    corpus = tmp_path / "text.txt"
    corpus.write_text("one two three two one\n" * 9)
    made = glassformer(
        "tokenizer", "train", str(corpus), "--output", str(tmp_path / "t.json"), "--kind", "word"
    )
    assert made.returncode == 0, text_of(made)
    pieces = glassformer(
        "tokenizer", "encode", str(tmp_path / "t.json"), "--json", stdin=b"two one\n"
    )
    assert json.loads(pieces.stdout)["pieces"] == ["▁two", "▁one"]


def test_new_plan_and_train_on_own_data(tmp_path: Path) -> None:
    from glassformer.data import petit

    pairs = list(petit.split("train", 3, 300))
    for side in ("english", "french"):
        text = "".join(getattr(pair, side) + "\n" for pair in pairs)
        (tmp_path / side).write_text(text, encoding="utf-8")
    run = tmp_path / "mine"
    made = glassformer("new", str(run), "--source", str(tmp_path / "english"), "--target",
                       str(tmp_path / "french"))  # fmt: skip
    assert made.returncode == 0, text_of(made)
    assert b"294 pairs" in made.stdout  # 6 of 300 are held out for dev
    recipe = (run / "recipe.toml").read_text(encoding="utf-8")
    assert recipe.count("#") >= 6
    plan = glassformer("train", str(run), "--plan", "--json")
    assert plan.returncode == 0, text_of(plan)
    planned = json.loads(plan.stdout)
    assert (
        planned["parameters"] > 10_000 and planned["hours"] > 0 and planned["peak_memory"] > 10**8
    )
    done = glassformer("train", str(run), "training.updates=4", "training.warmup=2",
                       "training.evaluate_every=2", "training.checkpoint_every=2")  # fmt: skip
    assert done.returncode == 0, text_of(done)
    assert glassformer("evaluate", str(run), "--source", str(tmp_path / "english"), "--reference",
                       str(tmp_path / "french"), "--beam", "1").returncode == 0  # fmt: skip
    more = glassformer(
        "train", str(run / "recipe.toml"), f"init_from={run}", "--run", str(tmp_path / "more")
    )
    assert more.returncode == 0, text_of(more)


def test_score_and_compare(tiny_run: Path, tmp_path: Path) -> None:
    source, target = tmp_path / "s", tmp_path / "t"
    source.write_text("the girl sleeps\nthe dog runs\n" * 5)
    target.write_text("la fille dort\nle chien court\n" * 5)
    files = ("--source", str(source), "--target", str(target))
    done = glassformer("score", str(tiny_run), *files)
    assert len(done.stdout.split()) == 10 and b"perplexity" in done.stderr
    rows = glassformer("score", str(tiny_run), *files, "--json").stdout.decode().split("\n")[:-1]
    assert json.loads(rows[0])["tokens"][-1] == "</s>"
    copy = tmp_path / "copy"
    shutil.copytree(tiny_run, copy)
    same = glassformer("compare", str(tiny_run), str(copy), "--source", str(source), "--reference",
                       str(target), "--beam", "1")  # fmt: skip
    assert same.returncode == 0, text_of(same)
    assert b"No difference" in same.stdout


def test_data_report_counts_what_is_wrong(tmp_path: Path) -> None:
    source, target = tmp_path / "s", tmp_path / "t"
    source.write_bytes(b"\xef\xbb\xbfa b\r\n\nx\xff\na b c\na b c\nnul\x00\nu\xe2\x80\xa8v\nmore\n")
    target.write_bytes(b"c d\ne\nf\ng\ng\nh\n" + b"w " * 40 + b"\n")
    done = glassformer("data", "report", "--source", str(source), "--target", str(target), "--json")
    assert done.returncode == 0, text_of(done)
    (report,) = json.loads(done.stdout)
    found = {what: finding["lines"] for what, finding in report["findings"].items()}
    assert found["empty source line"] == [2]
    assert found["duplicate pair"] == [5]
    assert found["NUL in the source"] == [6]
    assert any("no UTF-8" in what and lines == [3] for what, lines in found.items())
    assert any("CRLF" in what and lines == [1] for what, lines in found.items())
    assert any("U+2028" in what and lines == [7] for what, lines in found.items())
    assert any("no such line" in what and lines == [8] for what, lines in found.items())
    assert any("over 3 times" in what and lines == [7] for what, lines in found.items())


def test_data_prepare_writes_every_split(tmp_path: Path) -> None:
    done = glassformer("data", "prepare", "petit", "--output", str(tmp_path / "out"),
                       "--json")  # fmt: skip
    counts = json.loads(done.stdout)
    for split, count in counts.items():
        for side in ("source", "target"):
            lines = (tmp_path / "out" / f"{split}.{side}").read_bytes().count(b"\n")
            assert lines == count["written"] > 0
    assert (
        glassformer("data", "prepare", "petit", "--output", str(tmp_path / "out")).returncode == 2
    )


def test_demo_without_input_reports_in_three_sentences(tiny_run: Path, tmp_path: Path) -> None:
    run = tmp_path / "petit"
    shutil.copytree(tiny_run, run)
    done = glassformer("demo", "--run", str(run), "--no-input")
    assert done.returncode == 0, text_of(done)
    assert "trained already" in done.stdout.decode()
    assert len([row for row in done.stdout.decode().split("\n") if row.endswith(".")]) >= 3


def test_check_says_what_is_wrong(tiny_run: Path, tmp_path: Path) -> None:
    done = glassformer("check", str(tiny_run), "--json")
    assert done.returncode == 0, text_of(done)
    found = json.loads(done.stdout)["findings"]
    assert {"causality", "padding", "cache"} <= {one["check"] for one in found}
    done = glassformer("check", str(tmp_path / "none"))
    assert done.returncode == 2 and b"Traceback" not in done.stderr
