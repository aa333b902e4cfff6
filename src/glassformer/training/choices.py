"""What was chosen for a run on this machine, and from which update on: ``choices.json``.

Threads, dtype, kernels and the room of a batch decide the order of additions, and so the last
digits of every number. What is measured or had to give way is written down once, with the update
that it holds from; a resume takes each choice up again at its update, so that it comes out where
the unbroken run does, to the bit. Each process of a world keeps its own file.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from glassformer.errors import RunError
from glassformer.runs.files import write_atomically

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What holds for one update. A new kind of choice is a new field, with what held before it.

    ``room`` is how many tokens a side a batch may hold, padding included; ``compiled``, whether the
    layers are compiled.
    """

    threads: int
    dtype: str
    room: int
    compiled: bool = False


NAMES = frozenset(field.name for field in fields(Choices))


class Chosen:
    """The choices of a run, row after row: each changes some of them from an update on.

    A row is ``{"from": step, name: value, …}``, the step counted from 1.
    """

    def __init__(self, file: Path, defaults: Choices, rows: list[Row]):
        self.file, self.defaults, self.rows = file, defaults, rows

    @classmethod
    def open(cls, run: Path, defaults: Choices, rank: int = 0) -> Chosen:
        """What is written of this process in a run directory; nothing yet in a new one.

        Raises:
            RunError: the file cannot be read.
        """
        file = run / ("choices.json" if rank == 0 else f"choices.{rank}.json")
        try:
            rows = json.loads(file.read_bytes())
            assert all(row["from"] >= 1 and row.keys() - {"from"} <= NAMES for row in rows)
        except FileNotFoundError:
            rows = []
        except (OSError, ValueError, TypeError, KeyError, AttributeError, AssertionError) as error:
            raise RunError(
                f"{file} is not readable ({error!r}): it says on how many threads, in which dtype "
                "and by which kernels the run was trained. Delete it to choose anew"
            ) from error
        return cls(file, defaults, rows)

    def at(self, step: int) -> Choices:
        """What holds for this update, counted from 1."""
        values = asdict(self.defaults)
        for row in self.rows:
            if row["from"] <= step:
                values |= {name: value for name, value in row.items() if name != "from"}
        return Choices(**values)

    def changed(self, name: str) -> bool:
        """Whether this was chosen anew after the first update."""
        return any(name in row for row in self.rows if row["from"] > 1)

    def known(self, name: str) -> bool:
        """Whether this was chosen, at whichever update."""
        return any(name in row for row in self.rows)

    def choose(self, step: int, **values: Any) -> None:
        """From this update on these values hold; what was written for later ones is no more."""
        assert values.keys() <= NAMES, values
        kept = [
            {name: value for name, value in row.items() if name not in values}
            if row["from"] >= step
            else row
            for row in self.rows
        ]
        rows = [row for row in kept if len(row) > 1] + [{"from": step, **values}]
        self.rows = sorted(rows, key=lambda row: row["from"])
        write_atomically(self.file, json.dumps(self.rows, indent=1) + "\n")

    def begin(self) -> None:
        """Write down what holds from the first update on, unless it was chosen before."""
        missing = {n: v for n, v in asdict(self.defaults).items() if not self.known(n)}
        if missing:
            self.choose(1, **missing)
