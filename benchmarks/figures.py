"""The figures that are to be reached, and where in the results each is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rounds import Figure, within_noise
from training import BF16_OVER_FP32, OURS

Results = dict[str, Any]  # name of a file in results/ -> its content


@dataclass(frozen=True)
class Goal:
    """A figure: at least (or, if ``most``, at most) so much; ``find`` gives what was measured.

    ``unit`` stands behind the number; % is of hundredths.
    """

    what: str
    figure: float
    find: Callable[[Results], Figure]
    unit: str = "×"
    most: bool = False

    def reached(self, found: Figure) -> bool:
        """Whether the median is on the right side."""
        median = found["median"]
        return median <= self.figure if self.most else median >= self.figure


def exact(value: float) -> Figure:
    """A figure that was measured once."""
    return {"median": value, "low": value, "high": value}


def pick(rows: list[Any], **wanted: str) -> Any:
    """The row with these values; KeyError where there is none."""
    for row in rows:
        if all(row[key] == value for key, value in wanted.items()):
            return row
    raise KeyError(str(wanted))


def training_ratio(setting: str, column: str) -> Callable[[Results], Figure]:
    """How many times as fast as the best peer ours trains."""

    def find(results: Results) -> Figure:
        rows = results["training"]["settings"][setting]["ratios"]
        found: Figure = pick(rows, column=column)["ratio"]
        return found

    return find


def training_share(setting: str) -> Callable[[Results], Figure]:
    """The share of the bf16 matrix rate that ours reaches."""

    def find(results: Results) -> Figure:
        rows = results["training"]["settings"][setting]["rows"]
        found: Figure = pick(rows, who=OURS, column="bf16")["share_of_limit"]
        return found

    return find


def memory(setting: str, column: str) -> Callable[[Results], Figure]:
    """Our peak of memory over that of the best peer."""

    def find(results: Results) -> Figure:
        rows = [row for row in results["overheads"][setting]["rows"] if row["column"] == column]
        mine = pick(rows, who=OURS)["peak_bytes"]["median"]
        best = min(row["peak_bytes"]["median"] for row in rows if row["who"] != OURS)
        return exact(mine / best)

    return find


def first_update(results: Results) -> Figure:
    """Seconds from starting the program to our first update, as it comes."""
    rows = results["overheads"]["small"]["rows"]
    found: Figure = pick(rows, who=OURS, column="default")["seconds_to_first_update"]
    return found


def supply(name: str) -> Callable[[Results], Figure]:
    """A figure of how text becomes batches."""
    return lambda results: exact(results["overheads"]["supply"][name])


def decoding(beam: int, dtype: str, part: str) -> Callable[[Results], Figure]:
    """Our fastest decoding of the base model over CTranslate2's in this number format."""

    def find(results: Results) -> Figure:
        rows = results[part]["base"][f"beam {beam}"]["rows"]
        speed = {row["engine"]: row["tokens_per_second"]["median"] for row in rows}
        mine = max(value for name, value in speed.items() if name.startswith(OURS))
        return exact(mine / speed[f"CTranslate2, {dtype}"])

    return find


def latency(beam: int, part: str) -> Callable[[Results], Figure]:
    """Our time for one sentence over the best peer's, each in its fastest number format."""

    def find(results: Results) -> Figure:
        rows = results[part]["one sentence"][f"beam {beam}"]["rows"]
        took = {row["engine"]: row["seconds"]["median"] for row in rows}
        mine = min(value for name, value in took.items() if name.startswith(OURS))
        best = min(value for name, value in took.items() if not name.startswith(OURS))
        return exact(mine / best)

    return find


def growth(results: Results) -> Figure:
    """What a step costs more at 512 tokens than at 16, over what attention alone costs more."""
    rows = results["decoding"]["growth"]
    step, alone = (
        rows[-1][key]["median"] - rows[0][key]["median"]
        for key in ("step_seconds", "attention_seconds")
    )
    return exact(step / alone)


def cache(results: Results) -> Figure:
    """The cache's bytes at 512 tokens over the formula's."""
    last = results["decoding"]["growth"][-1]
    return exact(last["cache_bytes"] / last["formula_bytes"])


