"""Perplexity against a model whose probabilities are known, and against torch's cross-entropy."""

from __future__ import annotations

import math

import pytest
import torch
import torch.nn.functional as F

import glassformer as gf
from glassformer.errors import DataError
from glassformer.evaluation.perplexity import Perplexity, padded, perplexity, text_batches

LINES = ["the girl sleeps", "", "the dog runs because the cat is tired", "a cat"] * 3


def test_a_model_that_knows_nothing_is_as_perplexed_as_its_vocabulary_is_large(
    tiny_model: gf.LoadedModel,
) -> None:
    model = gf.build(tiny_model.model.config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    found = perplexity(model, text_batches(tiny_model.tokenizers, LINES, LINES))
    assert found.perplexity == pytest.approx(model.config.target_vocabulary, rel=1e-4)
    assert found.tokens == sum(len(t) + 1 for t in tiny_model.tokenizers.target.encode_batch(LINES))


def test_equals_cross_entropy_line_by_line(tiny_model: gf.LoadedModel) -> None:
    model, pair = tiny_model.model, tiny_model.tokenizers
    nats, right, count = 0.0, 0, 0
    for line in LINES:
        source = torch.tensor([[*pair.source.encode(line), pair.source.eos_id]])
        ids = [pair.target.bos_id, *pair.target.encode(line), pair.target.eos_id]
        with torch.no_grad():
            logits = model.logits(model(source, torch.tensor([ids[:-1]])))[0]
        wanted = torch.tensor(ids[1:])
        nats += float(F.cross_entropy(logits, wanted, reduction="sum"))
        right += int((logits.argmax(-1) == wanted).sum())
        count += len(wanted)
    found = perplexity(model, text_batches(pair, LINES, LINES))
    assert found.nats == pytest.approx(nats / count, rel=1e-5)
    assert found.perplexity == pytest.approx(math.exp(nats / count), rel=1e-4)
    assert (found.accuracy, found.tokens) == (right / count, count)


def test_the_model_is_left_as_it_was(tiny_model: gf.LoadedModel) -> None:
    model = tiny_model.model
    model.train()
    perplexity(model, text_batches(tiny_model.tokenizers, LINES, LINES))
    assert model.training
    model.eval()


def test_no_text_and_unequal_sides_are_refused(tiny_model: gf.LoadedModel) -> None:
    with pytest.raises(DataError, match="no token"):
        perplexity(tiny_model.model, [])
    with pytest.raises(DataError, match="2 sources and 1 targets"):
        list(text_batches(tiny_model.tokenizers, ["a", "b"], ["a"]))


def test_batches_hold_every_line_and_little_else(tiny_model: gf.LoadedModel) -> None:
    lines = ["the girl sleeps " * n for n in range(1, 200)]
    batches = list(text_batches(tiny_model.tokenizers, lines, lines))
    assert sum(len(batch.source) for batch in batches) == len(lines)
    assert all(batch.source.numel() <= 4096 for batch in batches)
    real = sum(batch.source_tokens for batch in batches)
    assert real / sum(batch.source.numel() for batch in batches) > 0.8


def test_padding_stands_on_the_right() -> None:
    assert padded([[3, 4], [], [5, 6, 7]], 0).tolist() == [[3, 4, 0], [0, 0, 0], [5, 6, 7]]


def test_what_is_not_finite_is_no_json_number() -> None:
    found = Perplexity(nats=800.0, perplexity=math.inf, accuracy=0.0, tokens=3)
    assert found.to_json() == {"nats": 800.0, "perplexity": None, "accuracy": 0.0, "tokens": 3}
