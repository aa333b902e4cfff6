"""Traces on request, within limits, and kept for a while: the page asks for values later."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import dataclass

from glassformer.errors import ConfigError, nearest
from glassformer.explorer.changes import Change, as_patch
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel

MOST_TOKENS = 512
MOST_CHARACTERS = 8000
KEPT = 24  # traces


class TooMuchError(ConfigError):
    """A text that is too long to be traced."""


@dataclass
class Traces:
    """Makes traces of some models, and remembers the newest; safe to use from many threads."""

    models: dict[str, LoadedModel]

    def __post_init__(self) -> None:
        self.kept: OrderedDict[str, Tape] = OrderedDict()
        self.lock = threading.Lock()

    def make(
        self, name: str, text: str, target: str | None = None, changes: tuple[Change, ...] = ()
    ) -> Tape:
        """A trace of this model on this text; its number is ``about["trace"]``.

        Raises:
            TooMuchError: the text is longer than can be drawn.
            ConfigError: there is nothing to read, no such model, or a change does not fit.
        """
        if name not in self.models:
            raise ConfigError(f"there is no model {name!r} here.{nearest(name, self.models)}")
        model = self.models[name]
        for what, line in (("text", text), ("target", target or "")):
            if len(line) > MOST_CHARACTERS:
                raise TooMuchError(
                    f"the {what} has {len(line):,} characters; {MOST_CHARACTERS:,} can be shown"
                )
        if not text.strip():
            raise ConfigError("there is no word to read: type a sentence")
        limit = min(MOST_TOKENS, model.recipe.data.max_length)
        count = len(model.tokenizers.source.encode(text))
        if count > limit:
            raise TooMuchError(f"the text has {count:,} tokens; {limit} can be shown")
        tape = model.trace(text, target, patch=as_patch(changes))
        number = secrets.token_hex(8)
        tape.about |= {"trace": number, "changes": [change.to_json() for change in changes]}
        with self.lock:
            self.kept[number] = tape
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return tape

    def find(self, number: str) -> Tape | None:
        """A trace that was made before; None if it is forgotten."""
        with self.lock:
            if number in self.kept:
                self.kept.move_to_end(number)
            return self.kept.get(number)
