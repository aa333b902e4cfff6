"""From sentence pairs to an encoded corpus: what cannot be used is skipped, and counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from glassformer.data.corpus import SIDES, EncodedCorpus
from glassformer.data.open import Data
from glassformer.errors import DataError
from glassformer.text.tokenizer import Tokenizer, TokenizerPair

TOGETHER = 10_000  # pairs that are encoded at one time
SHOWN = 5  # line numbers that are kept for each reason


@dataclass
class Skipped:
    """How many pairs were skipped and why, with the first lines (from 1) of each reason."""

    counts: dict[str, int] = field(default_factory=dict)
    first: dict[str, list[int]] = field(default_factory=dict)

    def add(self, reason: str, line: int) -> None:
        """Count one."""
        self.counts[reason] = self.counts.get(reason, 0) + 1
        lines = self.first.setdefault(reason, [])
        if len(lines) < SHOWN:
            lines.append(line)

    def lines(self) -> list[str]:
        """A line for each reason."""
        told = []
        for reason, count in self.counts.items():
            where = ", ".join(map(str, self.first[reason])) + (" …" if count > SHOWN else "")
            told.append(f"skipped {count:,} pairs: {reason} (line {where})")
        return told


def encode_corpus(
    pairs: Iterable[tuple[str, str]],
    tokenizers: TokenizerPair,
    folder: Path,
    *,
    max_length: int,
    sides: Sequence[str] = SIDES,
) -> tuple[EncodedCorpus, Skipped]:
    """Encode these sides of the pairs into a corpus in ``folder``; the other stays empty.

    A pair with such a side empty, or of more than ``max_length`` tokens, is skipped.
    """
    both = tuple(side in sides for side in SIDES)
    skipped = Skipped()

    def encoded() -> Iterator[tuple[list[int], list[int]]]:
        line, stream = 0, iter(pairs)
        while some := list(islice(stream, TOGETHER)):
            some = [(left if both[0] else "", right if both[1] else "") for left, right in some]
            sources = tokenizers.source.encode_batch([source for source, _ in some])
            targets = tokenizers.target.encode_batch([target for _, target in some])
            for pair, left, right in zip(some, sources, targets, strict=True):
                line += 1
                if any(read and not text.strip() for read, text in zip(both, pair, strict=True)):
                    skipped.add("a side is empty", line)
                elif max(len(left), len(right)) > max_length:
                    skipped.add(f"a side has more than {max_length} tokens", line)
                else:
                    yield left, right

    return EncodedCorpus.build(folder, encoded()), skipped


def encode_running(
    lines: Iterable[str], tokenizer: Tokenizer, folder: Path, *, length: int
) -> EncodedCorpus:
    """Encode lines as one running text, in pieces of ``length`` tokens: the target side of a corpus
    in ``folder``. The last piece may be shorter."""

    def pieces() -> Iterator[tuple[list[int], list[int]]]:
        rest: list[int] = []
        stream = iter(lines)
        while some := list(islice(stream, TOGETHER)):
            rest += tokenizer.encode("".join(line + "\n" for line in some))
            whole = len(rest) // length * length
            yield from (([], rest[at : at + length]) for at in range(0, whole, length))
            rest = rest[whole:]
        if rest:
            yield [], rest

    return EncodedCorpus.build(folder, pieces())


def write_splits(data: Data, folder: Path) -> dict[str, dict[str, int]]:
    """Write every split as two plain files, SPLIT.source and SPLIT.target, in a new folder.

    Returns how many pairs were written, and skipped because a side is empty, by split.

    Raises:
        DataError: the folder is there already and not empty.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise DataError(f"{folder} is not empty: name a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    counts = {}
    for split in data.splits():
        written = skipped = 0
        files = [folder / f"{split}.{side}" for side in ("source", "target")]
        with (
            files[0].open("w", encoding="utf-8", newline="\n") as left,
            files[1].open("w", encoding="utf-8", newline="\n") as right,
        ):
            for source, target in data.split(split):
                if source.strip() and target.strip():
                    left.write(source + "\n")
                    right.write(target + "\n")
                    written += 1
                else:
                    skipped += 1
        counts[split] = {"written": written, "skipped": skipped}
    return counts
