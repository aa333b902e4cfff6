"""One step of a tour from its section: its fields, its blocks (Ask, Tell, Formula, Otherwise), and
the placeholders, conditions and links in its texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast, get_args

from glassformer.errors import nearest
from glassformer.tours import conditions, tex
from glassformer.tours.address import place_of
from glassformer.tours.blocks import FIELD, Line, Section, refuse
from glassformer.tours.queries import (
    ANY,
    COMMON,
    QUERIES,
    CardName,
    ChoicesName,
)
from glassformer.tours.tour import Said, Show, Step

FIELDS = ("show", "then", "at", "sentence", "needs", "covers", "introduces")
LABEL = re.compile(r"(Ask|Choices|Tell(?: if (.+?))?|Formula|Otherwise)\s?:\s*(.*)")
ANY_LABEL = re.compile(r"([A-Z][a-z]+)(?: if .+)?\s?:(?:\s|$)")
LABELS = ("Ask", "Choices", "Tell", "Tell if", "Formula", "Otherwise")
BARE = re.compile(r"(Ask|Choices|Tell if|Tell|Formula|Otherwise)\s+((\S+).*)")
OTHERWISE_WRITTEN = re.compile(r"[*_]*([A-Za-z]+)[*_]*\s?:")  # "ask:", "ASK:", "**Ask:**"
CHOICE = re.compile(r"-\s+(.*?)\s*\[(.+)\]")
PLACEHOLDER = re.compile(r"\{([\w-]*)\}")
LINK = re.compile(r"\[[^\]]*\]\((\w+):([\w-]+)\)")
IDEA = re.compile(r"[abc]\d\d")
COVERED = {"a": 40, "b": 30, "c": 13}  # the ideas of the index, by group


@dataclass
class Blocks:
    """What stands under a step's fields, block by block."""

    ask: list[Line] = field(default_factory=list)
    choices: list[tuple[str, str, int]] = field(default_factory=list)  # text, condition, line
    computed: Line | None = None
    tell: list[tuple[Line, list[Line]]] = field(default_factory=list)  # condition, lines
    formula: list[Line] = field(default_factory=list)
    otherwise: list[Line] = field(default_factory=list)


def step_of(section: Section, file: str, ids: Collection[str] = ()) -> Step:
    """The step of this section; ``ids`` are the steps that its texts may lead to.

    Raises:
        TourError: something in it is not known; names the line.
    """
    alone = IDEA.fullmatch(section.title) is not None  # an idea, its title and text the page's
    if alone:
        section.fields.setdefault("show", Line(f"idea {section.title}", section.number))
    for name, line in section.fields.items():
        if name not in FIELDS:
            misplaced(Line(f"{name}:", line.number), file)
            raise refuse(file, line.number, f"a step has no {name!r}.{nearest(name, FIELDS)}")
    given = {name: section.fields.get(name, Line("", section.number)) for name in FIELDS}
    show, then = (show_of(given[name], file) for name in ("show", "then"))
    if show and given["at"].text:
        raise refuse(file, given["at"].number, "a step has 'show:' or 'at:', not both")
    blocks = blocks_of(section, file)
    idea = show.options["id"] if show and show.query == "idea" else ""
    if not (blocks.tell or blocks.ask or idea):
        raise refuse(file, section.number, f"the step {section.title!r} says nothing")
    if show and not idea and not blocks.otherwise:
        raise refuse(
            file, section.number, f"the step {section.title!r} has no 'Otherwise:', which is said "
            "where a model has no such thing"
        )  # fmt: skip
    check = Check(file, show, then, ids)
    computed, of = computed_of(blocks.computed, check)
    if blocks.ask and not (blocks.tell or idea):
        raise refuse(file, section.number, f"the step {section.title!r} asks and tells nothing")
    return Step(
        id=section.id,
        title="" if alone else section.title,
        show=show,
        then=then,
        at=place_of(given["at"], file),
        idea=idea,
        sentence=given["sentence"].text,
        needs=[check.condition(Line(one, given["needs"].number), always=True)
               for one in listed(given["needs"])],
        covers=[covered(one, given["covers"].number, file) for one in listed(given["covers"])],
        introduces=listed(given["introduces"]),
        ask=check.text(blocks.ask),
        choices=[Said(check.condition(Line(when, line)), check.text([Line(text, line)]))
                 for text, when, line in blocks.choices],
        computed=computed,
        of=of,
        tell=[Said(check.condition(when) if when.text else "", check.text(lines))
              for when, lines in blocks.tell],
        formula=formula_of(blocks.formula, check),
        otherwise=check.text(blocks.otherwise, always=True),
        file=file,
        line=section.number,
    )  # fmt: skip


