"""How much text a request may bring."""

from __future__ import annotations

from glassformer.errors import ConfigError
from glassformer.explorer.answers import TooMuchError
from glassformer.loaded import LoadedModel

MOST_TOKENS = 512
MOST_CHARACTERS = 8000


def check_text(model: LoadedModel, text: str, target: str | None = None) -> None:
    """Refuse what cannot be read, or is more than can be drawn.

    Raises:
        TooMuchError: it is too long.
        ConfigError: there is nothing to read.
    """
    for what, line in (("text", text), ("target", target or "")):
        if len(line) > MOST_CHARACTERS:
            raise TooMuchError(
                f"the {what} has {len(line):,} characters; {MOST_CHARACTERS:,} can be shown"
            )
    if not text.strip():
        raise ConfigError("there is no word to read: type a sentence")
    limit = min(MOST_TOKENS, model.longest)
    count = len(model.tokenizers.source.encode(text))
    if count > limit:
        raise TooMuchError(f"the text has {count:,} tokens; {limit} can be shown")
