"""The exact tasks: right answers, new inputs that are new, the same for the same seed."""

from __future__ import annotations

import pytest

from glassformer.data.algorithms import LONGEST, RULES, AlgorithmData
from glassformer.data.open import DataConfig, open_data
from glassformer.errors import ConfigError

EXAMPLES = {
    "copy": ("badge", "badge"),
    "reverse": ("badge", "egdab"),
    "sort": ("3141592653", "1123345569"),
    "add": ("057+368", "5240"),
}


@pytest.mark.parametrize("name", RULES)
def test_answers_are_right(name: str) -> None:
    text, answer = EXAMPLES[name]
    assert RULES[name][1](text) == answer


@pytest.mark.parametrize("name", RULES)
def test_new_inputs_are_in_no_training(name: str) -> None:
    data = open_data(DataConfig(source=name, size=5003))
    trained = {text for text, _ in data.split("train")}
    new = list(data.split("test"))
    assert len(new) == AlgorithmData.sizes["test"]
    assert not trained & {text for text, _ in new}
    other = open_data(DataConfig(source=name, size=5003, seed=2))
    assert not {text for text, _ in other.split("train")} & {text for text, _ in new}
    assert list(data.split("test")) == new


def test_all_lengths_are_drawn() -> None:
    data = open_data(DataConfig(source="reverse", size=2003))
    assert {len(text) for text, _ in data.split("train")} == set(range(1, LONGEST + 1))


def test_a_split_that_is_not_there() -> None:
    with pytest.raises(ConfigError, match="no split 'tests'. Did you mean 'test'?"):
        next(open_data(DataConfig(source="add")).split("tests"))
