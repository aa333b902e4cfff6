"""The report on a corpus counts what is there, and says where."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.data.report import Report, histogram, report_on, tolerant_pairs
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair


def test_sizes_and_lengths() -> None:
    pairs = [("a " * n, "b " * (101 - n)) for n in range(1, 101)]
    report = report_on("x", pairs)
    assert (report.pairs, report.units(0), report.units(1)) == (100, 5050, 5050)
    assert [report.percentile(0, p) for p in (1, 25, 50, 99, 100)] == [1, 25, 50, 99, 100]
    assert report.characters == [10_100, 10_100]
    assert report.to_json()["source"]["histogram"]["7"] == 1


def test_tokens_are_counted_with_a_tokenizer() -> None:
    one = Tokenizer.train(["abc de"], TokenizerConfig(kind="char"))
    report = report_on("x", [("abc de", "abc")], TokenizerPair(one, one))
    assert report.unit == "tokens" and report.units(0) == len(one.encode("abc de")) > 2


def test_what_looks_wrong_is_named_with_its_lines() -> None:
    pairs = [
        ("fine", "gut"), ("", "leer"), (" ", "blank"), ("same", "same"), ("nul\0", "x"),
        ("a\u2028b", "c"), ("fine", "gut"), ("one two three four five six seven", "eins"),
        ("w " * 300, "w2 " * 300),
    ]  # fmt: skip
    found = {what: f.lines for what, f in report_on("x", pairs).findings.items()}
    assert found == {
        "empty source line": [2], "blank source line": [3], "source and target are the same": [4],
        "NUL in the source": [5],
        "U+2028, U+2029 or U+0085 inside a source line (kept as a letter)": [6],
        "duplicate pair": [7], "one side has over 3 times the words of the other": [8],
        "a side has more than 256 words": [9],
    }  # fmt: skip


def test_pairs_that_training_has_too() -> None:
    train = report_on("train", [("a", "b"), ("c", "d")])
    test = report_on("test", [("a", "b"), ("a", "d")], trained_on=train.hashes)
    assert test.findings["pair that is in training too"].lines == [1]


def test_many_findings_are_counted_and_some_shown() -> None:
    report = report_on("x", [("", "y")] * 2500)
    finding = report.findings["empty source line"]
    assert finding.count == 2500 and finding.lines == [1, 2, 3, 4, 5]
    text = "\n".join(report.text())
    assert "2,500 × empty source line (line 1, 2, 3, 4, 5 …)" in text


def test_odd_lines_beyond_the_first_thousand_have_their_numbers() -> None:
    pairs = [("a b", "c d")] * 2100
    pairs[1999] = ("a b c d e f g", "c")
    report = report_on("x", pairs)
    assert report.findings["one side has over 3 times the words of the other"].lines == [2000]


def test_nothing_is_a_report_too() -> None:
    report = report_on("x", [])
    assert report.padding == 0.0 and report.percentile(0, 50) == 0
    assert "nothing odd found" in report.text()[-1]


@settings(max_examples=40, deadline=None)
@given(left=st.binary(max_size=60), right=st.binary(max_size=60))
def test_any_two_files_can_be_reported_on(
    left: bytes, right: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("files")
    source, target = folder / "s", folder / "t"
    source.write_bytes(left)
    target.write_bytes(right)
    report = Report("x", "words")
    report_on("x", tolerant_pairs(source, target, report), report=report)
    lines = [content.count(b"\n") + (not content.endswith(b"\n") and content != b"")
             for content in (left, right)]  # fmt: skip
    assert report.pairs == min(lines)
    unequal = sum(f.count for what, f in report.findings.items() if "unequal length" in what)
    assert unequal == abs(lines[0] - lines[1])


def test_wrong_bytes_are_noted_and_read_on(tmp_path: Path) -> None:
    source, target = tmp_path / "s", tmp_path / "t"
    source.write_bytes(b"\xef\xbb\xbfone\r\nsch\xf6n\nthree \xef\xbb\xbf\n")
    target.write_bytes(b"1\n2\n3\n")
    report = Report("x", "words")
    pairs = list(tolerant_pairs(source, target, report))
    assert pairs[0] == ("one", "1") and pairs[1] == ("sch\ufffdn", "2")
    found = {what.split(" in ")[0].split(" inside")[0]: f.lines for what, f in
             report.findings.items()}  # fmt: skip
    assert found == {
        "CRLF line end": [1], "bytes that are no UTF-8": [2], "byte order mark": [3],
    }  # fmt: skip


def test_a_histogram_is_no_taller_than_it_says() -> None:
    rows = histogram(Counter({n: n for n in range(1, 100)}))
    assert len(rows) == 8 and all("█" in row for row in rows[1:])
    assert sum(int(row.split()[-1].replace(",", "")) for row in rows) == sum(range(100))
    assert histogram(Counter()) == []