def listed(line: Line) -> list[str]:
    """What a field names, with commas between."""
    return [one.strip() for one in line.text.split(",") if one.strip()]


def covered(name: str, number: int, file: str) -> str:
    """The id of an idea of the index."""
    if not IDEA.fullmatch(name) or not 1 <= int(name[1:]) <= COVERED[name[0]]:
        raise refuse(file, number, f"there is no idea {name!r}: they go from a01 to a40, from b01 "
                     "to b30 and from c01 to c13")  # fmt: skip
    return name


def show_of(line: Line, file: str) -> Show | None:
    """The query of a field "show: look pronoun grain=steps"; None where there is none."""
    name, *words = line.text.split() or [""]
    if not name:
        return None
    if name not in QUERIES:
        raise refuse(file, line.number, f"there is no query {name!r}.{nearest(name, QUERIES)}")
    options = QUERIES[name].options
    found = {option: values[0] if values != ANY else "" for option, values in options.items()}
    for i, word in enumerate(words):
        option, sign, value = word.partition("=")
        if not sign and i == 0 and options:
            option, value = next(iter(options)), word
        if option not in options:
            has = f"{nearest(option, options)}" if options else " It has none."
            raise refuse(file, line.number, f"the query {name!r} has no option {option!r}.{has}")
        if options[option] != ANY and value not in options[option]:
            raise refuse(file, line.number, f"{name} {option} cannot be {value!r}."
                         f"{nearest(value, options[option])}")  # fmt: skip
        found[option] = value
    if name == "idea":
        covered(found["id"], line.number, file)
    return Show(name, found)


def formula_of(lines: list[Line], check: Check) -> str:
    """The formula, if the page can set it."""
    formula = " ".join(line.text for line in lines).strip()
    if lines:
        with check.at(lines[0].number):
            tex.check(formula)
    return formula


def computed_of(line: Line | None, check: Check) -> tuple[ChoicesName | None, str]:
    """What the page makes the choices from, and of which fact."""
    if line is None:
        return None, ""
    name, _, of = line.text.partition(" ")
    names = get_args(ChoicesName)
    if name not in names:
        raise refuse(check.file, line.number, f"there are no choices {name!r}."
                     f"{nearest(name, names)}")  # fmt: skip
    if name == "fact":
        check.known(of.strip(), line.number)
    return cast(ChoicesName, name), of.strip()


def blocks_of(section: Section, file: str) -> Blocks:
    """The blocks of a step: what a label begins goes on to the next label."""
    found = Blocks()
    now: list[Line] | None = None
    for paragraph in section.paragraphs:
        for i, line in enumerate(paragraph):
            label = LABEL.fullmatch(line.text)
            if label:
                now = begun(found, label, line)
                continue
            if bare := unlabelled(line.text):
                raise refuse(file, line.number, f"{line.text[:40]!r} has no colon: a block begins "
                             f"'{bare}:'; in a text let another word begin the line")  # fmt: skip
            if i == 0:
                misplaced(line, file)
            strange = ANY_LABEL.match(line.text) if i == 0 else None
            if strange and now is None:
                raise refuse(file, line.number, f"there is no block {strange[1]!r}."
                             f"{nearest(strange[1], LABELS)}")  # fmt: skip
            if now is found.ask and line.text.startswith("- "):
                choice = CHOICE.fullmatch(line.text)
                if not choice:
                    raise refuse(file, line.number, "a choice ends with when it is right: "
                                 "'- It falls. [proved]'")  # fmt: skip
                found.choices.append((choice[1], choice[2], line.number))
                continue
            if now is None:
                now = begun_tell(found, Line("", line.number))
            now.append(line)
        if now:
            now.append(Line("", 0))
    for when, lines in found.tell:
        if not any(line.text for line in lines):
            begun_by = f"Tell if {when.text}:" if when.text else "Tell:"
            raise refuse(file, when.number, f"nothing stands under {begun_by!r}")
    return found


