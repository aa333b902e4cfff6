"""How each of the six kinds is trained: one pass over the lines, in memory that does not grow
with their number (only with the number of different words).

Training twice on the same lines gives the same vocabulary, bit for bit. The library's own
trainers give no such promise where a vocabulary is cut off between equal counts, or for unigram
at all; so here the library counts and merges, and the cut is made below, with ties in the order
of the characters.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import tokenizers
from tokenizers import models, trainers

from glassformer.errors import TokenizerError
from glassformer.text.codec import SPECIAL_NAMES, UNK
from glassformer.text.own import (
    BYTE_LETTERS,
    BYTE_NAMES,
    SPACE,
    OwnCodec,
    pre_tokenizer,
    prepare,
)
from glassformer.text.unigram import train_unigram

# A piece must occur twice: what occurs once is not learnt from a corpus.
MIN_COUNT = 2
# Merges beyond the size, in place of those that go with the rarest characters (see ``trim``).
SPARE_MERGES = 8192
FIXED = [*SPECIAL_NAMES, *BYTE_NAMES]


def minimum_size(kind: str) -> int:
    """The smallest vocabulary that can spell any text: names, bytes and (but in bytes) ▁."""
    return len(FIXED) + (kind != "byte-bpe")


def train_codec(lines: Iterable[str], kind: str, size: int, lowercase: bool) -> OwnCodec:
    """A codec of this kind with at most ``size`` entries, from one pass over the lines.

    Raises:
        TokenizerError: no line has any text, or one holds a lone surrogate.
    """
    corpus = Corpus(lines, kind, lowercase)
    model = TRAINERS[kind](corpus, size)
    backend = tokenizers.Tokenizer(model)
    if (cut := pre_tokenizer(kind)) is not None:
        backend.pre_tokenizer = cut
    return OwnCodec(kind, backend, lowercase)


class Corpus:
    """The prepared lines, to be gone over once; counts their characters in passing."""

    def __init__(self, lines: Iterable[str], kind: str, lowercase: bool):
        self.kind, self.lowercase, self._lines = kind, lowercase, lines
        self.characters: Counter[str] = Counter()

    def parts(self) -> Iterator[str]:
        """Every part of every line, as encoding will prepare it."""
        for number, line in enumerate(self._lines, start=1):
            check_text(line, f"line {number}")
            for part in prepare(line, self.kind, self.lowercase):
                self.characters.update(part)
                yield part
        if not "".join(self.characters).replace(SPACE, "").strip():
            raise TokenizerError(
                "the tokenizer has nothing to be trained on: the training corpus has no line "
                "with text in it"
            )

    def words(self, count_into: Counter[str]) -> Iterator[str]:
        """``parts``, counting also the words that the kind cuts them into."""
        cut = pre_tokenizer(self.kind)
        assert cut is not None
        for part in self.parts():
            count_into.update([word for word, _ in cut.pre_tokenize_str(part)])
            yield part

    def alphabet(self, room: int) -> list[str]:
        """▁ and the commonest characters that may take part of ``room`` entries, in order.

        A quarter of the room, or 256 if that is more: beyond that lie rare signs that crowd out
        pieces, and that bytes can spell.
        """
        limit = min(room, max(room // 4, 256))
        counts = Counter({SPACE: 0}) | self.characters
        ranked = sorted(counts, key=lambda c: (c != SPACE, -counts[c], c))
        return [SPACE, *[c for c in ranked if c != SPACE]][:limit]


def check_text(text: str, where: str = "the text") -> None:
    """Refuse a lone surrogate: half of a character, which no UTF-8 file can hold."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise TokenizerError(
            f"{where} holds the lone surrogate U+{ord(text[error.start]):04X} at character "
            f"{error.start + 1}, which is no Unicode text: read it as UTF-8, strictly"
        ) from error


def numbered(names: Iterable[str]) -> dict[str, int]:
    """A vocabulary: the names in their order, each once."""
    return {name: index for index, name in enumerate(dict.fromkeys(names))}


def train_char(corpus: Corpus, size: int) -> models.Model:
    """Characters alone, as many as there is room for."""
    for _ in corpus.parts():
        pass
    room = size - len(FIXED)
    counts = corpus.characters
    ranked = sorted(set(counts) - {SPACE}, key=lambda c: (-counts[c], c))
    vocabulary = numbered([*FIXED, SPACE, *ranked[: room - 1]])
    # A whole line is never looked up: one that reads "<0x41>" would be taken for that byte.
    return models.BPE(vocab=vocabulary, merges=[], byte_fallback=True)


