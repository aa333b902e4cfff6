"""How words become pieces is worked out a second time, and is what the tokenizer does."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from glassformer.text.existing import ForeignCodec
from glassformer.text.own import KINDS
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig

LINES = [
    "the animal didn't cross the street because it was too tired",
    "l'animal n'a pas traversé la rue parce qu'il était trop fatigué",
    "je crois qu\u2019elle est là , dit-il . </s> <s> <pad> <0x41> <unk>",
    "translations translated relations related nation national",
    "über 1234 Größen ▁ ▁▁ und 中文字 wait...  two  spaces aaaa aaaaaaa",
] * 3
TRAINED = {
    kind: Tokenizer.train(iter(LINES), TokenizerConfig(kind=kind, size=449)) for kind in KINDS
}
NASTY = st.one_of(
    st.text(
        alphabet=st.one_of(
            st.characters(exclude_categories=["Cs"]),
            st.sampled_from("▁ '\u2019<>/s0x41\n\t\r\0\ufeff\u2028\u0301\u200d"),
        )
    ),
    st.text(alphabet="aeilnorst ▁'", max_size=60),
)


@pytest.mark.parametrize("kind", KINDS)
@given(text=NASTY)
@settings(max_examples=300, deadline=None)
@example("")
@example(" ▁ ▁▁  ")
@example("</s><s> <pad><unk> <0x41> [UNK]")
@example("a" * 150 + " aaaaa é\U0001f600 translational")
@example("👩\u200d👩\u200d👧 שלום العربية e\u0301")
def test_the_last_steps_together_are_the_encoding(kind: str, text: str) -> None:
    tokenizer = TRAINED[kind]
    words = tokenizer.derive(text)
    assert [index for word in words for index in word.ids] == tokenizer.encode(text)
    for word in words:
        assert list(word.steps[-1]) == tokenizer.pieces(word.ids)
        assert word.text in f" {text}"  # one space is put before each text
        assert len(word.scores) in (0, len(word.steps))
        assert list(word.scores) == sorted(word.scores)


def test_byte_pair_encoding_joins_one_pair_a_step() -> None:
    tokenizer = TRAINED["bpe"]
    _, word = tokenizer.derive("the translations")
    assert [*word.steps[0]] == list("▁translations")
    assert len(word.steps) > 4
    for before, after in zip(word.steps, word.steps[1:], strict=False):
        assert len(after) == len(before) - 1
        assert "".join(after) == "".join(before)
        at = next(i for i, piece in enumerate(after) if piece != before[i])
        assert before[at] + before[at + 1] == after[at]


def test_what_a_vocabulary_of_words_does_not_know_is_spelled() -> None:
    known, unknown, sign = TRAINED["word"].derive("street pizza.")
    assert (known.text, known.steps, known.unknown) == ("street", (("▁street",),), False)
    assert unknown.unknown
    assert unknown.steps[0] == ("▁pizza",)
    assert unknown.steps[-1][0] == "▁"
    assert not sign.unknown


def test_word_pieces_take_the_longest_beginning() -> None:
    tokenizer = TRAINED["wordpiece"]
    (word,) = tokenizer.derive("nationalated")
    known = {tokenizer.pieces([i])[0] for i in range(4, tokenizer.size)}
    assert word.steps[0] == ("▁nationalated",)
    for before, after in zip(word.steps, word.steps[1:], strict=False):
        rest, piece = before[-1], after[len(before) - 1]
        assert rest.startswith(piece)
        assert not any(rest[:end] in known for end in range(len(piece) + 1, len(rest) + 1))


def test_a_unigram_model_shows_the_cuts_that_it_did_not_take() -> None:
    (word,) = TRAINED["unigram"].derive("translations")
    assert len({*word.steps}) == len(word.steps) == 3
    assert all("".join(cut) == "▁translations" for cut in word.steps)
    assert word.scores[-1] == max(word.scores) < 0


def test_a_file_of_another_project_is_explained_as_well() -> None:
    content = TRAINED["byte-bpe"]._codec.content()["tokenizer"]
    foreign = Tokenizer(ForeignCodec(content, "a file"))
    text = "the translations relate </s>"
    words = foreign.derive(text)
    assert [index for word in words for index in word.ids] == foreign.encode(text)
    assert words[1].text == "translations"
    assert [len(step) for step in words[1].steps] == list(
        range(len(" translations"), len(words[1].ids) - 1, -1)
    )
