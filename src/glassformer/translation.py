"""Lines in, translations out: as many, in the same order, whatever the lines are.

What training shows, what evaluation scores and what ``translate`` prints all come from here.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any

import torch
from torch import Tensor

from glassformer.decoding import Hypothesis, beam_search, greedy
from glassformer.errors import ConfigError, GlassformerError, out_of_memory
from glassformer.model.replay import replays
from glassformer.model.transformer import EncoderDecoder
from glassformer.text.tokenizer import TokenizerPair

ROOM = 16_384  # source tokens, padding and beams included, that are decoded at one time


@dataclass(frozen=True, kw_only=True)
class TranslationConfig:
    """How to decode (§6.1): beam width, the length penalty's α, and how much longer than the
    source a translation may get. A beam of 1 is greedy."""

    beam: int = 4
    alpha: float = 0.6
    extra_length: int = 50

    def __post_init__(self) -> None:
        if self.beam < 1:
            raise ConfigError(f"beam = {self.beam} must be at least 1")
        if self.extra_length < 0:
            raise ConfigError(f"extra_length = {self.extra_length} must be at least 0")


@dataclass(frozen=True)
class Translation:
    """One of the n best translations of a line, best first.

    ``score`` is the log-probability over the length penalty; ``pieces`` counts in how many parts a
    line too long for the model was translated.
    """

    text: str
    score: float
    log_probability: float
    finished: bool
    tied: bool = False
    pieces: int = 1


# Source tokens without the end token, how to decode, n -> the n best hypotheses of each source.
Decode = Callable[[Sequence[Sequence[int]], TranslationConfig, int], list[list[Hypothesis]]]


@torch.inference_mode()
def translate(
    model: EncoderDecoder,
    tokenizers: TokenizerPair,
    lines: Sequence[str],
    config: TranslationConfig = TranslationConfig(),
    *,
    n_best: int = 1,
    max_length: int = 256,
    progress: Callable[[int], None] | None = None,
    engine: Decode | None = None,
    notice: Callable[[str], None] = lambda text: None,
) -> list[list[Translation]]:
    """The n best translations of each line, in the order of the lines.

    A blank line has the blank translation. A line of more than ``max_length`` tokens (what the
    model was trained on) is cut between words and translated in parts.

    Args:
        progress: told after each batch how many parts of lines it finished.
        engine: what decodes in the model's place.
        notice: told when memory ran out and fewer lines are decoded together from then on.

    Raises:
        GlassformerError: there is no memory for a single line.
    """
    decode = engine or partial(decode_batch, model, tokenizers)
    was_training = model.training
    model.eval()
    parts: list[tuple[int, list[int]]] = []
    for i, tokens in enumerate(tokenizers.source.encode_batch(list(lines))):
        if lines[i].strip():
            parts += [(i, part) for part in cut(tokens, max_length, tokenizers)]
    best = decode_in_batches(
        [tokens for _, tokens in parts],
        ROOM // config.beam,
        lambda sources: decode(sources, config, n_best),
        progress or (lambda done: None),
        notice,
    )
    model.train(was_training)
    of_line: list[list[list[Hypothesis]]] = [[] for _ in lines]
    for (i, _), hypotheses in zip(parts, best, strict=True):
        of_line[i].append(hypotheses)
    return [join(found, tokenizers, n_best) for found in of_line]


def decode_in_batches(
    sources: Sequence[Sequence[int]],
    room: int,
    decode: Callable[[Sequence[Sequence[int]]], list[list[Hypothesis]]],
    progress: Callable[[int], None],
    notice: Callable[[str], None],
) -> list[list[Hypothesis]]:
    """The hypotheses of each source, those of similar length together; half as many of them from
    where memory runs out."""
    best: list[list[Hypothesis]] = [[] for _ in sources]
    lengths = [len(tokens) for tokens in sources]
    batches = deque(by_length(lengths, room))
    while batches:
        rows = batches.popleft()
        try:
            found = decode([sources[row] for row in rows])
        except (RuntimeError, MemoryError) as error:
            if not out_of_memory(error):
                raise
            found = None
        if found is None:  # not in the block above: the error keeps the attempt's tensors alive
            room = halved(len(rows), max(lengths[row] for row in rows), notice)
            rest = [*rows, *chain.from_iterable(batches)]
            again = by_length([lengths[row] for row in rest], room)
            batches = deque([rest[i] for i in part] for part in again)
            continue
        for row, hypotheses in zip(rows, found, strict=True):
            best[row] = hypotheses
        progress(len(rows))
    return best


def halved(lines: int, longest: int, notice: Callable[[str], None]) -> int:
    """The room (source tokens) for half as many lines, which ``notice`` is told."""
    if lines == 1:
        raise GlassformerError(
            f"there is no memory to translate a line of {longest} tokens: give a smaller beam, "
            "or free some"
        )
    notice(f"memory ran out with {lines} lines together: going on with {lines // 2}")
    torch.cuda.empty_cache()
    return (lines // 2) * (longest + 1)


def decode_batch(
    model: EncoderDecoder,
    tokenizers: TokenizerPair,
    sources: Sequence[Sequence[int]],
    config: TranslationConfig,
    n_best: int,
) -> list[list[Hypothesis]]:
    """The n best hypotheses of each source (tokens without the end token)."""
    target = tokenizers.target
    source = source_tensor(sources, tokenizers, model.output_matrix.device)
    limits = [len(tokens) + config.extra_length for tokens in sources]
    body = replays(model, config.beam) or model
    state: Any = body.start(source)
    banned = tuple({target.pad_id, target.bos_id} - {target.eos_id})
    if config.beam == 1 and n_best == 1:
        found = greedy(
            body.step, state, rows=len(sources), bos_id=target.bos_id, eos_id=target.eos_id,
            max_lengths=limits, banned=banned,
        )  # fmt: skip
        return [[hypothesis] for hypothesis in found]
    return beam_search(
        body.step, state, rows=len(sources), bos_id=target.bos_id, eos_id=target.eos_id,
        max_lengths=limits, banned=banned, beam=config.beam, alpha=config.alpha, n_best=n_best,
    )  # fmt: skip


def source_tensor(
    sources: Sequence[Sequence[int]], tokenizers: TokenizerPair, device: torch.device
) -> Tensor:
    """What the encoder reads: int64 [batch, source], the end token after each, padded right."""
    pad, end = tokenizers.source.pad_id, tokenizers.source.eos_id
    width = max(len(tokens) for tokens in sources) + 1
    rows = [[*tokens, end] + [pad] * (width - len(tokens) - 1) for tokens in sources]
    return torch.tensor(rows, dtype=torch.int64, device=device)


def by_length(lengths: Sequence[int], room: int) -> Iterator[list[int]]:
    """Row numbers in batches of similar length, of at most ``room`` tokens with padding."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batch and (len(batch) + 1) * (lengths[batch[0]] + 1) > room:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch


def cut(tokens: list[int], longest: int, tokenizers: TokenizerPair) -> Iterator[list[int]]:
    """Parts of at most ``longest`` tokens, cut where a word begins if one does."""
    while len(tokens) > longest:
        pieces = tokenizers.source.pieces(tokens[: longest + 1])
        starts = [
            i for i, piece in enumerate(pieces) if i > 0 and piece.startswith(("▁", " ", "Ġ"))
        ]
        end = starts[-1] if starts else longest
        yield tokens[:end]
        tokens = tokens[end:]
    yield tokens


def join(
    parts: list[list[Hypothesis]], tokenizers: TokenizerPair, n_best: int
) -> list[Translation]:
    """The translations of a line from those of its parts; a line without parts is blank."""
    joined = []
    for rank in range(min((len(found) for found in parts), default=n_best)):
        chosen = [found[rank] for found in parts]
        joined.append(
            Translation(
                " ".join(tokenizers.target.decode(list(h.tokens)) for h in chosen),
                sum(h.score for h in chosen),
                sum(h.log_probability for h in chosen),
                all(h.finished for h in chosen),
                any(h.tied for h in chosen),
                max(len(chosen), 1),
            )
        )
    return joined
