"""``glassformer serve``: translation as a service on this machine."""

from __future__ import annotations

from pathlib import Path

import click

from glassformer.cli.common import compute_options, notice, use_threads


@click.command(short_help="Translate what programs on this machine ask for.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), help="A free one if left out.")
@click.option(
    "--queue",
    type=click.IntRange(min=1),
    default=2000,
    show_default=True,
    help="So many lines may wait; more are refused with 429 and when to try again.",
)
@compute_options(engines=True)
def command(
    run: Path,
    port: int | None,
    queue: int,
    device: str | None,
    dtype: str,
    threads: int | None,
    engine: str,
) -> None:
    """Serve the model of RUN over HTTP: POST /translate takes {"lines": [...]}, and with it "beam"
    and "alpha" if wanted, and answers {"translations": [...]}, as many, in the same order. Requests
    wait up to 20 ms for others to be translated with. GET /health says how it is. It answers to
    this machine alone. A signal stops it once all that it took is answered.

    \b
    Examples:
      glassformer serve runs/petit --port 8000
      curl localhost:8000/translate --json '{"lines": ["the girl sleeps"]}'
    """
    use_threads(threads)
    import glassformer as gf
    from glassformer.loaded import as_translator
    from glassformer.serving import serve

    model = gf.load(run, device=device, dtype=dtype, engine=engine, notice=notice).pack()
    serve(as_translator(model), port=port, most_waiting=queue, notice=click.echo)
