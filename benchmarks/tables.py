"""The table of speeds, of what results/ holds: python benchmarks/tables.py

Writes results/speed.md, and the first of its tables into the README between the two marks.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from common import HERE, RESULTS
from figures import GOALS, Goal, Results
from rounds import Figure, say
from training import OURS

README = HERE.parent / "README.md"
MARKS = "<!-- speed: made by benchmarks/tables.py -->", "<!-- /speed -->"
PARTS = (
    "training", "overheads", "decoding", "decoding-without-bf16", "sweep", "quality",
    "multi30k-tiny", "petit-demo",
)  # fmt: skip


def results() -> Results:
    """All that is kept of these benchmarks."""
    files = {name: RESULTS / f"{name}.json" for name in PARTS}
    return {
        name: json.loads(file.read_text(encoding="utf-8"))
        for name, file in files.items()
        if file.is_file()
    }


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table in Markdown."""
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def figures(found: Results) -> str:
    """Every figure with what was measured, those that fall short said so."""
    rows = [goal_row(goal, found) for goal in GOALS]
    return table(["what", "measured: median (lowest to highest)", "figure", ""], rows)


def goal_row(goal: Goal, found: Results) -> list[str]:
    """What was measured of a figure, if it was."""
    asked = f"{'≤' if goal.most else '≥'} {amount(goal.figure, goal.unit)}"
    try:
        measured = goal.find(found)
    except (KeyError, ValueError):  # no such part, or too few runs of it
        return [goal.what, "not measured", asked, ""]
    verdict = "reached" if goal.reached(measured) else "**falls short**"
    return [goal.what, spelled(measured, goal.unit), asked, verdict]


def amount(value: float, unit: str) -> str:
    """A number with its unit."""
    return f"{100 * value:.3g} %" if unit == "%" else f"{value:.3g} {unit}"


def spelled(figure: Figure, unit: str) -> str:
    """A figure with its unit, and its spread if it has one."""
    median = amount(figure["median"], unit)
    if figure["low"] == figure["high"]:
        return median
    return f"{median} ({amount(figure['low'], unit)} to {amount(figure['high'], unit)})"


def training(found: Results) -> Iterator[str]:
    """Everyone's speed, in both settings."""
    content = found["training"]
    for name, setting in content["settings"].items():
        sizes = setting["sizes"]
        limits = {kind: say(figure, 1e9, 0) for kind, figure in setting["limits"].items()}
        yield (
            f"\n### Training, {name}\n\nd_model {sizes['d_model']}, d_ff {sizes['d_ff']}, "
            f"{sizes['n_heads']} heads, {sizes['n_layers']} + {sizes['n_layers']} layers, "
            f"vocabulary {sizes['vocabulary']:,}; {content['data']}; "
            f"{setting['tokens_per_batch']} tokens a batch and side; dropout 0.1, label smoothing "
            f"0.1; {setting['flop_per_token'] / 1e6:.1f} MFLOP a token; "
            f"{setting['rounds']} rounds. Matrix products in the same rounds: "
            f"fp32 {limits['fp32']}, bf16 {limits['bf16']} GFLOP/s.\n\n"
        )
        rows = sorted(setting["rows"], key=lambda r: (r["column"], r["who"] != OURS))
        yield table(
            ["number format", "implementation", "source + target tokens/s", "of the limit"],
            (
                [r["column"], r["who"], say(r["tokens_per_second"], digits=0),
                 f"{100 * r['share_of_limit']['median']:.0f} % of {r['computes_in']}"]
                for r in rows
            ),
        )  # fmt: skip
        yield "\n" + table(["ours beside the best peer", "peer", "ratio"], (
            [r["column"], r["best_peer"], faster(r["ratio"])] for r in setting["ratios"]
        ))  # fmt: skip


def faster(ratio: Figure) -> str:
    """A ratio, and plainly who is faster where it is the peer."""
    told = f"{say(ratio, digits=2)} ×"
    return told if ratio["median"] >= 1 else f"{told}: **the peer is faster**"


