"""What a corpus is like, before any training: ``glassformer data report``.

One pass, in bounded memory but for some bytes a pair: its hash, by which duplicates are known
again, and its lengths, from which the padding of batches follows.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from glassformer.data.batching import padding
from glassformer.data.files import BOM, raw_lines
from glassformer.text.tokenizer import TokenizerPair

SHOWN = 5  # lines that are named for each finding
ODD_RATIO = 3.0  # one side has so many times the words of the other …
FEW = 5  # … and more words than this
OVER_LONG = 256  # tokens
LONGEST = 4096  # lengths beyond this count as this
PERCENTILES = (1, 25, 50, 75, 90, 99, 100)
BATCH = 4096  # tokens a side, for the padding
TOGETHER = 1000


@dataclass
class Finding:
    """How often something was seen, and in which lines first (from 1)."""

    count: int = 0
    lines: list[int] = field(default_factory=list)

    def add(self, line: int) -> None:
        """Count one."""
        self.count += 1
        if len(self.lines) < SHOWN:
            self.lines.append(line)


@dataclass
class Report:
    """What was seen in a corpus of sentence pairs; lengths are in tokens, or words without a
    tokenizer, and the histograms count lines by length."""

    name: str
    unit: str
    pairs: int = 0
    findings: dict[str, Finding] = field(default_factory=dict)
    lengths: tuple[Counter[int], Counter[int]] = field(
        default_factory=lambda: (Counter(), Counter())
    )
    characters: list[int] = field(default_factory=lambda: [0, 0])
    hashes: set[int] = field(default_factory=set)
    both: array[int] = field(default_factory=lambda: array("H"))

    @property
    def padding(self) -> float:
        """The share of padding in batches of 4096 tokens a side."""
        counts = np.array(self.both, np.int64).reshape(-1, 2) + 1
        return padding(counts, BATCH)

    def note(self, what: str, line: int) -> None:
        """Count a finding."""
        self.findings.setdefault(what, Finding()).add(line)

    def units(self, side: int) -> int:
        """Tokens (or words) of a side."""
        return sum(length * count for length, count in self.lengths[side].items())

    def percentile(self, side: int, share: int) -> int:
        """The length that so many in a hundred lines of a side do not exceed."""
        counts = self.lengths[side]
        needed, seen = share / 100 * sum(counts.values()), 0
        for length in sorted(counts):
            seen += counts[length]
            if seen >= needed:
                return length
        return 0

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        sides = {}
        for i, side in enumerate(("source", "target")):
            sides[side] = {
                self.unit: self.units(i),
                "characters": self.characters[i],
                "percentiles": {str(p): self.percentile(i, p) for p in PERCENTILES},
                "histogram": {str(k): v for k, v in sorted(self.lengths[i].items())},
            }
        found = {k: {"count": v.count, "lines": v.lines} for k, v in self.findings.items()}
        return {"name": self.name, "pairs": self.pairs, "unit": self.unit, **sides,
                "findings": found, "padding": self.padding}  # fmt: skip

    def text(self) -> list[str]:
        """For a person."""
        told = [f"{self.name}: {self.pairs:,} pairs"]
        for i, side in enumerate(("source", "target")):
            lengths = "  ".join(f"{p}% {self.percentile(i, p)}" for p in PERCENTILES)
            told.append(
                f"  {side}  {self.units(i):,} {self.unit}, {self.characters[i]:,} characters; "
                f"{self.unit} a line: {lengths}"
            )
            told += [f"          {row}" for row in histogram(self.lengths[i])]
        told.append(f"  padding that batching will waste: {self.padding:.1%}")
        for what, finding in self.findings.items():
            where = ", ".join(map(str, finding.lines)) + (" …" if finding.count > SHOWN else "")
            told.append(f"  {finding.count:,} × {what} (line {where})")
        if not self.findings:
            told.append("  nothing odd found")
        return told


def histogram(lengths: Counter[int], bars: int = 8, width: int = 32) -> list[str]:
    """A small picture of a distribution of lengths, in rows of text."""
    if not lengths:
        return []
    step = max(1, -(-(max(lengths) + 1) // bars))
    rows: Counter[int] = Counter()
    for length, count in lengths.items():
        rows[length // step] += count
    most = max(rows.values())
    return [
        f"{i * step:>4}–{i * step + step - 1:<4} {'█' * round(rows[i] / most * width)} {rows[i]:,}"
        for i in range(max(rows) + 1)
        if rows[i]
    ]


def fingerprint(*parts: str) -> int:
    """Eight bytes that stand for a text or a pair."""
    digest = hashlib.blake2b("\t".join(parts).encode("utf-8", "surrogatepass"), digest_size=8)
    return int.from_bytes(digest.digest(), "big")


def report_on(
    name: str,
    pairs: Iterable[tuple[str, str]],
    tokenizers: TokenizerPair | None = None,
    *,
    trained_on: set[int] | None = None,
    report: Report | None = None,
) -> Report:
    """Look at every pair once.

    Args:
        trained_on: the training split's ``hashes``, to count the pairs that are in it.
        report: one that was begun while reading, to go on with.
    """
    report = report or Report(name, "tokens" if tokenizers else "words")
    waiting: list[tuple[str, str]] = []
    for source, target in pairs:
        report.pairs += 1
        look_at(report, report.pairs, source, target, trained_on)
        waiting.append((source, target))
        if len(waiting) == TOGETHER:
            measure(report, waiting, tokenizers)
            waiting = []
    measure(report, waiting, tokenizers)
    return report


def look_at(
    report: Report, line: int, source: str, target: str, trained_on: set[int] | None
) -> None:
    """Note what is odd about a pair, but for its lengths."""
    for side, text in (("source", source), ("target", target)):
        if not text:
            report.note(f"empty {side} line", line)
        elif not text.strip():
            report.note(f"blank {side} line", line)
        if "\0" in text:
            report.note(f"NUL in the {side}", line)
        if any(mark in text for mark in "\u2028\u2029\x85"):
            report.note(f"U+2028, U+2029 or U+0085 inside a {side} line (kept as a letter)", line)
    if source == target and source.strip():
        report.note("source and target are the same", line)
    mark = fingerprint(source, target)
    if mark in report.hashes:
        report.note("duplicate pair", line)
    report.hashes.add(mark)
    if trained_on is not None and mark in trained_on:
        report.note("pair that is in training too", line)


def measure(
    report: Report, waiting: list[tuple[str, str]], tokenizers: TokenizerPair | None
) -> None:
    """Count lengths of some pairs, the last of which is the report's newest."""
    if not waiting:
        return
    counts = []
    for side in (0, 1):
        texts = [pair[side] for pair in waiting]
        if tokenizers is None:
            lengths = [len(text.split()) for text in texts]
        else:
            one = (tokenizers.source, tokenizers.target)[side]
            lengths = [len(ids) for ids in one.encode_batch(texts)]
        report.lengths[side].update(min(length, LONGEST) for length in lengths)
        report.characters[side] += sum(map(len, texts))
        counts.append(np.minimum(lengths, LONGEST))
    report.both.extend(np.stack(counts, axis=1).ravel().tolist())
    first = report.pairs - len(waiting) + 1
    low, high = np.minimum(*counts), np.maximum(*counts)
    for i in np.flatnonzero((high > ODD_RATIO * low) & (high > FEW) & (low > 0)).tolist():
        report.note(
            f"one side has over {ODD_RATIO:g} times the {report.unit} of the other", first + i
        )
    for i in np.flatnonzero(high > OVER_LONG).tolist():
        report.note(f"a side has more than {OVER_LONG} {report.unit}", first + i)


def tolerant_pairs(source: Path, target: Path, report: Report) -> Iterator[tuple[str, str]]:
    """The pairs of two files, whatever is in them: what cannot be read is noted, not raised.

    Bytes that are no UTF-8 become U+FFFD; lines that one file has more are counted.
    """
    left, right = raw_lines(source), raw_lines(target)
    line = 0
    while True:
        line += 1
        one, two = next(left, None), next(right, None)
        if one is None and two is None:
            return
        if one is None or two is None:
            missing = target if two is None else source
            report.note(f"{missing} has no such line: the files are of unequal length", line)
            continue
        texts = []
        for name, raw in ((source, one), (target, two)):
            if raw.endswith(b"\r"):
                report.note(f"CRLF line end in {name} (read as LF)", line)
                raw = raw[:-1]
            if BOM in raw:
                report.note(f"byte order mark inside {name}", line)
            try:
                texts.append(raw.decode("utf-8"))
            except UnicodeDecodeError as error:
                byte = f"0x{raw[error.start]:02X}"
                report.note(f"bytes that are no UTF-8 in {name} (first {byte})", line)
                texts.append(raw.decode("utf-8", "replace"))
        yield texts[0], texts[1]
