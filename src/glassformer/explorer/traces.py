"""Traces on request, within limits, and kept for a while: the page asks for values later."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from glassformer.explorer.answers import NotThereError
from glassformer.explorer.changes import Change, as_patch
from glassformer.explorer.limits import check_text
from glassformer.explorer.models import Models
from glassformer.explorer.past import Past
from glassformer.inspection.tape import Tape

KEPT = 24  # traces


class Traces:
    """Makes traces of some models, and remembers the newest; safe to use from many threads."""

    def __init__(self, models: Models):
        self.models, self.past = models, Past()
        self.kept: OrderedDict[str, Tape] = OrderedDict()
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
        if snapshot is None:
            tape = model.trace(text, target, patch=as_patch(changes))
        else:
            tape = self.past.trace(model, snapshot, text, target, as_patch(changes))
        number = secrets.token_hex(8)
        tape.about |= {
            "trace": number,
            "changes": [change.to_json() for change in changes],
            "snapshot": snapshot,
        }
        with self.lock:
            self.kept[number] = tape
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return tape

    def find(self, number: str) -> Tape:
        """A trace that was made before.

        Raises:
            NotThereError: it is forgotten.
        """
        with self.lock:
            if number not in self.kept:
                raise NotThereError("this trace is forgotten: change the text to make a new one")
            self.kept.move_to_end(number)
            return self.kept[number]
