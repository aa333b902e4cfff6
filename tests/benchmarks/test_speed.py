"""What the table of speeds says follows from what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from corpus import batches, even, invented
from limits import FLOP
from rounds import alternate, fastest, rate, ratio, say, spread
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode
from training import OURS, Sizes, Work, computes_in_bf16, flop, ratios, trainer

from glassformer.loaded.families import words_of_petit
from glassformer.text.tokenizer import TokenizerPair


def test_contenders_take_turns_and_warm_rounds_do_not_count() -> None:
    calls: list[tuple[str, int]] = []
    contenders = {name: lambda number, name=name: calls.append((name, number)) for name in "abc"}
    seconds = alternate(contenders, 3, warm=2)
    assert {name: len(values) for name, values in seconds.items()} == {"a": 3, "b": 3, "c": 3}
    firsts = [calls[i][0] for i in range(0, 15, 3)]
    assert firsts == ["b", "c", "a", "b", "c"]
    for i in range(0, 15, 3):
        assert {name for name, _ in calls[i : i + 3]} == set("abc")
        assert {number for _, number in calls[i : i + 3]} == {i // 3 - 2}


def test_a_ratio_is_of_the_same_round_and_above_one_where_ours_took_less() -> None:
    ours, theirs = [2.0, 5.0, 4.0], [6.0, 5.0, 8.0]
    assert ratio(ours, theirs) == {"median": 2.0, "low": 1.0, "high": 3.0}
    assert rate([10.0, 20.0, 6.0], [5.0, 2.0, 2.0]) == {"median": 3.0, "low": 2.0, "high": 10.0}
    assert spread([7.0, 1.0, 2.0]) == {"median": 2.0, "low": 1.0, "high": 7.0}
    assert say({"median": 2500.0, "low": 1000.0, "high": 4000.0}, 1000) == "2.5 (1.0 to 4.0)"
    # The lowest median, not the lowest round.
    assert fastest({"a": [1.0, 9.0, 9.0], "b": [5.0, 5.0, 5.0]}) == "b"


def test_each_column_is_held_against_its_own_best_peer() -> None:
    seconds = {
        f"{OURS}, fp32": [4.0], f"{OURS}, bf16": [2.0], f"{OURS}, default": [2.5],
        "a, fp32": [6.0], "b, fp32": [8.0], "a, bf16": [5.0], "b, bf16": [3.0],
        "a, default": [12.0], "b, default": [10.0],
    }  # fmt: skip
    chosen = [(who, column) for who, _, column in (key.partition(", ") for key in seconds)]
    told = {r["column"]: (r["best_peer"], r["ratio"]["median"]) for r in ratios(seconds, chosen)}
    assert told == {
        "fp32": ("a", 1.5), "bf16": ("b", 1.5), "default": ("b", 4.0),
        "default, bf16 switched off": ("b", 2.5),
    }  # fmt: skip
    only = [(who, column) for who, column in chosen if column == "bf16"]
    assert [r["column"] for r in ratios({f"{w}, {c}": [1.0] for w, c in only}, only)] == ["bf16"]


def test_peers_by_default_are_held_against_the_fp32_limit() -> None:
    narrow = Sizes(d_model=22, d_ff=37, n_heads=2, n_layers=3, vocabulary=101)
    assert not computes_in_bf16("a", "default", narrow) and computes_in_bf16("a", "bf16", narrow)
    assert not computes_in_bf16(OURS, "default", narrow)  # too narrow to gain


def test_operations_are_those_that_torch_counts(tmp_path: Path) -> None:
    sizes = Sizes(d_model=22, d_ff=37, n_heads=2, n_layers=3, vocabulary=307)
    tokenizers = TokenizerPair(*[words_of_petit(307)] * 2)
    corpus = even(13, 307, tmp_path / "corpus", 17)
    work = Work(sizes, tokenizers, corpus, 17 * 13, batches(corpus, 17 * 13, 1))
    ours = trainer(work, "fp32", tmp_path / "run")
    batch = work.batch(0)
    assert batch.source.shape == batch.target_in.shape == (17, 13)
    with FlopCounterMode(display=False) as counter:
        logits = ours.model.logits(ours.model(*batch.inputs))
        cross_entropy(logits.flatten(0, 1), batch.target_out.flatten()).backward()
    assert counter.get_total_flops() == pytest.approx(flop(sizes, batch), rel=1e-6)
    a = torch.zeros(2048, 2048)
    with FlopCounterMode(display=False) as counter:
        a @ a
    assert counter.get_total_flops() == FLOP


def test_invented_sentences_are_as_long_as_real_ones() -> None:
    words = [len(line.split()) for line in invented(0)]
    assert len(words) == 29_000 and 11.5 < sum(words) / len(words) < 12.3
    assert min(words) >= 3 and max(words) <= 40
