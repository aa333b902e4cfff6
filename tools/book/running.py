"""Blocks run: Python of a page in one namespace, shell lines by the verbs of the command line."""

from __future__ import annotations

import ast
import contextlib
import io
import shlex
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from book.blocks import Block


def run_python(block: Block, names: dict[str, Any]) -> tuple[str, Any]:
    """Run a block; what it printed, and the value of its last line where that is an expression.

    Raises:
        PageError: it fails; the line is that of the page.
    """
    printed = io.StringIO()
    file = str(block.page)
    try:
        tree = ast.parse("\n" * block.line + block.body, file)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, file, "exec"), names)
            asked = compile(ast.Expression(last.value), file, "eval") if last else None
            value = eval(asked, names) if asked else None
    except Exception as error:
        raise block.error(f"{type(error).__name__}: {error}") from error
    return printed.getvalue(), value


def commands_of(block: Block) -> list[list[str]]:
    """The words of each line of a shell block, comments left out."""
    lines = block.body.replace("\\\n", " ").split("\n")
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def run_shell(block: Block) -> None:
    """Run a block's lines, all of which are `glassformer …`, here.

    Raises:
        PageError: a line is of another program, or fails.
    """
    from glassformer.cli import glassformer

    for words in commands_of(block):
        if words[0] != "glassformer":
            raise block.error(f"{words[0]!r} is not run here: give a reason (<!-- not run: … -->)")
        done = CliRunner().invoke(glassformer, words[1:])
        if done.exit_code:
            raise block.error(f"{shlex.join(words)}: {done.exception!r}\n{done.output}")


def new_names(page: Path) -> dict[str, Any]:
    """The namespace in which a page begins."""
    return {"__name__": f"page_{page.stem}"}
