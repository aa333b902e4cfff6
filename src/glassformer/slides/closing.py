"""The last slides: where in the paper, and in the code, each step is."""

from __future__ import annotations

from collections.abc import Sequence

from glassformer.slides.deck import Slide
from glassformer.slides.sheet import Sheet


def paper_map(slides: Sequence[Slide], first: int) -> list[Slide]:
    """A table of the steps, each with its section of the paper and our line.

    ``first`` is the number of the first of these slides in the deck.
    """
    listed = [(first + i, slide) for i, slide in enumerate(slides) if slide.paper]
    made: list[Slide] = []
    while listed:
        title = "Where it is: paper and code"
        sheet = Sheet(title if not made else f"{title} (more)")
        room = sheet.rows_left - 1
        rows = [["slide", "step", "the paper", "the line"]]
        for number, slide in listed[:room]:
            rows.append(
                [str(number), slide.title, slide.paper, slide.code.removeprefix("glassformer/")]
            )
        sheet.table(rows, "The steps with their sections of the paper and lines of code")
        made.append(sheet.finished(
            '"Attention Is All You Need", Vaswani et al. 2017. The lines are those that ran; '
            "glassformer code RUN prints all that a model executes."
        ))  # fmt: skip
        listed = listed[room:]
    return made
