"""The command line: one file a verb, each imported when it is called or listed.

Only click is imported at the top of these files; torch, pydantic and all that computes come in
inside a verb, so that ``glassformer --help`` answers at once.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from glassformer.errors import GlassformerError, nearest, out_of_memory

VERBS = (
    "demo explore learn train resume translate generate fill classify serve evaluate compare "
    "check code new score export paper slides handout tokenizer data runs recipes"
).split()


class Verbs(click.Group):
    """The verbs, in the order of a user's day."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All verbs."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """The verb of this name."""
        if name not in VERBS:
            return None
        command: click.Command = import_module(f"glassformer.cli.{name}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest verb for one that is not known."""
        if args and not args[0].startswith("-") and args[0] not in VERBS:
            ctx.fail(f"there is no verb {args[0]!r}.{nearest(args[0], VERBS)}")
        return super().resolve_command(ctx, args)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="glassformer")
def glassformer() -> None:
    """Train, run and see through the Transformer of "Attention Is All You Need".

    \b
    First steps:
      glassformer demo                          see a translator at work, train your own beside it
      glassformer explore                       see every number of the model that is carried
      glassformer train multi30k-tiny data.path=DIR
      glassformer translate runs/petit          translate what is typed
    """


def main() -> None:
    """Run the command line: 0 done, 2 bad input, 130 stopped by a signal."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # Corpora are UTF-8 and end their lines with "\n", whatever the console or platform thinks.
        stream.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    try:
        glassformer.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except GlassformerError as error:
        click.echo(f"glassformer: {error}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, click.Abort):  # Abort is a RuntimeError
        click.echo("stopped", err=True)
        sys.exit(130)
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        click.echo("glassformer: memory ran out: free some, or take a smaller model", err=True)
        sys.exit(2)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
