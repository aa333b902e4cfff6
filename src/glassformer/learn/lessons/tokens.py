"""Lesson 1: tokens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from glassformer.data.batching import shifted_right
from glassformer.learn.exam import Case, Exam, Mistake
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig

# %% [markdown]
# # 1. Tokens
#
# *The paper: §5.1, and the bottom of Figure 1. Live: `glassformer explore`, the view "Words and
# tokens".*
#
# A model reads no letters: it reads whole numbers. A text is cut into pieces, **tokens**, and each
# has a number, its **id**, in a list that was made once for the whole corpus, the vocabulary. The
# paper cuts rare words into pieces that are frequent; here a token is a word between spaces.
#
# Four ids mean no word: 0 is padding, 1 a word that is not in the vocabulary, 2 begins what the
# decoder reads, 3 ends a sentence.
#
# Sentences of different length go through the model together, in one table, so the shorter ones are
# filled up with padding.
#
# The decoder learns to say the next token. What it reads is therefore the target, moved one place
# to the right, with the begin token in front; what it is to say at each place is the target with
# its end:
#
#     it reads      <s>  le     chat   dort
#     it must say   le   chat   dort   </s>
#
# ## Your task
#
# Write the three functions.
# %%
import torch
from torch import Tensor

PAD, UNKNOWN, BEGIN, END = 0, 1, 2, 3


# %%
def encode(text: str, vocabulary: dict[str, int]) -> list[int]:
    """The id of each word, UNKNOWN for one that the vocabulary has not, and END after the last."""
    # TODO 1. Cut the text at its spaces. text.split() does not mind two of them.
    words = text.split()
    # TODO 2. Look each word up; vocabulary.get(word, …) has an answer for one that is not there.
    ids = [vocabulary.get(word, UNKNOWN) for word in words]
    # TODO 3. END comes last.
    return [*ids, END]


# %%
def pad_rows(rows: list[list[int]]) -> Tensor:
    """Rows of ids -> int64 [row, longest], the shorter ones filled up with PAD on the right."""
    # TODO 1. How long is the longest?
    longest = max(len(row) for row in rows)
    # TODO 2. Fill each row up, and make one tensor of them all.
    return torch.tensor([row + [PAD] * (longest - len(row)) for row in rows])


# %%
def shift(ids: list[int]) -> tuple[list[int], list[int]]:
    """A target, as ``encode`` gives it, its END included -> what the decoder reads, and what it
    must say. Both are as long as the target."""
    # TODO 1. It reads BEGIN, then all but the last.
    reads = [BEGIN, *ids[:-1]]
    # TODO 2. It must say the target.
    return reads, ids


# %%
if __name__ == "__main__":  # try it: python lesson_01_tokens.py
    known = {"the": 4, "cat": 5, "sleeps": 6, "and": 7}
    sentences = ["the cat sleeps", "the cat sleeps and snores"]
    print(pad_rows([encode(sentence, known) for sentence in sentences]))
    print(shift(encode("the cat sleeps", known)))


# %% checks
SIZES = {"row": 3, "longest": 7}
TEXT = "  the wolf saw   the dog and it ran"
WORDS = ["the", "dog", "saw", "it", "ran", "and"]
ROWS = [[5, 9, 4], [8, 4, 6, 7, 4, 11, 5], [12]]


def reference(text: str) -> tuple[dict[str, int], list[int]]:
    """The words of a tokenizer of ours with their ids, and a text's ids by it; it has no unknown
    words, because it spells them."""
    tokenizer = Tokenizer.train([" ".join(WORDS)], TokenizerConfig(kind="word", size=300))
    ids = {word: tokenizer.encode(word)[0] for word in WORDS}
    assert all(len(tokenizer.encode(word)) == 1 for word in WORDS)
    unknown = [word for word in text.split() if word not in ids]
    assert len(unknown) == 1
    before, after = text.split(unknown[0])
    parts = (tokenizer.encode(" ".join(part.split())) for part in (before, after))
    return ids, [*next(parts), UNKNOWN, *next(parts), tokenizer.eos_id]


def padded() -> Tensor:
    """The rows by the loader's own code, without the end token that it adds."""
    width = max(map(len, ROWS))
    table = torch.zeros(len(ROWS), width, dtype=torch.int64)
    for place, row in enumerate(ROWS):
        table[place, : len(row)] = torch.tensor(row)
    return table


