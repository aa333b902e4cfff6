"""Write what goes to the page as TypeScript: python tools/schema.py [--check]

web/src/core/schema.ts from inspection/schema.py, web/src/core/tour.ts from tours/. With --check
nothing is written; where a file is not what it would be, that is said.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
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
from glassformer.tours import queries, tour

ROOT = Path(__file__).parent.parent
CORE = ROOT / "web" / "src" / "core"
PLAIN = {str: "string", int: "number", float: "number", bool: "boolean", NoneType: "null"}
WIRE = """\
// What goes over the wire. Made from src/glassformer/inspection/schema.py by tools/schema.py.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
"""
TOURS = """\
// A tour, and what its steps may ask. Made from src/glassformer/tours/ by tools/schema.py.

"""
Names = Mapping[str, Any]


def wire() -> str:
    """What traces are sent as."""
    return WIRE + types(vars(schema))


def tours() -> str:
    """What tours are sent as, and what each query finds."""
    finds = {
        name: sorted({*query.facts, *query.conditions}) for name, query in queries.QUERIES.items()
    }
    lines = [f"  {name}: {found}," for name, found in finds.items()]
    known = "export type Found = FactName | ConditionName;\n"
    table = ["/** What each query may find, beside what is known of every model. */",
             "export const FINDS: Record<QueryName, Found[]> = {", *lines, "};", ""]  # fmt: skip
    return TOURS + types({**vars(queries), **vars(tour)}) + known + "\n".join(table)


WRITTEN: dict[Path, Callable[[], str]] = {CORE / "schema.ts": wire, CORE / "tour.ts": tours}


def types(names: Names) -> str:
    """All closed lists of words and all records among these."""
    parts = []
    for name, what in names.items():
        if is_typeddict(what) or (is_dataclass(what) and name != "Query"):
            parts.append(interface(what, names))
        elif get_origin(what) is Literal:
            parts.append(f"export type {name} = {spelled(what, names, named=False)};\n")
    return "".join(parts)


def interface(what: type, names: Names) -> str:
    """A TypedDict or a dataclass as an interface, its docstring above it."""
    said = " ".join((what.__doc__ or "").split())
    lines = [f"/** {said.replace('``', '`')} */", f"export interface {what.__name__} {{"]
    for name, kind in get_type_hints(what, include_extras=True).items():
        optional = get_origin(kind) is NotRequired
        inner = get_args(kind)[0] if optional else kind
        lines.append(f"  {name}{'?' if optional else ''}: {spelled(inner, names)};")
    return "\n".join([*lines, "}", ""])


def spelled(kind: Any, names: Names, named: bool = True) -> str:
    """A type of Python's as TypeScript spells it; one that has a name by its name."""
    own = [name for name, what in names.items() if what is kind and name[0].isupper()]
    if kind is Any:
        return "Json"
    if named and own:
        return own[0]
    inner = get_args(kind)
    if get_origin(kind) is Literal:
        return " | ".join(str(one).lower() if one is True else f"'{one}'" for one in inner)
    if get_origin(kind) in (Union, UnionType):
        return " | ".join(spelled(one, names) for one in inner)
    if get_origin(kind) is list:
        one = spelled(inner[0], names)
        return f"({one})[]" if " " in one and not one.startswith("[") else f"{one}[]"
    if get_origin(kind) is tuple:
        return f"[{', '.join(spelled(one, names) for one in inner)}]"
    if get_origin(kind) is dict:
        return f"Record<{spelled(inner[0], names)}, {spelled(inner[1], names)}>"
    return PLAIN[kind]


def main() -> None:
    """The command line."""
    for path, made in WRITTEN.items():
        text = made()
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path.relative_to(ROOT)} is not what the package says: run "
                     "python tools/schema.py")  # fmt: skip


if __name__ == "__main__":
    main()