def unlabelled(text: str) -> str:
    """The label that stands here without its colon: what follows begins as its block does, a text
    with a capital letter. "Ask yourself" and "Otherwise I" begin a text: ""."""
    found = BARE.fullmatch(text)
    if not found:
        return ""
    label, rest, first = found.groups()
    if label == "Choices":
        is_bare = first in get_args(ChoicesName)
    elif label == "Formula":
        is_bare = any(sign in rest for sign in "\\_^=")
    elif label == "Tell if":
        is_bare = first in ("not", *conditions.NAMES, *conditions.FACTS)
    else:
        is_bare = first[0] in "“«{" or (first[0].isupper() and not re.match(r"I\b", first))
    if not is_bare:
        return ""
    return "Tell if …" if label == "Tell if" else label


def misplaced(line: Line, file: str) -> None:
    """Refuse a field that stands under the text, and a label that is written in another way."""
    label = OTHERWISE_WRITTEN.match(line.text)
    name = label[1].capitalize() if label else ""
    if name in LABELS:
        raise refuse(file, line.number, f"{line.text[:40]!r} is no label: a block begins "
                     f"'{name}:', its first letter alone a capital one")  # fmt: skip
    found = FIELD.fullmatch(line.text)
    if found and found[1] in FIELDS:
        raise refuse(
            file, line.number, f"'{found[1]}:' stands right under the title, before any text"
        )


def begun(found: Blocks, label: re.Match[str], line: Line) -> list[Line]:
    """The lines of the block that this label begins."""
    name, when, rest = label.groups()
    first = [Line(rest, line.number)] if rest else []
    if name == "Choices":
        found.computed = Line(rest, line.number)
        return found.ask
    if name.startswith("Tell"):
        lines = begun_tell(found, Line(when or "", line.number))
    else:
        lines = {"Ask": found.ask, "Formula": found.formula, "Otherwise": found.otherwise}[name]
    lines.extend(first)
    return lines


def begun_tell(found: Blocks, when: Line) -> list[Line]:
    """A new block that tells, under this condition."""
    found.tell.append((when, []))
    return found.tell[-1][1]


@dataclass
class Check:
    """What the texts of a step may speak of: what its queries find."""

    file: str
    show: Show | None
    then: Show | None
    ids: Collection[str]

    def __post_init__(self) -> None:
        """Gather the facts and conditions."""
        queries = [QUERIES[one.query] for one in (self.show, self.then) if one]
        self.facts = [*COMMON, *(fact for query in queries for fact in query.facts)]
        self.conditions = [one for query in queries for one in query.conditions]

    def known(self, fact: str, number: int, always: bool = False) -> None:
        """Refuse a value that this step does not find."""
        here = COMMON if always else self.facts
        with self.at(number):
            conditions.known(fact, conditions.FACTS, here, "value")

    def condition(self, line: Line, always: bool = False) -> str:
        """A condition that the page can decide; ``always``: before anything was found."""
        facts: Collection[str] = COMMON if always else self.facts
        with self.at(line.number):
            return conditions.checked(line.text, facts, [] if always else self.conditions)

    def text(self, lines: list[Line], always: bool = False) -> str:
        """Paragraphs, two newlines between; ``always``: it is said when nothing was found."""
        for line in lines:
            for placeholder in PLACEHOLDER.finditer(line.text):
                self.known(placeholder[1], line.number, always)
            for kind, name in LINK.findall(line.text):
                self.link(kind, name, line.number)
        return "\n\n".join(paragraphs(lines))

    def link(self, kind: str, name: str, number: int) -> None:
        """Refuse a link to nothing."""
        if kind not in ("card", "step"):
            raise refuse(self.file, number, f"a link leads to card:… or step:…, not to {kind}:…")
        if kind == "card" and name not in get_args(CardName):
            raise refuse(self.file, number, f"there is no card {name!r}."
                         f"{nearest(name, get_args(CardName))}")  # fmt: skip
        if kind == "step" and name not in self.ids:
            raise refuse(self.file, number, f"there is no step {name!r}.{nearest(name, self.ids)}")

    @contextmanager
    def at(self, number: int) -> Iterator[None]:
        """Name the line where something fails inside."""
        try:
            yield
        except ValueError as error:
            raise refuse(self.file, number, str(error)) from None


def paragraphs(lines: list[Line]) -> Iterator[str]:
    """The lines joined, where an empty one parts them."""
    now: list[str] = []
    for line in [*lines, Line("", 0)]:
        if line.text:
            now.append(line.text.strip())
        elif now:
            yield " ".join(now)
            now = []
