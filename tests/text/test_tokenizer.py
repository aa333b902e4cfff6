"""Config, files and pairs: what is saved is what is loaded, and damage is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from glassformer.errors import ConfigError, TokenizerError
from glassformer.text import Tokenizer, TokenizerConfig, TokenizerPair
from glassformer.text.own import KINDS

LINES = ["the animal did not cross the street", "l'animal n'a pas traversé la rue"] * 3
TEXTS = [*LINES, "", "Ünknown ▁ </s> 中", "THE ANIMAL"]


def make(kind: str = "bpe", size: int = 311, lowercase: bool = False) -> Tokenizer:
    config = TokenizerConfig(kind=kind, size=size, lowercase=lowercase)  # type: ignore[arg-type]
    return Tokenizer.train(iter(LINES), config)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lowercase", [False, True])
def test_what_is_saved_is_loaded(tmp_path: Path, kind: str, lowercase: bool) -> None:
    tokenizer = make(kind, lowercase=lowercase)
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert loaded.encode_batch(TEXTS) == tokenizer.encode_batch(TEXTS)
    assert loaded.pieces(range(loaded.size)) == tokenizer.pieces(range(tokenizer.size))
    assert loaded.kind == kind
    loaded.save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "tokenizer.json").read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["again.json", "tokenizer.json"]


def test_a_shared_pair_is_one_object_and_one_file(tmp_path: Path) -> None:
    shared = make()
    TokenizerPair(shared, shared).save(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["tokenizer.json"]
    pair = TokenizerPair.load(tmp_path)
    assert pair.source is pair.target
    assert pair.shared


def test_a_separate_pair_is_two_files_and_replaces_a_shared_one(tmp_path: Path) -> None:
    shared = make()
    TokenizerPair(shared, shared).save(tmp_path)
    TokenizerPair(make("word"), make("char")).save(tmp_path)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert names == ["tokenizer.source.json", "tokenizer.target.json"]
    pair = TokenizerPair.load(tmp_path)
    assert (pair.source.kind, pair.target.kind, pair.shared) == ("word", "char", False)
    (tmp_path / "tokenizer.target.json").unlink()
    with pytest.raises(TokenizerError, match=r"missing: tokenizer\.target\.json"):
        TokenizerPair.load(tmp_path)


@pytest.mark.parametrize("kept", [0, 1, 100, -1])
def test_a_truncated_file_is_named(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "tokenizer.json"
    make().save(path)
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(TokenizerError, match=r"tokenizer\.json"):
        Tokenizer.load(path)


def test_an_altered_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    make().save(path)
    content = json.loads(path.read_text(encoding="utf-8"))
    content["lowercase"] = True
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(TokenizerError, match=r"tokenizer\.json was altered"):
        Tokenizer.load(path)


@pytest.mark.parametrize(
    "raw",
    [b"\xff\xfe{", b"[]", b"{}", b"nothing", b"[" * 100_000, b'{"glassformer": {"format": 9}}'],
)
def test_a_file_that_is_no_tokenizer_is_named(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_bytes(raw)
    with pytest.raises(TokenizerError, match=r"tokenizer\.json"):
        Tokenizer.load(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=r"absent\.json cannot be read"):
        Tokenizer.load(tmp_path / "absent.json")
    with pytest.raises(TokenizerError, match="cannot be read"):
        Tokenizer.load(tmp_path)


def test_an_unknown_kind_gets_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'wordpiece'"):
        TokenizerConfig(kind="wordpeice")  # type: ignore[arg-type]


FORKING = """
import os
from glassformer.text import Tokenizer, TokenizerConfig
lines = ["some words and more"] * 997
tokenizer = Tokenizer.train(iter(lines), TokenizerConfig(kind="bpe", size=300))
tokenizer.encode_batch(lines)
if os.fork() == 0:
    tokenizer.encode_batch(lines)
    os._exit(0)
os.wait()
print(os.environ["TOKENIZERS_PARALLELISM"])
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_after_encoding_brings_no_warning() -> None:
    environment = {k: v for k, v in os.environ.items() if k != "TOKENIZERS_PARALLELISM"}
    done = python(FORKING, environment)
    assert (done.stdout.strip(), done.stderr) == ("false", "")


def test_a_variable_that_the_user_set_is_left_alone() -> None:
    code = "import os, glassformer.text; print(os.environ['TOKENIZERS_PARALLELISM'])"
    done = python(code, os.environ | {"TOKENIZERS_PARALLELISM": "true"})
    assert done.stdout.strip() == "true"


def python(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, check=True, capture_output=True, text=True, env=environment, timeout=60
    )