def shifted() -> tuple[list[int], list[int]]:
    """The shift by the loader's own code."""
    ids = [7, 5, 11, 13, END]
    reads = shifted_right(np.array([ids]), np.array([len(ids) - 1]), BEGIN, PAD)
    return reads[0].tolist(), ids


def cases() -> Iterator[Case]:
    """Known words, an unknown one, rows, and a shift."""
    vocabulary, right = reference(TEXT)
    yield Case(
        "encode: words that are known",
        lambda parts: parts.encode("the dog ran", vocabulary),
        lambda: [*(vocabulary[word] for word in ("the", "dog", "ran")), END],
    )
    yield Case(
        "encode: a word that is not known, and spaces too many",
        lambda parts: parts.encode(TEXT, vocabulary),
        lambda: right,
    )
    yield Case(
        "pad_rows: three rows of different length",
        lambda parts: parts.pad_rows([list(row) for row in ROWS]),
        padded,
        "row longest",
    )
    yield Case("shift", lambda parts: parts.shift([7, 5, 11, 13, END]), shifted)


LOOKED, FILLED = "vocabulary.get(word, UNKNOWN)", "row + [PAD] * (longest - len(row))"
MISTAKES = (
    Mistake(
        "the end token is missing: END comes after the last word",
        {"return [*ids, END]": "return ids"},
    ),
    Mistake(
        "the sentence begins with BEGIN. Only what the decoder reads begins so, and `shift` does"
        " it",
        {"return [*ids, END]": "return [BEGIN, *ids, END]"},
    ),
    Mistake(
        "a word that is not known is looked up as if it were: vocabulary[word] fails for it. It is "
        "UNKNOWN",
        {LOOKED: "vocabulary[word]"},
    ),
    Mistake(
        "a word that is not known is left out. The model would never learn that there was one: "
        "it is UNKNOWN",
        {f"{LOOKED} for word in words": "vocabulary[word] for word in words if word in vocabulary"},
    ),
    Mistake(
        "a word that is not known becomes padding, which nobody attends to. It is UNKNOWN",
        {LOOKED: "vocabulary.get(word, PAD)"},
    ),
    Mistake(
        'two spaces give an empty word between them: text.split(" ") cuts at each. text.split() '
        "takes them as one",
        {"text.split()\n": 'text.split(" ")\n'},
    ),
    Mistake(
        "padding stands on the left; here it stands on the right",
        {FILLED: "[PAD] * (longest - len(row)) + row"},
    ),
    Mistake(
        "the rows are filled up with END; padding is PAD", {FILLED: FILLED.replace("PAD", "END")}
    ),
    Mistake(
        "there is one place of padding too many: the longest row needs none",
        {FILLED: FILLED.replace("longest - len", "longest + 1 - len")},
    ),
    Mistake(
        "long rows are cut to the shortest: the shorter ones are to be filled up",
        {"max(len(row) for row in rows)": "min(len(row) for row in rows)", FILLED: "row[:longest]"},
    ),
    Mistake(
        "the rows are not filled up: a tensor has no rows of different length", {FILLED: "row"}
    ),
    Mistake(
        "it is a list of rows still: make a tensor of it, torch.tensor(…)",
        {f"torch.tensor([{FILLED} for row in rows])": f"[{FILLED} for row in rows]"},
    ),
    Mistake(
        "the decoder reads what it must say: nothing is moved, so it could copy, and learn nothing",
        {"[BEGIN, *ids[:-1]]": "ids"},
    ),
    Mistake(
        "the decoder reads one token too many: what comes after the last word is END, and after "
        "END nothing is to be said",
        {"[BEGIN, *ids[:-1]]": "[BEGIN, *ids]"},
    ),
    Mistake(
        "the target lost its end: it must say END too, else it never learns to stop",
        {"return reads, ids": "return reads, ids[:-1]"},
    ),
    Mistake(
        "it is moved the wrong way: at each place the decoder would have to say the token before",
        {"[BEGIN, *ids[:-1]]": "[*ids[1:], BEGIN]"},
    ),
    Mistake("BEGIN is missing in what the decoder reads", {"[BEGIN, *ids[:-1]]": "ids[:-1]"}),
    Mistake(
        "the two are in each other's place: first what it reads",
        {"return reads, ids": "return ids, reads"},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "encode: a list comprehension over text.split(), then [*ids, END].",
        "pad_rows: [PAD] * 3 is a list of three; row + [PAD] * (longest - len(row)) is as long "
        "as the longest.",
        "shift: ids[:-1] is all but the last. The second thing that it returns is ids as they are.",
    ),
)
