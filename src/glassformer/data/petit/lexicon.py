"""The words of petit: what a lexicon file holds, and the checks it has to pass."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from glassformer.errors import DataError, nearest

KINDS = (
    "person", "animal", "place", "building", "food", "thing", "clothing", "openable", "document",
)  # fmt: skip
GENDERS = ("m", "f")


@dataclass(frozen=True)
class Name:
    """A person's first name; the same on both sides."""

    name: str
    gender: str


@dataclass(frozen=True)
class Noun:
    """``english`` and ``french``: singular, plural. ``of``: kinds in "the door of the house"."""

    english: tuple[str, str]
    french: tuple[str, str]
    gender: str
    kind: str
    of: tuple[str, ...] = ()
    aspirated: bool = False


@dataclass(frozen=True)
class Verb:
    """``english``: base, third person, past, participle. ``french``: present singular, present
    plural, future singular, future plural, participle. The rest: which nouns it takes."""

    english: tuple[str, str, str, str]
    french: tuple[str, str, str, str, str]
    subject: tuple[str, ...]
    object: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    from_: tuple[str, ...] = ()
    auxiliary: str = "avoir"
    relative: bool = False
    it: bool = False


@dataclass(frozen=True)
class Reporting:
    """A verb of saying. ``english``: base, third person; ``french``: singular, plural."""

    english: tuple[str, str]
    french: tuple[str, str]


@dataclass(frozen=True)
class Adjective:
    """``french``: masculine, feminine, masculine plural, feminine plural."""

    english: str
    french: tuple[str, str, str, str]
    position: str
    of: tuple[str, ...]
    before_vowel: str | None = None
    it: str | None = None
    predicate: bool = True


@dataclass(frozen=True)
class Lexicon:
    """All words but the grammar's own (articles, prepositions, negation …)."""

    names: tuple[Name, ...]
    nouns: tuple[Noun, ...]
    verbs: tuple[Verb, ...]
    reporting: tuple[Reporting, ...]
    adjectives: tuple[Adjective, ...]
    origin: str = field(default="the lexicon", compare=False)

    def __post_init__(self) -> None:
        _check_forms(self)
        _check_uses(self)
        _check_it(self)


def load_lexicon(path: Path | str | None = None) -> Lexicon:
    """The lexicon in a TOML file, or the package's own.

    Raises:
        DataError: the file cannot be read, or an entry is not as the file's comments say.
    """
    if path is None:
        text = resources.files(__package__).joinpath("lexicon.toml").read_text(encoding="utf-8")
        return parse_lexicon(text, "lexicon.toml")
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the lexicon {path} cannot be read: {error}") from error
    return parse_lexicon(text, str(path))


