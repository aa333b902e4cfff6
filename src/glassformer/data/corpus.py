"""Sentence pairs as tokens in memory-mapped files: memory does not grow with the corpus.

A folder of six raw little-endian arrays: for each side the tokens of all sentences end to end
(uint16, or int32 for ids beyond it), and the int64 offset at which each sentence begins.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from glassformer.errors import DataError

SIDES = ("source", "target")
Tokens = NDArray[np.int32]


class EncodedCorpus:
    """Token ids of sentence pairs, without start and end tokens, read from disk as needed."""

    def __init__(self, folder: Path, count: int, sizes: dict[str, int]):
        self.folder, self.count = folder, count
        self.tokens: dict[str, Tokens] = {}
        self.offsets: dict[str, NDArray[np.int64]] = {}
        for side in SIDES:
            self.tokens[side] = mapped(folder / f"{side}.tokens", np.dtype("<i4"), sizes[side])
            self.offsets[side] = mapped(folder / f"{side}.offsets", np.dtype("<i8"), count + 1)
        self.source_lengths = Lengths(self.offsets["source"])
        self.target_lengths = Lengths(self.offsets["target"])

    @classmethod
    def build(
        cls, folder: Path, pairs: Iterable[tuple[Sequence[int], Sequence[int]]]
    ) -> EncodedCorpus:
        """Write the pairs into a new folder, which appears when it is whole.

        Raises:
            DataError: the disk is full or may not be written.
        """
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
            try:
                content = write(beside, pairs)
                (beside / "corpus.json").write_text(json.dumps(content), encoding="utf-8")
                beside.replace(folder)
            except BaseException:
                shutil.rmtree(beside, ignore_errors=True)
                raise
        except OSError as error:
            raise DataError(f"could not write {folder}: {error.strerror}") from error
        return cls.open(folder)

    @classmethod
    def open(cls, folder: Path) -> EncodedCorpus:
        """The corpus that ``build`` wrote.

        Raises:
            DataError: it is not there, or a file has not the size that it was written with.
        """
        try:
            content = json.loads((folder / "corpus.json").read_bytes())
            return cls(folder, content["sentences"], {s: content[s] for s in SIDES})
        except (OSError, ValueError, KeyError) as error:
            raise DataError(
                f"{folder} is no whole encoded corpus ({error}): delete it, it will be made again"
            ) from error

    def __len__(self) -> int:
        return self.count

    def side(self, name: str, row: int) -> Tokens:
        """The tokens of a sentence on one side: [position]."""
        start, end = self.offsets[name][row : row + 2]
        return self.tokens[name][start:end]

    def source(self, row: int) -> Tokens:
        """The source tokens of a sentence: [position]."""
        return self.side("source", row)

    def target(self, row: int) -> Tokens:
        """The target tokens of a sentence: [position]."""
        return self.side("target", row)


class Lengths:
    """Lengths of sentences, computed from the offsets of those that are asked for."""

    def __init__(self, offsets: NDArray[np.int64]):
        self.offsets = offsets

    def __getitem__(self, rows: NDArray[np.int64] | slice) -> NDArray[np.int64]:
        """The token counts of these sentences: [row]."""
        if isinstance(rows, slice):
            rows = np.arange(len(self.offsets) - 1)[rows]
        lengths: NDArray[np.int64] = self.offsets[rows + 1] - self.offsets[rows]
        return lengths


def mapped(path: Path, dtype: np.dtype[Any], count: int) -> NDArray[Any]:
    """A file as a read-only array of [count]; DataError unless its size fits."""
    size = path.stat().st_size
    if size != count * dtype.itemsize:
        raise ValueError(f"{path.name} has {size:,} bytes, not {count * dtype.itemsize:,}")
    if count == 0:  # an empty file cannot be mapped
        return np.zeros(0, dtype)
    return np.memmap(path, dtype, mode="r")


def write(folder: Path, pairs: Iterable[tuple[Sequence[int], Sequence[int]]]) -> dict[str, int]:
    """Write the arrays; return how many sentences, and tokens of each side, they hold."""
    ends = dict.fromkeys(SIDES, 0)
    count = 0
    files: dict[str, tuple[BinaryIO, BinaryIO]] = {}
    try:
        for side in SIDES:
            files[side] = (
                (folder / f"{side}.tokens").open("wb"),
                (folder / f"{side}.offsets").open("wb"),
            )
            files[side][1].write(np.zeros(1, "<i8").tobytes())
        for pair in pairs:
            count += 1
            for side, tokens in zip(SIDES, pair, strict=True):
                ends[side] += len(tokens)
                files[side][0].write(np.asarray(tokens, "<i4").tobytes())
                files[side][1].write(array("q", [ends[side]]).tobytes())
    finally:
        for opened in files.values():
            for file in opened:
                file.close()
    return {"sentences": count, **ends}
