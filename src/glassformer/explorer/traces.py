"""Traces on request, within limits, and kept for a while: the page asks for values later."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from typing import Any, NamedTuple

from glassformer.errors import ConfigError
from glassformer.explorer.answers import NotThereError
from glassformer.explorer.changes import Change, as_patch
from glassformer.explorer.limits import check_text
from glassformer.explorer.models import Models
from glassformer.explorer.past import Past
from glassformer.explorer.pulls import pulls
from glassformer.inspection.patch import Patch
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel

KEPT = 24  # traces


class Kept(NamedTuple):
    """A trace and what it was made by."""

    tape: Tape
    model: LoadedModel
    snapshot: int | None
    patch: Patch | None


class Traces:
    """Makes traces of some models, and remembers the newest; safe to use from many threads."""

    def __init__(self, models: Models):
        self.models, self.past = models, Past()
        self.kept: OrderedDict[str, Kept] = OrderedDict()
        self.lock = threading.Lock()

    def make(
        self,
        name: str,
        text: str,
        target: str | None = None,
        changes: tuple[Change, ...] = (),
        snapshot: int | None = None,
    ) -> Tape:
        """A trace of this model on this text; its number is ``about["trace"]``.

        ``snapshot``: of the model as it was after so many updates.

        Raises:
            TooMuchError: the text is longer than can be drawn.
            NotThereError: there is no such model.
            ConfigError: there is nothing to read, or a change does not fit.
        """
        model = self.models[name]
        check_text(model, text, target)
        patch = as_patch(changes)
        if snapshot is None:
            tape = model.trace(text, target, patch=patch)
        else:
            tape = self.past.trace(model, snapshot, text, target, patch)
        number = secrets.token_hex(8)
        tape.about |= {
            "trace": number,
            "changes": [change.to_json() for change in changes],
            "snapshot": snapshot,
        }
        with self.lock:
            self.kept[number] = Kept(tape, model, snapshot, patch)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return tape

    def find(self, number: str) -> Tape:
        """A trace that was made before.

        Raises:
            NotThereError: it is forgotten.
        """
        return self.find_kept(number).tape

    def pulls(self, number: str, row: int) -> dict[str, Any]:
        """What a trace's cross-attentions give to a word, by ``explorer.pulls``.

        Raises:
            NotThereError: it is forgotten.
            ConfigError: its parameters are not here, or it has no such word.
        """
        kept = self.find_kept(number)
        if kept.tape.about.get("recorded"):
            raise ConfigError("nothing can be cut in what was only recorded")
        model = kept.model if kept.snapshot is None else self.past.at(kept.model, kept.snapshot)
        return pulls(model, kept.tape, row, kept.patch)

    def find_kept(self, number: str) -> Kept:
        """A trace, with what it was made by."""
        with self.lock:
            if number not in self.kept:
                raise NotThereError("this trace is forgotten: change the text to make a new one")
            self.kept.move_to_end(number)
            return self.kept[number]
