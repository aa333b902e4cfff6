"""The learner's parts as one model: with the parameters of petit they translate, and from nothing
they learn to write letters again. python -m glassformer.learn.whole [--train]

It runs in the learner's folder. Lessons that are not done are stood in for by ours.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from itertools import islice
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor

from glassformer.data.open import open_data
from glassformer.errors import GlassformerError
from glassformer.learn import yours
from glassformer.learn.course import LESSONS, Lesson
from glassformer.loaded import as_translator, load
from glassformer.loaded.anew import Rows, step_anew
from glassformer.loaded.translator import Translator
from glassformer.model.config import ModelConfig
from glassformer.model.transformer import EncoderDecoder
from glassformer.training.recipe import load_recipe

SENTENCES = (
    "the girl sleeps",
    "the animal did not cross the street because it was too tired",
    "the animal did not cross the street because it was too wide",
    "the nurse sold my plates because the farmer was young",
)
SAME = 1e-4  # by how much logits of about 10 may differ: another order of sums
UPDATES, TOGETHER, WARMUP = 800, 64, 200  # of the training: updates, pairs in each, warm-up
RECIPE = "copy"


def gathered() -> tuple[SimpleNamespace, list[Lesson]]:
    """All parts of the course, and the lessons of which they are the learner's."""
    folder = yours.here()
    names = [name for lesson in LESSONS for name in lesson.parts]
    parts = SimpleNamespace(**{name: yours.part(name) for name in names})
    return parts, [lesson for lesson in LESSONS if folder.done(lesson)]


