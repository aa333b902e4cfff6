"""Table 2: BLEU by both definitions, and what training took, counted and as the paper counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from glassformer.data.open import open_data
from glassformer.errors import ConfigError
from glassformer.loaded import LoadedModel, load
from glassformer.model.presets import base, big
from glassformer.paper.estimate import estimate
from glassformer.paper.exhibit import Cost, Exhibit, Request, Scale, bullets, markdown
from glassformer.paper.facts import TABLE_2, VOCABULARY, System
from glassformer.paper.flops import training_flops
from glassformer.paper.trainings import Job, carry_out_all, evaluate
from glassformer.training.recipe import load_recipe

# What is trained where no run is given; petit is carried.
RECIPES: dict[Scale, tuple[str, ...]] = {
    "petit": (),
    "multi30k": ("multi30k-tiny",),
    "wmt14": ("wmt14-en-de-base", "wmt14-en-de-big", "wmt14-en-fr-base", "wmt14-en-fr-big"),
}
SIZES = {"Transformer (base)": (base, 100_000), "Transformer (big)": (big, 300_000)}
SCORES = ("paper_bleu", "sacrebleu")
UPDATE = 25_000  # source tokens, and as many target tokens (§5.1)
TYPICAL = 30.0  # tokens of a sentence, to say how little attention's own products weigh


def cost(request: Request) -> Cost:
    """The trainings of the scale, or none; then a test set is translated."""
    jobs = jobs_of(request)
    if not jobs:
        return Cost(("translates the test split with the run's model; trains nothing",), seconds=20)
    return estimate(jobs, request, 600)


def jobs_of(request: Request) -> list[Job]:
    """The trainings that this table needs."""
    if request.run is not None:
        return []
    folder = request.out / "table2-runs"
    recipes = [load_recipe(name, request.overrides) for name in RECIPES[request.scale]]
    return [Job(recipe.name, recipe, folder / recipe.name, "test") for recipe in recipes]


@dataclass(frozen=True)
class Ours:
    """A model of ours, scored: FLOPs of its training, the tokens that it read."""

    name: str
    data: str
    report: dict[str, Any]
    flops: float
    tokens: int

    def score(self, name: str) -> dict[str, Any]:
        """A score by its name in the report."""
        found: dict[str, Any] = self.report["scores"][name]
        return found

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return {"name": self.name, "data": self.data, "training_flops": self.flops,
                "tokens": self.tokens, "bleu": self.score("paper_bleu"),
                "sacrebleu": self.score("sacrebleu")}  # fmt: skip


def make(request: Request) -> Exhibit:
    """Train what the scale asks for, translate the test split, count."""
    jobs = jobs_of(request)
    carry_out_all(jobs, request)
    ours = [of_model(load(job.path), job.score) for job in jobs] or [of_run(request)]
    rows = [*(paper_row(name, system) for name, system in TABLE_2.items()), *map(our_row, ours)]
    signatures = [one.score(name)["signature"] for one in ours[:1] for name in SCORES]
    body = (
        f"{markdown(HEADER, rows)}\nSignatures: {'; '.join(f'`{one}`' for one in signatures)}\n\n"
        f"### Where ours differs, and why\n\n{bullets(reasons(ours))}"
    )
    return Exhibit(
        name="table2", title="Table 2: BLEU and training cost", body=body,
        data={
            "ours": [one.to_json() for one in ours],
            "paper": {name: vars(s) | {"counted": counted(name)} for name, s in TABLE_2.items()},
        },
    )  # fmt: skip


def of_run(request: Request) -> Ours:
    """The request's run, or the model that is carried, on the test split of its own corpus."""
    model = load(request.run, notice=request.notice)
    pairs = sum(1 for _ in open_data(model.recipe.data).split("test"))
    with request.progress("translating", pairs) as progress:
        report = evaluate(model, "test", progress).to_json()
    if "scores" not in report:
        raise ConfigError(f"table2 is of translations, and {model.name} parses: see table4")
    return of_model(model, report)


