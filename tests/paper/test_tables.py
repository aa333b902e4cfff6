"""The tables count and measure right, and go on where they were stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import glassformer as gf
from glassformer.data.open import PetitData
from glassformer.errors import ConfigError, RunError
from glassformer.model.presets import TABLE_3, base, table3
from glassformer.model.transformer import EncoderDecoder
from glassformer.paper import table2
from glassformer.paper import table3 as third
from glassformer.paper import table4 as fourth
from glassformer.paper.exhibit import Cost, Request, duration
from glassformer.paper.flops import forward_flops, training_flops
from glassformer.paper.measure import exponent, peak_bytes
from glassformer.paper.trainings import carry_out, carry_out_all
from glassformer.tap import by_written_steps

CONFIG = gf.ModelConfig(
    source_vocabulary=97, target_vocabulary=97, d_model=22, d_ff=37, n_heads=3, n_layers=2,
    d_k=5, d_v=7,
)  # fmt: skip


def test_flops_are_those_that_torch_counts() -> None:
    model = gf.build(CONFIG).eval()
    assert isinstance(model, EncoderDecoder)
    source, target = torch.randint(1, 97, (1, 11)), torch.randint(1, 97, (1, 13))
    with by_written_steps(), FlopCounterMode(display=False) as forward:
        hidden = model(source, target)
        logits = model.logits(hidden)
    with FlopCounterMode(display=False) as back:
        logits.sum().backward()
    counted = forward_flops(CONFIG, 11, 13)
    assert forward.get_total_flops() == counted
    assert back.get_total_flops() == 2 * counted
    assert training_flops(CONFIG, (11 * 5, 13 * 5), (11, 13)) == pytest.approx(15 * counted)


def test_flops_of_one_stack() -> None:
    config = gf.ModelConfig(**vars(CONFIG) | {"family": "decoder-only"})
    model = gf.build(config).eval()
    with by_written_steps(), FlopCounterMode(display=False) as forward:
        model.logits(model(torch.randint(1, 97, (1, 13))))
    assert forward.get_total_flops() == forward_flops(config, 0, 13)


def test_the_paper_s_flops_without_attention_s_products() -> None:
    config = base(37_000)
    tokens = 25_000.0
    encoder = 6 * (4 * 512 * 512 + 2 * 512 * 2048)
    decoder = 6 * (8 * 512 * 512 + 2 * 512 * 2048) + 512 * 37_000
    assert training_flops(config, (tokens, tokens)) == pytest.approx(
        6 * tokens * (encoder + decoder), rel=1e-6
    )


def test_exponents_and_memory() -> None:
    assert exponent([2, 4, 8], [3 * 2**2.5, 3 * 4**2.5, 3 * 8**2.5]) == pytest.approx(2.5)
    x = torch.zeros(1009, 17)
    assert peak_bytes(lambda x: x + 1, x) == pytest.approx(x.nbytes, abs=64)
    assert peak_bytes(lambda x: (x + 1) * 2, x) == pytest.approx(2 * x.nbytes, abs=64)


def test_table1_measures_all_layers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the figure needs the extra 'paper'")
    from glassformer.paper import measure, table1

    monkeypatch.setattr(measure, "ENOUGH", 0.0)
    monkeypatch.setattr(table1, "LENGTHS", (64, 128, 256))
    monkeypatch.setattr(table1, "WIDTHS", (16, 32))
    made = table1.make(Request())
    assert made.text().count("\n| ") == len(table1.SUBJECTS) + 2
    layers = made.data["layers"]
    for name, subject in table1.SUBJECTS.items():
        assert all(seconds > 0 for seconds in layers[name]["by_length"]), subject
    # The weights stand twice in memory: before the softmax and after it, or scaled.
    for n, held in zip((64, 128, 256), layers["self-attention"]["memory"], strict=True):
        assert held >= 2 * 4 * n * n
    assert layers["self-attention"]["exponents"][2] == pytest.approx(2, abs=0.25)
    assert layers["self-attention, restricted to r = 64"]["exponents"][2] == pytest.approx(
        1, abs=0.1
    )
    made.write(tmp_path)


def test_table2_scores_and_counts_a_run(tiny_run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PetitData.sizes, "test", 23)
    (ours,) = table2.make(Request(run=tiny_run)).data["ours"]
    model = gf.load(tiny_run)
    rows = [row for row in model.run.metrics() if "tokens" in row]
    assert ours["tokens"] == sum(row["tokens"] for row in rows)
    assert ours["bleu"]["signature"].startswith("glassformer.paper|")
    assert ours["sacrebleu"]["signature"].startswith("nrefs:1|")
    lengths = table2.mean_lengths(model)
    pairs = ours["tokens"] / sum(lengths)
    assert ours["training_flops"] == pytest.approx(
        3 * pairs * forward_flops(model.config, *lengths), rel=1e-3
    )


def test_rows_of_table3_are_the_paper_s_divided() -> None:
    for row in TABLE_3:
        recipe = third.row_recipe(Request(), row, 1)
        ours, paper = recipe.model_config(97, 97), table3(row, 97)
        assert (ours.d_model * 8, ours.d_ff * 8) == (paper.d_model, paper.d_ff)
        assert (ours.key_width * 8, ours.value_width * 8) == (paper.key_width, paper.value_width)
        assert (ours.n_heads, 2 * ours.n_layers) == (paper.n_heads, paper.n_layers)
        assert (ours.dropout, ours.norm) == (paper.dropout, "post")
    updates = third.row_recipe(Request(), "base", 1).training.updates
    assert third.row_recipe(Request(), "big", 1).training.updates == 3 * updates
    assert third.row_recipe(Request(), "D-e0.2", 1).training.label_smoothing == 0.2
    multi30k = third.row_recipe(Request(scale="multi30k"), "C-d1024", 2)
    assert multi30k.model["d_model"] == 256
    assert multi30k.training.peak_learning_rate == pytest.approx(0.005 / 2**0.5)
    assert multi30k.training.seed == 2
    with pytest.raises(ConfigError, match="rows of Table 3 say"):
        third.jobs_of(Request(overrides=("model.d_model=7",)))


def test_a_difference_inside_the_spread_is_none() -> None:
    def row(name: str, *values: float) -> third.Result:
        return third.Result(name, list(values), [1.0] * len(values), 1, 1)

    first = row("base", 2.0, 2.2)
    assert third.verdict(row("C-N2", 3.0, 3.1), first) == "worse, as in the paper"
    assert third.verdict(row("C-N8", 3.0, 3.1), first) == "worse, unlike the paper"
    assert third.verdict(row("C-N2", 2.2, 2.3), first) == "within the spread"
    assert third.verdict(row("E", 1.0, 1.1), first) == "better; the paper: the same"
    assert third.spread([1.0, 3.0], 2) == "2.00 ± 1.41"


TINY = (
    "data.size=300", "training.updates=3", "training.checkpoint_every=1", "decoding.beam=1",
    "decoding.extra_length=1", "training.tokens_per_update=64", "training.tokens_per_batch=64",
)  # fmt: skip


def test_table3_trains_scores_and_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PetitData.sizes, "dev", 29)
    request, rows = Request(out=tmp_path, overrides=TINY), ("base", "C-N2")
    jobs = third.jobs_of(request, rows, seeds=1)
    assert [job.name for job in jobs] == ["base, seed 1", "C-N2, seed 1"]  # the longest first
    assert all(carry_out(job) for job in jobs)
    data: dict[str, Any] = third.make(request, rows, seeds=1).data["rows"]
    assert data["C-N2"]["paper"]["perplexity"] == 6.11
    assert data["C-N2"]["at_paper_size"] == table3("C-N2", 37_000).parameter_count()
    assert data["base"]["perplexity"] == [jobs[0].score["perplexity"]["perplexity"]]

    before = jobs[1].score
    (jobs[1].path / "score.json").unlink()  # as if it had been stopped before it was scored
    assert not jobs[1].scored
    assert carry_out(jobs[1])
    assert jobs[1].score == before
    with pytest.raises(RunError, match="holds another training"):
        third.make(Request(out=tmp_path, overrides=(*TINY, "training.updates=4")), rows, seeds=1)


def test_workers_train_and_find_what_is_done(tmp_path: Path) -> None:
    said: list[str] = []
    request = Request(out=tmp_path, overrides=TINY, notice=said.append)
    jobs = third.jobs_of(request, ("C-N2",), seeds=1)
    carry_out_all(jobs, request)
    assert said[0].startswith("1 of 1  C-N2, seed 1: perplexity ")
    carry_out_all(jobs, request)
    assert said[1] == "1 of 1 trainings are done already"


def test_a_cost_is_said_for_people() -> None:
    assert [duration(s) for s in (0.2, 42, 600, 5000, 20_000, 10**6)] == [
        "1 s", "42 s", "10 min", "83 min", "5.6 hours", "12 days",
    ]  # fmt: skip
    assert Cost(("draws",)).lines() == ["draws", "time  a few seconds"]
    assert Cost(("trains",), 90.0, 5 * 2**20).lines()[1:] == [
        "time  about 2 min",
        "disk  about 5 MiB",
    ]


def test_dry_run_estimates_what_is_left(tmp_path: Path) -> None:
    request = Request(out=tmp_path, overrides=TINY)
    few = third.estimate(third.jobs_of(request, ("base", "C-N2"), 1), request, 5.0)
    assert few.seconds is not None
    assert 5.0 < few.seconds < 60.0
    assert "trains 2 models" in few.what[0]


def test_table4_parses_and_counts_brackets(
    tmp_path: Path, tiny_run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PetitData.sizes, "test", 29)
    monkeypatch.setitem(PetitData.sizes, "dev", 11)
    request = Request(out=tmp_path, overrides=TINY)
    (job,) = fourth.jobs_of(request)
    assert carry_out(job)
    made = fourth.make(request)
    ours = made.data["ours"]
    assert ours["trees"] == 29
    assert ours["errors"] + ours["skipped"] <= 29
    assert made.data["paper"][4] == {
        "parser": "Transformer (4 layers)", "training": "WSJ only", "f1": 91.3,
    }  # fmt: skip
    again = fourth.make(Request(run=job.path)).data["ours"]
    assert {key: again[key] for key in ("f1", "errors")} == {
        key: ours[key] for key in ("f1", "errors")
    }
    with pytest.raises(ConfigError, match="tiny was trained on petit"):
        fourth.make(Request(run=tiny_run))
    with pytest.raises(ConfigError, match="multi30k has no trees"):
        fourth.cost(Request(scale="multi30k"))
    with pytest.raises(ConfigError, match="petit-parse parses: see table4"):
        table2.make(Request(run=job.path))