class Whole(EncoderDecoder):
    """The model of Figure 1, made of the learner's parts. It has the names of ours for all
    parameters, so that it can take ours, and decodes without a cache."""

    def __init__(self, config: ModelConfig, parts: Any):
        super().__init__(config)
        self.parts = parts
        width = config.d_model
        residual = parts.PreNorm if config.norm == "pre" else parts.PostNorm
        sizes = config.n_layers, width, config.d_ff, config.n_heads, residual
        self.encoder, self.decoder = parts.Encoder(*sizes), parts.Decoder(*sizes)
        self.source_embedding = parts.Embedding(config.source_vocabulary, width)
        self.target_embedding = parts.Embedding(config.target_vocabulary, width)
        if config.tie == "all":
            self.source_embedding.tokens.weight = self.target_embedding.tokens.weight
        shared: Any = self.target_embedding.tokens.weight
        self.output_matrix = shared
        if config.ends_in_norm:
            self.encoder_norm, self.decoder_norm = parts.LayerNorm(width), parts.LayerNorm(width)

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """See ``EncoderDecoder``."""
        mask = self.parts.padding_mask(source, self.config.pad)
        x = self.encoder(self.parts.place(self.source_embedding(source)), mask)
        return self.encoder_norm(x), mask

    def decode(self, target: Tensor, memory: Tensor, memory_mask: Tensor | None) -> Tensor:
        """See ``EncoderDecoder``."""
        mask = self.parts.causal_mask(target.size(1))
        x = self.parts.place(self.target_embedding(target))
        return self.decoder_norm(self.decoder(x, mask, memory, memory_mask))

    def logits(self, hidden: Tensor) -> Tensor:
        """See ``Model``."""
        return self.parts.logits(hidden, self.target_embedding)

    def start(self, source: Tensor) -> Any:
        """See ``EncoderDecoder``."""
        return Rows(source.new_zeros(len(source), 0), source)

    def step(self, tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        """See ``EncoderDecoder``."""
        return step_anew(self, tokens, state)

    def writes(self, source: Sequence[int], longest: int, **how: Any) -> list[int]:
        """What the learner's own search makes of a source: greedy where nothing is said."""
        memory, mask = self.encode(torch.tensor([list(source)]))

        def next_logits(tokens: Tensor) -> Tensor:
            rows = tokens.size(0)
            hidden = self.decode(tokens, memory.expand(rows, -1, -1), mask)
            return self.logits(hidden)[:, -1]

        search = self.parts.beam_search if how else self.parts.greedy
        found: list[int] = search(next_logits, BEGIN, END, longest, **how)
        return found


BEGIN, END = 2, 3


def words_of(model: Translator) -> dict[str, int]:
    """The whole words of its tokenizer, with their ids."""
    tokenizer = model.tokenizers.source
    pieces = tokenizer.pieces(range(tokenizer.size))
    return {
        piece[1:]: number for number, piece in enumerate(pieces) if piece[0] == "▁" and piece[1:]
    }


@torch.inference_mode()
def translate(parts: Any, say: Callable[[str], None]) -> bool:
    """Translate with the parameters of petit; whether all is as our own model has it."""
    ours = as_translator(load(device="cpu"))
    whole = Whole(ours.config, parts)
    whole.load_state_dict(ours.model.state_dict())
    whole.eval()
    vocabulary, right = words_of(ours), True
    for sentence in SENTENCES:
        source = parts.encode(sentence, vocabulary)
        longest = len(source) + ours.decoding.extra_length
        decode = ours.tokenizers.target.decode
        mine = [
            decode(whole.writes(source, longest)),
            decode(
                whole.writes(source, longest, beam=ours.decoding.beam, alpha=ours.decoding.alpha)
            ),
        ]
        theirs = [ours.translate(sentence, beam=1), ours.translate(sentence)]
        off = distance(whole, ours, sentence)
        same = mine == theirs and off < SAME
        right &= same
        say(f"  {sentence}\n    {mine[1]}")
        if mine[0] != mine[1]:
            say(f"    greedy: {mine[0]}")
        verdict = "the same as ours" if same else f"NOT as ours, which is: {theirs[1]}"
        say(f"    {verdict}; logits at most {off:.1g} apart")
    return right


def distance(whole: Whole, ours: Translator, sentence: str) -> float:
    """How far the logits of the two are apart at most, on one sentence and our translation."""
    reading = ours.read(sentence, None, None, 0)
    source, target = torch.tensor([reading.source]), torch.tensor([reading.target])
    mine, theirs = (model.logits(model(source, target)) for model in (whole, ours.model))
    return float((mine - theirs).abs().max())


def train(parts: Any, say: Callable[[str], None], updates: int = UPDATES) -> float:
    """Train the parts from nothing on the data of the recipe ``copy``; the share of new lines that
    they then write again exactly. Tokens, padding, loss and learning rate are the learner's too."""
    recipe = load_recipe(RECIPE)
    data = open_data(recipe.data)
    pairs = list(islice(data.split("train"), updates * TOGETHER))
    letters = sorted({letter for source, _ in pairs for letter in source})
    vocabulary = {letter: number for number, letter in enumerate(letters, 4)}
    size = 4 + len(letters)
    whole = Whole(recipe.model_config(size, size), parts)
    whole.initialise(seed=1)
    optimizer = torch.optim.Adam(whole.parameters(), betas=(0.9, 0.98), eps=1e-9)
    began = time.monotonic()
    for step in range(1, updates + 1):
        start = step * TOGETHER % (len(pairs) - TOGETHER + 1)
        loss = loss_of(
            whole, [spelled(pair, vocabulary, parts) for pair in pairs[start : start + TOGETHER]]
        )
        for group in optimizer.param_groups:
            group["lr"] = parts.learning_rate(step, whole.config.d_model, WARMUP)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if step % (updates // 10) == 0:
            seconds = time.monotonic() - began
            say(f"  update {step:>4} of {updates}   loss {loss.item():.3f}   {seconds:.0f} s")
    return tried(whole.eval(), list(islice(data.split("dev"), 50)), vocabulary, say)


def spelled(pair: tuple[str, str], vocabulary: dict[str, int], parts: Any) -> list[list[int]]:
    """Both sides of a pair as ids, a letter each."""
    return [parts.encode(" ".join(side), vocabulary) for side in pair]


def loss_of(whole: Whole, rows: list[list[list[int]]]) -> Tensor:
    """The loss of one batch of pairs."""
    parts, pad = whole.parts, whole.config.pad
    shifted = [parts.shift(target) for _, target in rows]
    source = parts.pad_rows([source for source, _ in rows])
    reads, says = (parts.pad_rows([pair[side] for pair in shifted]) for side in (0, 1))
    loss: Tensor = parts.mean_loss(whole.logits(whole(source, reads)), says, 0.0, pad)
    return loss


@torch.inference_mode()
def tried(
    whole: Whole,
    pairs: Sequence[tuple[str, str]],
    vocabulary: dict[str, int],
    say: Callable[[str], None],
) -> float:
    """The share of pairs of which the target is written exactly; three of them are shown."""
    letter_of, right = {number: letter for letter, number in vocabulary.items()}, 0
    for number, pair in enumerate(pairs):
        source = spelled(pair, vocabulary, whole.parts)[0]
        found = whole.writes(source, longest=len(source) + 4)
        written = "".join(letter_of.get(token, "?") for token in found)
        right += written == pair[1]
        if number < 3:
            say(f"  {pair[0]:<16} -> {written}")
    return right / len(pairs)


def main(training: bool) -> int:
    """All of it, said to a person; the exit code."""
    parts, own = gathered()
    print(f"{len(own)} of {len(LESSONS)} lessons are yours.")
    if others := [str(lesson.number) for lesson in LESSONS if lesson not in own]:
        print(f"Ours stand in for what is not done: {', '.join(others)}.")
    print("\nWith the parameters of petit:\n")
    if not translate(parts, print):
        return 1
    if not training:
        print("\nNow let them learn from nothing: glassformer learn finish --train")
        return 0
    print(f"\nFrom nothing, on letters to write again (the recipe {RECIPE!r}):\n")
    share = train(parts, print)
    print(f"\n{share:.0%} of 50 new lines are written again exactly.")
    return 0


if __name__ == "__main__":
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    try:
        sys.exit(main("--train" in sys.argv))
    except GlassformerError as error:
        sys.exit(f"glassformer: {error}")
