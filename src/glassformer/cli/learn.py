"""``glassformer learn``: build the Transformer yourself, a lesson at a time."""

from __future__ import annotations

import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import click

from glassformer.cli.common import json_option, print_json

if TYPE_CHECKING:
    from glassformer.learn.course import Lesson
    from glassformer.learn.folder import Folder

out_option = click.option(
    "--out", "out", type=click.Path(path_type=Path, file_okay=False), default=Path("learn"),
    show_default=True, metavar="FOLDER", help="Where your lessons are.",
)  # fmt: skip


@click.group(invoke_without_command=True, short_help="Build the Transformer yourself, in lessons.")
@out_option
@json_option
@click.pass_context
def command(context: click.Context, out: Path, as_json: bool) -> None:
    """Write the model of the paper yourself, from tokens to beam search: twelve lessons, each a
    small file with a task, a formula and a stub. In the end your own code translates with the
    parameters of petit, and learns.

    \b
    Examples:
      glassformer learn                 the lessons, and what is done
      glassformer learn start 4         write ./learn/lesson_04_attention.py
      glassformer learn check 4         what is right, what is not, and where
      glassformer learn check 4 --hint  open one more hint
      glassformer learn finish          your parts in the real model
    """
    if context.invoked_subcommand is None:
        show(out, as_json)


def show(out: Path, as_json: bool) -> None:
    """The lessons and how far each is."""
    from glassformer.learn.course import LESSONS
    from glassformer.learn.folder import Folder

    folder = Folder(out)
    rows = [
        {
            "number": lesson.number, "name": lesson.name, "title": lesson.title,
            "writes": list(lesson.parts), "state": folder.state(lesson),
        }
        for lesson in LESSONS
    ]  # fmt: skip
    if as_json:
        print_json(rows)
        return
    for row in rows:
        mark = "✓" if row["state"] == "done" else " "
        writes = ", ".join(row["writes"])  # type: ignore[arg-type]
        click.echo(
            f"{mark} {row['number']:>2}  {row['title']:<20}  {writes:<48}  {row['state']}".rstrip()
        )
    following = folder.next()
    if following is None:
        click.echo("\nAll of it is yours. Put it to work: glassformer learn finish")
    else:
        verb = "check" if folder.file(following) else "start"
        click.echo(f"\nNext: glassformer learn {verb} {following.number}")


@command.command("start")
@click.argument("lesson")
@out_option
@click.option("--notebook", is_flag=True, help="As a notebook (.ipynb), not as a Python file.")
@click.option("--overwrite", is_flag=True, help="Begin anew: what you wrote there is lost.")
def start(lesson: str, out: Path, notebook: bool, overwrite: bool) -> None:
    """Write the file of LESSON, a number or a name: the task, the formula, and a stub for you to
    fill in. A file of yours is never overwritten unless you say so.

    \b
    Examples:
      glassformer learn start 1
      glassformer learn start attention --notebook
    """
    from glassformer.learn import writing
    from glassformer.learn.course import named
    from glassformer.learn.folder import Folder

    one = named(lesson)
    text = writing.stub(one)
    content = writing.notebook(one, text) if notebook else text
    file = Folder(out).write(one, content, ".ipynb" if notebook else ".py", overwrite)
    click.echo(f"wrote {file}. Open it, write what it asks for, then:")
    click.echo(f"  glassformer learn check {one.number}{elsewhere(out)}")


def elsewhere(out: Path) -> str:
    """The option that names a folder which is not the usual one."""
    return "" if out == Path("learn") else f" --out {out}"


@command.command("check")
@click.argument("lesson")
@out_option
@click.option("--hint", is_flag=True, help="Open one more hint, and show those that are open.")
@click.option("--solution", is_flag=True, help="Show our solution, once you have tried.")
@json_option
def check(lesson: str, out: Path, hint: bool, solution: bool, as_json: bool) -> None:
    """Run your code of LESSON against the model's own and say what is right, what is not, and in
    which of your lines it begins. Exit code 1 if something is not right yet.

    \b
    Examples:
      glassformer learn check 4
      glassformer learn check 4 --hint
      glassformer learn check 4 --solution
    """
    from glassformer.learn.checking import check as checked
    from glassformer.learn.course import named
    from glassformer.learn.folder import Folder

    one, folder = named(lesson), Folder(out)
    if hint or solution:
        show_help(folder, one, solution)
        return
    found = checked(folder, one)
    if as_json:
        print_json(found.to_json())
    else:
        click.echo(f"{found.text()}\n\n{after(folder, one, found.passed)}{elsewhere(out)}")
    if not found.passed:
        sys.exit(1)


def after(folder: Folder, lesson: Lesson, passed: bool) -> str:
    """What to do after a check."""
    if passed:
        following = folder.next()
        if following is None:
            return "That is right, and it was the last: glassformer learn finish"
        verb = "check" if folder.file(following) else "start"
        return f"That is right. Next: glassformer learn {verb} {following.number}"
    return f"Change it and check again; for a hint: glassformer learn check {lesson.number} --hint"


def show_help(folder: Folder, lesson: Lesson, solution: bool) -> None:
    """Open one more hint and print those that are open, or print our solution.

    Raises:
        ConfigError: the lesson is not begun, or the solution was not tried for.
    """
    from glassformer.errors import ConfigError
    from glassformer.learn.judge import exam_of
    from glassformer.learn.writing import answer

    folder.begun(lesson)
    progress = folder.progress(lesson)
    if solution:
        if not progress.tries:
            raise ConfigError(
                f"try first: write something and run glassformer learn check {lesson.number}. "
                "After that the solution is yours to see; --hint helps at once"
            )
        click.echo(answer(lesson))
        return
    exam = exam_of(lesson)
    more = exam.next_hint(progress.hints, progress.failed)
    if more is not None:
        progress.hints.append(more)
    folder.note(lesson, progress)
    for number, one in enumerate(progress.hints, 1):
        click.echo(textwrap.fill(f"{number}. {exam.hints[one]}", 92, subsequent_indent="   "))
    left = len(exam.hints) - len(progress.hints)
    click.echo(
        f"\n{left} more: the same command again."
        if left
        else "\nThat was the last: --solution shows ours."
    )


@command.command("finish")
@out_option
@click.option("--train", is_flag=True, help="Then train them too, from nothing: a minute at most.")
def finish(out: Path, train: bool) -> None:
    """Put your parts into the real model, with the parameters of petit, and translate with them;
    ours stand in for lessons that are not done. With --train they also learn a task of their own,
    to write letters again.

    \b
    Examples:
      glassformer learn finish
      glassformer learn finish --train
    """
    from glassformer.learn.checking import finish as finished
    from glassformer.learn.folder import Folder

    sys.exit(finished(Folder(out), train))
