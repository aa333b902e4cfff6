"""How each kind of our own tokenizers cuts text and learns its vocabulary.

A space is written ▁ and belongs to the word after it. Bytes are the last resort of every kind, so
that any text can be written: <0xE2> stands for one byte of its UTF-8.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

from glassformer.errors import TokenizerError

SPECIALS = ["<pad>", "<unk>", "<s>", "</s>"]
BYTES = [f"<0x{byte:02X}>" for byte in range(256)]
SPACE = "▁"
# A word with the space before it, up to and with an apostrophe (l'|animal), or one other sign.
WORD = Regex(rf"{SPACE}?[\p{{L}}\p{{M}}\p{{N}}]+['’]?|{SPACE}?[^\s{SPACE}]|\s|{SPACE}")


def minimum(kind: str) -> int:
    """The smallest vocabulary of a kind: the specials and the bytes."""
    return len(SPECIALS) + 256


def train(kind: str, size: int, lines: Iterable[str]) -> Tokenizer:
    """A tokenizer of this kind with at most ``size`` entries, learned from the lines."""
    if kind == "char":
        size = max(size, minimum(kind))
    if size < minimum(kind):
        raise TokenizerError(
            f"a {kind} tokenizer needs at least {minimum(kind)} entries ({len(SPECIALS)} specials "
            f"and 256 bytes), not {size}"
        )
    seen = Seen(lines)
    made = TRAINERS[kind](seen, size)
    if not seen.any:
        raise TokenizerError("there is no text to train a tokenizer on")
    return finished(made, kind)


class Seen:
    """Lines that remember whether any of them had text."""

    def __init__(self, lines: Iterable[str]):
        self.lines = lines
        self.any = False

    def __iter__(self) -> Iterator[str]:
        for line in self.lines:
            self.any = self.any or bool(line.strip())
            yield " " + line


def words_of(cutter: Tokenizer, lines: Iterable[str]) -> Counter[str]:
    """How often each piece of the pre-tokenizer occurs."""
    counts: Counter[str] = Counter()
    for line in lines:
        spaced = cutter.normalizer.normalize_str(line)
        counts.update(piece for piece, _ in cutter.pre_tokenizer.pre_tokenize_str(spaced))
    return counts


def looked_up(lines: Iterable[str], size: int, kind: str) -> Tokenizer:
    """Whole entries, the most frequent first, and bytes for all else: no merges."""
    cutter = parts(Tokenizer(models.BPE()), kind)
    counts = words_of(cutter, lines)
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    room = size - minimum(kind)
    names = dict.fromkeys([*SPECIALS, *BYTES])
    names.update(dict.fromkeys(ranked[:room]))
    vocabulary = {name: i for i, name in enumerate(names)}
    model = models.BPE(
        vocab=vocabulary, merges=[], byte_fallback=True, ignore_merges=True, unk_token="<unk>"
    )
    return Tokenizer(model)


def merged(lines: Iterable[str], size: int) -> Tokenizer:
    """Byte-pair encoding of characters (Sennrich et al. 2016), bytes for unknown characters."""
    tokenizer = parts(Tokenizer(models.BPE()), "bpe")
    room = size - 256
    trainer = trainers.BpeTrainer(
        vocab_size=room, special_tokens=SPECIALS, show_progress=False,
        limit_alphabet=max(room // 2, 1),
    )  # fmt: skip
    tokenizer.train_from_iterator(lines, trainer)
    content = json.loads(tokenizer.to_str())["model"]
    entries = sorted(content["vocab"], key=content["vocab"].__getitem__)
    names = dict.fromkeys([*SPECIALS, *BYTES, *entries])
    merges = [tuple(pair) for pair in content["merges"]]
    model = models.BPE(
        vocab={name: i for i, name in enumerate(names)},
        merges=merges,
        byte_fallback=True,
        unk_token="<unk>",
    )
    return Tokenizer(model)


def merged_bytes(lines: Iterable[str], size: int) -> Tokenizer:
    """Byte-pair encoding of bytes: 256 of them are the alphabet."""
    tokenizer = parts(Tokenizer(models.BPE()), "byte-bpe")
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=SPECIALS, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
    )  # fmt: skip
    tokenizer.train_from_iterator(lines, trainer)
    return tokenizer


def likely(lines: Iterable[str], size: int) -> Tokenizer:
    """Unigram language model (Kudo 2018), bytes for unknown characters."""
    tokenizer = parts(Tokenizer(models.Unigram()), "unigram")
    trainer = trainers.UnigramTrainer(
        vocab_size=size - 256, special_tokens=SPECIALS, unk_token="<unk>", show_progress=False
    )
    tokenizer.train_from_iterator(lines, trainer)
    learned = json.loads(tokenizer.to_str())["model"]["vocab"]
    scores = {name: score for name, score in learned if name not in SPECIALS}
    entries = [(name, 0.0) for name in [*SPECIALS, *BYTES]]
    entries += [(name, score) for name, score in scores.items() if name not in BYTES]
    return Tokenizer(models.Unigram(entries, unk_id=1, byte_fallback=True))


def greedy_pieces(lines: Iterable[str], size: int) -> Tokenizer:
    """WordPiece (Schuster and Nakajima 2012): the longest known beginning of a word, then of the
    rest, marked ##. A word that cannot be written so is spelt in bytes."""
    tokenizer = parts(Tokenizer(models.WordPiece(unk_token="<unk>")), "wordpiece")
    trainer = trainers.WordPieceTrainer(
        vocab_size=size - 256, special_tokens=SPECIALS, show_progress=False,
        limit_alphabet=max((size - 256) // 4, 1),
    )  # fmt: skip
    tokenizer.train_from_iterator(lines, trainer)
    learned: dict[str, int] = json.loads(tokenizer.to_str())["model"]["vocab"]
    names = dict.fromkeys([*SPECIALS, *BYTES, *sorted(learned, key=learned.__getitem__)])
    return Tokenizer(models.WordPiece({name: i for i, name in enumerate(names)}, unk_token="<unk>"))


TRAINERS: dict[str, Any] = {
    "word": lambda lines, size: looked_up(lines, size, "word"),
    "char": lambda lines, size: looked_up(lines, size, "char"),
    "bpe": merged,
    "byte-bpe": merged_bytes,
    "wordpiece": greedy_pieces,
    "unigram": likely,
}


def parts(tokenizer: Tokenizer, kind: str) -> Tokenizer:
    """Give the tokenizer its kind's way of cutting text and of joining it again."""
    if kind == "byte-bpe":
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        tokenizer.decoder = decoders.ByteLevel()
        return tokenizer
    tokenizer.normalizer = normalizers.Replace(" ", SPACE)
    split = Regex(r"[\s\S]") if kind == "char" else WORD
    tokenizer.pre_tokenizer = pre_tokenizers.Split(split, behavior="isolated")
    joining: list[Any] = [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
    if kind == "wordpiece":
        joining.insert(0, decoders.Replace(Regex(r"^##(?=[\s\S])"), ""))
    tokenizer.decoder = decoders.Sequence(joining)
    return tokenizer


def finished(tokenizer: Tokenizer, kind: str) -> Tokenizer:
    """The tokenizer with its parts, its specials as plain entries that no text can match."""
    content = json.loads(parts(tokenizer, kind).to_str())
    content["added_tokens"] = []
    return Tokenizer.from_str(json.dumps(content))
