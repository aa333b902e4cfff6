"""``glassformer evaluate``: how good a run's translations are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassformer.cli.common import (
    compute_options,
    json_option,
    notice,
    print_json,
    sentence_progress,
    use_threads,
)

if TYPE_CHECKING:
    from glassformer.evaluation.brackets import BracketReport
    from glassformer.evaluation.evaluate import PetitReport, TextReport
    from glassformer.loaded import LoadedModel


@click.command(short_help="Say how good a run's translations are.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--split", type=click.Choice(["dev", "test"]), default="test", show_default=True)
@click.option("--source", metavar="FILE", help="Other sentences than the split's, one a line.")
@click.option("--reference", metavar="FILE", help="Their translations, line by line.")
@click.option("--beam", type=click.IntRange(min=1), help="Beam width; 1 is greedy. [recipe's]")
@click.option("--alpha", type=float, help="Length penalty's α. [recipe's]")
@json_option
@compute_options()
def command(
    run: Path,
    split: str,
    source: str | None,
    reference: str | None,
    beam: int | None,
    alpha: float | None,
    as_json: bool,
    device: str | None,
    dtype: str,
    threads: int | None,
) -> None:
    """Translate held-out sentences with RUN's model and score them.

    BLEU by sacreBLEU and by the paper's own script (tokenised, compounds split), chrF, perplexity
    and accuracy per token. For the built-in pair also exact matches by phenomenon, agreement of
    attention with the gold alignment, and the head that finds what "it" stands for. For parse
    trees, labelled bracket F1.

    \b
    Examples:
      glassformer evaluate runs/petit
      glassformer evaluate runs/mine --source test.en --reference test.de --json
    """
    use_threads(threads)
    import glassformer as gf
    from glassformer.data.open import TREES

    model = gf.load(run, device=device, dtype=dtype, notice=notice).pack()
    if model.recipe.data.source == "petit" and source is None:
        report: PetitReport | TextReport | BracketReport = evaluate_built_in(
            model, beam=beam, alpha=alpha
        )
    elif model.recipe.data.source in TREES and source is None:
        report = evaluate_parses(model, split, beam=beam, alpha=alpha)
    else:
        sources, references = sentence_pairs(model, split, source, reference)
        report = evaluate_pairs(model, sources, references, beam=beam, alpha=alpha)
    if as_json:
        print_json(report.to_json())
        return
    for line in told(report):
        click.echo(line)


def sentence_pairs(
    model: LoadedModel, split: str, source: str | None, reference: str | None
) -> tuple[list[str], list[str]]:
    """Sources and references: of two files, or of a split of the run's own corpus."""
    from glassformer.data.files import read_pairs
    from glassformer.data.open import open_data
    from glassformer.errors import DataError

    if (source is None) != (reference is None):
        raise click.UsageError("--source and --reference go together")
    found = read_pairs(source, reference) if source and reference else None
    pairs = list(found or open_data(model.recipe.data).split(split))
    if not pairs:
        raise DataError("there is no sentence to evaluate on")
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def evaluate_pairs(
    model: LoadedModel,
    sources: Sequence[str],
    references: Sequence[str],
    *,
    beam: int | None = None,
    alpha: float | None = None,
) -> TextReport:
    """The report on translations of these sentences."""
    from glassformer.evaluation.evaluate import evaluate_translations
    from glassformer.evaluation.perplexity import perplexity, text_batches
    from glassformer.loaded import as_translator

    with sentence_progress("translating", len(sources)) as progress:
        found = model.translations(sources, beam=beam, alpha=alpha, progress=progress)
    whole = as_translator(model).model
    measured = perplexity(whole, text_batches(model.tokenizers, sources, references))
    data = model.recipe.data
    language = data.target_language or ("fr" if data.source == "petit" else "de")
    outputs = [best[0].text for best in found]
    return evaluate_translations(outputs, references, language=language, perplexity=measured)


def evaluate_parses(
    model: LoadedModel, split: str, *, beam: int | None = None, alpha: float | None = None
) -> BracketReport:
    """The report on the trees that the model draws of a split's sentences."""
    from glassformer.evaluation.brackets import score_trees

    sources, references = sentence_pairs(model, split, None, None)
    with sentence_progress("parsing", len(sources)) as progress:
        found = model.translations(sources, beam=beam, alpha=alpha, progress=progress)
    return score_trees([best[0].text for best in found], references)


def evaluate_built_in(
    model: LoadedModel,
    *,
    beam: int | None = None,
    alpha: float | None = None,
    size: int = 1000,
) -> PetitReport:
    """The report on the built-in pair: all its held-out splits, "it", and the heads."""
    from glassformer.evaluation.evaluate import evaluate_petit
    from glassformer.loaded import as_translator

    whole = as_translator(model).model
    with sentence_progress("translating", 7 * size // 2) as progress:

        def translate(lines: Sequence[str]) -> list[str]:
            found = model.translations(lines, beam=beam, alpha=alpha, progress=progress)
            return [best[0].text for best in found]

        return evaluate_petit(translate, whole, model.tokenizers, size=size, pairs=size // 2)


def told(report: PetitReport | TextReport | BracketReport) -> list[str]:
    """The report for a person: three sentences, then the figures behind them."""
    from glassformer.evaluation.brackets import BracketReport
    from glassformer.evaluation.evaluate import PetitReport

    if isinstance(report, BracketReport):
        return report.sentences()
    text = report.text if isinstance(report, PetitReport) else report
    lines = [*report.sentences(), ""]
    for name, score in (("sacreBLEU", text.sacrebleu), ("paper's BLEU", text.paper),
                        ("tokenised", text.tokenised), ("chrF", text.chrf)):  # fmt: skip
        lines.append(f"{name:<13} {score.value:6.2f}   {score.signature}")
    if text.perplexity is not None:
        lines.append(
            f"{'perplexity':<13} {text.perplexity.perplexity:6.2f}   per token; "
            f"accuracy {text.perplexity.accuracy:.1%} over {text.perplexity.tokens:,} tokens"
        )
    if isinstance(report, PetitReport):
        lines += petit_tables(report)
    return lines


def petit_tables(report: PetitReport) -> list[str]:
    """Exact matches by phenomenon, alignment by layer, and what cutting the heads does."""
    names = sorted({name for found in report.splits.values() for name in found.phenomena})
    lines = ["", f"{'exact matches':<24}" + "".join(f"{name:>14}" for name in report.splits)]
    lines.append(f"{'all':<24}" + "".join(f"{f.exact!s:>14}" for f in report.splits.values()))
    for name in names:
        shares = [str(f.phenomena.get(name, "")) for f in report.splits.values()]
        lines.append(f"{name:<24}" + "".join(f"{share:>14}" for share in shares))
    if report.heads.alignment:
        lines += ["", "French words whose strongest English word is theirs (gold alignment)"]
        for found in report.heads.alignment:
            head = "mean of the heads" if found.head is None else f"head {found.head + 1}"
            lines.append(
                f"  {found.path:<28} {head:<18} {found.strongest!s:>8}   "
                f"alignment error {found.error_rate:.2f}"
            )
    if report.heads.heads:
        lines += ["", '"it": looks at the right noun; il or elle right before and after the cut']
        for cut in (*report.heads.heads, *report.heads.together):
            finds = "" if cut.finds is None else str(cut.finds)
            lines.append(f"  {cut.name:<58} {finds:>8} {cut.before!s:>8} {cut.after!s:>8}")
    return lines
