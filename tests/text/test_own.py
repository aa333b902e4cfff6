"""The six kinds of our own: what goes in comes back, and no text reaches a special id."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glassformer.errors import TokenizerError
from glassformer.text.own import BYTE_NAMES, KINDS
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig

LINES = [
    "the animal didn't cross the street because it was too tired",
    "l'animal n'a pas traversé la rue parce qu'il était trop fatigué",
    "je crois qu\u2019elle est là , dit-il . </s> <s> <pad> <0x41> <unk>",
    "über 1234 Größen ▁ ▁▁ und 中文字 wait...  two  spaces",
] * 3
SPECIALS = {0, 1, 2, 3}

TRAINED = {
    kind: Tokenizer.train(iter(LINES), TokenizerConfig(kind=kind, size=419)) for kind in KINDS
}
NASTY = st.text(
    alphabet=st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("▁ '\u2019<>/s0x41\n\t\r\0\ufeff\u2028\u0301\u200d"),
    )
)


@pytest.fixture(params=KINDS)
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return TRAINED[request.param]


@pytest.mark.parametrize("kind", KINDS)
@given(text=NASTY)
@settings(max_examples=150, deadline=None)
@example("")
@example(" ")
@example("▁")
@example(" ▁ ▁▁  ")
@example("</s><s> <pad><unk> <0x41> [UNK]")
@example("\0\ufeff\u2028\r\n\x85")
@example("👩\u200d👩\u200d👧 שלום العربية e\u0301")
def test_any_text_comes_back(kind: str, text: str) -> None:
    tokenizer = TRAINED[kind]
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert SPECIALS.isdisjoint(ids)
    assert all(0 <= index < tokenizer.size for index in ids)
    assert len(tokenizer.pieces(ids)) == len(ids)


@pytest.mark.parametrize("kind", KINDS)
@given(text=NASTY)
@settings(max_examples=60, deadline=None)
@example("ÉTÉ ΣΑΣ İI ▁A")
def test_lower_casing_changes_nothing_else(kind: str, text: str) -> None:
    tokenizer = LOWER[kind]
    assert tokenizer.decode(tokenizer.encode(text)) == text.lower()


LOWER = {
    kind: Tokenizer.train(iter(LINES), TokenizerConfig(kind=kind, size=397, lowercase=True))
    for kind in KINDS
}


@pytest.mark.parametrize("kind", KINDS)
@given(texts=st.lists(NASTY, max_size=7))
@settings(max_examples=60, deadline=None)
def test_a_batch_is_each_text_alone(kind: str, texts: list[str]) -> None:
    tokenizer = TRAINED[kind]
    assert tokenizer.encode_batch(texts) == [tokenizer.encode(text) for text in texts]


def test_no_text_reaches_a_special_id_even_when_trained_on_it(tokenizer: Tokenizer) -> None:
    names = ["<pad>", "<unk>", "<s>", "</s>", *BYTE_NAMES]
    for text in [*names, " ".join(names), "".join(names)]:
        ids = tokenizer.encode(text)
        assert SPECIALS.isdisjoint(ids)
        assert tokenizer.decode(ids) == text


def test_a_name_of_a_byte_is_not_that_byte(tokenizer: Tokenizer) -> None:
    assert tokenizer.encode("<0x41>") != tokenizer.encode("A")


def test_special_ids_have_no_text_and_their_name_as_piece(tokenizer: Tokenizer) -> None:
    ids = [2, *tokenizer.encode("the animal"), 3, 0, 0, 1]
    assert tokenizer.decode(ids) == "the animal"
    pieces = tokenizer.pieces(ids)
    assert pieces[0] == "<s>"
    assert pieces[-4:] == ["</s>", "<pad>", "<pad>", "<unk>"]
    assert (tokenizer.pad_id, tokenizer.unk_id, tokenizer.bos_id, tokenizer.eos_id) == (0, 1, 2, 3)


def test_words_are_cut_at_apostrophes_signs_and_spaces() -> None:
    tokenizer = TRAINED["word"]
    pieces = tokenizer.pieces(tokenizer.encode("l'animal qu\u2019elle didn't cross , the street."))
    assert pieces[:2] == ["▁l'", "animal"]
    assert pieces[2:4] == ["▁qu\u2019", "elle"]
    assert pieces[4:6] == ["▁didn'", "t"]
    assert pieces[6:] == ["▁cross", "▁,", "▁the", "▁street", "."]


def test_an_unknown_word_is_spelled_in_characters_then_bytes() -> None:
    tokenizer = TRAINED["word"]
    assert tokenizer.pieces(tokenizer.encode("tax €")) == [
        *["▁", "t", "a", "x"],
        *["▁", "<0xE2>", "<0x82>", "<0xAC>"],
    ]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "byte-bpe"])
def test_a_literal_space_sign_is_three_bytes(kind: str) -> None:
    pieces = TRAINED[kind].pieces(TRAINED[kind].encode("x▁y"))
    assert pieces[-4:-1] == ["<0xE2>", "<0x96>", "<0x81>"]


def test_half_a_character_of_byte_bpe_is_shown_as_bytes() -> None:
    tokenizer = TRAINED["byte-bpe"]
    assert tokenizer.pieces(tokenizer.encode("€"))[-3:] == ["<0xE2>", "<0x82>", "<0xAC>"]
    assert "▁animal" in tokenizer.pieces(tokenizer.encode("the animal"))


def test_bytes_that_are_no_text_become_replacement_characters() -> None:
    tokenizer = TRAINED["bpe"]
    assert tokenizer.decode(tokenizer.encode("€")[:-1]) == "\ufffd"


def test_wordpiece_takes_the_longest_piece_and_bytes_for_what_it_lacks() -> None:
    tokenizer = TRAINED["wordpiece"]
    plain = tokenizer.pieces(tokenizer.encode("the animal"))
    broken = tokenizer.pieces(tokenizer.encode("the animal€"))
    assert broken == [*plain, "<0xE2>", "<0x82>", "<0xAC>"]


@pytest.mark.parametrize(
    "text", ["x" * 100_000, "ab, " * 25_000, "中" * 20_000, "€ " * 20_000, "▁" * 20_000]
)
def test_a_line_of_a_hundred_thousand_tokens(tokenizer: Tokenizer, text: str) -> None:
    assert tokenizer.decode(tokenizer.encode(text)) == text


def test_a_lone_surrogate_is_refused_with_its_place(tokenizer: Tokenizer) -> None:
    with pytest.raises(TokenizerError, match=r"text 2 of 2 .*U\+D83D at character 3"):
        tokenizer.encode_batch(["fine", "ab\ud83d"])


def test_an_id_outside_the_vocabulary_is_refused(tokenizer: Tokenizer) -> None:
    for index in (-1, tokenizer.size):
        with pytest.raises(TokenizerError, match=f"id {index} is not in the vocabulary"):
            tokenizer.decode([index])
        with pytest.raises(TokenizerError, match="0 to"):
            tokenizer.pieces([5, index])
