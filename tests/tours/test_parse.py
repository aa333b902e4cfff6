"""What a tour's text means; a mistake in it is named with its line and the nearest thing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassformer.errors import TourError
from glassformer.tours import address, parse, read, shared_steps, shipped
from glassformer.tours.queries import ANY, QUERIES, STAGES, Query
from glassformer.tours.shipped import named

PAGE = Path(__file__).parents[2] / "web" / "src"
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
        "look", {"which": "pronoun", "grain": "steps", "stage": "vectors"},
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


def test_an_idea_is_taken_with_its_question() -> None:
    text = "---\ntitle: x\n---\n\n# One\n\n- idea a05\n- idea a10\n\n## b09\n\nAsk: How often?\n"
    asked, bare, own = parse(text, "x.md", shared_steps()).steps
    assert asked == shared_steps()["a05"] and asked.ask and bare.ask == ""
    assert [(one.id, one.title, one.idea) for one in (asked, bare, own)] == [
        ("a05", "", "a05"), ("a10", "", "a10"), ("b09", "", "b09"),
    ]  # fmt: skip
    assert parse(text, "x.md").steps[0].ask == ""


def test_steps_alone_make_one_chapter() -> None:
    tour = parse("---\ntitle: Pins\n---\n\n## First\nat: view=network\n\nLook.\n", "pins.md")
    assert [(one.title, len(one.steps)) for one in tour.chapters] == [("Pins", 1)]


@pytest.mark.parametrize(("query", "options"), QUERIES.items())
def test_the_first_option_stands_without_its_name(query: str, options: Query) -> None:
    for option, values in list(options.options.items())[:1]:
        word = "a10" if values == ANY else values[-1]
        shown = f"show: {query} {word}\n\nLook.\n\nOtherwise: None here."
        (step,) = parse(f"---\ntitle: One\n---\n\n## One\n{shown}\n", "one.md").steps
        assert step.show and step.show.options[option] == word


WRONG = [
    ("show: look pronoun grain=steps", "show: lok", "no query 'lok'. Did you mean 'look'?"),
    ("grain=steps", "grain=step", "look grain cannot be 'step'. Did you mean 'steps'?"),
    ("grain=steps", "grain=steps stage=score", "stage cannot be 'score'. Did you mean 'scores'?"),
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
    ("level: beginners", "ends: question", "a tour ends with questions, not 'question'."),
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
    ("Ask: Where", "Ask Where", "'Ask Where does “{word}” look?' has no colon"),
    ("Tell: It gives", "Tell “It” gives", "a block begins 'Tell:'"),
    ("Tell if share > 0.9: Al", "Tell if share > 0.9 Al", "a block begins 'Tell if …:'"),
    ("Formula: ", "Formula ", "a block begins 'Formula:'"),
    ("Formula: ", "Choices fact layers\n\nFormula: ", "a block begins 'Choices:'"),
    ("Otherwise: No", "Otherwise No", "a block begins 'Otherwise:'"),
    ("Otherwise: No", "otherwise: No", "'otherwise: No such word.' is no label"),
    ("Ask: W", "ASK: W", "a block begins 'Ask:', its first letter alone a capital one"),
    ("Tell: It", "**Tell:** It", "'**Tell:** It gives {share}' is no label"),
    ("Formula: ", "**Formula**: ", "a block begins 'Formula:'"),
    ("covers: a09", "ask: Where?", "'ask:' is no label: a block begins 'Ask:'"),
    ("Two paragraphs.", "sentence: the girl sleeps", "'sentence:' stands right under the title"),
    ("view=attention", "view=nothing", "view cannot be 'nothing'. Known: attention, changes"),
    ("view=attention", "view=atention", "view cannot be 'atention'. Did you mean 'attention'?"),
    ("view=attention", "viw=attention", "address has no 'viw'. Did you mean 'view'?"),
    ("view=attention", "grain=step", "grain cannot be 'step'. Did you mean 'steps'?"),
    ("view=attention", "spot=updat", "spot cannot be 'updat'. Did you mean 'update'?"),
    ("head=2", "head=two", "head is a whole number from 0, not 'two'"),
    ("head=2", "t=warm", "t is a number, not 'warm'"),
    ("weights%3A7", "weights", "cell is a value and a place in it, probabilities:7, not"),
    ("rm{soft", "rm{{soft", "'{' is not closed: '}' is missing"),
    ("(x)", "\\left(x)", "'\\left' is not closed: '\\right' is missing"),
    ("(x)", "\\frac{x}", "after '\\frac' something is missing: \\frac{…}"),
    ("\\mathrm", "\\mahtrm", "there is no \\mahtrm. Did you mean 'mathrm'?"),
    ("(x)", "x_i_j", "'_' stands twice at one place"),
    ("(x)", "\\begin{case} x \\end{case}", "no \\begin{case}. Did you mean 'cases'?"),
    ("(x)", "90%", "the sign % is written \\%"),
    ("(x)", "\\text{d_k}", "the sign _ is written \\_"),
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


TEXTS = [
    "Ask yourself what it means.", "Ask your neighbour: why?", "Tell it in your own words.",
    "Otherwise I would have chosen another.", "Otherwise nothing changed.", "Tell if: a riddle?",
    "Formula one is a race.", "Choices matter.", "It goes on, \nand otherwise: not.",
    "Asking How many is allowed.", "The text says Ask How many.", "Note: a text may have a colon.",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_may_begin_with_a_word_that_is_a_label(text: str) -> None:
    tour = parse(f"---\ntitle: x\n---\n\n## One\n\nTell: First.\n\n{text}\n", "x.md")
    (told,) = tour.steps[0].tell
    assert told.text == f"First.\n\n{' '.join(text.split())}" and not tour.steps[0].ask


def test_a_blank_before_the_colon_does_no_harm() -> None:
    said = "## Un\nsentence : the girl sleeps\n\nAsk : Combien ?\n\nTell\u202f: Un.\n"
    (step,) = parse(f"---\ntitle : x\n---\n\n{said}", "x.md").steps
    assert (step.sentence, step.ask, step.tell[0].text) == ("the girl sleeps", "Combien ?", "Un.")


def test_what_an_address_may_say_is_what_the_page_reads() -> None:
    files = [one for kind in ("ts", "svelte") for one in PAGE.rglob(f"*.{kind}")]
    sources = "".join(one.read_text(encoding="utf-8") for one in files if ".test." not in one.name)
    reads = r"(?:place\[|(?:knob|value|set)\()'(\w+)'"
    assert set(re.findall(reads, sources)) <= set(address.KNOWN)
    moves = r"(?:go|visit)\(\{ (\w+)"
    assert set(re.findall(moves, sources)) <= set(address.KNOWN)
    views = re.findall(r"\{ id: '(\w+)', title", (PAGE / "views" / "index.ts").read_text("utf-8"))
    assert tuple(views) == address.VIEWS
    spots = set(re.findall(r"data-spot=\"(\w+)\"", sources))
    spots |= set(re.findall(r"spot: '(\w+)', of:", sources))  # of charts
    assert spots | set(STAGES) == set(address.SPOTS)
    for name, found in (("GRAINS", "grain"), ("WAYS", "as"), ("WAYS", "how")):
        lists = re.findall(rf"const {name} = \[(.*?)\] as const", sources)
        known = sorted(address.WORDS[found])
        assert known in [sorted(re.findall(r"\w+", one)) for one in lists], found


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
