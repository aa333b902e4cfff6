"""``glassformer recipes``: the trainings that the package carries."""

from __future__ import annotations

import click

from glassformer.cli.common import json_option, print_json


@click.group(invoke_without_command=True, short_help="List the shipped recipes, or show one.")
@click.pass_context
def command(context: click.Context) -> None:
    """The trainings that the package carries. Copy one into a file to make it yours:

    \b
      glassformer recipes show multi30k-tiny > mine.toml
    """
    if context.invoked_subcommand is None:
        context.invoke(list_recipes)


@command.command("list")
@json_option
def list_recipes(as_json: bool = False) -> None:
    """Name and purpose of each shipped recipe."""
    from glassformer.training.recipe import load_recipe, shipped

    about = {name: load_recipe(name).description for name in shipped()}
    if as_json:
        print_json(about)
        return
    width = max(map(len, about))
    for name, description in about.items():
        click.echo(f"{name:<{width}}  {description}")


@command.command("show")
@click.argument("name")
def show_recipe(name: str) -> None:
    """The text of the recipe NAME."""
    from glassformer.errors import ConfigError, nearest
    from glassformer.training.recipe import shipped

    if name not in shipped():
        raise ConfigError(f"there is no recipe {name!r}.{nearest(name, shipped())}")
    click.echo(shipped()[name].read_text(encoding="utf-8"), nl=False)
