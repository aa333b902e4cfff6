"""Table 3: the paper's variations of the base model, all trained at a smaller scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, sqrt
from statistics import mean, stdev
from typing import Any

from glassformer.errors import ConfigError
from glassformer.model.presets import TABLE_3_SMOOTHING, table3
from glassformer.paper.estimate import config_of, estimate
from glassformer.paper.exhibit import Cost, Exhibit, Request, Scale, bullets, markdown
from glassformer.paper.facts import BIG_STEPS, TABLE_3, VOCABULARY
from glassformer.paper.flops import forward_flops
from glassformer.paper.trainings import Job, carry_out_all
from glassformer.training.recipe import Recipe, load_recipe

FIRST = "base"


@dataclass(frozen=True)
class Budget:
    """How the table is trained at a scale.

    ``recipe`` gives corpus, tokenizer and training, but for ``changes``; the paper's widths are
    divided by ``narrower`` and its depths by ``shallower``. ``aside``: seconds of a training that
    are not updates (tokenizer, corpus, scoring).
    """

    recipe: str
    changes: tuple[str, ...]
    narrower: int
    shallower: int
    seeds: int
    aside: float


BUDGETS: dict[Scale, Budget] = {
    # Eight times through its corpus, in a training that base has not learned all in.
    "petit": Budget(
        "petit",
        ("data.size=10_000", "training.updates=800", "training.warmup=200",
         "training.tokens_per_update=1024", "training.tokens_per_batch=1024",
         "training.peak_learning_rate=0.0035", "training.average=1", "training.keep=1",
         "training.checkpoint_every=200", "training.evaluate_every=800", "training.snapshots=0",
         "training.dtype=fp32"),
        narrower=8, shallower=2, seeds=3, aside=10,
    ),
    "multi30k": Budget(
        "multi30k-tiny", ("training.average=1", "training.keep=1", "training.dtype=fp32"),
        narrower=4, shallower=2, seeds=3, aside=60,
    ),
    "wmt14": Budget(
        "wmt14-en-de-base", ("training.average=1", "training.keep=1"),
        narrower=1, shallower=1, seeds=1, aside=1800,
    ),
}  # fmt: skip


def cost(request: Request) -> Cost:
    """All rows, all seeds."""
    return estimate(jobs_of(request), request, BUDGETS[request.scale].aside)


def make(
    request: Request, rows: Sequence[str] = tuple(TABLE_3), seeds: int | None = None
) -> Exhibit:
    """Train what is not trained yet, and put it beside the paper's."""
    jobs = jobs_of(request, rows, seeds)
    carry_out_all(jobs, request)
    found = {row: result(row, [job for job in jobs if row_of(job) == row]) for row in rows}
    first = found[FIRST]
    table = markdown(HEADER, [shown(one, first) for one in found.values()])
    body = (
        f"{about(request.scale, jobs)}\n\n{table}\n{agreement(found)}\n\n"
        f"### Where ours differs, and why\n\n{bullets(reasons(request.scale, found))}"
    )
    return Exhibit(
        name="table3", title="Table 3: variations on the Transformer", body=body,
        data={"scale": request.scale, "rows": {row: one.to_json() for row, one in found.items()}},
    )  # fmt: skip


def jobs_of(
    request: Request, rows: Sequence[str] = tuple(TABLE_3), seeds: int | None = None
) -> list[Job]:
    """The trainings, all rows by the first seed before any by the second, the longest first."""
    budget = BUDGETS[request.scale]
    refused = [key for key in request.overrides if key.startswith(("model.", "training.seed"))]
    if refused:
        raise ConfigError(f"{refused[0]}: the rows of Table 3 say what differs; change the rest")
    jobs = []
    for seed in range(1, (seeds or budget.seeds) + 1):
        recipes = {row: row_recipe(request, row, seed) for row in rows}
        by_cost = sorted(rows, key=lambda row: -work_of(recipes[row]))
        folder = request.out / "table3-runs" / request.scale
        jobs += [
            Job(f"{row}, seed {seed}", recipes[row], folder / f"{row}-{seed}") for row in by_cost
        ]
    return jobs


def row_of(job: Job) -> str:
    """The row that a training is of."""
    return job.name.partition(",")[0]


def work_of(recipe: Recipe) -> float:
    """The operations of its training, up to a factor."""
    return recipe.training.updates * forward_flops(config_of(recipe), 1.0, 1.0)


def row_recipe(request: Request, row: str, seed: int) -> Recipe:
    """A row's training: the paper's row with its widths and depths divided."""
    budget = BUDGETS[request.scale]
    scaled = load_recipe(budget.recipe, [*budget.changes, *request.overrides])
    paper = table3(row, VOCABULARY)
    model = {
        "d_model": paper.d_model // budget.narrower, "d_ff": paper.d_ff // budget.narrower,
        "d_k": paper.key_width // budget.narrower, "d_v": paper.value_width // budget.narrower,
        "n_heads": paper.n_heads, "n_layers": paper.n_layers // budget.shallower,
        "dropout": paper.dropout, "positions": paper.positions,
    }  # fmt: skip
    training = scaled.training
    peak = training.peak_learning_rate
    if peak is not None:  # as the paper's formula has it: with the width to the power of -1/2
        peak *= sqrt(table3(FIRST, VOCABULARY).d_model / paper.d_model)
    updates = training.updates * (BIG_STEPS if row == "big" else 1)
    smoothing = TABLE_3_SMOOTHING.get(row, training.label_smoothing)
    training = replace(
        training, seed=seed, updates=updates, label_smoothing=smoothing, peak_learning_rate=peak
    )
    name = f"table3-{row}-{seed}"
    return replace(scaled, name=name, description="", model=model, training=training)


