"""Conditions under which something is said: names of what is so ("trained", "not trained"), and
comparisons of a number that was found ("chance > 0.9"), joined by "and"."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import get_args

from glassformer.errors import nearest
from glassformer.tours.queries import ALWAYS, ConditionName, FactName

COMPARED = re.compile(r"(\w+)\s*(<=|>=|<|>|=)\s*(\w+(?:\.\d+)?)")
NUMBER = re.compile(r"\d+(\.\d+)?")
NAMES: tuple[str, ...] = get_args(ConditionName)
FACTS: tuple[str, ...] = get_args(FactName)


def checked(text: str, facts: Collection[str], conditions: Collection[str]) -> str:
    """The condition with single spaces, for the page.

    Raises:
        ValueError: a name in it is not known, or is not found by this step; says which is near.
    """
    return " and ".join(one_of(part.strip(), facts, conditions) for part in text.split(" and "))


def one_of(part: str, facts: Collection[str], conditions: Collection[str]) -> str:
    """One part of a condition."""
    if compared := COMPARED.fullmatch(part):
        left, sign, right = compared.groups()
        for name in (left, right):
            if not NUMBER.fullmatch(name):
                known(name, FACTS, facts, "value")
        return f"{left} {sign} {right}"
    name = part.removeprefix("not ").strip()
    known(name, NAMES, {*conditions, *ALWAYS}, "condition")
    return part


def known(name: str, names: Collection[str], here: Collection[str], what: str) -> None:
    """Refuse a name that is not known, or that the step's query does not find."""
    if name not in names:
        raise ValueError(f"there is no {what} {name!r}.{nearest(name, names)}")
    if name not in here:
        found = f" It finds {', '.join(sorted(here))}." if here else ""
        raise ValueError(f"this step's query does not find the {what} {name!r}.{found}")
