"""A tour's steps as slides: what it asks, for the room; what it tells, for the speaker.

A step's queries are answered by the page. What only the page finds is a blank here, to be filled
in the room, so that no sentence on a slide is false on the model at hand.
"""

from __future__ import annotations

import re

from glassformer.slides.deck import Slide
from glassformer.slides.figures import number
from glassformer.slides.pins import address, chosen_cell, pages
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import Walk
from glassformer.slides.words import said
from glassformer.tours import Step, Tour

SIZE = 22
BLANK = "_____"
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
PLACEHOLDER = re.compile(r"\{([\w-]*)\}")


def toured(walk: Walk, tour: Tour) -> list[Slide]:
    """A slide for each step that says something; the index of ideas is the page's alone."""
    told = [(chapter, step) for chapter in tour.chapters for step in chapter.steps if not step.idea]
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
        said("tour.if", when=one.when, text=filled(walk, one.text))
        if one.when
        else filled(walk, one.text)
        for one in step.tell
    ]
    if step.otherwise:
        lines.append(said("tour.otherwise", text=filled(walk, step.otherwise)))
    place = said("tour.place", address=address(step.at)) if step.at else ""
    lines.append(said("tour.blank", blank=BLANK, place=place))
    return "\n\n".join(lines)


def filled(walk: Walk, text: str) -> str:
    """The text with what is known of the run put in, a blank for what the page finds, no links."""
    config = walk.config
    known = {
        "model": walk.about["run"], "sentence": walk.about["text"], "output": walk.about["output"],
        "layers": number(config.n_layers), "heads": number(config.n_heads),
        "width": number(config.d_model), "head_width": number(config.key_width),
        "parameters": walk.parameters,
    }  # fmt: skip
    text = LINK.sub(r"\1", text).replace("**", "")
    return PLACEHOLDER.sub(lambda one: str(known.get(one[1], BLANK)), text)
