"""From a tour's text to a ``Tour``: what each part means, checked; errors name the line and the
nearest thing that is known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast, get_args

from glassformer.errors import TourError, nearest
from glassformer.tours.blocks import Line, Section, cut, refuse, slug
from glassformer.tours.queries import EndName
from glassformer.tours.steps import step_of
from glassformer.tours.tour import Chapter, Step, Tour

HEADER = ("title", "language", "level", "about", "ends")
LISTED = re.compile(r"- (idea )?[\w-]+")
LARGEST = 1_000_000  # bytes of a file
MOST = 500  # steps


def read(path: str | Path, shared: Mapping[str, Step] | None = None) -> Tour:
    """A tour from a file; ``shared`` are steps that it may list without writing them, by id.

    Raises:
        TourError: the file cannot be read, or is no tour; names the line.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
        if len(content) > LARGEST:
            raise TourError(f"{path} has {len(content):,} bytes; a tour may have {LARGEST:,}")
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TourError(f"the tour {path} cannot be read: {error}") from error
    return parse(text, path.name, shared)


def parse(text: str, file: str, shared: Mapping[str, Step] | None = None) -> Tour:
    """A tour from its text; ``file`` is what errors call it.

    Raises:
        TourError: it is no tour; names the line.
    """
    header, sections = cut(text.replace("\r\n", "\n"), file)
    for name, line in header.items():
        if name not in HEADER:
            raise refuse(file, line.number, f"a header has no {name!r}.{nearest(name, HEADER)}")
    said = {name: header[name].text if name in header else "" for name in HEADER}
    if not said["title"]:
        raise refuse(file, 1, "the header has no title: 'title: …'")
    if sections and sections[0].depth == 2:  # steps alone: one chapter, called as the tour
        sections.insert(0, Section(1, said["title"], slug(said["title"]), sections[0].number))
    taken = {section.id: list_after(section) for section in sections if section.depth == 2}
    own = own_steps(sections, file, shared or {})
    chapters = chapters_of(sections, file, own, {**(shared or {}), **own}, taken)
    once(chapters, file)
    if not any(chapter.steps for chapter in chapters):
        raise refuse(file, 1, "there is no step: a step begins with '## Title'")
    return Tour(
        id=slug(Path(file).stem),
        title=said["title"],
        language=said["language"] or "en",
        level=said["level"],
        about=said["about"],
        ends=end_of(header, file),
        chapters=chapters,
    )


def end_of(header: Mapping[str, Line], file: str) -> EndName | None:
    """What the header says is offered after the last step."""
    line, known = header.get("ends"), get_args(EndName)
    if line is None:
        return None
    if line.text not in known:
        raise refuse(file, line.number, f"a tour ends with {' or '.join(known)}, not "
                     f"{line.text!r}.{nearest(line.text, known)}")  # fmt: skip
    return cast(EndName, line.text)


def own_steps(sections: Sequence[Section], file: str, shared: Iterable[str]) -> dict[str, Step]:
    """The steps that are written in this file, by id; their texts may lead to ``shared`` ones."""
    found: dict[str, Step] = {}
    ids = {*shared, *(section.id for section in sections if section.depth == 2)}
    for section in sections:
        if section.depth == 2:
            if section.id in found:
                raise refuse(
                    file, section.number, f"the step {section.id!r} stands twice: give one of them "
                    "another id, '## Title {#id}'"
                )  # fmt: skip
            found[section.id] = step_of(section, file, ids)
    if len(found) > MOST:
        raise refuse(file, 1, f"{len(found)} steps; a tour may have {MOST}")
    return found


def list_after(section: Section) -> list[Line]:
    """The steps that are listed after one that is written here; they are taken out of its text."""
    found: list[Line] = []
    while section.paragraphs and all(LISTED.fullmatch(one.text) for one in section.paragraphs[-1]):
        found = section.paragraphs.pop() + found
    return found


def once(chapters: Iterable[Chapter], file: str) -> None:
    """Refuse a step that is taken twice: its address would not say which is meant."""
    seen: set[str] = set()
    for step in (step for chapter in chapters for step in chapter.steps):
        if step.id in seen:
            raise TourError(f"{file}: the step {step.id!r} is taken twice")
        seen.add(step.id)


def chapters_of(
    sections: Sequence[Section],
    file: str,
    own: Mapping[str, Step],
    known: Mapping[str, Step],
    taken: Mapping[str, Sequence[Line]],
) -> list[Chapter]:
    """The chapters with their steps, written or listed."""
    found: list[Chapter] = []
    for section in sections:
        if section.depth == 2:
            found[-1].steps.append(own[section.id])
            found[-1].steps.extend(listed(line, file, known) for line in taken[section.id])
            continue
        if any(section.id == chapter.id for chapter in found):
            raise refuse(file, section.number, f"the chapter {section.id!r} stands twice")
        text, steps = [], []
        for line in (line for paragraph in section.paragraphs for line in paragraph):
            if line.text.startswith("- "):
                steps.append(listed(line, file, known))
            else:
                text.append(line.text)
        found.append(
            Chapter(
                section.id, section.title, needs_of(section, file, found), " ".join(text), steps
            )
        )
    return found


def listed(line: Line, file: str, known: Mapping[str, Step]) -> Step:
    """The step that a line of a list names: its id, or an idea of the index, "idea a10"; this with
    its question, where it has one."""
    name = line.text.removeprefix("- ").strip()
    if name.startswith("idea "):
        idea = name.removeprefix("idea ").strip()
        if idea in known:
            return known[idea]
        return step_of(Section(2, idea, idea, line.number), file)
    if name not in known:
        raise refuse(file, line.number, f"there is no step {name!r}.{nearest(name, known)}")
    return known[name]


def needs_of(section: Section, file: str, before: Sequence[Chapter]) -> list[str]:
    """The chapters that this one says it needs."""
    for name, line in section.fields.items():
        if name != "needs":
            raise refuse(file, line.number, f"a chapter has no {name!r}.{nearest(name, ['needs'])}")
    line = section.fields.get("needs", Line("", section.number))
    wanted = [one.strip() for one in line.text.split(",") if one.strip()]
    ids = [chapter.id for chapter in before]
    for one in wanted:
        if one not in ids:
            raise refuse(file, line.number, f"no chapter before this is called {one!r}."
                         f"{nearest(one, ids)}")  # fmt: skip
    return wanted
