"""The package as a whole: what it exports, what importing it costs, what it may never do."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import glassformer as gf

ROOT = Path(gf.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))


def test_every_public_name_can_be_had() -> None:
    for name in gf.__all__:
        assert getattr(gf, name) is not None
    assert sorted(gf.__all__, key=str.lower) == sorted(set(gf.__all__), key=str.lower)
    assert set(gf.__all__) <= set(dir(gf))
    with pytest.raises(AttributeError, match="no attribute 'trian'"):
        gf.trian  # noqa: B018


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_imports_and_says_what_it_is(path: Path) -> None:
    name = ".".join(("glassformer", *path.relative_to(ROOT).with_suffix("").parts))
    if path.name != "__main__.py":
        import_module(name.removesuffix(".__init__"))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), f"{path} has no docstring"
    for node in ast.walk(tree):
        public = isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_")
        if public and node in tree.body:
            assert ast.get_docstring(node), f"{path}: {node.name} has no docstring"


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    ).stdout  # fmt: skip


@pytest.mark.parametrize("what", ["import glassformer", "import glassformer.cli"])
def test_heavy_packages_wait_until_they_are_needed(what: str) -> None:
    heavy = ("torch", "numpy", "tokenizers", "sacrebleu", "pydantic", "datasets", "safetensors")
    loaded = json.loads(run(f"{what}; import sys, json; print(json.dumps(sorted(sys.modules)))"))
    assert not set(heavy) & set(loaded)


def test_help_loads_nothing_heavy_either() -> None:
    code = (
        "import sys\nfrom glassformer.cli import main\nsys.argv = ['glassformer', '--help']\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print('torch' in sys.modules, 'numpy' in sys.modules)"
    )
    assert run(code).endswith("False False\n")


def test_nothing_reads_a_pickle_or_runs_code_from_data() -> None:
    forbidden = {"pickle", "cPickle", "marshal", "shelve", "dill"}
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name.split(".")[0] for alias in node.names}
                names |= {(getattr(node, "module", None) or "").split(".")[0]}
                assert not names & forbidden, f"{path}: {names & forbidden}"
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                # A learner's own file is there to be run: in one place, in a process of its own.
                learner = path.name == "program.py" and path.parent.name == "learn"
                barred = ("eval", "torch.save") if learner else ("eval", "exec", "torch.save")
                assert called not in barred, f"{path}: {called}"
                if called == "torch.load":  # of another project's checkpoint, tensors alone
                    assert path.name == "checkpoint.py" and path.parent.name == "interop"
                    assert "weights_only=True" in ast.unparse(node)
