"""The French tours are the English ones, step by step, and hold to the same rules."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from glassformer.tours import Step, shared_steps, shipped

TOURS = {tour.id: tour for tour in shipped("fr")}
ENGLISH = {tour.id: tour for tour in shipped()}
TERMS = {
    "attention": "attention", "head": "tête", "ribbon": "ruban", "probability": "probabilité",
    "vocabulary": "vocabulaire", "token": "token", "vector": "vecteur", "embedding": "plongement",
    "parameter": "paramètre", "position": "position", "matrix": "matrice", "query": "requête",
    "key": "clé", "value": "valeur", "dot product": "produit scalaire", "score": "score",
    "softmax": "softmax", "layer": "couche", "norm": "normalisation",
    "feed-forward": "propagation avant", "neuron": "neurone", "logit": "logit", "mask": "masque",
    "loss": "perte",
}  # fmt: skip
UNSAID = {"encodeur", "décodeur", "résiduel", "gradient", "tenseur", "faisceau"}


def bare(step: Step) -> dict[str, Any]:
    """All of a step that is no text: what it shows, and under which conditions it says what."""
    texts = [step.ask, *(one.text for one in (*step.choices, *step.tell)), step.otherwise]
    placeholders = [sorted(set(re.findall(r"\{[\w-]+\}|\(\w+:[\w-]+\)", one))) for one in texts]
    formula = re.sub(r"\\mathrm\{[^}]*\}", "", step.formula)
    plain = replace(
        step, title="", ask="", choices=[], tell=[], otherwise="", introduces=[],
        file="", line=0, formula=formula,
    )  # fmt: skip
    conditions = [one.when for one in (*step.choices, *step.tell)]
    return vars(plain) | {"placeholders": placeholders, "conditions": conditions}


@pytest.mark.parametrize("name", ENGLISH)
def test_a_tour_has_the_same_steps_in_both_languages(name: str) -> None:
    english, french = ENGLISH[name], TOURS[name]
    assert french.language == "fr"
    for one, other in zip(english.chapters, french.chapters, strict=True):
        assert (other.id, other.needs, bool(other.text)) == (one.id, one.needs, bool(one.text))
        assert [bare(step) for step in other.steps] == [bare(step) for step in one.steps]


def test_a_term_is_introduced_by_its_french_name_in_the_same_step() -> None:
    french = shared_steps("fr")
    assert french.keys() == shared_steps().keys()
    for step in shared_steps().values():
        assert french[step.id].introduces == [TERMS[term] for term in step.introduces], step.id


@pytest.mark.parametrize("name", ["five-minutes", "lesson"])
def test_no_french_term_is_said_before_it_was_introduced(name: str) -> None:
    known: set[str] = set()
    for step in TOURS[name].steps:
        known |= set(step.introduces)
        said = {term for term in {*TERMS.values(), *UNSAID} if says(term, step)}
        assert set(step.introduces) <= said, step.id
        assert said - known == set(), step.id


def says(term: str, step: Step) -> bool:
    """Whether a step says this word, or its plural."""
    said = [step.title, step.ask, *(one.text for one in (*step.choices, *step.tell))]
    texts = re.sub(r"\{[\w-]+\}|\(\w+:[\w-]+\)", "", " ".join(said)).lower()
    return re.search(rf"\b{term}s?\b", texts) is not None


def test_spaces_before_french_signs_do_not_break() -> None:
    for step in shared_steps("fr").values():
        said = [step.title, step.ask, step.otherwise]
        said += [one.text for one in (*step.choices, *step.tell)]
        assert not re.search(r"« | [»:;?!%]", " ".join(said)), step.id
        assert not re.search(r"\bpoids\b|[\"“”]", " ".join(said)), step.id
