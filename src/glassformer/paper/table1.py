"""Table 1: what a layer costs against length and width, measured, and the exponents fitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from glassformer.numerics.attention import attend_by_steps, attend_fused
from glassformer.paper.exhibit import Cost, Exhibit, Request, bullets, markdown
from glassformer.paper.facts import TABLE_1, Layer
from glassformer.paper.measure import exponent, one_thread, peak_bytes, seconds
from glassformer.paper.pens import COLOURS, FAINT, INK, in_style, page

if TYPE_CHECKING:
    from matplotlib.figure import Figure

KERNEL, RANGE = 3, 64  # k of the convolution, r of restricted attention
# Lengths that are long against the width, so that Table 1's term shows; and widths that are wide.
LENGTHS, WIDTH = (512, 1024, 2048, 4096), 64
WIDTHS, LENGTH = (256, 512, 1024), 256


@dataclass(frozen=True)
class Subject:
    """A kind of layer: its row of Table 1, and how one of a width is built."""

    row: str
    build: Callable[[int], Callable[[Tensor], Tensor]]


def recurrent(width: int) -> Callable[[Tensor], Tensor]:
    """A long short-term memory (Hochreiter and Schmidhuber 1997), which translators had."""
    layer = nn.LSTM(width, width, batch_first=True).eval()
    return lambda x: layer(x)[0]


def convolutional(width: int) -> Callable[[Tensor], Tensor]:
    """A convolution of KERNEL positions, from all features to all features."""
    layer = nn.Conv1d(width, width, KERNEL, padding=KERNEL // 2).eval()
    return lambda x: layer(x.mT).mT


def restricted(x: Tensor) -> Tensor:
    """Attention inside blocks of RANGE positions: what a neighbourhood of that size costs."""
    blocks = x.unflatten(1, (-1, RANGE)).flatten(0, 1)[:, None]
    return attend_by_steps(blocks, blocks, blocks).reshape(x.shape)


def steps(x: Tensor) -> Tensor:
    """Self-attention as it is written: all n × n weights stand in memory."""
    return attend_by_steps(x[:, None], x[:, None], x[:, None])[:, 0]


def fused(x: Tensor) -> Tensor:
    """The same, as our models run it: the weights are made and used in tiles."""
    return attend_fused(x[:, None], x[:, None], x[:, None])[:, 0]


SUBJECTS = {
    "self-attention": Subject("self-attention", lambda width: steps),
    "self-attention, fused": Subject("self-attention", lambda width: fused),
    f"self-attention, restricted to r = {RANGE}": Subject(
        "self-attention (restricted)", lambda width: restricted
    ),
    "recurrent (LSTM)": Subject("recurrent", recurrent),
    f"convolutional, k = {KERNEL}": Subject("convolutional", convolutional),
}


@dataclass(frozen=True)
class Measured:
    """Seconds by length and by width, bytes by length, and the three exponents."""

    by_length: list[float]
    by_width: list[float]
    memory: list[int]

    @property
    def exponents(self) -> tuple[float, float, float]:
        """Of time over length, of time over width, of memory over length."""
        return (
            exponent(LENGTHS, self.by_length), exponent(WIDTHS, self.by_width),
            exponent(LENGTHS, self.memory),
        )  # fmt: skip


def cost(request: Request) -> Cost:
    """The layers, at each length and width, some times over."""
    runs = len(SUBJECTS) * (2 * len(LENGTHS) + len(WIDTHS))
    what = f"times {len(SUBJECTS)} layers, {runs} measurements, on one thread; trains nothing"
    return Cost((what,), seconds=20)


@in_style
def make(request: Request) -> Exhibit:
    """Measure all of them."""
    torch.manual_seed(0)
    total = len(SUBJECTS) * (2 * len(LENGTHS) + len(WIDTHS))
    with one_thread(), request.progress("measuring", total) as progress:
        found = {name: measure(subject, progress) for name, subject in SUBJECTS.items()}
    rows = [table_row(name, TABLE_1[SUBJECTS[name].row], one) for name, one in found.items()]
    header = [
        "layer", "paper: complexity", "sequential", "longest path", "n: paper", "n: measured",
        "d: paper", "d: measured", f"ms at n = {LENGTHS[-1]}", "memory, power of n", "MiB",
    ]  # fmt: skip
    body = (
        f"One layer's forward pass on one thread, no batch. Powers of the length n over "
        f"n = {LENGTHS[0]} to {LENGTHS[-1]} at d = {WIDTH}; powers of the width d over "
        f"d = {WIDTHS[0]} to {WIDTHS[-1]} at n = {LENGTH}. Time is the quickest of several runs; "
        "memory is the most that was allocated at one time, parameters aside.\n\n"
        f"{markdown(header, rows)}\n### Where ours differs, and why\n\n"
    )
    return Exhibit(
        name="table1", title="Table 1: what a layer costs", body=body + bullets(REASONS),
        data={
            "lengths": LENGTHS, "at_width": WIDTH, "widths": WIDTHS, "at_length": LENGTH,
            "layers": {n: vars(m) | {"exponents": m.exponents} for n, m in found.items()},
        },
        pictures={"": draw(found)},
    )  # fmt: skip


REASONS = (
    "The paper counts operations, these are times. What outgrows the processor's caches waits for "
    "memory, and its power comes out higher (the written-out n × n weights, an LSTM's matrices); "
    "small matrices use the processor less well than large ones, and the power comes out lower.",
    "As in the paper, the queries, keys and values of attention are given: the four projections "
    "of a whole multi-head layer cost O(n · d²) more, as a recurrent layer does.",
    "The fused kernel does the same n² operations and never holds the n × n weights: its memory "
    "grows with n alone, which the paper could not count on.",
    "One thread does all things in turn: the columns “sequential” and “longest path” are the "
    "paper's, and are what a processor with thousands of units gains by.",
    "Restricted attention is measured in blocks of r positions, not in a window around each: the "
    "same number of operations.",
)


def measure(subject: Subject, progress: Callable[[int], None]) -> Measured:
    """One kind of layer, at each length and each width."""
    found = Measured([], [], [])
    layer = subject.build(WIDTH)
    for length in LENGTHS:
        x = torch.randn(1, length, WIDTH)
        found.by_length.append(seconds(layer, x))
        found.memory.append(peak_bytes(layer, x))
        progress(2)
    for width in WIDTHS:
        found.by_width.append(seconds(subject.build(width), torch.randn(1, LENGTH, width)))
        progress(1)
    return found


def table_row(name: str, paper: Layer, found: Measured) -> list[str]:
    """A row, as it is printed."""
    n, d, memory = found.exponents
    return [
        name, paper.complexity, paper.sequential, paper.path, str(paper.n), f"{n:.2f}",
        str(paper.d), f"{d:.2f}", f"{1000 * found.by_length[-1]:.1f}", f"{memory:.2f}",
        f"{found.memory[-1] / 2**20:.1f}",
    ]  # fmt: skip


def draw(found: dict[str, Measured]) -> Figure:
    """Time and memory against length, both in powers."""
    figure = page(8.4, 3.5)
    left, right = figure.subplots(1, 2)
    panels = (
        (left, "time, milliseconds", "by_length", 1e3),
        (right, "memory, MiB", "memory", 2**-20),
    )
    for axes, label, values, unit in panels:
        for (name, measured), colour in zip(found.items(), COLOURS, strict=False):
            costs = [unit * value for value in getattr(measured, values)]
            axes.loglog(LENGTHS, costs, "o-", color=colour, ms=3.5, label=name)
        axes.set_xlabel("length n", color=INK)
        axes.set_title(label, loc="left", fontsize=9.5)
        axes.set_xticks(LENGTHS, [str(length) for length in LENGTHS])
        axes.minorticks_off()
        axes.grid(True, color="#e6e6e6", lw=0.6)
        axes.tick_params(colors=FAINT, labelcolor=INK)
    left.legend(frameon=False, fontsize=8)
    figure.tight_layout(w_pad=2.5)
    return figure
