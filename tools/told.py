"""Write the told text as an audio file: python tools/told.py [--language fr] [-o told.wav]

docs/told.md, or docs/told.fr.md, is read aloud by a program of this machine, and nothing is sent
anywhere: espeak-ng (Debian: apt install espeak-ng; also for macOS and Windows), else `say`, which
macOS has, else the voices of Windows. Standard library only.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
TEXTS = {"en": "told.md", "fr": "told.fr.md"}
VOICES = {"en": "en-gb", "fr": "fr"}  # espeak-ng's names
SLOWEST, FASTEST = 80, 300  # words a minute
WINDOWS = """
Add-Type -AssemblyName System.Speech
[Console]::InputEncoding = [Text.Encoding]::UTF8
$voice = New-Object System.Speech.Synthesis.SpeechSynthesizer
$can = $voice.GetInstalledVoices() | Where-Object { $_.VoiceInfo.Culture.Name -like '%s*' }
if (-not $can) { throw 'no voice of this language is installed' }
$voice.SelectVoice($can[0].VoiceInfo.Name)
$voice.Rate = %d
$voice.SetOutputToWaveFile('%s')
$voice.Speak([Console]::In.ReadToEnd())
$voice.Dispose()
"""


class ToldError(Exception):
    """There is no audio file; says why, in one line."""


def spoken(markdown: str) -> str:
    """What is said of a text: its words without their marks; a heading ends as a sentence does."""
    said = re.sub(r"^#+ (.+)$", r"\1.", markdown, flags=re.MULTILINE)
    return said.replace("*", "")


def command(language: str, speed: int, out: Path) -> list[str]:
    """The program of this machine that reads from its input into the file.

    Raises:
        ToldError: there is none, or it has no voice of this language.
    """
    if program := shutil.which("espeak-ng"):
        return [program, "-v", VOICES[language], "-s", str(speed), "-w", str(out), "--stdin"]
    if program := shutil.which("say"):
        return [program, "-v", mac_voice(program, language), "-r", str(speed), "-o", str(out),
                "--data-format=LEI16@22050", "-f", "-"]  # fmt: skip
    if program := shutil.which("powershell"):
        rate = max(-10, min(10, round((speed - 180) / 20)))
        quoted = str(out.resolve()).replace("'", "''")
        return [program, "-NoProfile", "-Command", WINDOWS % (language, rate, quoted)]
    raise ToldError("no program here speaks: install espeak-ng (Debian: apt install espeak-ng)")


def mac_voice(program: str, language: str) -> str:
    """The first voice that macOS lists for a language: "Thomas              fr_FR    # …"."""
    listed = subprocess.run([program, "-v", "?"], capture_output=True, text=True, check=False)
    found = re.search(rf"^(.+?)\s+{language}[_-]\w+\s+#", listed.stdout, re.MULTILINE)
    if not found:
        raise ToldError(f"macOS has no voice for {language}: System Settings, Spoken Content")
    return found[1]


def write(language: str, speed: int, out: Path) -> None:
    """Read the text aloud into a WAV file.

    Raises:
        ToldError: the file cannot be written there, or no program speaks.
    """
    if out.suffix != ".wav":
        raise ToldError(f"{out} is no WAV file: give it a name that ends with .wav")
    if not out.parent.is_dir():
        raise ToldError(f"{out.parent} is no folder: make it first, or write elsewhere with -o")
    if not SLOWEST <= speed <= FASTEST:
        raise ToldError(f"{speed} words a minute: between {SLOWEST} and {FASTEST} one can listen")
    text = spoken((DOCS / TEXTS[language]).read_text(encoding="utf-8"))
    done = subprocess.run(command(language, speed, out), input=text.encode(), capture_output=True)
    if done.returncode or not out.is_file():
        last = done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"]
        raise ToldError(f"nothing was written: {last[0]}")


def main() -> None:
    """The command line."""
    said = argparse.ArgumentParser(description="Write the told text as an audio file.")
    said.add_argument("--language", choices=TEXTS, default="en")
    said.add_argument("--speed", type=int, default=150, help="words a minute (150)")
    said.add_argument("-o", "--out", type=Path, default=Path("told.wav"), help="told.wav")
    asked = said.parse_args()
    print(f"reading {TEXTS[asked.language]} into {asked.out} …", flush=True)
    try:
        write(asked.language, asked.speed, asked.out)
    except ToldError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
