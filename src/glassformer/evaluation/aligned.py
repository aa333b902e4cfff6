"""Sentences of the built-in pair whose words are the model's tokens, ready to be run and cut."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor

from glassformer.data.petit import Sentence
from glassformer.evaluation.perplexity import padded
from glassformer.inspection.patch import observe
from glassformer.model.transformer import EncoderDecoder
from glassformer.text.tokenizer import Tokenizer, TokenizerPair

GRID = "batch head query key"
WEIGHTS = re.compile(r"((?:encoder|decoder)\.\d+\.(?:self|cross)_attention)\.weights")
CROSS, WRITING, READING = "cross-attention", "decoder self-attention", "encoder self-attention"
BATCH = 64  # sentences whose weights, of all heads, are in memory together


def kind_of(path: str) -> str:
    """Which of the three attentions a path such as ``decoder.0.cross_attention`` is."""
    if path.endswith("cross_attention"):
        return CROSS
    return WRITING if path.startswith("decoder") else READING


def word_tokens(tokenizer: Tokenizer, text: str, words: Sequence[str]) -> list[int] | None:
    """The ids of a text, if each is one of its words; None otherwise."""
    ids = tokenizer.encode(text)
    pieces = [piece.removeprefix("▁").casefold() for piece in tokenizer.pieces(ids)]
    return ids if pieces == [word.casefold() for word in words] else None


@dataclass(frozen=True)
class Antecedent:
    """An "it" as the model's positions: source tokens, and decoder inputs of which 0 is the start.

    ``query`` predicts the pronoun; ``noun`` is what it stands for, ``other`` the other noun;
    ``right`` and ``wrong`` are the ids of il and elle or of elle and il. The written nouns are
    None where the pronoun comes before one of them.
    """

    it: int
    noun: int
    other: int
    query: int
    written_noun: int | None
    written_other: int | None
    right: int
    wrong: int


@dataclass(frozen=True)
class Example:
    """A sentence as tokens, which are its words, and its gold alignment (English, French)."""

    source: list[int]
    target: list[int]
    alignment: frozenset[tuple[int, int]]
    antecedent: Antecedent | None = None

    @classmethod
    def of(
        cls, tokenizers: TokenizerPair, sentence: Sentence, twin: Sentence | None = None
    ) -> Example | None:
        """The sentence, or None if its words are not tokens.

        ``twin`` is the other one of a contrasting pair: what its "it" stands for is the other noun.
        """
        source = word_tokens(tokenizers.source, sentence.english, sentence.english_words)
        target = word_tokens(tokenizers.target, sentence.french, sentence.french_words)
        if source is None or target is None:
            return None
        if twin is None:
            return cls(source, target, sentence.alignment)
        said = word_tokens(tokenizers.target, twin.french, twin.french_words)
        here, there = sentence.pronoun, twin.pronoun
        if said is None or here is None or there is None:
            return None
        # The word at j is written at decoder input j + 1, and predicted at input j.
        written = [here.french_noun + 1, there.french_noun + 1]
        known = max(written) <= here.french
        antecedent = Antecedent(
            it=here.english,
            noun=here.english_noun,
            other=there.english_noun,
            query=here.french,
            written_noun=written[0] if known else None,
            written_other=written[1] if known else None,
            right=target[here.french],
            wrong=said[there.french],
        )
        return cls(source, target, sentence.alignment, antecedent)

    def places(self, kind: str) -> tuple[int, int, int] | None:
        """(query of "it", its noun, the other noun) in this kind of attention, if all are there."""
        it = self.antecedent
        if it is None:
            return None
        if kind == CROSS:
            return it.query, it.noun, it.other
        if kind == READING:
            return it.it, it.noun, it.other
        if it.written_noun is None or it.written_other is None:
            return None
        return it.query, it.written_noun, it.written_other


def in_batches(examples: Sequence[Example]) -> Iterator[Sequence[Example]]:
    """The examples, some at a time."""
    for start in range(0, len(examples), BATCH):
        yield examples[start : start + BATCH]


def tensors(
    model: EncoderDecoder, tokenizers: TokenizerPair, examples: Sequence[Example]
) -> tuple[Tensor, Tensor]:
    """What encoder and decoder read: int64 [batch, source] and [batch, target], padded right."""
    start, end = tokenizers.target.bos_id, tokenizers.source.eos_id
    sides = [[*e.source, end] for e in examples], [[start, *e.target] for e in examples]
    device, pad = model.output_matrix.device, model.config.pad
    return padded(sides[0], pad).to(device), padded(sides[1], pad).to(device)


def recorded(
    model: EncoderDecoder, source: Tensor, target: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """Hidden states [batch, target, d_model], and by path all attention weights, on the CPU."""
    weights: dict[str, Tensor] = {}

    def keep(path: str, axes: str, value: Tensor) -> Tensor:
        match = WEIGHTS.fullmatch(path)
        if match:
            assert axes == GRID, f"{path} has the axes {axes!r}"
            weights[match[1]] = value.float().cpu()
        return value

    with observe(model, keep):
        hidden = model(source, target)
    return hidden, weights


def with_cuts(
    model: EncoderDecoder, source: Tensor, target: Tensor, cuts: dict[str, Tensor]
) -> Tensor:
    """Hidden states [batch, target, d_model] with weights set to 0 where ``cuts`` is True.

    ``cuts`` holds, by path, a bool that broadcasts to [batch, head, query, key].
    """

    def cut(path: str, axes: str, value: Tensor) -> Tensor:
        match = WEIGHTS.fullmatch(path)
        if match is None or match[1] not in cuts:
            return value
        return value.masked_fill(cuts[match[1]], 0.0)

    with observe(model, cut):
        hidden: Tensor = model(source, target)
    return hidden
