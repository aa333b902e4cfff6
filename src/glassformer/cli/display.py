"""How a training looks in a terminal: a live panel, or plain lines where there is none."""

from __future__ import annotations

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

PLAIN_EVERY = 5.0  # seconds between two lines without a terminal


class TrainingDisplay:
    """A watcher that shows step, loss, learning rate, tokens/s, time left and a translation."""

    def __init__(self, updates: int, console: Console | None = None):
        self.console = console or Console(stderr=True)
        self.updates = updates
        self.row: Mapping[str, Any] = {}
        self.evaluation: Mapping[str, Any] = {}
        self.first: tuple[int, float] | None = None
        self.rate = 0.0
        self.printed = 0.0
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(bar_width=40), console=self.console
        )
        self.task = self.bar.add_task("", total=updates)
        self.live: Live | None = None

    def __enter__(self) -> TrainingDisplay:
        if self.console.is_terminal:
            self.live = Live(self, console=self.console, refresh_per_second=4, transient=True)
            self.live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.live:
            self.live.stop()
        if self.row:
            self.console.print(self.line(), highlight=False)

    def on_update(self, row: Mapping[str, Any]) -> None:
        """Show an update's row of metrics."""
        self.row = row
        step, now = int(row["step"]), time.monotonic()
        if self.first is None:
            self.first = step, now
        else:
            self.rate = (step - self.first[0]) / (now - self.first[1])
        self.bar.update(self.task, completed=step)
        if self.live is None and now - self.printed >= PLAIN_EVERY:
            self.console.print(self.line(), highlight=False, soft_wrap=True)
            self.printed = now

    def on_evaluation(self, row: Mapping[str, Any]) -> None:
        """Show an evaluation: the loss on sentences outside training, and a translation."""
        self.evaluation = row
        if self.live is None:
            text = f"  held-out loss {row['dev_loss']:.3f}   {row['translation']}"
            self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def on_notice(self, text: str) -> None:
        """Show a line, above the live panel if there is one."""
        self.console.print(text, highlight=False, markup=False, soft_wrap=True)

    def time_left(self) -> str:
        """The time to the last update at the speed so far."""
        if not self.rate:
            return "…"
        seconds = round((self.updates - int(self.row["step"])) / self.rate)
        hours, rest = divmod(seconds, 3600)
        minutes, seconds = divmod(rest, 60)
        return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"

    def line(self) -> str:
        """The state of things in one line."""
        row = self.row
        return (
            f"step {row['step']:>5}/{self.updates}  loss {row['loss']:.3f}  "
            f"learning rate {row['learning_rate']:.2e}  "
            f"{row['tokens_per_second']:,.0f} tokens/s  {self.time_left()} left"
        )

    def __rich__(self) -> Group:
        """The live panel."""
        if not self.row:
            return Group(Text("preparing …", style="dim"))
        table = Table.grid(padding=(0, 3))
        row = self.row
        table.add_row("step", "loss", "learning rate", "tokens/s", "time left", style="dim")
        table.add_row(
            f"{row['step']} / {self.updates}",
            f"{row['loss']:.3f}",
            f"{row['learning_rate']:.2e}",
            f"{row['tokens_per_second']:,.0f}",
            self.time_left(),
        )
        parts: list[Any] = [self.bar, table]
        if self.evaluation:
            step = self.evaluation["step"]
            parts += [
                Text(f"\nheld-out loss {self.evaluation['dev_loss']:.3f} at step {step}", "dim"),
                Text(f"  {self.evaluation['sample']}"),
                Text(f"  {self.evaluation['translation']}", "bold"),
            ]
        return Group(*parts)
