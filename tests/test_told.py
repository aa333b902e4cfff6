"""tools/told.py: the told text as an audio file, and one line where that cannot be."""

from __future__ import annotations

import os
import runpy
import shutil
import subprocess
import sys
import wave
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOL = ROOT / "tools" / "told.py"


def run(*words: str, **around: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, TOOL, *words], capture_output=True, text=True, check=False,
        env=os.environ | around,
    )  # fmt: skip


@pytest.mark.parametrize("name", ["told.md", "told.fr.md"])
def test_what_is_said_has_no_marks(name: str) -> None:
    said = runpy.run_path(str(TOOL))["spoken"]((ROOT / "docs" / name).read_text(encoding="utf-8"))
    assert not set("*#`_[]") & set(said)
    assert all(line.endswith((".", "!", "?")) for line in said.splitlines() if line)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["-o", "told.mp3"], "ends with .wav"),
        (["-o", "no/such/place/told.wav"], "is no folder"),
        (["--speed", "3000"], "between 80 and 300"),
        (["--speed", "fast"], "invalid int value"),
        (["--language", "tlh"], "invalid choice"),
    ],
)
def test_what_cannot_be_is_said(words: list[str], says: str) -> None:
    done = run(*words)
    assert done.returncode
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_voice_one_line_says_what_to_install(tmp_path: Path) -> None:
    done = run("-o", str(tmp_path / "told.wav"), PATH="/nowhere")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "apt install espeak-ng" in done.stderr


@pytest.mark.skipif(not shutil.which("espeak-ng"), reason="no espeak-ng here")
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_text_is_read_aloud(tmp_path: Path, language: str) -> None:
    out = tmp_path / "told.wav"
    done = run("--language", language, "-o", str(out))
    assert done.returncode == 0, done.stderr
    with wave.open(str(out)) as sound:
        minutes = sound.getnframes() / sound.getframerate() / 60
    assert 9 < minutes < 15
