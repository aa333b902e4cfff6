"""What a check found, as the learner reads it and as plain values."""

from __future__ import annotations

import re
import textwrap
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Report:
    """What a check found: the cases that are right, and, of the first that is not, what is wrong.

    Attributes:
        right: what each case that is right tried.
        case: what the case tried that is not, "" if all are right.
        wrong: what is wrong with it, a sentence each.
        place: the learner's line where it begins, "" where that cannot be told.
        printed: what the learner's code printed.
    """

    title: str
    right: list[str] = field(default_factory=list)
    case: str = ""
    wrong: list[str] = field(default_factory=list)
    place: str = ""
    printed: str = ""

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong

    def text(self) -> str:
        """All of it, as the learner reads it."""
        lines = [self.title]
        if self.printed:
            lines += ["  it printed:", *(f"    {line}" for line in self.printed.splitlines())]
        lines += [f"  ✓ {says}" for says in self.right]
        if self.wrong:
            lines.append(f"  ✗ {self.case or 'it does not run'}")
            lines += [folded(sentence(said)) for said in self.wrong]
        if self.place:
            lines.append(f"    {self.place}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self) | {"passed": self.passed}

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> Report:
        """The report whose ``to_json`` this is."""
        return cls(**{name: one for name, one in content.items() if name != "passed"})


def sentence(said: str) -> str:
    """With its end, and its first letter large unless it begins with a name or a formula."""
    begun = said if re.match(r"\w*[^\w\s,']|\w*_", said) else f"{said[0].upper()}{said[1:]}"
    return begun if said.endswith("?") else f"{begun}."


def folded(text: str) -> str:
    """A sentence below its case, in lines of a readable width."""
    return textwrap.fill(
        text, 92, initial_indent="    ", subsequent_indent="    ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip
