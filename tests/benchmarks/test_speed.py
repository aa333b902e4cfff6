"""What the table of speeds says follows from what was measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from corpus import batches, even, invented
from figures import GOALS, exact
from limits import FLOP
from rounds import alternate, fastest, rate, ratio, say, spread, within_noise
from tables import MARKS, decoding, figures, into_readme, overheads, training
from torch.nn.functional import cross_entropy
from torch.utils.flop_counter import FlopCounterMode
from training import OURS, Sizes, Work, computes_in_bf16, flop, ratios, trainer

from glassformer.loaded.families import words_of_petit
from glassformer.tap import by_written_steps
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
        "default, bf16 switched off": ("b", 2.5), "bf16 beside fp32": ("a", 3.0),
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
    with by_written_steps(), FlopCounterMode(display=False) as counter:  # nothing is added
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


def test_two_means_are_held_against_what_chance_allows() -> None:
    # Variances 1 and 1, three each: the error is √(2/3), Student's t with four degrees 2.776.
    allowed = 2.776 * (2 / 3) ** 0.5
    assert within_noise([1.0, 2.0, 3.0], [5.0, 6.0, 7.0]) == pytest.approx(4 / allowed)
    assert within_noise([1.0, 2.0, 3.0], [3.0, 2.0, 1.0]) == 0


def some_results() -> dict[str, Any]:
    """What the benchmarks keep, with numbers of which every figure can be computed by hand."""

    def row(who: str, column: str, speed: float, share: float, peak: int) -> dict[str, Any]:
        return {
            "who": who, "column": column, "computes_in": "bf16", "peak_bytes": exact(peak),
            "tokens_per_second": exact(speed), "share_of_limit": exact(share),
            "seconds_to_first_update": {"median": 2.5, "low": 2.0, "high": 3.5},
        }  # fmt: skip

    rows = [
        row(OURS, "bf16", 700, 0.47, 300), row("a", "bf16", 500, 0.3, 600),
        row("b", "bf16", 350, 0.2, 500), row(OURS, "default", 700, 0.47, 300),
    ]  # fmt: skip
    setting = {
        "sizes": vars(Sizes(22, 37, 2, 3, 8000)), "tokens_per_batch": 4096, "rounds": 3,
        "flop_per_token": 23e6, "limits": {k: exact(4e11) for k in ("fp32", "bf16")}, "rows": rows,
        "ratios": [{"column": "bf16", "best_peer": "a", "ratio": exact(1.4)},
                   {"column": "fp32", "best_peer": "b", "ratio": exact(0.9)}],
    }  # fmt: skip
    engines = {f"{OURS}, fp32": 200.0, f"{OURS}, bf16": 500.0, "CTranslate2, fp32": 240.0,
               "CTranslate2, int8": 625.0}  # fmt: skip
    decoded = {
        "rows": [
            {"engine": name, "tokens_per_second": exact(speed), "seconds": exact(1 / speed),
             "share_of_bf16_limit": exact(0.5), "tokens_equal_to_ours": 1.0}
            for name, speed in engines.items()
        ],
        "ratios": [],
    }  # fmt: skip
    place = {"machine": {"processor": "some", "cores_used": 2}, "commit": "abc1234"}
    return {
        "training": {"settings": {"small": setting}, "data": "invented text"} | place,
        "overheads": {
            "small": {"rows": rows}, "seconds_by_command": 5.0,
            "supply": {"encoding_over_training": 50.0, "batching_share_of_a_step": 0.001},
        } | place,
        "decoding": {"base": {"sentences": 32, "beam 4": decoded}} | place,
    }  # fmt: skip


def test_every_figure_follows_from_the_results() -> None:
    told = [line.split(" | ") for line in figures(some_results()).split("\n")[2:-1]]
    found = {what.removeprefix("| "): (measured, end) for what, measured, _, end in told}
    assert len(found) == len(GOALS)
    reached, short, missing = " reached |", "**falls short** |", " |"
    expected = {
        "training small, bf16 beside bf16": ("1.4 ×", short),
        "training small, share of the bf16 matrix rate": ("47 %", reached),
        "training base, bf16 beside bf16": ("not measured", missing),
        "from start to the first update": ("2.5 s (2 s to 3.5 s)", reached),
        "training memory small, bf16": ("0.6 ×", reached),
        "beam 4 base, beside CTranslate2 fp32": ("2.08 ×", reached),
        "beam 4 base, beside CTranslate2 int8": ("0.8 ×", short),
        "greedy base, beside CTranslate2 int8": ("not measured", missing),
        "tokenising, beside training's consumption": ("50 ×", reached),
        "batching, of a step's time": ("0.1 %", reached),
    }
    assert {what: (m, e.strip()) for what, (m, e) in found.items() if what in expected} == {
        what: (m, e.strip()) for what, (m, e) in expected.items()
    }


def test_the_tables_say_plainly_where_a_peer_is_faster() -> None:
    text = "".join(
        part for table in (training, overheads, decoding) for part in table(some_results())
    )
    assert "| fp32 | b | 0.90 (0.90 to 0.90) ×: **the peer is faster** |" in text
    assert "| bf16 | a | 1.40 (1.40 to 1.40) × |" in text
    assert "tokenizer and encoding included: 5.0 s" in text
    assert "### Decoding, base, 32 sentences, beam 4" in text


def test_the_readme_gets_the_table_between_its_marks_alone(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"before\n{MARKS[0]}\nold\n{MARKS[1]}\nafter\n", encoding="utf-8")
    into_readme("new\n", file)
    wanted = f"before\n{MARKS[0]}\nnew\n{MARKS[1]}\nafter\n"
    assert file.read_text(encoding="utf-8") == wanted
    file.write_text("no marks\n", encoding="utf-8")
    into_readme("new\n", file)
    assert file.read_text(encoding="utf-8") == "no marks\n"
