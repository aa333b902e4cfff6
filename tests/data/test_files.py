"""Lines of files: the same from every packing, and never one lost, whatever the bytes."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from glassformer.data import files
from glassformer.data.files import decode_lines, read_lines, read_pairs, read_tabs
from glassformer.errors import DataError

text_lines = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=30)
)


@given(lines=text_lines)
def test_what_is_written_comes_back(lines: list[str]) -> None:
    """Any letters, U+2028, U+0085, NUL and lone carriage returns among them."""
    written = "".join(line + "\n" for line in lines).encode()
    expected = [line.removesuffix("\r") for line in lines]
    if expected:
        expected[0] = expected[0].removeprefix("\ufeff")
    assert list(decode_lines(io.BytesIO(written), "x")) == expected


@given(st.binary(max_size=200))
def test_any_bytes_give_lines_or_a_named_place(content: bytes) -> None:
    try:
        found = list(decode_lines(io.BytesIO(content), "a file"))
    except DataError as error:
        number = int(str(error).split("line ")[1].split(":")[0])
        bad = content.split(b"\n")[number - 1]
        with pytest.raises(UnicodeDecodeError):
            bad.decode()
        return
    content.decode()
    assert len(found) == content.count(b"\n") + (not content.endswith(b"\n") and content != b"")


@pytest.mark.parametrize("block", [1, 2, 3, 7])
def test_blocks_do_not_matter(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BLOCK", block)
    content = "\ufeffune\r\n\ndeuxième\n\u2028\nfin".encode()
    assert list(decode_lines(io.BytesIO(content), "x")) == ["une", "", "deuxième", "\u2028", "fin"]


def packed(folder: Path, content: bytes) -> dict[str, Path]:
    plain, zipped, frames = folder / "a.txt", folder / "a.txt.gz", folder / "a.txt.zst"
    plain.write_bytes(content)
    zipped.write_bytes(gzip.compress(content[:7]) + gzip.compress(content[7:]))
    pack = zstandard.ZstdCompressor(write_checksum=True).compress  # as the zstd command does
    frames.write_bytes(pack(content[:7]) + pack(content[7:]))
    return {"plain": plain, "gzip": zipped, "zstd": frames}


@pytest.mark.parametrize("kind", ["plain", "gzip", "zstd"])
def test_every_packing_reads_alike(tmp_path: Path, kind: str) -> None:
    """Two members or frames end to end, as tools that pack in parallel write."""
    lines = ["ein Satz", "", "noch einer ä", "l" * 100_000]
    file = packed(tmp_path, "\n".join(lines).encode())[kind]
    assert list(read_lines(file)) == lines


@pytest.mark.parametrize("kind", ["gzip", "zstd"])
def test_a_cut_or_altered_file_is_named(tmp_path: Path, kind: str) -> None:
    file = packed(tmp_path, b"\n".join(b"line %d" % i for i in range(5000)))[kind]
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataError, match="a.txt.* is damaged or cut short after line"):
        list(read_lines(file))
    file.write_bytes(whole[:200] + bytes([whole[200] ^ 255]) + whole[201:])
    with pytest.raises(DataError, match="a.txt.*is damaged or cut short"):
        list(read_lines(file))
    file.write_bytes(b"this is no packed file")
    with pytest.raises(DataError, match="a.txt.*is damaged or cut short"):
        list(read_lines(file))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "train.en").write_text("x\n")
    with pytest.raises(DataError, match=r"no file .*trian.en.*Did you mean 'train.en'"):
        list(read_lines(tmp_path / "trian.en"))
    with pytest.raises(DataError, match="is a folder"):
        list(read_lines(tmp_path))


def test_no_utf8_names_line_byte_and_a_remedy(tmp_path: Path) -> None:
    file = tmp_path / "latin.txt"
    file.write_bytes("gut\nschön\n".encode("latin1"))
    with pytest.raises(DataError, match=r"latin.txt, line 2: byte 4 \(0xF6\).*iconv"):
        list(read_lines(file))


@pytest.mark.parametrize(("left", "right"), [(5, 3), (3, 5), (1, 0)])
def test_sides_of_unequal_length(tmp_path: Path, left: int, right: int) -> None:
    source, target = tmp_path / "s", tmp_path / "t"
    source.write_text("x\n" * left)
    target.write_text("y\n" * right)
    seen = []
    with pytest.raises(DataError, match=f"has {left} lines and .* has {right}: line i"):
        for pair in read_pairs(source, target):
            seen.append(pair)  # noqa: PERF402
    assert len(seen) == min(left, right)


def test_tabs(tmp_path: Path) -> None:
    file = tmp_path / "both.tsv"
    file.write_text("a\tb\tc\nd\te\n")
    assert list(read_tabs(file)) == [("a", "b"), ("d", "e")]
    assert next(read_tabs(file, (2, 0))) == ("c", "a")
    with pytest.raises(DataError, match=r"both.tsv, line 2: 2 columns, expected at least 3"):
        list(read_tabs(file, (0, 2)))