def train_word(corpus: Corpus, size: int) -> models.Model:
    """Whole words, the commonest first; then characters, for the words that are not there."""
    words: Counter[str] = Counter()
    for _ in corpus.words(words):
        pass
    room = size - len(FIXED)
    alphabet = corpus.alphabet(room)
    ranked = sorted(set(words) - set(alphabet), key=lambda word: (-words[word], word))
    vocabulary = numbered([*FIXED, *alphabet, *ranked[: room - len(alphabet)]])
    # BPE without merges: a word that is known is looked up whole, any other is spelled.
    return models.BPE(vocab=vocabulary, merges=[], byte_fallback=True, ignore_merges=True)


def run_library(
    parts: Iterator[str], kind: str, model: Any, trainer: trainers.Trainer
) -> dict[str, Any]:
    """What the library learns from the parts: its model as JSON."""
    backend = tokenizers.Tokenizer(model)
    backend.pre_tokenizer = pre_tokenizer(kind)
    backend.train_from_iterator(parts, trainer)
    learnt: dict[str, Any] = json.loads(backend.to_str())["model"]
    return learnt


def train_bpe(corpus: Corpus, size: int) -> models.Model:
    """Byte-pair encoding (Sennrich et al. 2016), as in the paper's section 5.1."""
    trainer = trainers.BpeTrainer(
        vocab_size=size + SPARE_MERGES, min_frequency=MIN_COUNT, show_progress=False
    )
    learnt = run_library(corpus.parts(), corpus.kind, models.BPE(), trainer)
    alphabet = corpus.alphabet(size - len(FIXED))
    names, merges = trim([*FIXED, *alphabet], learnt["merges"], size)
    return models.BPE(vocab=numbered(names), merges=merges, byte_fallback=True)


def train_byte_bpe(corpus: Corpus, size: int) -> models.Model:
    """The same over bytes instead of characters (Radford et al. 2019)."""
    letters = sorted(BYTE_LETTERS, key=BYTE_LETTERS.__getitem__)
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        min_frequency=MIN_COUNT,
        show_progress=False,
        initial_alphabet=letters,
    )
    learnt = run_library(corpus.parts(), corpus.kind, models.BPE(), trainer)
    names, merges = trim([*SPECIAL_NAMES, *letters], learnt["merges"], size)
    return models.BPE(vocab=numbered(names), merges=merges)


def trim(
    names: list[str], merges: Iterable[list[str]], size: int
) -> tuple[list[str], list[tuple[str, str]]]:
    """The names and, in order, the merges whose parts are known, up to ``size`` names."""
    known, kept = dict.fromkeys(names), []
    for left, right in merges:
        if left not in known or right not in known:
            continue
        if left + right not in known and len(known) >= size:
            break
        known[left + right] = None
        kept.append((left, right))
    return list(known), kept


def train_wordpiece(corpus: Corpus, size: int) -> models.Model:
    """Word-pieces (Wu et al. 2016): BPE's pieces, of which encoding takes the longest that fits.

    ▁ at the beginning of words tells beginnings from insides, so there is no "##".
    """
    trainer = trainers.WordPieceTrainer(
        vocab_size=size + SPARE_MERGES,
        min_frequency=MIN_COUNT,
        show_progress=False,
        continuing_subword_prefix="",
    )
    empty = models.WordPiece(continuing_subword_prefix="")
    learnt = run_library(corpus.parts(), corpus.kind, empty, trainer)
    alphabet = corpus.alphabet(size - len(FIXED))
    found = sorted(learnt["vocab"], key=learnt["vocab"].__getitem__)
    pieces = [name for name in found if len(name) > 1 and set(name) <= set(alphabet)]
    names = [*FIXED, *alphabet, *pieces][:size]
    return models.WordPiece(vocab=numbered(names), unk_token=UNK, continuing_subword_prefix="")


def train_unigram_model(corpus: Corpus, size: int) -> models.Model:
    """The unigram language model (Kudo 2018); its seeds are the pieces of a larger BPE."""
    words: Counter[str] = Counter()
    room = size - len(FIXED)
    trainer = trainers.BpeTrainer(
        vocab_size=3 * room + SPARE_MERGES, min_frequency=MIN_COUNT, show_progress=False
    )
    learnt = run_library(corpus.words(words), corpus.kind, models.BPE(), trainer)
    alphabet = corpus.alphabet(room)
    names, _ = trim(alphabet, learnt["merges"], 3 * room)
    scored = train_unigram(words, alphabet, names[len(alphabet) :], room)
    fixed = [(name, 0.0) for name in FIXED]
    return models.Unigram(vocab=fixed + scored, unk_id=1, byte_fallback=True)


TRAINERS: dict[str, Callable[[Corpus, int], models.Model]] = {
    "word": train_word,
    "char": train_char,
    "bpe": train_bpe,
    "byte-bpe": train_byte_bpe,
    "wordpiece": train_wordpiece,
    "unigram": train_unigram_model,
}
