"""Table 4: parsing, a sentence in and its tree out, scored by labelled brackets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassformer.data.open import TREES, open_data
from glassformer.errors import ConfigError
from glassformer.loaded import LoadedModel, load
from glassformer.paper.estimate import estimate
from glassformer.paper.exhibit import Cost, Exhibit, Request, bullets, markdown
from glassformer.paper.facts import TABLE_4
from glassformer.paper.trainings import Job, carry_out_all, evaluate
from glassformer.training.recipe import load_recipe

RECIPES = {"petit": "petit-parse", "wmt14": "wsj-parse"}
SCORED_ON = {
    "petit-trees": "new sentences of petit's grammar",
    "treebank": "section 23 of the treebank",
}
HEADER = ["parser", "trained on", "scored on", "F1", "F1, malformed as wrong"]


def cost(request: Request) -> Cost:
    """A parser's training, or none; then the test split is parsed."""
    jobs = jobs_of(request)
    if not jobs:
        return Cost(("parses the test split with the run's model; trains nothing",))
    return estimate(jobs, request, 60)


def jobs_of(request: Request) -> list[Job]:
    """The training of the scale, unless a run is given.

    Raises:
        ConfigError: the scale has no treebank.
    """
    if request.run is not None:
        return []
    if request.scale not in RECIPES:
        raise ConfigError(
            f"table4 parses, and {request.scale} has no trees: give --scale petit, or wmt14 for "
            "the paper's own size with data.path=FOLDER, a Penn Treebank that you have"
        )
    recipe = load_recipe(RECIPES[request.scale], request.overrides)
    return [Job(recipe.name, recipe, request.out / "table4-runs" / recipe.name, "test")]


@dataclass(frozen=True)
class Parser:
    """A parser of ours, its report as ``BracketReport.to_json`` gave it, training sentences."""

    model: LoadedModel
    report: dict[str, Any]

    def row(self) -> list[str]:
        """As it is printed."""
        data = self.model.recipe.data
        return [
            f"**{self.model.name}** ({self.model.config.n_layers} layers)",
            open_data(data).describe() if data.source == "petit-trees" else data.source,
            SCORED_ON[data.source], f"{self.report['f1']:.2f}", f"{self.report['f1_of_all']:.2f}",
        ]  # fmt: skip


def make(request: Request) -> Exhibit:
    """Train the scale's parser unless a run is given, parse its test split, count brackets."""
    jobs = jobs_of(request)
    carry_out_all(jobs, request)
    ours = Parser(load(jobs[0].path), jobs[0].score) if jobs else of_run(request)
    rows = [[name, data, "section 23 of the WSJ", f"{f1:.1f}", ""] for name, data, f1 in TABLE_4]
    body = (
        f"{markdown(HEADER, [*rows, ours.row()])}\n{' '.join(ours.report['sentences'])}\n\n"
        f"### Where ours differs, and why\n\n{bullets(reasons(ours))}"
    )
    return Exhibit(
        name="table4", title="Table 4: parsing", body=body,
        data={
            "ours": {"name": ours.model.name, "recipe": ours.model.recipe.name} | ours.report,
            "paper": [dict(zip(("parser", "training", "f1"), row, strict=True)) for row in TABLE_4],
        },
    )  # fmt: skip


def of_run(request: Request) -> Parser:
    """The request's run on its own test split.

    Raises:
        ConfigError: it does not parse.
    """
    model = load(request.run, notice=request.notice)
    if model.recipe.data.source not in TREES:
        raise ConfigError(
            f"table4 is of parsers, and {model.name} was trained on {model.recipe.data.source}: "
            "`glassformer train petit-parse` makes one"
        )
    total = sum(1 for _ in open_data(model.recipe.data).split("test"))
    with request.progress("parsing", total) as progress:
        return Parser(model, evaluate(model, "test", progress).to_json())


def reasons(ours: Parser) -> list[str]:
    """Why ours is another figure."""
    config, found = ours.model.config, []
    if ours.model.recipe.data.source == "petit-trees":
        found.append(
            "The sentences are of petit's grammar, which wrote those of the training too and is "
            "small; newspapers are written by no grammar."
        )
    if (config.n_layers, config.d_model) != (4, 1024):
        found.append(
            f"The parser is smaller: {config.n_layers} layers of {config.d_model}, for the paper's "
            "4 of 1024."
        )
    decoding = ours.model.recipe.decoding
    if decoding.beam != 21:
        found.append(f"It decodes with a beam of {decoding.beam}, for the paper's 21.")
    return [
        *found,
        "The paper does not say how trees become lines, nor what a malformed tree scores: ours are "
        "brackets and tags without words, as Vinyals et al. wrote them; EVALB leaves malformed "
        "trees out (first F1), the last column counts them as wholly wrong.",
    ]
