"""The next token of one text, again and again: what a decoder alone learns, and how it writes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

import torch
from torch import Tensor

from glassformer.data.batching import Batch, Rows, padded_rows, shifted_right
from glassformer.data.corpus import EncodedCorpus
from glassformer.decoding.greedy import most_probable
from glassformer.decoding.sample import Narrowing, drawn_by
from glassformer.decoding.stream import stream
from glassformer.decoding.writing import Choose
from glassformer.errors import ConfigError
from glassformer.model.cache import DecodingState
from glassformer.model.transformer import DecoderOnly, Model
from glassformer.text.tokenizer import Tokenizer

SHOWN = 40  # tokens of what is shown while training
BEGINNING = 3  # tokens of a text that it is asked to go on with


@dataclass(frozen=True)
class Continuing:
    """Each token given those before it: see ``tasks.task.Task``.

    A text is read from the start token on and ends with the end token. ``running``: the texts are
    pieces of one, and a piece has no end.
    """

    tokenizer: Tokenizer
    running: bool = False
    sides: ClassVar[tuple[str, ...]] = ("target",)

    def count(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> tuple[int, int]:
        """What is read is what is said, and counted once."""
        tokens = int(corpus.target_lengths[rows].sum())
        return 0, tokens + (0 if self.running else len(rows))

    def batch(self, corpus: EncodedCorpus, rows: Rows, epoch: int) -> Batch:
        """The same in each epoch."""
        pad, lengths = self.tokenizer.pad_id, corpus.target_lengths[rows]
        end = pad if self.running else self.tokenizer.eos_id
        target = padded_rows(corpus, "target", rows, pad, end)
        if self.running:
            target, lengths = target[:, :-1], lengths - 1
        read = shifted_right(target, lengths, self.tokenizer.bos_id, pad)
        said = int(lengths.sum()) + len(rows)
        return Batch((torch.from_numpy(read),), torch.from_numpy(target), 0, said)

    def show(self, model: Model, corpus: EncodedCorpus, text: str | None) -> tuple[str, str]:
        """A beginning and how the model, by its best guesses, goes on."""
        assert isinstance(model, DecoderOnly)
        if text is None:
            text = self.tokenizer.decode(corpus.target(0)[:BEGINNING].tolist())
        room = int(corpus.target_lengths[:].max()) + 1
        how = Generation(max_length=SHOWN, repeats=3)
        found = list(generate(model, self.tokenizer, text, how, room=room, running=self.running))
        return text, self.tokenizer.decode(found)


@dataclass(frozen=True, kw_only=True)
class Generation:
    """How to go on: at most ``max_length`` tokens; greedily at a ``temperature`` of 0, else drawn
    (see ``decoding.Narrowing``) with the seed; ``repeats`` ends a text that goes in circles.

    Raises:
        ConfigError: a value out of range.
    """

    max_length: int = 50
    temperature: float = 0.0
    top_k: int | None = None
    top_p: float | None = None
    seed: int = 1
    repeats: int | None = None

    def __post_init__(self) -> None:
        if self.max_length < 0:
            raise ConfigError(f"max_length = {self.max_length} must be at least 0")
        if self.repeats is not None and self.repeats < 2:
            raise ConfigError(f"repeats = {self.repeats} must be at least 2")
        if self.temperature != 0:
            Narrowing(self.temperature, self.top_k, self.top_p)
        elif self.top_k is not None or self.top_p is not None:
            raise ConfigError("top_k and top_p narrow what is drawn: give a temperature above 0")


def generate(
    model: DecoderOnly,
    tokenizer: Tokenizer,
    text: str,
    how: Generation,
    *,
    room: int,
    running: bool = False,
) -> Iterator[int]:
    """The tokens after the text, one by one. ``room``: how many the model was made to read."""

    def read(tokens: Sequence[int]) -> tuple[Tensor, DecodingState]:
        state = model.start()
        for token in tokens:
            logits, state = model.step(torch.tensor([token]), state)
        return logits, state

    choose: Choose = most_probable
    if how.temperature != 0:
        generator = torch.Generator().manual_seed(how.seed)
        choose = drawn_by(Narrowing(how.temperature, how.top_k, how.top_p), generator)
    banned = {tokenizer.pad_id, tokenizer.bos_id} - {tokenizer.eos_id}
    if running:
        banned.add(tokenizer.eos_id)
    tokens = stream(
        read, model.step, choose,
        prompt=tokenizer.begun(tokenizer.encode(text), True), eos_id=tokenizer.eos_id, room=room,
        banned=sorted(banned), repeats=how.repeats,
    )  # fmt: skip
    return islice(tokens, how.max_length)


def pieces(tokenizer: Tokenizer, before: str, tokens: Iterator[int]) -> Iterator[str]:
    """The text that each token adds after ``before``; part of a letter waits for the rest."""
    ids = tokenizer.encode(before)
    shown = len(tokenizer.decode(ids))
    for token in tokens:
        ids.append(token)
        text = tokenizer.decode(ids)
        if not text.endswith("\N{REPLACEMENT CHARACTER}"):
            yield text[shown:]
            shown = len(text)
    yield tokenizer.decode(ids)[shown:]