@dataclass(frozen=True)
class Result:
    """A row's perplexities and BLEU, one a seed; its parameters here and at the paper's size."""

    row: str
    perplexity: list[float]
    bleu: list[float]
    parameters: int
    at_paper_size: int

    def to_json(self) -> dict[str, Any]:
        """As a JSON object, with the paper's figures."""
        return vars(self) | {"paper": vars(TABLE_3[self.row])}


def result(row: str, jobs: Sequence[Job]) -> Result:
    """What the scores of a row say; a perplexity that is not finite counts as infinite."""
    scores = [job.score for job in jobs]
    return Result(
        row,
        [one["perplexity"]["perplexity"] or inf for one in scores],
        [one["scores"]["paper_bleu"]["value"] for one in scores],
        config_of(jobs[0].recipe).parameter_count(),
        table3(row, VOCABULARY).parameter_count(),
    )


HEADER = ["row", "change", "PPL: paper", "PPL: ours", "BLEU: paper", "BLEU: ours", "against base",
          "parameters: paper (M)", "at the paper's size (M)", "here"]  # fmt: skip


def shown(one: Result, first: Result) -> list[str]:
    """A row, as it is printed."""
    paper = TABLE_3[one.row]
    return [
        one.row, paper.change, f"{paper.perplexity:.2f}", spread(one.perplexity, 3),
        f"{paper.bleu:.1f}", spread(one.bleu, 1), "" if one is first else verdict(one, first),
        str(paper.parameters or ""), f"{one.at_paper_size / 1e6:.1f}", f"{one.parameters:,}",
    ]  # fmt: skip


def spread(values: Sequence[float], digits: int) -> str:
    """Mean ± standard deviation over the seeds."""
    around = f" ± {stdev(values):.{digits}f}" if len(values) > 1 else ""
    return f"{mean(values):.{digits}f}{around}"


def verdict(one: Result, first: Result) -> str:
    """Whether the row's perplexity is better or worse than base's, as in the paper or not."""
    ours = mean(one.perplexity) - mean(first.perplexity)
    theirs = TABLE_3[one.row].perplexity - TABLE_3[FIRST].perplexity
    noise = sqrt(sum(stdev(x.perplexity) ** 2 for x in (one, first) if len(x.perplexity) > 1))
    if abs(ours) <= noise:
        return "within the spread"
    word = "better" if ours < 0 else "worse"
    if theirs == 0:
        return f"{word}; the paper: the same"
    return f"{word}, as in the paper" if ours * theirs > 0 else f"{word}, unlike the paper"


def agreement(found: dict[str, Result]) -> str:
    """How many rows stand where the paper's do, in a sentence."""
    said = [verdict(one, found[FIRST]) for row, one in found.items() if row != FIRST]
    same = sum(word.endswith("as in the paper") for word in said)
    near = sum(word == "within the spread" for word in said)
    return (
        f"Of {len(said)} variations {same} move perplexity away from base as in the paper, {near} "
        f"less than the spread over seeds, {len(said) - same - near} otherwise."
    )


def about(scale: Scale, jobs: Sequence[Job]) -> str:
    """What was trained, in words."""
    budget, recipe = BUDGETS[scale], next(job.recipe for job in jobs if row_of(job) == FIRST)
    seeds = len({job.recipe.training.seed for job in jobs})
    here = (
        f"widths divided by {budget.narrower} and depths by {budget.shallower} (base: N "
        f"{recipe.model['n_layers']}, d_model {recipe.model['d_model']}, d_ff "
        f"{recipe.model['d_ff']}), heads as they are"
        if budget.narrower > 1
        else "as it is"
    )
    training = recipe.training
    return (
        f"Every row of the paper with its {here}; post-norm, no averaging. Trained on the corpus "
        f"of the recipe {budget.recipe}: {training.updates:,} updates of "
        f"{training.tokens_per_update:,} tokens a side ({BIG_STEPS} times as many for big, as in "
        f"the paper), {seeds} {'seeds' if seeds > 1 else 'seed'}: mean ± standard deviation. "
        "Perplexity a token and BLEU (the paper's definition) on the development set, as there."
    )


def reasons(scale: Scale, rows: dict[str, Result]) -> list[str]:
    """Why ours are other figures."""
    first = rows[FIRST]
    unlike = [
        name for name, one in rows.items() if verdict(one, first).endswith("unlike the paper")
    ]
    found = [
        f"Parameters are counted with {VOCABULARY:,} vocabulary entries, as §5.1 has it. The "
        "paper's column fits no single size: its base row implies about 41,000, its big row about "
        "36,000.",
    ]
    if scale != "wmt14":
        found += [
            "Another language pair, a smaller model and a shorter training: figures are to be "
            "compared with each other, not with the paper's.",
            "So early in learning a row tells how soon a model learns, not yet how much it can: "
            "fewer layers learn sooner."
            + (f" Unlike the paper: {', '.join(unlike)}." if unlike else ""),
        ]
    return found
