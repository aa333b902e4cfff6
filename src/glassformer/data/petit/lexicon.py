"""The words of petit, read from ``lexicon.toml``, every form of them checked to be there."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from glassformer.errors import DataError, nearest


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun with its four forms."""

    english: str
    plural: str
    french: str
    french_plural: str
    feminine: bool


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb; ``objects`` are the noun classes it can be done to, none for an intransitive one."""

    english: str
    third: str
    past: str
    present: str
    present_plural: str
    participle: str
    future: str
    future_plural: str
    objects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Adjective:
    """An adjective; ``soft`` is its masculine before a vowel."""

    english: str
    forms: tuple[str, str, str, str]
    before: bool
    soft: str

    def form(self, feminine: bool, plural: bool, soft: bool = False) -> str:
        """The form that agrees."""
        return self.soft if soft else self.forms[feminine + 2 * plural]


class Lexicon:
    """All words, by what the grammar asks for.

    Raises:
        DataError: an entry lacks a form, or names a class or an adjective that is not there.
    """

    def __init__(self, content: dict[str, Any]):
        self.nouns = {
            kind: tuple(read_noun(name, forms) for name, forms in entries.items())
            for kind, entries in content["nouns"].items()
        }
        adjectives = {n: read_adjective(n, f) for n, f in content["adjectives"].items()}
        self.said_of = {
            kind: tuple(look_up(adjectives, name, f"said_of.{kind}") for name in names.split())
            for kind, names in content["said_of"].items()
        }
        self.reasons = {
            kind: tuple(read_adjective(n, f) for n, f in content[f"adjectives_{kind}"].items())
            for kind in ("animal", "place")
        }
        self.between = {
            kind: self.read_verbs(content[f"verbs_{kind}"]) for kind in ("animal", "place")
        }
        verbs = self.read_verbs(content["verbs"])
        by_name = {verb.english: verb for verb in verbs}
        animals = content["animals_do"]["verbs"].split()
        doers = {
            "person": verbs,
            "animal": tuple(look_up(by_name, name, "animals_do") for name in animals),
        }
        # (who, transitive or not) -> verbs
        self.done_by = {
            (who, transitive): tuple(v for v in can if bool(v.objects) == transitive)
            for who, can in doers.items()
            for transitive in (False, True)
        }
        self.done_to = {
            kind: found
            for kind in self.nouns
            if (found := tuple(v for v in verbs if kind in v.objects))
        }

    def read_verbs(self, entries: dict[str, str]) -> tuple[Verb, ...]:
        """The verbs of a section."""
        return tuple(read_verb(name, forms, self.nouns) for name, forms in entries.items())


def look_up(entries: dict[str, Any], name: str, where: str) -> Any:
    """An entry by its English name, or DataError with the nearest one."""
    if name not in entries:
        raise DataError(f"{where} names {name!r}, which is not there.{nearest(name, entries)}")
    return entries[name]


def forms_of(name: str, text: str, *counts: int) -> list[str]:
    """The forms of an entry, or DataError when there are not as many as expected."""
    forms = [form.strip() for form in text.split(",")]
    if len(forms) not in counts or not all(forms[: min(counts) - 1]):
        expected = " or ".join(map(str, counts))
        raise DataError(f"{name!r} needs {expected} forms, separated by commas, not {text!r}")
    return forms


def read_noun(name: str, text: str) -> Noun:
    """A noun from its line."""
    plural, french, french_plural, gender = forms_of(name, text, 4)
    if gender not in ("m", "f"):
        raise DataError(f"the gender of {name!r} is {gender!r}: write m or f")
    return Noun(name, plural, french, french_plural, gender == "f")


def read_verb(name: str, text: str, nouns: dict[str, Any]) -> Verb:
    """A verb from its line."""
    *forms, objects = forms_of(name, text, 8)
    for kind in objects.split():
        look_up(nouns, kind, f"the verb {name!r}")
    third, past, present, present_plural, participle, future, future_plural = forms
    return Verb(
        name, third, past, present, present_plural, participle, future, future_plural,
        tuple(objects.split()),
    )  # fmt: skip


def read_adjective(name: str, text: str) -> Adjective:
    """An adjective from its line."""
    forms = forms_of(name, text, 5, 6)
    if forms[4] not in ("before", "after"):
        raise DataError(f"{name!r} stands {forms[4]!r} its noun: write before or after")
    soft = forms[5] if len(forms) == 6 else forms[0]
    return Adjective(name, (forms[0], forms[1], forms[2], forms[3]), forms[4] == "before", soft)


@cache
def lexicon() -> Lexicon:
    """The lexicon that the package carries."""
    text = (resources.files("glassformer.data.petit") / "lexicon.toml").read_text(encoding="utf-8")
    return Lexicon(tomllib.loads(text))