def of_model(model: LoadedModel, report: dict[str, Any]) -> Ours:
    """A model's row."""
    source, target = tokens_read(model)
    flops = training_flops(model.config, (source, target), mean_lengths(model))
    return Ours(model.name, model.recipe.data.source, report, flops, round(source + target))


def tokens_read(model: LoadedModel) -> tuple[float, float]:
    """Source and target tokens of its training: the mean of the updates that its metrics keep,
    times all updates, in the test split's proportion of the two sides."""
    rows = [row for row in model.run.metrics() if "tokens" in row]
    steps = max(row["step"] for row in rows)
    both = sum(row["tokens"] for row in rows) / len(rows) * steps
    source, target = mean_lengths(model)
    return both * source / (source + target), both * target / (source + target)


def mean_lengths(model: LoadedModel) -> tuple[float, float]:
    """Mean source and target tokens of a sentence of the test split, end tokens counted."""
    pairs = list(open_data(model.recipe.data).split("test"))
    sides = ([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    both = (model.tokenizers.source, model.tokenizers.target)
    source, target = (
        sum(len(ids) + 1 for ids in tokenizer.encode_batch(side)) / len(pairs)
        for tokenizer, side in zip(both, sides, strict=True)
    )
    return source, target


def counted(name: str) -> float | None:
    """The paper's model by our formula, attention's own products left out."""
    if name not in SIZES:
        return None
    preset, steps = SIZES[name]
    return training_flops(preset(VOCABULARY), (UPDATE * steps, UPDATE * steps))


HEADER = ["model", "corpus", "BLEU, the paper's script", "sacreBLEU", "training FLOPs: the paper",
          "training FLOPs: counted"]  # fmt: skip


def paper_row(name: str, system: System) -> list[str]:
    """A row of the paper."""
    ours = counted(name)
    cells = (system.english_german, system.english_french)
    flops = sorted({x for x in (system.flops_german, system.flops_french) if x is not None})
    bleu = " / ".join("" if cell is None else f"{cell:g}" for cell in cells)
    return [
        f"{name}, the paper", "WMT14 En-De / En-Fr", bleu, "", " / ".join(map(power, flops)),
        "" if ours is None else power(ours),
    ]  # fmt: skip


def our_row(one: Ours) -> list[str]:
    """A row of ours."""
    return [
        f"**{one.name}**", one.data, f"{one.score('paper_bleu')['value']:.2f}",
        f"{one.score('sacrebleu')['value']:.2f}", "", power(one.flops),
    ]  # fmt: skip


def power(value: float) -> str:
    """A number as 3.3 · 10¹⁸."""
    digits, exponent = f"{value:.1e}".split("e")
    raised = str(int(exponent)).translate(str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))
    return f"{digits} · 10{raised}"


def reasons(ours: Sequence[Ours]) -> list[str]:
    """Why ours are other figures."""
    used = counted("Transformer (base)")
    printed = TABLE_2["Transformer (base)"].flops_german
    assert used is not None and printed is not None
    steps = SIZES["Transformer (base)"][1]
    tokens = (UPDATE * steps, UPDATE * steps)
    more = training_flops(base(VOCABULARY), tokens, (TYPICAL, TYPICAL)) / used - 1
    found = [
        "The paper's FLOPs are what its GPUs could have done: hours × 8 GPUs × 9.5 TFLOP/s. "
        "Counted is what the arithmetic asks for (`paper/flops.py` has the formula): for base "
        f"{used / printed:.0%} of the paper's figure. Attention's own products are left out for "
        f"the paper's models, whose sentence lengths are not stated; at {TYPICAL:.0f} tokens they "
        f"add {more:.1%}.",
        "One translation has two BLEU: the paper's script (Moses tokens, compounds split) gives "
        "about 1.5 points more on WMT14 English-German than sacreBLEU, which is today's.",
    ]
    if any(not one.data.startswith("wmt14") for one in ours):
        found.append(
            "A BLEU is of a test set: "
            + "; ".join(f"{one.name} is scored on {one.data}'s own" for one in ours)
            + ". Only the scale wmt14 can be held against the paper's figures."
        )
    return found
