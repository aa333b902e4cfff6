"""Write web/src/core/schema.ts from inspection/schema.py: python tools/schema.py [--check]

With --check nothing is written; where the file is not what it would be, that is said.
"""

from __future__ import annotations

import sys
from pathlib import Path
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from glassformer.inspection import schema

ROOT = Path(__file__).parent.parent
WRITTEN = ROOT / "web" / "src" / "core" / "schema.ts"
HEAD = """\
// What goes over the wire. Made from src/glassformer/inspection/schema.py by tools/schema.py.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
"""
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}


def typescript() -> str:
    """The whole file."""
    parts = [HEAD]
    for name, what in vars(schema).items():
        if is_typeddict(what):
            parts.append(interface(what))
        elif get_origin(what) is Literal:
            parts.append(f"export type {name} = {spelled(what, named=False)};\n")
    return "".join(parts)


def interface(what: type) -> str:
    """A TypedDict as an interface, its docstring above it."""
    said = " ".join((what.__doc__ or "").split())
    lines = [f"/** {said.replace('``', '`')} */", f"export interface {what.__name__} {{"]
    for name, kind in get_type_hints(what, include_extras=True).items():
        optional = get_origin(kind) is NotRequired
        inner = get_args(kind)[0] if optional else kind
        lines.append(f"  {name}{'?' if optional else ''}: {spelled(inner)};")
    return "\n".join([*lines, "}", ""])


def spelled(kind: Any, named: bool = True) -> str:
    """A type of Python's as TypeScript spells it; one that the schema names by its name."""
    names = [name for name, what in vars(schema).items() if what is kind and name[0].isupper()]
    if kind is Any:
        return "Json"
    if named and names:
        return names[0]
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return " | ".join(str(one).lower() if one is True else f"'{one}'" for one in inner)
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(spelled(one) for one in inner)
    if get_origin(kind) is list:
        one = spelled(inner[0])
        return f"({one})[]" if " " in one and not one.startswith("[") else f"{one}[]"
    if get_origin(kind) is tuple:
        return f"[{', '.join(spelled(one) for one in inner)}]"
    if get_origin(kind) is dict:
        return f"Record<{spelled(inner[0])}, {spelled(inner[1])}>"
    return PLAIN[kind]


def main() -> None:
    """The command line."""
    text = typescript()
    if "--check" in sys.argv:
        if not WRITTEN.is_file() or WRITTEN.read_text(encoding="utf-8") != text:
            sys.exit(f"{WRITTEN.relative_to(ROOT)} is not what inspection/schema.py says: run "
                     "python tools/schema.py")  # fmt: skip
        return
    WRITTEN.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
