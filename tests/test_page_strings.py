"""What the page says in another language of the program's sentences is of sentences that it has."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "glassformer"
SPEAKS = [*(SOURCE / "inspection").glob("*.py"), SOURCE / "explorer" / "limits.py"]
HOLE = "\0"


def templates() -> list[str]:
    """Every text of these modules, {} where something is put in."""
    found = []
    for path in SPEAKS:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [
                    one.value if isinstance(one, ast.Constant) else HOLE for one in node.values
                ]
                found.append("".join(str(part) for part in parts))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return [text for text in found if len(re.findall(r"\w\w+", text)) >= 2]


def test_the_sentences_of_the_program_are_those_that_it_says() -> None:
    french = (ROOT / "web" / "src" / "strings" / "fr.ts").read_text(encoding="utf-8")
    table = french.partition("export const program")[2].partition("\n};")[0]
    known = re.findall(r"^  '(.+?)': '", table, re.MULTILINE)
    assert len(known) > 20
    said = [re.compile(re.escape(one).replace(re.escape(HOLE), ".+")) for one in templates()]
    gone = [one for one in known if not any(pattern.fullmatch(one) for pattern in said)]
    assert gone == []
