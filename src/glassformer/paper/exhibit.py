"""What all tables and figures are: a request in, an exhibit out, written as files side by side."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol, cast

from glassformer.errors import ConfigError, nearest
from glassformer.runs.files import disk_errors, write_atomically

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = tuple("table1 table2 table3 table4 fig1 fig2 fig3 fig4 fig5".split())
USERS = {  # of parts of a request that not all have a use for
    "--run": ("table2", "table4", "fig1", "fig2", "fig3", "fig4", "fig5"),
    "--sentence": ("fig3", "fig4", "fig5"),
    "KEY=VALUE": ("table2", "table3", "table4"),
}
Scale = Literal["petit", "multi30k", "wmt14"]

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]


def unseen_progress(what: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
    """A progress that nobody looks at."""
    return nullcontext(lambda done: None)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What is to be made.

    ``run`` is whose model is shown; None: the carried one, or for tables the scale's own.
    ``scale`` says what tables train, ``overrides`` change its recipe (key=value), ``sentence`` is
    what attention figures show. ``out`` gets the files, and the runs of tables that train.
    """

    run: Path | None = None
    scale: Scale = "petit"
    out: Path = Path("paper")
    sentence: str | None = None
    overrides: tuple[str, ...] = ()
    notice: Callable[[str], None] = lambda text: None
    progress: Progress = unseen_progress


@dataclass(frozen=True)
class Cost:
    """What making an exhibit would take: ``what`` in words, seconds and bytes of disk.

    ``seconds`` is None where it takes only a few.
    """

    what: tuple[str, ...]
    seconds: float | None = None
    disk: int = 0

    def lines(self) -> list[str]:
        """For a person."""
        time = "a few seconds" if self.seconds is None else f"about {duration(self.seconds)}"
        disk = [f"disk  about {self.disk / 2**20:,.0f} MiB"] if self.disk else []
        return [*self.what, f"time  {time}", *disk]

    def to_json(self) -> dict[str, Any]:
        """As a JSON object."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A table or figure. ``body`` is Markdown, ``data`` its numbers in plain values.

    ``pictures`` holds the pages to draw, by the end of their file's name ("" for the only one).
    """

    name: str
    title: str
    body: str
    data: dict[str, Any]
    pictures: dict[str, Figure] = field(default_factory=dict)

    def text(self) -> str:
        """The whole as Markdown, the pictures in front."""
        shown = [f"![{self.title}]({self.file(end)}.svg)\n" for end in self.pictures]
        return "\n".join([f"## {self.title}\n", *shown, self.body.rstrip()]) + "\n"

    def file(self, end: str) -> str:
        """The name of a picture's file, without .svg or .png."""
        return f"{self.name}-{end}" if end else self.name

    def write(self, out: Path) -> list[Path]:
        """NAME.md, NAME.json, and NAME.svg and NAME.png of each picture; returns their paths.

        Raises:
            RunError: the folder cannot be written to.
        """
        with disk_errors(out):
            out.mkdir(parents=True, exist_ok=True)
        text, numbers = out / f"{self.name}.md", out / f"{self.name}.json"
        write_atomically(text, self.text())
        content = {"title": self.title} | self.data
        write_atomically(numbers, json.dumps(content, ensure_ascii=False, indent=1) + "\n")
        written = [text, numbers]
        for end, page in self.pictures.items():
            from glassformer.paper.pens import save

            with disk_errors(out):
                written += save(page, out / self.file(end))
        return written


class Maker(Protocol):
    """What the file of each exhibit has."""

    def cost(self, request: Request) -> Cost: ...
    def make(self, request: Request) -> Exhibit: ...


def maker(name: str, request: Request | None = None) -> Maker:
    """Who makes the exhibit of this name.

    Raises:
        ConfigError: the paper has no such table or figure, or it has no use for a part of the
            request.
        MissingExtraError: it draws, and matplotlib is not installed.
    """
    if name not in NAMES:
        raise ConfigError(f"the paper has no {name!r} here.{nearest(name, NAMES)}")
    request = request or Request()
    given = {"--run": request.run, "--sentence": request.sentence, "KEY=VALUE": request.overrides}
    for part, users in USERS.items():
        if given[part] and name not in users:
            raise ConfigError(f"{name} has no use for {part}: that is for {', '.join(users)}")
    return cast(Maker, import_module(f"glassformer.paper.{name}"))


def markdown(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table in Markdown; columns after the first stand to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"


def bullets(lines: Iterable[str]) -> str:
    """A list in Markdown."""
    return "".join(f"- {line}\n" for line in lines)


def duration(seconds: float) -> str:
    """Seconds for a person: 42 s, 7 min, 3.5 hours, 12 days."""
    for unit, name in ((86_400, "days"), (3600, "hours"), (60, "min")):
        if seconds >= 1.5 * unit:
            count = seconds / unit
            return f"{count:,.0f} {name}" if count >= 10 or name == "min" else f"{count:.1f} {name}"
    return f"{max(seconds, 1):.0f} s"
