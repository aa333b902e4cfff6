"""What several verbs share: the compute options, JSON out, notices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def compute_options(default_dtype: str | None = "fp32", engines: bool = False) -> Callable[[F], F]:
    """--device, --dtype and --threads; ``use_threads`` carries the last one out.

    Args:
        engines: --engine too, and the dtype that is for decoding alone.
    """
    dtypes = ["fp32", "bf16", *(["int8"] if engines else []), "auto"]

    def add(function: F) -> F:
        function = click.option(
            "--threads", type=click.IntRange(min=1), help="CPU threads; torch's choice if left out."
        )(function)
        function = click.option(
            "--dtype",
            type=click.Choice(dtypes),
            default=default_dtype,
            show_default=default_dtype is not None,
            help="Number format of the arithmetic; auto: bf16 where it pays"
            + ("; int8: of the matrices, on a CPU: soonest for a sentence." if engines else "."),
        )(function)
        if engines:
            function = click.option(
                "--engine",
                type=click.Choice(["torch", "ctranslate2"]),
                default="torch",
                show_default=True,
                help="What decodes; ctranslate2 is an extra.",
            )(function)
        return click.option(
            "--device", metavar="NAME", help="cpu, cuda or cuda:N; a GPU where there is one."
        )(function)

    return add


def use_threads(threads: int | None) -> None:
    """Compute on so many CPU threads."""
    if threads is not None:
        import torch

        torch.set_num_threads(threads)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def print_json(content: Any) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(content, ensure_ascii=False, indent=2))


def notice(text: str) -> None:
    """A line for the person, beside the output."""
    click.echo(text, err=True)


@contextmanager
def sentence_progress(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A bar over so many sentences; the function that it gives is told how many more are done."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(
        *columns, TimeRemainingColumn(), console=console, transient=True,
        disable=not console.is_terminal,
    ) as bar:  # fmt: skip
        task = bar.add_task(what, total=total)
        yield lambda done: bar.advance(task, done)