def overheads(found: Results) -> Iterator[str]:
    """Memory and the time to the first update."""
    content = found["overheads"]
    yield "\n### Memory, and from start to the first update\n\n"
    head = ["setting", "number format", "implementation", "peak MB", "seconds to first update"]
    yield table(head, (
        [name, r["column"], r["who"], f"{r['peak_bytes']['median'] / 2**20:,.0f}",
         say(r["seconds_to_first_update"])]
        for name in ("small", "base") if name in content for r in content[name]["rows"]
    ))  # fmt: skip
    yield (
        f"\n`glassformer train` on plain text, tokenizer and encoding included: "
        f"{content['seconds_by_command']:.1f} s to the first update.\n"
    )


def decoding(found: Results, kept: str = "decoding", where: str = "") -> Iterator[str]:
    """Every engine's speed, and the cost of a step."""
    content = found[kept]
    for name in ("base", "small", "one sentence"):
        for beam in (1, 4):
            part = content.get(name, {}).get(f"beam {beam}")
            if part is None:
                continue
            many = content[name]["sentences"]
            size = "small" if name == "one sentence" else name
            yield (
                f"\n### Decoding, {size}, {many} sentence{'s' if many > 1 else ''}, "
                f"{'greedy' if beam == 1 else f'beam {beam}'}{where}\n\n"
            )
            yield table(
                ["engine", "output tokens/s", "ms", "of the bf16 limit", "tokens as ours in fp32"],
                (
                    [r["engine"], say(r["tokens_per_second"], digits=0),
                     f"{1000 * r['seconds']['median']:,.0f}",
                     f"{100 * r['share_of_bf16_limit']['median']:.0f} %",
                     f"{100 * r['tokens_equal_to_ours']:.0f} %"]
                    for r in part["rows"]
                ),
            )  # fmt: skip
            yield "\n" + table(["ours", "best peer", "ratio"], (
                [r["ours"], r["best_peer"], faster(r["ratio"])] for r in part["ratios"]
            ))  # fmt: skip
    if "growth" in content:
        yield f"\n### A step of decoding as the length grows (small, 32 rows){where}\n\n"
        yield table(["length", "ms a step", "ms of attention alone", "cache MB", "by formula"], (
            [str(r["length"]), say(r["step_seconds"], 1e-3), say(r["attention_seconds"], 1e-3, 2),
             f"{r['cache_bytes'] / 2**20:.1f}", f"{r['formula_bytes'] / 2**20:.1f}"]
            for r in content["growth"]
        ))  # fmt: skip


def origin(found: Results) -> str:
    """Where and at which commits it was measured: a line for each machine."""
    places: dict[tuple[str, int], list[str]] = {}
    for name, content in found.items():
        machine = content["machine"]
        place = machine["processor"], machine["cores_used"]
        places.setdefault(place, []).append(f"{name} {content['commit']}")
    return (
        "".join(
            f"Measured on {processor}, {cores} cores: {', '.join(names)}.\n"
            for (processor, cores), names in sorted(places.items())
        )
        + "Made by `make bench`.\n"
    )


def into_readme(text: str, file: Path = README) -> None:
    """Put the text between the marks, where a file has them."""
    content = file.read_text(encoding="utf-8")
    start, mark, rest = content.partition(MARKS[0])
    if mark:
        _, end, after = rest.partition(MARKS[1])
        file.write_text(f"{start}{mark}\n{text}{end}{after}", encoding="utf-8")


def main() -> None:
    """Write the tables, and print the first."""
    found: dict[str, Any] = results()
    first = f"{figures(found)}\n{origin(found)}"
    sections: list[str] = [f"# Speed\n\n{first}\n![speed along four axes](speed.svg)\n"]
    for part in (training, overheads, decoding):
        if part.__name__ in found:
            sections += part(found)
    if "decoding-without-bf16" in found:
        sections += decoding(found, "decoding-without-bf16", ", processor without bf16")
    (RESULTS / "speed.md").write_text("".join(sections), encoding="utf-8")
    into_readme(first)
    print(first)


if __name__ == "__main__":
    main()