def parse_lexicon(text: str, origin: str = "the lexicon") -> Lexicon:
    """The lexicon in a TOML text; ``origin`` stands in the messages.

    Raises:
        DataError: see ``load_lexicon``.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{origin} is no valid TOML: {error}") from error
    tables = {"names": list, "nouns": dict, "verbs": list, "reporting": list, "adjectives": list}
    for key in content:
        if key not in tables:
            raise DataError(f"{origin}: {key!r} is no table of a lexicon.{nearest(key, tables)}")
    for key, kind in tables.items():
        if not content.get(key) or not isinstance(content[key], kind):
            raise DataError(f"{origin}: the table {key!r} is missing, empty or of another shape")
    for kind in content["nouns"]:
        if kind not in KINDS:
            raise DataError(f"{origin}: {kind!r} is no kind of noun.{nearest(kind, KINDS)}")
    return Lexicon(
        names=tuple(_name(Entry(row, "name", origin)) for row in content["names"]),
        nouns=tuple(
            _noun(Entry(row, "noun", origin), kind)
            for kind, rows in content["nouns"].items()
            for row in rows
        ),
        verbs=tuple(_verb(Entry(row, "verb", origin)) for row in content["verbs"]),
        reporting=tuple(_reporting(Entry(row, "verb", origin)) for row in content["reporting"]),
        adjectives=tuple(
            _adjective(Entry(row, "adjective", origin)) for row in content["adjectives"]
        ),
        origin=origin,
    )


class Entry:
    """One row of a table, taken apart with a message for whatever is wrong in it."""

    def __init__(self, row: Any, what: str, origin: str):
        if not isinstance(row, Mapping):
            raise DataError(f"{origin}: a {what} is {row!r}; expected a table of fields")
        self.row, self.taken = row, set[str]()
        self.name = f"{origin}: the {what} {row.get('english', row.get('name', row))!r}"

    def fail(self, message: str) -> DataError:
        """An error that names the entry."""
        return DataError(f"{self.name} {message}")

    def word(self, key: str) -> str:
        """A required word."""
        value = self.optional(key)
        if value is None:
            raise self.fail(f"has no {key!r}")
        return value

    def optional(self, key: str) -> str | None:
        """A word that may be missing."""
        self.taken.add(key)
        value = self.row.get(key)
        if value is not None and not _is_word(value):
            raise self.fail(f"has {key} = {value!r}; expected one word of letters")
        return value

    def forms(self, key: str, count: int) -> tuple[Any, ...]:
        """Exactly so many words."""
        self.taken.add(key)
        value = self.row.get(key)
        if not isinstance(value, list) or len(value) != count or not all(map(_is_word, value)):
            raise self.fail(f"has {key} = {value!r}; expected {count} words of letters")
        return tuple(value)

    def one_of(self, key: str, known: Sequence[str], default: str | None = None) -> str:
        """One of the known words."""
        value = self.optional(key) or default
        if value is None or value not in known:
            raise self.fail(f"has {key} = {value!r}; expected {' or '.join(known)}")
        return value

    def kinds(self, key: str, required: bool = False) -> tuple[str, ...]:
        """A list of kinds of nouns."""
        self.taken.add(key)
        value = self.row.get(key, [])
        if not isinstance(value, list) or (required and not value):
            raise self.fail(f"has {key} = {value!r}; expected a list of kinds")
        for kind in value:
            if kind not in KINDS:
                raise self.fail(f"has {kind!r} in {key!r}.{nearest(str(kind), KINDS)}")
        return tuple(value)

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        self.taken.add(key)
        value = self.row.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(f"has {key} = {value!r}; expected true or false")
        return value

    def done(self) -> None:
        """No field may be left over."""
        for key in self.row:
            if key not in self.taken:
                raise self.fail(f"has an unknown field {key!r}.{nearest(key, self.taken)}")


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value.isalpha()


def _name(entry: Entry) -> Name:
    name = Name(entry.word("name"), entry.one_of("gender", GENDERS))
    entry.done()
    return name


def _noun(entry: Entry, kind: str) -> Noun:
    noun = Noun(
        english=entry.forms("english", 2),
        french=entry.forms("french", 2),
        gender=entry.one_of("gender", GENDERS),
        kind=kind,
        of=entry.kinds("of"),
        aspirated=entry.flag("aspirated"),
    )
    entry.done()
    if noun.english[0] == noun.english[1]:
        raise entry.fail("has one form for singular and plural, so its number cannot be known")
    return noun


def _verb(entry: Entry) -> Verb:
    verb = Verb(
        english=entry.forms("english", 4),
        french=entry.forms("french", 5),
        auxiliary=entry.one_of("auxiliary", ("avoir", "être"), "avoir"),
        subject=entry.kinds("subject", required=True),
        object=entry.kinds("object"),
        to=entry.kinds("to"),
        from_=entry.kinds("from"),
        relative=entry.flag("relative"),
        it=entry.flag("it"),
    )
    entry.done()
    if len({*verb.english[:3]}) < 3:
        raise entry.fail("has one form for two tenses, so its tense cannot be known")
    if (verb.relative or verb.it) and not verb.object:
        raise entry.fail("needs an object to stand in a relative clause or with 'it'")
    if verb.to and verb.from_:
        raise entry.fail("has both 'to' and 'from'; expected at most one")
    return verb


def _reporting(entry: Entry) -> Reporting:
    verb = Reporting(entry.forms("english", 2), entry.forms("french", 2))
    entry.done()
    return verb


def _adjective(entry: Entry) -> Adjective:
    adjective = Adjective(
        english=entry.word("english"),
        french=entry.forms("french", 4),
        position=entry.one_of("position", ("before", "after")),
        before_vowel=entry.optional("before_vowel"),
        of=entry.kinds("of", required=True),
        it=entry.optional("it"),
        predicate=entry.flag("predicate", True),
    )
    entry.done()
    if adjective.it is not None:
        other = {"animal": "place", "place": "animal"}.get(adjective.it)
        if other is None:
            raise entry.fail(f"has it = {adjective.it!r}; expected animal or place")
        if adjective.it not in adjective.of or other in adjective.of:
            raise entry.fail(f"has it = {adjective.it!r}: it must describe that and no {other}")
    return adjective


def _check_forms(lexicon: Lexicon) -> None:
    """No English form in two entries: each sentence then has one translation."""
    owners: dict[str, str] = {}
    entries: list[tuple[str, set[str]]] = [(n.name, {n.name}) for n in lexicon.names]
    entries += [(noun.english[0], {*noun.english}) for noun in lexicon.nouns]
    entries += [(verb.english[0], {*verb.english[:3]}) for verb in lexicon.verbs]
    entries += [(verb.english[0], {*verb.english}) for verb in lexicon.reporting]
    entries += [(adjective.english, {adjective.english}) for adjective in lexicon.adjectives]
    for owner, forms in entries:
        for form in forms:
            if form in owners:
                raise DataError(
                    f"{lexicon.origin}: {form!r} stands for both {owners[form]!r} and {owner!r}; "
                    "each English form needs one meaning"
                )
            owners[form] = owner


def _check_uses(lexicon: Lexicon) -> None:
    """Every rule of the grammar finds words."""
    origin = lexicon.origin
    for kind in KINDS:
        count = sum(noun.kind == kind for noun in lexicon.nouns)
        if count < 2:
            raise DataError(f"{origin}: kind {kind!r} has {count} nouns; expected at least 2")
        if not any(kind in v.subject or (v.relative and kind in v.object) for v in lexicon.verbs):
            raise DataError(
                f"{origin}: no verb has {kind!r} as a subject, and none with relative = true as "
                "an object, so nothing can be said in a relative clause"
            )
    if not any("person" in verb.subject for verb in lexicon.verbs):
        raise DataError(f"{origin}: no verb has persons as subjects")
    if not any(a.predicate and "person" in a.of for a in lexicon.adjectives):
        raise DataError(f"{origin}: no adjective can be said of persons")


def _check_it(lexicon: Lexicon) -> None:
    """ "it" has all it needs, and its gender tells nothing: half of each kind are masculine."""
    origin = lexicon.origin
    for kind, other in (("animal", "place"), ("place", "animal")):
        genders = [noun.gender for noun in lexicon.nouns if noun.kind == kind]
        if genders.count("m") != genders.count("f"):
            raise DataError(
                f"{origin}: kind {kind!r} has {genders.count('m')} masculine and "
                f"{genders.count('f')} feminine nouns; 'it' needs as many of each"
            )
        if not any(adjective.it == kind for adjective in lexicon.adjectives):
            raise DataError(f"{origin}: no adjective has it = {kind!r}")
        if not any(v.it and kind in v.subject and other in v.object for v in lexicon.verbs):
            raise DataError(
                f"{origin}: no verb with it = true lets a noun of kind {kind!r} do something to "
                f"one of kind {other!r}"
            )
