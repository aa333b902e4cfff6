"""A tour's steps as slides: what it asks, for the room; what it tells, for the speaker.

A step's queries are answered by the page. What only the page finds is a blank here, to be filled
in the room, so that no sentence on a slide is false on the model at hand.
"""

from __future__ import annotations

import re

from glassformer.slides.deck import BOLD, ITALIC, Slide
from glassformer.slides.figures import number
from glassformer.slides.pins import address, chosen_cell, pages
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import decimal, said
from glassformer.tours import Step, Tour

SIZE = 22
BLANK = "_____"
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
PLACEHOLDER = re.compile(r"\{([\w-]*)\}")
EMPHASIS = re.compile(r"\*\*([^*]+)\*\*|\*([^*]+)\*|`([^`]+)`|\{[\w-]*\}")
LAYER = re.compile(r"(?:encoder|decoder)\.\d+")
COMPARED = re.compile(r"(\S+) (<=|>=|<|>|=) (\S+)")


def toured(walk: Walk, tour: Tour) -> list[Slide]:
    """A slide for each step with a text of its own; the index of ideas is the page's alone."""
    told = [(chapter, step) for chapter in tour.chapters for step in chapter.steps if step.title]
    slides: list[Slide] = []
    for i, (chapter, step) in enumerate(told, 1):
        title = chapter.title if len(tour.chapters) > 1 else tour.title
        slides += slides_of(walk, step, said("tour.shows", title=title, step=i, count=len(told)))
    return slides


def slides_of(walk: Walk, step: Step, shows: str) -> list[Slide]:
    """A step's slides: more than one where its text is long."""
    sheet = Sheet(step.title, "", shows)
    if step.at:
        cell = chosen_cell(walk, step.at, step.sentence)
        if cell is not None:
            sheet.table([[said("tour.number"), cell[0]], [said("tour.value"), cell[1]]],
                        said("tour.alt"), header=0)  # fmt: skip
    slides: list[Slide] = []
    for part in pages(shown(walk, step), sheet.left_below, SIZE):
        if slides:
            sheet = Sheet(said("map.more", title=step.title), "", shows)
        if part:
            sheet.say(part, SIZE)
        slides.append(sheet.finished(spoken(walk, step)))
    return slides


def shown(walk: Walk, step: Step) -> str:
    """What the room sees: the question with its choices, or what is always said."""
    if step.ask:
        return "\n".join(
            [filled(walk, step.ask), "", *(f"▫ {filled(walk, one.text)}" for one in step.choices)]
        )
    always = [filled(walk, one.text) for one in step.tell if not one.when]
    return "\n\n".join(always or [filled(walk, step.otherwise)])


def spoken(walk: Walk, step: Step) -> str:
    """What the speaker has: all that the step may tell, each with when it is so."""
    lines = [
        said("tour.if", when=condition(one.when), text=filled(walk, one.text))
        if one.when
        else filled(walk, one.text)
        for one in step.tell
    ]
    if step.otherwise:
        lines.append(said("tour.otherwise", text=filled(walk, step.otherwise)))
    place = said("tour.place", address=address(step.at)) if step.at else ""
    lines.append(said("tour.blank", blank=BLANK, place=place))
    return re.sub(f"[{BOLD}{ITALIC}]", "", "\n\n".join(lines))


def condition(when: str) -> str:
    """A condition in words."""
    return said("tour.and").join(one_condition(part) for part in when.split(" and "))


def one_condition(part: str) -> str:
    """A name of what is so or not, or two numbers compared."""
    if compared := COMPARED.fullmatch(part):
        left, sign, right = (one if one[0] in "<>=" else named(one) for one in compared.groups())
        return f"{left} {sign} {right}"
    so, _, not_so = said(f"when.{part.removeprefix('not ')}").partition("|")
    return not_so if part.startswith("not ") else so


def named(one: str) -> str:
    """A number of a condition, or what is counted or measured, in words."""
    return decimal(one) if one[0].isdigit() else said(f"found.{one}")


def counted(walk: Walk) -> dict[str, str]:
    """What the page counts in the recording."""
    heads = {one.path: walk.tape[one.path].size(1) for one in walk.tape
             if one.path.endswith("attention.weights")}  # fmt: skip
    layers = {found[0] for one in walk.tape if (found := LAYER.match(one.path))}
    counts = {"layers": len(layers), "heads": sum(heads.values())}
    if heads:
        counts["heads_each"] = next(iter(heads.values()))
    if "probabilities" in walk.tape:
        counts["vocabulary"] = walk.tape["probabilities"].size(-1)
    return {name: number(count) for name, count in counts.items()}


def filled(walk: Walk, text: str) -> str:
    """The text with what is known of the run put in, a blank for what the page finds, no links;
    its emphasis as marks of the deck."""
    config = walk.config
    known = {
        "model": walk.about["run"], "sentence": walk.about["text"], "output": walk.about["output"],
        **counted(walk), "width": number(config.d_model), "head_width": number(config.key_width),
        "parameters": walk.parameters,
    }  # fmt: skip

    def put(text: str) -> str:
        return PLACEHOLDER.sub(lambda one: str(known.get(one[1], BLANK)), text)

    def typed(found: re.Match[str]) -> str:
        strong, em, code = found.groups()
        if not (strong or em):
            return code or put(found[0])
        mark = BOLD if strong else ITALIC
        return " ".join(f"{mark}{word}{mark}" for word in put(strong or em).split(" "))

    return EMPHASIS.sub(typed, LINK.sub(r"\1", text))
