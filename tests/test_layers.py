"""Who may import whom: every module imports lower ranks, and what its own rank allows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import glassformer

ROOT = Path(glassformer.__file__).parent
# Package or module -> what of ours it may import. Ranks as in CONTRIBUTING.md, lowest first.
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "tap": set(),
    "numerics": {"errors", "tap"},
    "model": {"errors", "tap", "numerics"},
    "text": {"errors", "tap", "numerics"},
    "data": {"errors", "text"},
    "decoding": {"errors", "numerics"},
    "handouts": {"errors", "numerics"},
    "inspection": {"errors", "tap", "numerics", "handouts"},
    "runs": {"errors", "model", "text"},
    "translation": {"errors", "numerics", "model", "text", "decoding"},
    "tasks": {"errors", "numerics", "model", "text", "data", "decoding", "translation"},
    "interop": {"errors", "numerics", "model", "text", "decoding", "runs", "translation"},
}
ALLOWED["training"] = {*ALLOWED}
ALLOWED["evaluation"] = {*ALLOWED} - {"training", "interop"}
ALLOWED["loaded"] = {*ALLOWED}
ALLOWED["local"] = {"errors"}
ALLOWED["tours"] = {"errors"}
ALLOWED["serving"] = {*ALLOWED} - {"training", "evaluation"}
ALLOWED["explorer"] = {*ALLOWED} - {
    "serving"
}  # evaluation too: the score of the sentence on the page
ALLOWED["paper"] = {*ALLOWED} - {"serving", "local", "explorer"}
ALLOWED["slides"] = {*ALLOWED} - {"serving", "local", "explorer"}
ALLOWED["learn"] = {*ALLOWED} - {"serving", "local", "explorer", "paper", "slides"}
LAZY = {"cli", "__init__", "__main__"}  # may import anything; heavy things only inside functions
HEAVY = {"torch", "pydantic", "tokenizers", "numpy", "sacrebleu", "rich", "safetensors", "psutil"}

MODULES = sorted(ROOT.rglob("*.py"))


def imported(nodes: list[ast.AST]) -> set[str]:
    names: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_lower_ranks_only(path: Path) -> None:
    home = path.relative_to(ROOT).parts[0].removesuffix(".py")
    found = imported(list(ast.walk(ast.parse(path.read_text(encoding="utf-8")))))
    ours = {name.split(".")[1] for name in found if name.startswith("glassformer.")} - {home}
    if home not in LAZY:
        assert ours <= ALLOWED[home], ours - ALLOWED[home]
        assert "cli" not in ours


@pytest.mark.parametrize("path", sorted((ROOT / "cli").glob("*.py")), ids=lambda path: path.stem)
def test_verbs_import_heavy_things_inside_functions(path: Path) -> None:
    if path.stem == "display":  # is itself imported inside a verb
        return
    top = imported(list(ast.parse(path.read_text(encoding="utf-8")).body))
    roots = {name.split(".")[0] for name in top}
    assert not roots & HEAVY
    ours = {name.split(".")[1] for name in top if name.startswith("glassformer.")}
    assert ours <= {"cli", "errors"}, ours
