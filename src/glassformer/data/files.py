"""Lines of text files: plain, gzip or zstd, strictly UTF-8, split at "\\n" and nowhere else.

U+2028, U+0085 and their like are letters of a line, not its end: Python's own ``splitlines``
would put one side of a corpus out of step with the other.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import zstandard

from glassformer.errors import DataError, nearest

BOM = b"\xef\xbb\xbf"
BLOCK = 1 << 20


def read_lines(path: Path | str) -> Iterator[str]:
    """The lines of a file without their ends; a byte order mark and "\\r" before "\\n" go.

    Raises:
        DataError: the file is not there, is cut short, or has a byte that is no UTF-8; the message
            names file and line.
    """
    for number, line in enumerate(raw_lines(Path(path)), 1):
        yield decoded(line, str(path), number)


def decode_lines(stream: BinaryIO, name: str) -> Iterator[str]:
    """The lines of an open binary stream, as ``read_lines`` gives them."""
    for number, line in enumerate(split_lines(blocks(stream), name), 1):
        yield decoded(line, name, number)


def raw_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file as bytes, unpacked if its name says so."""
    if not path.is_file():
        if path.is_dir():
            raise DataError(f"{path} is a folder, not a file of sentences")
        there = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(f"there is no file {path}.{nearest(path.name, there) if there else ''}")
    with path.open("rb") as packed:
        if path.suffix == ".gz":
            with gzip.open(packed) as stream:
                yield from split_lines(blocks(stream), str(path))
        elif path.suffix == ".zst":
            yield from split_lines(unpacked_frames(packed), str(path))
        else:
            yield from split_lines(blocks(packed), str(path))


def blocks(stream: BinaryIO | gzip.GzipFile) -> Iterator[bytes]:
    """The content of a stream, some at a time."""
    while block := stream.read(BLOCK):
        yield block


def unpacked_frames(packed: BinaryIO) -> Iterator[bytes]:
    """The content of a zstd file, frame after frame; unlike the library's own reader this one sees
    where a frame is cut short."""
    frame = None
    for block in blocks(packed):
        while block:
            frame = frame or zstandard.ZstdDecompressor().decompressobj()
            yield frame.decompress(block)
            block = frame.unused_data if frame.eof else b""
            frame = None if frame.eof else frame
    if frame is not None:
        raise EOFError("it ends in the middle of a zstd frame")


def split_lines(content: Iterator[bytes], name: str) -> Iterator[bytes]:
    """Byte lines of some content, cut at "\\n"; what follows the last one is a line too."""
    rest = b""
    number = 0
    try:
        for block in content:
            *lines, rest = (rest + block).split(b"\n") if b"\n" in block else (rest + block,)
            for line in lines:
                number += 1
                yield line.removeprefix(BOM) if number == 1 else line
    except (EOFError, gzip.BadGzipFile, zlib.error, zstandard.ZstdError) as error:
        raise DataError(f"{name} is damaged or cut short after line {number}: {error}") from error
    if rest:
        yield rest.removeprefix(BOM) if number == 0 else rest


def decoded(line: bytes, name: str, number: int) -> str:
    """A line as text, or DataError naming the first byte that is no UTF-8."""
    try:
        return line.removesuffix(b"\r").decode("utf-8")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name}, line {number}: byte {error.start + 1} (0x{line[error.start]:02X}) is no "
            "UTF-8. Convert the file, for example: iconv -f latin1 -t utf-8"
        ) from None


def read_pairs(source: Path | str, target: Path | str) -> Iterator[tuple[str, str]]:
    """Line i of one file with line i of the other.

    Raises:
        DataError: as ``read_lines``, or when one file has more lines than the other.
    """
    left, right = read_lines(source), read_lines(target)
    number = 0
    nothing = object()
    while True:
        one, two = next(left, nothing), next(right, nothing)
        if one is nothing and two is nothing:
            return
        if one is nothing or two is nothing:
            more = 1 + sum(1 for _ in (left if two is nothing else right))
            counts = (number + more, number) if two is nothing else (number, number + more)
            raise DataError(
                f"{source} has {counts[0]:,} lines and {target} has {counts[1]:,}: line i of one "
                "must belong to line i of the other"
            )
        number += 1
        yield one, two  # type: ignore[misc]


def read_tabs(path: Path | str, columns: tuple[int, int] = (0, 1)) -> Iterator[tuple[str, str]]:
    """Two columns (numbers from 0) of a file with tabs.

    Raises:
        DataError: as ``read_lines``, or when a line has fewer columns.
    """
    for number, line in enumerate(read_lines(path), 1):
        fields = line.split("\t")
        if len(fields) <= max(columns):
            raise DataError(
                f"{path}, line {number}: {len(fields)} columns, expected at least "
                f"{max(columns) + 1}, with tabs between them"
            )
        yield fields[columns[0]], fields[columns[1]]
