"""A recording as a thing to look into, save and read again.

One format for the wire and for files: safetensors, whose metadata holds the graph as one string of
JSON. Values are contiguous, in fp32, int32 or uint8.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from glassformer.errors import RecordingError
from glassformer.handouts import encoded
from glassformer.inspection import schema
from glassformer.inspection.operators import Constants, evaluate

VERSION = 1


@dataclass(frozen=True)
class Source:
    """An input of an operator: an entry's value, arranged anew by shape operators in this order."""

    entry: int
    through: tuple[tuple[str, Constants], ...] = ()


@dataclass
class Entry:
    """One value of a run.

    ``kind``: parameter, buffer, input, value, or changed (put there by a patch). ``operator`` made
    it from ``inputs``, with ``constants``, in which {"input": i} stands for input i; an operator of
    "" is the input itself under a new name. ``file`` and ``line`` are the code that ran.
    """

    path: str
    value: Tensor
    kind: schema.Kind = "value"
    axes: str = ""
    operator: str = ""
    constants: Constants = field(default_factory=list)
    inputs: list[Source] = field(default_factory=list)
    file: str = ""
    line: int = 0
    step: int = 0
    tapped: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of its axes."""
        return tuple(self.value.shape)

    def to_json(self) -> schema.Entry:
        """All but the value."""
        return {
            "path": self.path,
            "kind": self.kind,
            "axes": self.axes.split(),
            "shape": list(self.shape),
            "dtype": str(self.value.dtype).removeprefix("torch."),
            "operator": self.operator,
            "constants": self.constants,
            "inputs": [{"entry": s.entry, "through": list(s.through)} for s in self.inputs],
            "file": self.file,
            "line": self.line,
            "step": self.step,
            "tapped": self.tapped,
        }  # fmt: skip

    @classmethod
    def from_json(cls, row: schema.Entry, value: Tensor) -> Entry:
        """An entry from what ``to_json`` gave."""
        inputs = [
            Source(one["entry"], tuple((name, constants) for name, constants in one["through"]))
            for one in row["inputs"]
        ]
        value = value.to(getattr(torch, row["dtype"]))
        return cls(
            row["path"], value, row["kind"], " ".join(row["axes"]), row["operator"],
            row["constants"], inputs, row["file"], row["line"], row["step"], row["tapped"],
        )  # fmt: skip


class Tape:
    """The entries of a recording, in the order in which they came to be.

    ``about`` says in plain values what was recorded: model, text, tokens. While it is in memory,
    ``outputs`` holds where the tensors that each part returned last came from, and ``files`` where
    the files of ``Entry.file`` are on this machine.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.index: dict[str, int] = {}
        self.step = 0
        self.about: dict[str, Any] = {}
        self.outputs: dict[str, list[Source]] = {}
        self.files: dict[str, str] = {}

    def __getitem__(self, path: str) -> Tensor:
        """The value of this path.

        Raises:
            RecordingError: there is none.
        """
        return self.entry(path).value

    def entry(self, path: str) -> Entry:
        """The entry of this path: its value, and how it came to be.

        Raises:
            RecordingError: there is none.
        """
        if path not in self.index:
            close = difflib.get_close_matches(path, self.index, n=3)
            raise RecordingError(
                f"nothing was recorded as {path!r}."
                + (f" Did you mean {' or '.join(close)}?" if close else " table() lists what was.")
            )
        return self.entries[self.index[path]]

    def __contains__(self, path: str) -> bool:
        return path in self.index

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def add(self, entry: Entry) -> int:
        """Append an entry under its path, or that with a number where it is taken."""
        plain, count = entry.path, 2
        while entry.path in self.index:
            entry.path, count = f"{plain}#{count}", count + 1
        self.index[entry.path] = len(self.entries)
        self.entries.append(entry)
        return len(self.entries) - 1

    def rename(self, number: int, path: str) -> None:
        """Give an entry another path."""
        if path in self.index:
            raise RecordingError(
                f"{path} was shown twice in one step: a part that runs twice is tapped by its owner"
            )
        entry = self.entries[number]
        del self.index[entry.path]
        self.index[path] = number
        entry.path = path

    def behind(self, sources: Sequence[Source]) -> set[int]:
        """The numbers of all entries that these were computed from, their own among them."""
        found: set[int] = set()
        waiting = [source.entry for source in sources]
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += [source.entry for source in self.entries[number].inputs]
        return found

    @torch.inference_mode()
    def argument(self, source: Source) -> Tensor:
        """The value of a source, arranged as the operator took it."""
        value = self.entries[source.entry].value
        for operator, constants in source.through:
            value = evaluate(operator, constants, [value])
        return value

    @torch.inference_mode()
    def recompute(self, entry: Entry) -> Tensor:
        """The value of an entry once more, from the recorded values of its inputs.

        Raises:
            RecordingError: it was not computed (a parameter, an input, a patch), or at random.
        """
        arguments = [self.argument(source) for source in entry.inputs]
        if not entry.operator:
            if not arguments:
                raise RecordingError(f"{entry.path} was not computed: it is {entry.kind}")
            return arguments[0]
        return evaluate(entry.operator, entry.constants, arguments)

    @property
    def nbytes(self) -> int:
        """What its values hold, parameters and buffers aside."""
        return sum(e.value.nbytes for e in self.entries if e.kind not in ("parameter", "buffer"))

    @property
    def graph(self) -> dict[str, Any]:
        """What came from what, in plain values without NaN or Infinity."""
        return {
            "version": VERSION,
            "about": self.about,
            "entries": [entry.to_json() for entry in self.entries],
        }

    def table(self) -> str:
        """A line for each entry: path, axes with their sizes, operator, inputs."""
        rows = []
        for entry in self.entries:
            axes = entry.axes.split() or [""] * entry.value.dim()
            sizes = " × ".join(f"{a} {n}".strip() for a, n in zip(axes, entry.shape, strict=True))
            made = entry.operator or entry.kind
            inputs = ", ".join(self.entries[source.entry].path for source in entry.inputs)
            rows.append((entry.path, sizes, f"{made}({inputs})" if inputs else made))
        widths = [max((len(row[i]) for row in rows), default=0) for i in (0, 1)]
        return "\n".join(f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c}" for a, b, c in rows)

    def to_bytes(self, paths: Sequence[str] | None = None) -> bytes:
        """The graph, and the values of these paths (all of them if None), as safetensors.

        Raises:
            RecordingError: a path was not recorded.
        """
        chosen = list(self.index) if paths is None else paths
        graph = json.dumps(self.graph, ensure_ascii=False, allow_nan=False)
        return save({path: plain(self[path]) for path in chosen}, {"graph": graph})

    def values_only(self, paths: Sequence[str]) -> bytes:
        """The values of these paths, as safetensors without the graph.

        Raises:
            RecordingError: a path was not recorded.
        """
        return save({path: plain(self[path]) for path in paths})

    def save(self, path: str | Path) -> None:
        """Write all of it to a file: ``.html`` a page that opens in any browser, its parameters
        rounded to what a page has room for; else the recording as it is.

        Raises:
            RecordingError: the file cannot be written, or the parameters hold NaN.
            ConfigError: a page of it would be too large.
        """
        if Path(path).suffix == ".html":
            from glassformer.inspection.one_page import one_page  # it has a use for this class

            content = encoded(one_page(self))
        else:
            content = self.to_bytes()
        try:
            Path(path).write_bytes(content)
        except OSError as error:
            raise RecordingError(f"could not write {path}: {error.strerror}") from error

    @classmethod
    def load(cls, path: str | Path) -> Tape:
        """What ``save`` wrote.

        Raises:
            RecordingError: the file is missing, damaged or no recording.
        """
        try:
            with safe_open(path, framework="pt") as file:
                graph = json.loads((file.metadata() or {})["graph"])
                if graph["version"] != VERSION:
                    raise RecordingError(
                        f"{path} is a recording of version {graph['version']}; this program reads "
                        f"{VERSION}: record it again"
                    )
                tape = cls()
                tape.about = graph["about"]
                for row in graph["entries"]:
                    tape.add(Entry.from_json(row, file.get_tensor(row["path"])))
        except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
            if isinstance(error, RecordingError):
                raise
            raise RecordingError(f"{path} is no recording: {error}") from error
        return tape


def plain(value: Tensor) -> Tensor:
    """A contiguous copy on the CPU, in fp32, int32 or uint8."""
    value = value.detach().cpu()
    if value.dtype == torch.bool:
        value = value.to(torch.uint8)
    elif value.is_floating_point():
        value = value.float()
    elif value.dtype != torch.uint8:
        value = value.to(torch.int32)
    return value.clone(memory_format=torch.contiguous_format)
