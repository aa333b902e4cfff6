"""What heads look at: counted on weights that are set by hand, and on a model that is real."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import glassformer as gf
from glassformer.data import petit
from glassformer.evaluation.accuracy import Accuracy
from glassformer.evaluation.aligned import CROSS, READING, WRITING, Example, kind_of, tensors
from glassformer.evaluation.alignment import alignment_agreement, hits_of
from glassformer.evaluation.antecedent import (
    Cut,
    all_cuts,
    antecedent_heads,
    weights_on_nouns,
)
from glassformer.evaluation.heads import HeadsReport, examine_heads
from glassformer.inspection.patch import observe


@pytest.fixture(scope="module")
def pairs() -> list[tuple[petit.Sentence, petit.Sentence]]:
    return list(petit.contrasting_pairs(3, 29))


@pytest.fixture(scope="module")
def examples(
    tiny_model: gf.LoadedModel, pairs: list[tuple[petit.Sentence, petit.Sentence]]
) -> list[Example]:
    found = [Example.of(tiny_model.tokenizers, *pair) for pair in pairs]
    assert all(found)
    return found  # type: ignore[return-value]


def test_an_example_points_at_the_words_that_it_names(
    tiny_model: gf.LoadedModel,
    pairs: list[tuple[petit.Sentence, petit.Sentence]],
    examples: list[Example],
) -> None:
    source, target = tiny_model.tokenizers.source, tiny_model.tokenizers.target
    for (sentence, twin), example in zip(pairs, examples, strict=True):
        it = example.antecedent
        assert it is not None
        assert source.pieces(example.source)[it.it] == "▁it"
        assert it.noun == twin.pronoun.english_other == sentence.pronoun.english_noun
        forms = [piece.removeprefix("▁") for piece in target.pieces([it.right, it.wrong])]
        assert forms == [sentence.pronoun.form, twin.pronoun.form]
        assert example.target[it.query] == it.right
        if it.written_noun is not None:
            # Decoder inputs begin with the start token, so word j is input j + 1.
            assert it.written_noun == sentence.pronoun.french_noun + 1 <= it.query
            assert it.written_other is not None
        else:
            nouns = sentence.pronoun.french_noun, twin.pronoun.french_noun
            assert max(nouns) >= sentence.pronoun.french


def test_hits_are_the_strongest_real_word() -> None:
    example = Example([3, 4, 5], [6, 7], frozenset({(2, 0), (0, 1), (1, 1)}))
    weights = torch.zeros(1, 3, 4, 5)  # a padded query, the end token and padding as keys
    weights[0, 0, 0, 2] = weights[0, 0, 1, 1] = 0.4  # both right
    weights[0, 0, :, 3] = 0.6  # the end token draws more, and does not count
    weights[0, 1, 0, 0] = weights[0, 1, 1, 0] = 0.9  # the second right
    weights[0, 2, 0, 1] = weights[0, 2, 1, 2] = 0.9  # none right
    assert hits_of(weights, [example]) == [2, 1, 0]


def test_a_head_made_to_look_at_the_noun_is_found_to_do_so(examples: list[Example]) -> None:
    weights = torch.full((len(examples), 2, 40, 40), 0.01)
    for row, example in enumerate(examples):
        assert example.antecedent is not None
        weights[row, 1, example.antecedent.query, example.antecedent.noun] = 0.8
    looks = weights_on_nouns(weights, examples, CROSS)
    assert all(right > other for right, other in looks[1])
    assert not any(right > other for right, other in looks[0])


def test_cuts_fall_on_one_cell_of_one_head(examples: list[Example]) -> None:
    path = "decoder.0.cross_attention"
    weights = {path: torch.zeros(len(examples), 2, 40, 40)}
    cuts = all_cuts(weights, [path], examples, CROSS)
    assert [heads[2] for heads, _ in cuts] == [0, 1, None]
    for (_, _, head), cut in cuts:
        mask = cut[path]
        assert mask.sum() == len(examples) * (2 if head is None else 1)
        for row, example in enumerate(examples):
            it = example.antecedent
            assert it is not None
            heads = slice(None) if head is None else head
            assert mask[row, heads, it.query, it.noun].all()


def test_a_cut_gives_what_a_patch_by_hand_gives(
    tiny_model: gf.LoadedModel, examples: list[Example]
) -> None:
    """The counts before and after a cut, made here once more, sentence by sentence."""
    model, pair = tiny_model.model, tiny_model.tokenizers
    path, head = "decoder.1.cross_attention", 1
    plain, cuts = antecedent_heads(model, pair, examples)
    found = next(cut for cut in cuts if cut.path == path and cut.head == head)
    before = after = 0
    for example in examples:
        it = example.antecedent
        assert it is not None
        source, target = tensors(model, pair, [example])

        def cut(name: str, axes: str, value: Tensor, it=it) -> Tensor:  # type: ignore[no-untyped-def]
            if name == f"{path}.weights":
                value = value.clone()
                value[0, head, it.query, it.noun] = 0
            return value

        def right(patch, it=it, source=source, target=target) -> bool:  # type: ignore[no-untyped-def]
            with torch.no_grad(), observe(model, patch):
                logits = model.logits(model(source, target))[0, it.query]
            return bool(logits[it.right] > logits[it.wrong])

        before += right(lambda name, axes, value: value)
        after += right(cut)
    assert plain == found.before == Accuracy(before, len(examples))
    assert found.after == Accuracy(after, len(examples))


def test_every_head_of_every_attention_is_examined(
    tiny_model: gf.LoadedModel, pairs: list[tuple[petit.Sentence, petit.Sentence]]
) -> None:
    config = tiny_model.model.config
    sentences = list(petit.split("new", 1, 23))
    report = examine_heads(tiny_model.model, tiny_model.tokenizers, sentences, pairs)
    unknown = [s for s in sentences if Example.of(tiny_model.tokenizers, s) is None]
    assert report.reason is None and report.skipped == len(unknown) < 5
    each = config.n_heads * config.n_layers
    assert len(report.heads) == 3 * each
    assert [cut.kind for cut in report.together] == [CROSS, WRITING, READING]
    assert len(report.alignment) == each + config.n_layers
    for found in report.alignment:
        assert 0 <= found.error_rate <= 1
    assert report.sentence().endswith(".")
    assert report.to_json()["pronouns"]["total"] == 2 * len(pairs)
    assert report.knows is (report.pronouns.total >= 50 and (report.pronouns.share or 0) >= 0.75)


def test_agreement_counts_every_aligned_word_once(tiny_model: gf.LoadedModel) -> None:
    model, pair = tiny_model.model, tiny_model.tokenizers
    sentences = list(petit.split("new", 1, 7))
    examples = [e for e in (Example.of(pair, s) for s in sentences) if e]
    words = sum(len({j for _, j in e.alignment}) for e in examples)
    assert hits_of(torch.stack([grid_of(example, 40) for example in examples]), examples) == [words]
    assert all(a.strongest.total == words for a in alignment_agreement(model, pair, examples))


def grid_of(example: Example, size: int) -> Tensor:
    grid = torch.zeros(1, size, size)
    for i, j in example.alignment:
        grid[0, j, i] = 1.0
    return grid


def cut_of(finds: int, before: int, after: int, head: int | None = 1) -> Cut:
    return Cut(
        kind=CROSS, path=None if head is None else "decoder.0.cross_attention", head=head,
        finds=None if head is None else Accuracy(finds, 100), weight=0.5,
        before=Accuracy(before, 100), after=Accuracy(after, 100),
    )  # fmt: skip


def test_a_head_is_named_only_if_it_looks_and_matters() -> None:
    looks_and_matters, looks, matters = cut_of(90, 99, 60), cut_of(90, 99, 98), cut_of(40, 99, 50)
    everything = cut_of(0, 99, 30, head=None)
    known = Accuracy(99, 100)
    report = HeadsReport(
        heads=(looks, matters, looks_and_matters), together=(everything,), pronouns=known
    )
    assert report.found is looks_and_matters
    assert "head 2 of the decoder's layer 1 (cross-attention)" in report.sentence()
    none = HeadsReport(heads=(looks, matters), together=(everything,), pronouns=known)
    assert none.found is None and none.sentence().startswith("No single head")
    ignorant = HeadsReport(heads=(looks_and_matters,), pronouns=Accuracy(52, 100))
    assert ignorant.found is None and "No head is named" in ignorant.sentence()


def test_tokens_that_are_no_words_are_said_to_be(tiny_model: gf.LoadedModel) -> None:
    from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair

    sentences = list(petit.split("new", 1, 11))
    lines = [s.english for s in sentences] + [s.french for s in sentences]
    letters = Tokenizer.train(lines, TokenizerConfig(kind="char"))
    report = examine_heads(
        tiny_model.model, TokenizerPair(letters, letters), sentences,
        list(petit.contrasting_pairs(1, 3)),
    )  # fmt: skip
    assert "tokens are the words" in report.sentence() and report.skipped == 17


def test_kinds_of_attention() -> None:
    assert kind_of("decoder.3.cross_attention") == CROSS
    assert kind_of("decoder.0.self_attention") == WRITING
    assert kind_of("encoder.1.self_attention") == READING
