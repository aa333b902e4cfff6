"""Models that are made when somebody asks for them, the latest held ready."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from glassformer.loaded import LoadedModel

MOST_PARAMETERS = 50_000_000  # of all models on a shelf; one alone may have more


class Shelf:
    """Models by a key, the longest unused given up first; safe to use from many threads."""

    def __init__(self) -> None:
        self.held: OrderedDict[Hashable, LoadedModel] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], LoadedModel]) -> LoadedModel:
        """The model of this key, made if it is not here."""
        with self.lock:
            if key not in self.held:
                self.held[key] = make()
            self.held.move_to_end(key)
            while len(self.held) > 1 and self.parameters() > MOST_PARAMETERS:
                self.held.popitem(last=False)
            return self.held[key]

    def parameters(self) -> int:
        """How many numbers are held."""
        return sum(one.config.parameter_count() for one in self.held.values())
