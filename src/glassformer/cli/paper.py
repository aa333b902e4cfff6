"""``glassformer paper``: a table or figure of the paper, made anew."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import json_option, notice, print_json, sentence_progress


@click.command(short_help="Make a table or figure of the paper.")
@click.argument("what")
@click.argument("overrides", nargs=-1, metavar="[KEY=VALUE]…")
@click.option("--run", type=click.Path(path_type=Path), help="Whose model is shown. [petit]")
@click.option(
    "--scale", type=click.Choice(["petit", "multi30k", "wmt14"]), default="petit",
    show_default=True, help="What the tables train on.",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=Path("paper"), show_default=True,
              help="The folder for what is made, and for trainings.")  # fmt: skip
@click.option("--sentence", metavar="TEXT", help="What figures 3 to 5 show the attention of.")
@click.option("--dry-run", is_flag=True, help="Say what it would cost; make nothing.")
@json_option
def command(
    what: str,
    overrides: tuple[str, ...],
    run: Path | None,
    scale: str,
    out: Path,
    sentence: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Make a table or figure of "Attention Is All You Need": table1 … fig5.

    Ours beside the paper's, and the reason where they differ: Markdown, JSON, and for what is drawn
    SVG and PNG. Table 3 trains 60 small models at the scale of petit, in about an hour; stopped, it
    goes on when asked again. KEY=VALUE changes the recipe of what a table trains.

    \b
    Examples:
      glassformer paper fig1
      glassformer paper fig4 --sentence "the street scares the animal because it is too shy"
      glassformer paper table2 --run runs/mine
      glassformer paper table3 --dry-run
      glassformer paper table3 --scale multi30k data.path=data/multi30k
    """
    from glassformer.paper.exhibit import Request, maker

    request = Request(run=run, scale=scale, out=out, sentence=sentence, overrides=overrides,  # type: ignore[arg-type]
                      notice=notice, progress=sentence_progress)  # fmt: skip
    made_by = maker(what, request)
    if dry_run:
        cost = made_by.cost(request)
        print_json(cost.to_json()) if as_json else click.echo("\n".join(cost.lines()))
        return
    exhibit = made_by.make(request)
    files = exhibit.write(out)
    if as_json:
        print_json({"title": exhibit.title} | exhibit.data | {"files": [str(f) for f in files]})
        return
    click.echo(exhibit.text())
    click.echo("\n".join(f"written: {file}" for file in files), err=True)
