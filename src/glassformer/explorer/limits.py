"""How much a request may ask for."""

from __future__ import annotations

import unicodedata

from glassformer.errors import ConfigError
from glassformer.explorer.answers import TooMuchError
from glassformer.loaded import LoadedModel
from glassformer.model import ModelConfig

MOST_TOKENS = 512
MOST_CHARACTERS = 8000
MOST_BYTES = 400_000_000  # of a trace's values
SECONDS = 20.0  # that a model may write
SPACES = frozenset("\t\n\r")


def check_text(model: LoadedModel, text: str, target: str | None = None) -> None:
    """Refuse what cannot be read, or is more than can be drawn.

    Raises:
        TooMuchError: it is too long.
        TokenizerError: it holds half a character (a lone surrogate).
        ConfigError: there is nothing to read, or a control character.
    """
    if not text.strip():
        raise ConfigError("there is no word to read: type a sentence")
    limit = longest(model)
    sides = (("text", text, model.tokenizers.source),
             ("target", target or "", model.tokenizers.target))  # fmt: skip
    for what, line, tokenizer in sides:
        if len(line) > MOST_CHARACTERS:
            raise TooMuchError(
                f"the {what} has {len(line):,} characters; {MOST_CHARACTERS:,} can be shown"
            )
        for sign in line:
            if unicodedata.category(sign) == "Cc" and sign not in SPACES:
                raise ConfigError(
                    f"the {what} holds the control character U+{ord(sign):04X}, which no text "
                    "has: take it out"
                )
        count = len(tokenizer.encode(line))
        if count > limit:
            raise TooMuchError(f"the {what} has {count:,} tokens; {limit} can be shown")


def longest(model: LoadedModel) -> int:
    """Tokens that a model can read here: with sinusoids more than it was trained on, at which it
    guesses; with learned positions those that it has."""
    learned = model.config.positions == "learned"
    return min(MOST_TOKENS, model.longest) if learned else MOST_TOKENS


def check_size(model: LoadedModel, text: str, target: str | None, pad: int) -> None:
    """Refuse a trace that would fill the memory, before it is made.

    Raises:
        TooMuchError: it would.
    """
    read = len(model.tokenizers.source.encode(text)) + 1 + pad
    written = read if target is None else len(model.tokenizers.target.encode(target)) + 1
    needed = estimate(model.config, read, written)
    if needed > MOST_BYTES:
        raise TooMuchError(
            f"a trace of these {read} tokens would hold about {needed / 1e6:,.0f} MB of numbers, "
            f"and {MOST_BYTES / 1e6:.0f} MB is the most: take a shorter text"
        )


def estimate(config: ModelConfig, source: int, target: int) -> int:
    """About how many bytes the values of a trace have, parameters aside.

    A grid of attention is there some six times from the scores to the weights; a position has some
    twelve vectors of d_model in a layer, and two of d_ff.
    """
    grid, row = 6 * 4 * config.n_heads, 4 * (12 * config.d_model + 2 * config.d_ff)
    inner = source if config.family == "encoder-only" else target
    logits = 3 * 4 * inner * config.target_vocabulary
    layer = grid * inner * inner + row * inner
    if config.family == "encoder-decoder":
        layer += grid * (source * source + source * target) + row * source
    return config.n_layers * layer + logits
