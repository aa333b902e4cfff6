"""``glassformer compare``: two runs on the same sentences, and whether they differ."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import (
    compute_options,
    json_option,
    notice,
    print_json,
    sentence_progress,
    use_threads,
)


@click.command(short_help="Compare two runs.")
@click.argument("run_a", type=click.Path(path_type=Path))
@click.argument("run_b", type=click.Path(path_type=Path))
@click.option("--source", metavar="FILE", help="One sentence a line. [the test split of RUN_A]")
@click.option("--reference", metavar="FILE", help="Their translations, line by line.")
@click.option("--beam", type=click.IntRange(min=1), help="Beam width. [each recipe's]")
@click.option("--samples", type=click.IntRange(min=100), default=1000, show_default=True,
              help="Test sets to draw for the intervals.")  # fmt: skip
@json_option
@compute_options()
def command(
    run_a: Path,
    run_b: Path,
    source: str | None,
    reference: str | None,
    beam: int | None,
    samples: int,
    as_json: bool,
    device: str | None,
    dtype: str,
    threads: int | None,
) -> None:
    """Translate the same sentences with both runs and compare sacreBLEU and chrF.

    The intervals are of a paired bootstrap (Koehn 2004). A difference inside its interval is
    called no difference.
    """
    use_threads(threads)
    import glassformer as gf
    from glassformer.cli.evaluate import sentence_pairs
    from glassformer.evaluation.compare import compare

    models = [gf.load(run, device=device, dtype=dtype, notice=notice) for run in (run_a, run_b)]
    sources, references = sentence_pairs(models[0], "test", source, reference)
    outputs = []
    for run, model in zip((run_a, run_b), models, strict=True):
        with sentence_progress(f"translating with {run}", len(sources)) as progress:
            found = model.translations(sources, beam=beam, progress=progress)
        outputs.append([best[0].text for best in found])
    names = (run_a.name, run_b.name) if run_a.name != run_b.name else (str(run_a), str(run_b))
    made = compare(references, *outputs, sources=sources, samples=samples, names=names)
    if as_json:
        print_json(made.to_json())
        return
    click.echo(f"{made.sentences:,} sentences, {made.same_outputs:,} with the same output")
    for contest in made.contests:
        click.echo(
            f"{contest.metric:<10} {names[0]} {contest.a:.2f} "
            f"[{contest.interval_a[0]:.2f}, {contest.interval_a[1]:.2f}]   "
            f"{names[1]} {contest.b:.2f} [{contest.interval_b[0]:.2f}, {contest.interval_b[1]:.2f}]"
        )
        click.echo(f"           {contest.verdict}")
    click.echo(
        f"length      {names[0]} {made.length_ratio_a:.3f}   {names[1]} {made.length_ratio_b:.3f} "
        "of the reference's"
    )
    for contrast in made.contrasts:
        click.echo(f"\nline {contrast.line}: {contrast.source}")
        click.echo(f"  reference  {contrast.reference}")
        click.echo(f"  {names[0]}  (chrF {contrast.chrf_a:.0f})  {contrast.a}")
        click.echo(f"  {names[1]}  (chrF {contrast.chrf_b:.0f})  {contrast.b}")
