"""The reference: every public name with its signature and docstring, every verb with its help."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import click

from book.cutting import SOURCE


def escaped(text: str) -> str:
    """A docstring as Markdown: what is code stays, no sign of it means anything."""
    parts = re.split(r"(``.*?``)", text, flags=re.DOTALL)
    parts[::2] = [re.sub(r"([\\`*_<>\[\]{}|#$~^])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


def described(doc: str | None) -> str:
    """A docstring: its paragraphs; lists of arguments and errors as lists."""
    lines, found, inside = (doc or "").split("\n"), [], False
    for line in lines:
        head = re.fullmatch(r"(Args|Returns|Raises|Yields):", line.strip())
        if head:
            inside = True
            found += ["", f"**{head[1]}**", ""]
        elif inside and re.match(r"    \S", line):
            name, colon, rest = line.strip().partition(": ")
            said = (
                f"`{name}`: {escaped(rest)}"
                if colon and " " not in name
                else escaped(name + colon + rest)
            )
            found.append(f"- {said}")
        elif inside and line.startswith("     "):
            found.append(f"  {escaped(line.strip())}")
        else:
            inside = inside and not line.strip()
            found.append(escaped(line.strip()))
    return "\n".join(found).strip() + "\n"


def signature(node: ast.FunctionDef, name: str) -> str:
    """The head of a function, as it is called; of a property, as it is read."""
    returns = ast.unparse(node.returns) if node.returns else ""
    if any(ast.unparse(one).endswith("property") for one in node.decorator_list):
        return f"{name}: {returns}"
    back = f" -> {returns}" if returns else ""
    given = re.sub(r"^(self|cls)(, |$)", "", ast.unparse(node.args))
    given = re.sub(r"(: [^,=]+)=", r"\1 = ", given)
    line = f"{name}({given}){back}"
    if len(line) <= 88:
        return line
    lines = re.sub(r", (?=\w+: |\*)", ",\n    ", given)
    return f"{name}(\n    {lines},\n){back}"


def public(body: list[ast.stmt]) -> list[ast.FunctionDef | ast.ClassDef]:
    """The public functions and classes of a body."""
    kinds = ast.FunctionDef | ast.ClassDef
    return [node for node in body if isinstance(node, kinds) and not node.name.startswith("_")]


def module_page(file: Path, deep: int) -> str:
    """All public names of a module."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    dotted = ".".join(file.relative_to(SOURCE.parent).with_suffix("").parts)
    dotted = dotted.removesuffix(".__init__")
    parts = [f"{'#' * deep} `{dotted}`\n", described(ast.get_docstring(tree))]
    for node in public(tree.body):
        parts.append(f"{'#' * (deep + 1)} {escaped(node.name)}\n")
        parts.append(entry(node, node.name))
        if isinstance(node, ast.ClassDef):
            parts += [entry(m, f"{node.name}.{m.name}") for m in public(node.body)]
    return "\n".join(parts)


def entry(node: ast.FunctionDef | ast.ClassDef, name: str) -> str:
    """One name: how it is called, and what it says of itself."""
    if isinstance(node, ast.FunctionDef):
        how = signature(node, name)
    else:
        made = next((m for m in node.body if getattr(m, "name", "") == "__init__"), None)
        how = (
            signature(made, f"class {name}")
            if isinstance(made, ast.FunctionDef)
            else fields(node, name)
        )
    return f"```python\n{how}\n```\n\n{described(ast.get_docstring(node))}"


def fields(node: ast.ClassDef, name: str) -> str:
    """A class without an __init__ of its own: its fields, one a line."""
    lines = [f"    {ast.unparse(one)}" for one in node.body if isinstance(one, ast.AnnAssign)]
    bases = ", ".join(map(ast.unparse, node.bases))
    return "\n".join([f"class {name}({bases})" if bases else f"class {name}", *lines])


def package_page(package: str) -> str:
    """The reference of a package, or of a module that stands alone."""
    folder = SOURCE / package
    if not folder.is_dir():
        return module_page(folder.with_suffix(".py"), 1)
    parts = [f"# `glassformer.{package}`\n"]
    for file in sorted(folder.rglob("*.py"), key=lambda one: (one.name != "__init__.py", one)):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        if file.name == "__init__.py" and file.parent == folder:
            parts.append(described(ast.get_docstring(tree)))
        elif public(tree.body):
            parts.append(module_page(file, 2))
    return "\n".join(parts)


def cli_page() -> str:
    """Every verb's help, as the terminal shows it."""
    from glassformer.cli import VERBS, glassformer

    parts = ["# The command line\n\nWhat `glassformer VERB --help` says, of every verb.\n"]
    with click.Context(glassformer, info_name="glassformer", terminal_width=88) as top:
        for name in VERBS:
            command = glassformer.get_command(top, name)
            assert command is not None
            parts.append(help_of(command, name, top, 2))
    return "\n".join(parts)


def help_of(command: click.Command, name: str, parent: click.Context, deep: int) -> str:
    """The help of a verb, and of those below it."""
    with click.Context(command, info_name=name, parent=parent, terminal_width=88) as context:
        parts = [
            f"{'#' * deep} {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
        ]
        if isinstance(command, click.Group):
            for below in command.list_commands(context):
                found = command.get_command(context, below)
                assert found is not None
                parts.append(help_of(found, below, context, deep + 1))
    return "\n".join(parts)
