"""The plot of training speeds, of what results/sweep.json holds: python benchmarks/plots.py"""

from __future__ import annotations

import json
from typing import Any

import matplotlib
from common import RESULTS
from matplotlib.axes import Axes
from training import OURS

matplotlib.use("svg")
LABELS = {
    "length": "tokens a sentence", "batch": "tokens a batch and side", "width": "d_model",
    "threads": "threads",
}  # fmt: skip
COLOURS = ("#0b6e4f", "#888888", "#b5651d", "#4666a3", "#a04070")  # ours first


def draw(axes: Axes, axis: str, points: list[Any]) -> None:
    """One line for each implementation, with its lowest and highest round."""
    names = [(row["who"], row["column"]) for row in points[0]["rows"]]
    for (who, column), colour in zip(names, COLOURS, strict=False):
        rows = [r for p in points for r in p["rows"] if (r["who"], r["column"]) == (who, column)]
        found = [row["tokens_per_second"] for row in rows]
        middle = [figure["median"] for figure in found]
        below = [figure["median"] - figure["low"] for figure in found]
        above = [figure["high"] - figure["median"] for figure in found]
        axes.errorbar(
            [p["at"] for p in points], middle, yerr=[below, above], label=who, color=colour,
            marker="o", markersize=3, capsize=2, linewidth=2 if who == OURS else 1.2,
        )  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_xticks([p["at"] for p in points], [str(p["at"]) for p in points])
    axes.minorticks_off()
    axes.set_ylim(bottom=0)
    axes.set_xlabel(LABELS[axis])
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Draw the four axes into results/speed.svg."""
    from matplotlib import pyplot

    matplotlib.rcParams |= {"svg.hashsalt": "speed", "svg.fonttype": "none", "font.size": 9}
    content = json.loads((RESULTS / "sweep.json").read_text(encoding="utf-8"))
    figure, places = pyplot.subplots(2, 2, figsize=(9, 6), layout="constrained")
    for axes, (axis, points) in zip(places.flat, content["axes"].items(), strict=True):
        draw(axes, axis, points)
    names = places[0, 0].get_legend_handles_labels()
    figure.legend(*names, loc="outside lower center", ncols=len(COLOURS), frameon=False)
    column = content["axes"]["length"][0]["rows"][0]["column"]
    figure.suptitle(f"Training, source + target tokens a second, {column} ({content['commit']})")
    figure.savefig(RESULTS / "speed.svg", metadata={"Date": None})


if __name__ == "__main__":
    main()
