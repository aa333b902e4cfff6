"""A recipe for one's own corpus: it can be read, suits the corpus, and gives its reasons."""

from __future__ import annotations

from pathlib import Path

import pytest

from glassformer.data.report import Report, report_on
from glassformer.training.recipe import parse_recipe
from glassformer.training.suggest import Corpus, letters_in_common, suggest


def recipe_for(pairs: int, words: int = 12, shared: float = 0.9):  # type: ignore[no-untyped-def]
    report = Report("x", "words", pairs=pairs)
    for side in (0, 1):
        report.lengths[side][words] = pairs
    corpus = Corpus(("train.en", "train.de"), ("dev.en", "dev.de"))
    text = suggest("mine", corpus, report, shared)
    return text, parse_recipe(text)


@pytest.mark.parametrize(
    ("pairs", "width"), [(500, 64), (29_000, 128), (160_000, 256), (4_500_000, 512)]
)
def test_larger_corpora_get_larger_models(pairs: int, width: int) -> None:
    text, recipe = recipe_for(pairs)
    assert recipe.model["d_model"] == width
    assert f"{pairs:,} sentence pairs" in text
    assert recipe.training.warmup <= recipe.training.updates // 4 or recipe.training.warmup == 1
    assert recipe.training.tokens_per_batch <= recipe.training.tokens_per_update


def test_every_number_that_was_chosen_has_its_reason() -> None:
    text, _ = recipe_for(29_000)
    for key in ("max_length", "size", "shared", "updates", "tokens_per_batch", "patience"):
        line = next(line for line in text.split("\n") if line.startswith(f"{key} = "))
        assert "#" in line, line
    assert "as Transformer-Tiny on Multi30k" in text


def test_updates_follow_the_words() -> None:
    short, long = recipe_for(29_000, words=6)[1], recipe_for(29_000, words=24)[1]
    assert long.training.updates == pytest.approx(4 * short.training.updates, rel=0.05)


def test_scripts_without_common_letters_get_a_vocabulary_each() -> None:
    assert recipe_for(1000, shared=0.9)[1].tokenizer.shared
    assert not recipe_for(1000, shared=0.1)[1].tokenizer.shared
    assert letters_in_common([("abc", "bcd")]) == pytest.approx(2 / 3)
    assert letters_in_common([("abc", "где")]) == 0.0
    assert letters_in_common([("123", "456")]) == 0.0


def test_files_are_named_so_that_they_are_found_from_anywhere(tmp_path: Path) -> None:
    odd = tmp_path / 'a "quoted" näme.txt'
    report = report_on("x", [("a b", "c d")] * 10)
    recipe = parse_recipe(suggest("mine", Corpus((str(odd), None)), report, 1.0))
    assert recipe.data.train_source == str(odd)
    assert recipe.data.train_target is None
