"""A tour's text cut into its parts, each with its line: header, headings with their fields, and
paragraphs. What the parts mean is for ``reading``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from glassformer.errors import TourError

HEADING = re.compile(r"(#{1,2})\s+(.*?)(?:\s*\{#([\w-]+)\})?\s*")
FIELD = re.compile(r"([a-z]+)\s?:\s*(.*)")  # in French a blank stands before the colon
MARK = "---"


@dataclass(frozen=True)
class Line:
    """Some text and where it begins."""

    text: str
    number: int


@dataclass
class Section:
    """A heading (depth 1: a chapter, 2: a step), the fields right under it, and its paragraphs."""

    depth: int
    title: str
    id: str
    number: int
    fields: dict[str, Line] = field(default_factory=dict)
    paragraphs: list[list[Line]] = field(default_factory=list)


def refuse(file: str, number: int, what: str) -> TourError:
    """The error for something wrong at a line."""
    return TourError(f"{file}, line {number}: {what}")


def slug(title: str) -> str:
    """The id that a title makes: "Où regarde-t-il ?" is ou-regarde-t-il."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain.lower())) or "step"


def cut(text: str, file: str) -> tuple[dict[str, Line], list[Section]]:
    """The header's fields, and the sections in their order."""
    lines = [Line(one.rstrip(), i) for i, one in enumerate(text.lstrip("\ufeff").split("\n"), 1)]
    header, rest = header_of(lines, file)
    sections: list[Section] = []
    for line in rest:
        found = HEADING.fullmatch(line.text)
        if found:
            marks, title, name = found.groups()
            if not title:
                raise refuse(file, line.number, "a heading without a title")
            sections.append(Section(len(marks), title, name or slug(title), line.number))
        elif not sections and line.text:
            raise refuse(
                file, line.number, f"{line.text[:40]!r} stands before the first heading: a chapter "
                "begins with '# Title', a step with '## Title'"
            )  # fmt: skip
        elif sections:
            add(sections[-1], line, file)
    return header, sections


def header_of(lines: list[Line], file: str) -> tuple[dict[str, Line], list[Line]]:
    """The fields between the first two lines of three dashes, and what follows."""
    begin = next((i for i, line in enumerate(lines) if line.text), 0)
    if lines[begin].text != MARK:
        raise refuse(file, lines[begin].number, "a tour begins with a header: a line '---', "
                     "'title: …', and a line '---'")  # fmt: skip
    found: dict[str, Line] = {}
    for i in range(begin + 1, len(lines)):
        line = lines[i]
        if line.text == MARK:
            return found, lines[i + 1 :]
        if not line.text:
            continue
        matched = FIELD.fullmatch(line.text)
        if not matched:
            raise refuse(file, line.number, f"expected 'name: value', not {line.text[:40]!r}")
        found[matched[1]] = Line(matched[2].strip(), line.number)
    raise refuse(file, lines[begin].number, "the header has no end: a second line '---'")


def add(section: Section, line: Line, file: str) -> None:
    """Put a line into its section: a field while no paragraph has begun, else into a paragraph."""
    begun = any(section.paragraphs)
    matched = FIELD.fullmatch(line.text)
    if matched and not begun:
        if matched[1] in section.fields:
            raise refuse(file, line.number, f"{matched[1]!r} stands twice")
        section.fields[matched[1]] = Line(matched[2].strip(), line.number)
    elif not line.text:
        section.paragraphs.append([])
    else:
        if not section.paragraphs:
            section.paragraphs.append([])
        section.paragraphs[-1].append(line)