def bleu(part: str) -> Callable[[Results], Figure]:
    """The most that BLEU of ours in bf16 or int8 falls below that in fp32."""

    def find(results: Results) -> Figure:
        scores = results[part]["bleu"]
        return exact(scores["fp32"] - min(scores.values()))

    return find


def quality(results: Results) -> Figure:
    """How far the fast path's mean held-out loss is from the plain one's, in nats of noise."""
    runs = results["quality"]["runs"]
    plain, fast = (
        [run["dev_loss"] for run in runs if run["path"] == path] for path in ("plain", "fast")
    )
    return exact(within_noise(plain, fast))


def kept(name: str, *keys: str, unit: float = 1.0) -> Callable[[Results], Figure]:
    """A number of another benchmark's results."""

    def find(results: Results) -> Figure:
        found = results[name]
        for key in keys:
            found = found[key]
        return exact(found / unit)

    return find


def to_the_end(find: Callable[[Results], Figure]) -> Callable[[Results], Figure]:
    """The same of a run of Multi30k that made all its updates; KeyError of one that did not."""

    def found(results: Results) -> Figure:
        if results["multi30k-tiny"]["updates"] < 8000:
            raise KeyError("the run is not done")
        return find(results)

    return found


def decoding_goals(part: str, where: str = "") -> Iterator[Goal]:
    """The figures of decoding on one kind of processor; ``where`` stands before each."""
    for beam, way in ((4, "beam 4"), (1, "greedy")):
        for dtype, times in (("fp32", 2.0), ("int8", 1.0)):
            what = f"{where}{way} base, beside CTranslate2 {dtype}"
            yield Goal(what, times, decoding(beam, dtype, part))
    yield Goal(f"{where}BLEU lost by bf16 or int8 (petit, beam 4)", 0.1, bleu(part), "BLEU", True)
    for beam, way in ((1, "greedy"), (4, "beam 4")):
        what = f"{where}one sentence small, {way}, time beside the best peer's"
        yield Goal(what, 0.7, latency(beam, part), most=True)


GOALS = (
    Goal("training small, bf16 beside bf16", 1.8, training_ratio("small", "bf16")),
    Goal("training small, fp32 beside fp32", 1.5, training_ratio("small", "fp32")),
    Goal("training small, default beside default", 2.5, training_ratio("small", "default")),
    Goal("training small, share of the bf16 matrix rate", 0.45, training_share("small"), "%"),
    Goal("training small, distance of the losses after 500 updates, of what noise allows", 1.0,
         quality, most=True),
    Goal("training base, bf16 beside the best fp32 peer", 1.8,
         training_ratio("base", BF16_OVER_FP32)),
    Goal("training base, bf16 beside bf16", 1.25, training_ratio("base", "bf16")),
    Goal("training base, share of the bf16 matrix rate", 0.55, training_share("base"), "%"),
    Goal("from start to the first update", 3.0, first_update, "s", most=True),
    Goal("training memory small, fp32", 0.6, memory("small", "fp32"), most=True),
    Goal("training memory small, bf16", 0.6, memory("small", "bf16"), most=True),
    Goal("training memory base, fp32", 0.6, memory("base", "fp32"), most=True),
    Goal("training memory base, bf16", 0.6, memory("base", "bf16"), most=True),
    *decoding_goals("decoding"),
    *decoding_goals("decoding-without-bf16", "no bf16: "),
    Goal("what a step costs more at 512 tokens, beside attention alone", 1.1, growth, most=True),
    Goal("the cache's bytes, beside the formula", 1.0, cache, most=True),
    Goal("tokenising, beside training's consumption", 20.0, supply("encoding_over_training")),
    Goal("batching, of a step's time", 0.02, supply("batching_share_of_a_step"), "%", most=True),
    Goal("Multi30k tiny, 8000 updates", 2.0,
         to_the_end(kept("multi30k-tiny", "seconds", unit=3600.0)), "h", most=True),
    Goal("Multi30k tiny, lower-cased tokenised BLEU", 40.0,
         to_the_end(kept("multi30k-tiny", "averaged", "tokenised_lowercased")), "BLEU"),
    Goal("petit demo, training", 90.0, kept("petit-demo", "training_seconds"), "s", most=True),
)  # fmt: skip
