"""Training: hand-computable vocabularies, sizes, determinism, and corpora that have no text."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glassformer.errors import ConfigError, TokenizerError
from glassformer.text.own import KINDS
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig
from glassformer.text.training import minimum_size


def train(lines: list[str], kind: str, size: int) -> Tokenizer:
    return Tokenizer.train(iter(lines), TokenizerConfig(kind=kind, size=size))  # type: ignore[arg-type]


def learnt(tokenizer: Tokenizer, fixed: int = 260) -> list[str]:
    """The entries after the names and the bytes, in order."""
    return tokenizer.pieces(range(fixed, tokenizer.size))


def test_bpe_merges_as_by_hand() -> None:
    # Pairs: ab occurs 6 times (once inside a word), then ▁ab 5 times, then ▁abc twice.
    tokenizer = train(["ab ab ab", "abc abc cab"], "bpe", 1000)
    assert sorted(learnt(tokenizer)[:4]) == ["a", "b", "c", "▁"]
    assert learnt(tokenizer)[4:] == ["ab", "▁ab", "▁abc"]
    assert tokenizer.pieces(tokenizer.encode("abc ab cab")) == ["▁abc", "▁ab", "▁", "c", "ab"]


def test_bpe_takes_the_commonest_pair_first_and_stops_at_the_size() -> None:
    lines = ["xy", "xy", "xy", "zxy", "qw", "qw"]
    # xy 4, ▁xy 3, qw 2 and ▁q 2: room for the five characters, ▁ and two merges.
    tokenizer = train(lines, "bpe", 260 + 6 + 2)
    assert learnt(tokenizer)[6:] == ["xy", "▁xy"]


def test_a_pair_that_occurs_once_is_not_merged() -> None:
    assert learnt(train(["ab cd"], "bpe", 1000)) == ["▁", "a", "b", "c", "d"]


def test_byte_bpe_starts_from_the_256_bytes() -> None:
    tokenizer = train(["éé éé"], "byte-bpe", 262)
    assert tokenizer.size == 262
    # The two bytes of é occur together four times, more than any other pair.
    assert tokenizer.pieces([260, 261])[0] == "é"
    assert tokenizer.pieces([4 + 0xC3]) == ["<0xC3>"]


def test_characters_come_by_count_then_by_code_point() -> None:
    tokenizer = train(["bab", "cc a a"], "char", 264)
    assert learnt(tokenizer) == ["▁", "a", "b", "c"]
    assert learnt(train(["bab", "cc a a"], "char", 262)) == ["▁", "a"]


def test_words_come_by_count_then_in_order() -> None:
    tokenizer = train(["be to be or be", "to or at"], "word", 1000)
    assert learnt(tokenizer)[:1] == ["▁"]
    assert [p for p in learnt(tokenizer) if len(p) > 1] == ["▁be", "▁or", "▁to", "▁at"]
    alphabet = ["▁", "o", "b", "e", "t", "r", "a"]
    assert sorted(learnt(tokenizer)[:7]) == sorted(alphabet)
    assert [p for p in learnt(train(["be to be or be"], "word", 260 + 6 + 1)) if len(p) > 1] == [
        "▁be"
    ]


def test_rare_characters_leave_room_for_pieces() -> None:
    rare = "".join(chr(0x4E00 + n) for n in range(700))
    tokenizer = train([rare, *["the cat"] * 9], "bpe", 260 + 263)
    # 256 characters, and six merges: "the cat" in two pieces.
    assert tokenizer.size == 260 + 256 + 6
    assert tokenizer.pieces(tokenizer.encode("the cat")) == ["▁the", "▁cat"]
    assert tokenizer.decode(tokenizer.encode(rare)) == rare


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [263, 281, 311, 1009])
def test_the_size_is_an_upper_bound(kind: str, size: int) -> None:
    lines = ["the animal did not cross the street", "il n'a pas traversé la rue 中文"] * 5
    tokenizer = train(lines, kind, size)
    assert minimum_size(kind) <= tokenizer.size <= size
    if size <= 281:
        assert tokenizer.size == size
    assert all(tokenizer.decode(tokenizer.encode(line)) == line for line in lines)


@pytest.mark.parametrize("kind", KINDS)
def test_the_smallest_size_works_and_one_less_says_so(kind: str) -> None:
    smallest = minimum_size(kind)
    tokenizer = train(["a text"], kind, smallest)
    assert tokenizer.decode(tokenizer.encode("any téxt")) == "any téxt"
    with pytest.raises(ConfigError, match=f"at least {smallest} entries"):
        TokenizerConfig(kind=kind, size=smallest - 1)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lines", [[], [""], ["", "   ", "\t\u2028"]])
def test_a_corpus_without_text_is_refused(kind: str, lines: list[str]) -> None:
    with pytest.raises(TokenizerError, match="no line with text"):
        train(lines, kind, 500)


@pytest.mark.parametrize("kind", KINDS)
def test_a_lone_surrogate_names_its_line(kind: str) -> None:
    with pytest.raises(TokenizerError, match=r"line 2 .*U\+DC80"):
        train(["fine", "x\udc80"], kind, 500)


@pytest.mark.parametrize("kind", KINDS)
def test_lines_are_taken_once_and_one_by_one(kind: str) -> None:
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for number in range(1009):
            taken += 1
            yield f"line {number}"

    Tokenizer.train(lines(), TokenizerConfig(kind=kind, size=401))  # type: ignore[arg-type]
    assert taken == 1009


SCRIPT = """
import sys
from pathlib import Path
from glassformer.text import Tokenizer, TokenizerConfig
words = [f"{a}{b}{c}" for a in "bcdfgl" for b in "aeiou" for c in ("ne", "rt", "mme", "x", "中")]
rare = [chr(0x4E00 + n) for n in range(600)]
lines = [" ".join(words[i % 150] for i in range(n, 9 * n, n)) for n in range(1, 301)] + rare
for kind in sys.argv[2:]:
    config = TokenizerConfig(kind=kind, size=701)
    Tokenizer.train(iter(lines), config).save(Path(sys.argv[1]) / kind)
"""


def test_training_twice_gives_the_same_files(tmp_path: Path) -> None:
    # In processes of their own: the order of hash tables changes from one to the next.
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        command = [sys.executable, "-c", SCRIPT, str(tmp_path / name), *KINDS]
        subprocess.run(command, check=True, env=os.environ)
    for kind in KINDS:
        first, second = (tmp_path / name / kind for name in ("first", "second"))
        assert first.read_bytes() == second.read_bytes(), kind
