"""The last slides: where in the paper, and in the code, each step is."""

from __future__ import annotations

from collections.abc import Sequence

from glassformer.slides.deck import Slide
from glassformer.slides.sheet import Sheet
from glassformer.slides.words import said


def paper_map(slides: Sequence[Slide], first: int) -> list[Slide]:
    """A table of the steps, each with its section of the paper and our line.

    ``first`` is the number of the first of these slides in the deck.
    """
    listed = [(first + i, slide) for i, slide in enumerate(slides) if slide.paper]
    made: list[Slide] = []
    while listed:
        title = said("map.title")
        sheet = Sheet(title if not made else said("map.more", title=title))
        room = sheet.rows_left - 1
        rows = [[said("map.slide"), said("map.step"), said("map.paper"), said("map.line")]]
        for number, slide in listed[:room]:
            rows.append(
                [str(number), slide.title, slide.paper, slide.code.removeprefix("glassformer/")]
            )
        sheet.table(rows, said("map.alt"))
        made.append(sheet.finished(said("map.notes")))
        listed = listed[room:]
    return made
