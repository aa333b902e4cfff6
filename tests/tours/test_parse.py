"""What a tour's text means; a mistake in it is named with its line and the nearest thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassformer.errors import TourError
from glassformer.tours import parse, read, shared_steps, shipped
from glassformer.tours.shipped import named

TOUR = """---
title: Where does it look?
level: beginners
---

# One word {#one}

What happens to one word.

## Who is it?
show: look pronoun grain=steps
needs: translates
introduces: head, attention
covers: a09

Ask: Where does “{word}” look?
- At a noun. [clear]
- At itself. [not clear and share < 0.5]

Tell: It gives {share}
to “{at}”.

Two paragraphs.

Tell if share > 0.9: Almost everything.

Formula: \\mathrm{softmax}(x)

Otherwise: No such word.

# Two
needs: one

- prove-it
- idea a10

## A place
at: http://127.0.0.1:8000/#view=attention&head=2&cell=encoder.0.self_attention.weights%3A7
sentence: the girl sleeps

A pin's note.
"""


def test_a_tour_is_read() -> None:
    tour = parse(TOUR, "where.md", shared_steps())
    assert (tour.id, tour.title, tour.language, tour.level) == (
        "where", "Where does it look?", "en", "beginners",
    )  # fmt: skip
    one, two = tour.chapters
    assert (one.id, one.text, two.needs) == ("one", "What happens to one word.", ["one"])
    assert [step.id for step in tour.steps] == ["who-is-it", "prove-it", "a10", "a-place"]
    who = one.steps[0]
    assert who.show and (who.show.query, who.show.options) == (
        "look", {"which": "pronoun", "grain": "steps"},
    )  # fmt: skip
    assert who.introduces == ["head", "attention"] and who.needs == ["translates"]
    assert [(one.when, one.text) for one in who.choices] == [
        ("clear", "At a noun."), ("not clear and share < 0.5", "At itself."),
    ]  # fmt: skip
    assert [(one.when, one.text) for one in who.tell] == [
        ("", "It gives {share} to “{at}”.\n\nTwo paragraphs."),
        ("share > 0.9", "Almost everything."),
    ]
    assert who.formula == "\\mathrm{softmax}(x)" and who.otherwise == "No such word."
    assert (who.file, who.line) == ("where.md", 10)
    pin = two.steps[2]
    assert pin.at["cell"] == "encoder.0.self_attention.weights:7" and pin.at["head"] == "2"
    assert pin.sentence == "the girl sleeps" and pin.tell[0].text == "A pin's note."


def test_steps_alone_make_one_chapter() -> None:
    tour = parse("---\ntitle: Pins\n---\n\n## First\nat: view=network\n\nLook.\n", "pins.md")
    assert [(one.title, len(one.steps)) for one in tour.chapters] == [("Pins", 1)]


WRONG = [
    ("show: look pronoun grain=steps", "show: lok", "no query 'lok'. Did you mean 'look'?"),
    ("grain=steps", "grain=step", "look grain cannot be 'step'. Did you mean 'steps'?"),
    ("grain=steps", "grian=steps", "no option 'grian'. Did you mean 'grain'?"),
    ("- prove-it", "- prove-this", "no step 'prove-this'. Did you mean 'prove-it'?"),
    ("- idea a10", "- idea a41", "no idea 'a41'"),
    ("needs: one", "needs: on", "no chapter before this is called 'on'. Did you mean 'one'?"),
    ("{at}", "{att}", "no value 'att'. Did you mean 'at'?"),
    ("{at}", "{became}", "does not find the value 'became'"),
    ("[clear]", "[cleer]", "no condition 'cleer'. Did you mean 'clear'?"),
    ("[clear]", "", "a choice ends with when it is right"),
    ("share > 0.9", "shar > 0.9", "no value 'shar'. Did you mean 'share'?"),
    ("needs: translates", "needs: translate", "Did you mean 'translates'?"),
    ("covers: a09", "cover: a09", "a step has no 'cover'. Did you mean 'covers'?"),
    ("level: beginners", "levl: x", "a header has no 'levl'. Did you mean 'level'?"),
    ("title: Where does it look?", "about: x", "line 1: the header has no title"),
    ("Otherwise: No such word.", "", "line 10: the step 'Who is it?' has no 'Otherwise:'"),
    ("A pin's note.", "", "line 37: the step 'A place' says nothing"),
    ("at: http", "show: look\nat: http", "line 39: a step has 'show:' or 'at:', not both"),
    ("#view=attention&head=2", "#view", "view=attention&head=2"),
    ("Ask: Where does", "Question: Where does", "no block 'Question'"),
    ("Two paragraphs.", "See [this](card:arow).", "no card 'arow'. Did you mean 'arrow'?"),
    ("Two paragraphs.", "See [this](step:nowhere).", "no step 'nowhere'"),
    ("Two paragraphs.", "See [this](page:two).", "leads to card:… or step:…"),
    ("Almost everything.", "", "nothing stands under 'Tell if share > 0.9:'"),
    ("## A place", "## Who is it?", "the step 'who-is-it' stands twice"),
]  # fmt: skip


@pytest.mark.parametrize(("right", "wrong", "says"), WRONG)
def test_a_mistake_is_named_with_its_line(right: str, wrong: str, says: str) -> None:
    at = TOUR.index(right)
    with pytest.raises(TourError) as error:
        parse(TOUR[:at] + wrong + TOUR[at + len(right) :], "where.md", shared_steps())
    line = TOUR[:at].count("\n") + 1
    expected = f"where.md, {'' if says.startswith('line ') else f'line {line}: '}"
    said = str(error.value)
    assert said.startswith(expected) and says in said, said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "begins with a header"),
        (b"---\ntitle: x\n", "the header has no end"),
        (b"---\ntitle: x\n---\n", "there is no step"),
        (b"---\ntitle: x\n---\nhello\n", "line 4: 'hello' stands before the first heading"),
        (b"\xff\xfe", "cannot be read"),
        (b"---\ntitle: x\n---\n" + b"x" * 1_000_000, "may have 1,000,000"),
        (b"---\ntitle x\n---\n", "line 2: expected 'name: value'"),
    ],
)
def test_a_file_that_is_no_tour(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "x.md").write_bytes(content)
    with pytest.raises(TourError, match="x.md") as error:
        read(tmp_path / "x.md")
    assert says in str(error.value)


def test_a_tour_by_name_or_file(tmp_path: Path) -> None:
    assert named("five-minutes") in shipped()
    with pytest.raises(TourError, match="there is no tour 'ten-minutes'"):
        named("ten-minutes")
    (tmp_path / "mine.md").write_text(TOUR, encoding="utf-8")
    assert named(str(tmp_path / "mine.md")).id == "mine"
