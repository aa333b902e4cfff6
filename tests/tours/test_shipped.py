"""What the carried tours hold to: no word before it was introduced, no formula before the third
chapter, every idea of the way of a sentence, no number in a text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from glassformer.tours import Step, Tour, shared_steps, shipped
from glassformer.tours.queries import SPOTS, STAGES
from glassformer.tours.shipped import languages

TOURS = {tour.id: tour for tour in shipped()}
# The words that a reader cannot be expected to know. Each must be introduced by a step of the tour
# before another step says it; in the lesson these do it.
INTRODUCED = {
    "attention": "where-did-it-look", "head": "where-did-it-look", "ribbon": "prove-it",
    "probability": "prove-it", "vocabulary": "one-word-at-a-time", "token": "pieces",
    "vector": "list-of-numbers", "embedding": "list-of-numbers", "parameter": "list-of-numbers",
    "position": "which-first", "matrix": "question-and-answers", "query": "question-and-answers",
    "key": "question-and-answers", "value": "question-and-answers", "dot product": "scores",
    "score": "scores", "softmax": "sharing-out", "layer": "many-heads", "norm": "each-by-itself",
    "feed-forward": "each-by-itself", "neuron": "each-by-itself", "logit": "vector-to-word",
    "mask": "no-look-ahead", "loss": "how-wrong",
}  # fmt: skip
UNSAID = {"encoder", "decoder", "residual", "gradient", "tensor", "beam", "cross-attention"}
PLURALS = {
    "matrix": "matri(?:x|ces)",
    "query": "quer(?:y|ies)",
    "probability": "probabilit(?:y|ies)",
}


def texts(step: Step) -> str:
    """All that a step says, without its placeholders and formulas."""
    said = [step.title, step.ask, *(one.text for one in (*step.choices, *step.tell))]
    return re.sub(r"\{[\w-]+\}|\((?:card|step):[\w-]+\)", "", " ".join(said)).lower()


def says(term: str, step: Step) -> bool:
    """Whether a step says this word."""
    return re.search(rf"\b{PLURALS.get(term, term + 's?')}\b", texts(step)) is not None


@pytest.mark.parametrize("name", TOURS)
def test_no_word_is_said_before_it_was_introduced(name: str) -> None:
    known: set[str] = set()
    for step in TOURS[name].steps:
        known |= set(step.introduces)
        assert set(step.introduces) <= INTRODUCED.keys()
        assert [term for term in step.introduces if not says(term, step)] == [], step.id
        early = [term for term in {*INTRODUCED, *UNSAID} - known if says(term, step)]
        assert early == [], f"{step.id} says {early}"


def test_each_word_of_the_list_is_introduced_in_the_lesson_where_it_says() -> None:
    first: dict[str, str] = {}
    for step in TOURS["lesson"].steps:
        for term in step.introduces:
            first.setdefault(term, step.id)
    assert first == INTRODUCED


def test_the_lesson_has_no_formula_before_its_third_chapter() -> None:
    lesson = TOURS["lesson"]
    assert [len(chapter.steps) for chapter in lesson.chapters] == [6, 4, 6, 4]
    shown = [[bool(step.formula) for step in chapter.steps] for chapter in lesson.chapters]
    assert not any(shown[0] + shown[1]) and all(shown[2])
    assert [bool(chapter.needs) for chapter in lesson.chapters] == [False, True, True, True]


def test_everything_covers_every_idea() -> None:
    found = {idea for step in TOURS["everything"].steps for idea in (*step.covers, step.idea)}
    wanted = {f"{group}{n:02}" for group, count in (("a", 40), ("b", 30), ("c", 13))
              for n in range(1, count + 1)}  # fmt: skip
    assert found - {""} == wanted


@pytest.mark.parametrize("language", languages())
def test_every_step_asks_before_it_tells(language: str) -> None:
    right, wrong = "right", "not right"
    for step in (step for tour in shipped(language) for step in tour.steps):
        assert step.ask.rstrip().endswith("?"), step.id
        whens = [one.when for one in step.choices]
        if right in whens or wrong in whens:
            assert whens.count(right) == 1, step.id
            assert whens.count(wrong) == len(whens) - 1 > 0, step.id


def test_a_card_opens_where_its_foundation_is_introduced() -> None:
    opened = {
        card: step.id for step in TOURS["lesson"].steps
        for card in re.findall(r"\(card:(\w+)\)", " ".join(one.text for one in step.tell))
    }  # fmt: skip
    assert opened == {
        "arrow": INTRODUCED["vector"], "matrix": INTRODUCED["matrix"],
        "dot": INTRODUCED["dot product"], "softmax": INTRODUCED["softmax"],
        "logarithm": INTRODUCED["loss"],
    }  # fmt: skip


def test_a_spot_of_a_place_is_in_a_view() -> None:
    web = Path(__file__).parent.parent.parent / "web" / "src"
    views = "".join(one.read_text(encoding="utf-8") for one in web.rglob("*.svelte"))
    source = (web / "core" / "ideas.ts").read_text(encoding="utf-8")
    wanted = set(re.findall(r"spot: '(\w+)'|view\('\w+', '(\w+)'", source))
    for spot in ({a or b for a, b in wanted} | {*SPOTS[1:], "ribbon"}) - {*STAGES}:
        assert f'data-spot="{spot}"' in views, spot
    assert "data-spot={stage}" in views and len(wanted) > 10


def test_the_tours_share_their_steps() -> None:
    shared = shared_steps()
    for tour in TOURS.values():
        assert all(step == shared[step.id] for step in tour.steps if not step.idea or step.title)
    used = {step.id for tour in TOURS.values() for step in tour.steps}
    assert used >= shared.keys()
    assert [step.id for step in TOURS["five-minutes"].steps[:3]] == [
        "change-one-word", "where-did-it-look", "prove-it",
    ]  # fmt: skip
    assert len(TOURS["five-minutes"].steps) == 7


@pytest.mark.parametrize("tour", TOURS.values(), ids=TOURS)
def test_no_number_of_a_model_stands_in_a_text(tour: Tour) -> None:
    for step in tour.steps:
        numbers = set(re.findall(r"\d[\d.,]*\d|\d", texts(step)))
        assert numbers <= {"0", "1", "0.5", "0.9"}, f"{step.id}: {numbers}"
