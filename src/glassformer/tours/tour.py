"""A tour as it is handed on: to the page as JSON, to whatever else shows one. Frozen; made by
``reading``. ``tools/schema.py`` writes these classes for the page."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from glassformer.tours.queries import ChoicesName, EndName, QueryName


@dataclass(frozen=True)
class Show:
    """A query with all its options."""

    query: QueryName
    options: dict[str, str]


@dataclass(frozen=True)
class Said:
    """A text with placeholders; ``when`` is the condition under which it is said ("": always)."""

    when: str
    text: str


@dataclass(frozen=True)
class Step:
    """One step. ``show`` is found at once, ``then`` when its question is answered; or it stands ``at`` a place of the page's own address. ``choices`` are texts with the condition under which each is right, or ``computed`` names what the page makes them from (``of`` is the fact). ``idea`` is one of the index of ideas, whose title and text the page has. ``formula`` is TeX. ``otherwise`` is said where the model has no such thing."""  # noqa: E501

    id: str
    title: str
    show: Show | None
    then: Show | None
    at: dict[str, str]
    idea: str
    sentence: str
    needs: list[str]
    covers: list[str]
    introduces: list[str]
    ask: str
    choices: list[Said]
    computed: ChoicesName | None
    of: str
    tell: list[Said]
    formula: str
    otherwise: str
    file: str
    line: int


@dataclass(frozen=True)
class Chapter:
    """Steps that belong together; ``needs`` are the chapters before it whose words it uses."""

    id: str
    title: str
    needs: list[str]
    text: str
    steps: list[Step]


@dataclass(frozen=True)
class Tour:
    """A whole tour. ``language`` is a code ("en"), ``level`` a word for whom it is; ``ends`` names what is offered after its last step (null: nothing)."""  # noqa: E501

    id: str
    title: str
    language: str
    level: str
    about: str
    ends: EndName | None
    chapters: list[Chapter]

    @property
    def steps(self) -> list[Step]:
        """All steps in their order."""
        return [step for chapter in self.chapters for step in chapter.steps]

    def as_json(self) -> dict[str, Any]:
        """What the page is sent."""
        return asdict(self)
