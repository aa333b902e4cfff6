"""Traces on request, within limits, and kept for a while: the page asks for values later."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import NamedTuple

from glassformer.errors import ConfigError
from glassformer.explorer.answers import NotThereError
from glassformer.explorer.changes import Change, as_patch, check_places
from glassformer.explorer.gold import gold_of, reference_of
from glassformer.explorer.limits import SECONDS, check_size, check_text
from glassformer.explorer.models import Models
from glassformer.explorer.once import Once
from glassformer.explorer.past import Past, recorded_trace
from glassformer.explorer.variants import Variant, Variants
from glassformer.inspection.findings import Finding
from glassformer.inspection.tape import Tape
from glassformer.loaded import LoadedModel, Training, as_translator
from glassformer.loaded.check import findings_of
from glassformer.loaded.clock import within
from glassformer.loaded.own import OwnModule

KEPT = 200  # traces
KEPT_BYTES = 600_000_000  # of their values; one alone may have as many as a trace may


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be traced.

    ``snapshot``: the model as it was after so many updates. ``variant``: an untrained model that
    differs in a part. ``training``, ``pad`` and ``stepwise``: see ``LoadedModel.trace``; a
    training step reads the grammar's translation where there is one and no ``target`` is given.
    """

    model: str
    text: str
    target: str | None = None
    changes: tuple[Change, ...] = ()
    snapshot: int | None = None
    variant: Variant | None = None
    training: Training | None = None
    pad: int = 0
    stepwise: bool = False

    def __post_init__(self) -> None:
        if self.snapshot is not None and self.variant is not None:
            raise ConfigError("a variant was never trained: ask for it or for a snapshot, not both")
        if self.stepwise and self.changes:
            raise ConfigError("a change is traced with all positions at once, not step by step")

    @property
    def plain(self) -> bool:
        """Whether nothing but a text and a target is asked for."""
        return not (self.changes or self.training or self.pad or self.stepwise)


class Kept(NamedTuple):
    """A trace, and what ran; ``model`` is there unless it is a module of anybody's."""

    tape: Tape
    ran: LoadedModel | OwnModule

    @property
    def model(self) -> LoadedModel:
        """The model that ran.

        Raises:
            NotThereError: it was a module of anybody's.
        """
        if isinstance(self.ran, OwnModule):
            raise NotThereError(f"{self.ran.name} reads no text: this is of models that do")
        return self.ran

    def findings(self) -> list[Finding]:
        """What is wrong with it, and what is well."""
        if isinstance(self.ran, OwnModule):
            return self.ran.findings()
        return findings_of(self.ran, self.tape)


class Traces:
    """Makes traces of some models, and remembers the newest; safe to use from many threads. Where
    the page is shared, many ask the same: that is made once, as long as it is remembered."""

    def __init__(self, models: Models):
        self.models, self.past, self.variants = models, Past(), Variants()
        self.kept: OrderedDict[str, Kept] = OrderedDict()
        self.lock = threading.Lock()
        self.numbers: dict[Asked, str] = {}
        self.once: Once[Tape] = Once()

    def make_once(self, asked: Asked) -> Tape:
        """``make``, or the trace that was made of the same before."""

        def make() -> Tape:
            try:
                return self.find(self.numbers.get(asked, ""))
            except NotThereError:
                tape = self.make(asked)
            with self.lock:
                numbers = {**self.numbers, asked: tape.about["trace"]}
                self.numbers = {
                    one: number for one, number in numbers.items() if number in self.kept
                }
            return tape

        return self.once.get(asked, make)

    def make(self, asked: Asked) -> Tape:
        """A trace; its number is ``about["trace"]``.

        Raises:
            TooMuchError: the text is longer than can be drawn.
            OutOfTimeError: the model writes for too long.
            NotThereError: there is no such model.
            ConfigError: there is nothing to read, or what is asked for does not fit.
        """
        own = self.models.own.get(asked.model)
        if own is not None:
            return self.make_own(own, asked)
        model = self.models[asked.model]
        check_text(model, asked.text, asked.target)
        kept = None
        if asked.snapshot is not None and asked.plain:
            recorded = recorded_trace(model, asked.snapshot, asked.text, asked.target)
            kept = Kept(recorded, model) if recorded else None
        if kept is None:
            kept = run(self.chosen(model, asked), asked)
        tape = kept.tape
        tape.about |= {
            "trace": secrets.token_hex(8),
            "changes": [change.to_json() for change in asked.changes],
            "snapshot": asked.snapshot,
            "variant": asdict(asked.variant) if asked.variant else None,
            **gold_of(kept.model, tape),
        }
        self.keep(kept)
        return tape

    def make_own(self, own: OwnModule, asked: Asked) -> Tape:
        """A trace of a module of anybody's, on the inputs that it came with."""
        if not asked.plain or asked.snapshot is not None or asked.variant is not None:
            raise ConfigError(f"{own.name} is shown as it ran on its inputs: nothing is changed")
        tape = own.trace()
        nothing = dict.fromkeys(("snapshot", "variant", "gold", "reference"))
        tape.about |= {"trace": secrets.token_hex(8), "changes": [], **nothing}
        self.keep(Kept(tape, own))
        return tape

    def chosen(self, model: LoadedModel, asked: Asked) -> LoadedModel:
        """The model that runs: the loaded one, as it was, or a variant of it."""
        if asked.variant is not None:
            return self.variants.of(model, asked.variant)
        return model if asked.snapshot is None else self.past.at(model, asked.snapshot)

    def keep(self, kept: Kept) -> None:
        """Remember a trace, and forget the longest unused until there is room for it."""
        with self.lock:
            self.kept[kept.tape.about["trace"]] = kept
            while len(self.kept) > 1 and (len(self.kept) > KEPT or self.bytes > KEPT_BYTES):
                self.kept.popitem(last=False)

    @property
    def bytes(self) -> int:
        """What the kept traces hold, parameters aside."""
        return sum(kept.tape.nbytes for kept in self.kept.values())

    def find(self, number: str) -> Tape:
        """A trace that was made before.

        Raises:
            NotThereError: it is forgotten.
        """
        return self.find_kept(number).tape

    def find_kept(self, number: str) -> Kept:
        """A trace, and the model that ran.

        Raises:
            NotThereError: it is forgotten.
        """
        with self.lock:
            if number not in self.kept:
                raise NotThereError("this trace is forgotten: change the text to make a new one")
            self.kept.move_to_end(number)
            return self.kept[number]


def run(model: LoadedModel, asked: Asked) -> Kept:
    """The trace that is asked for, of this model."""
    target = asked.target
    if target is None and (asked.training or not asked.changes):
        reference = reference_of(model, asked.text)
        # Most often the translation is the right one, and to see that is quicker than to write it.
        if asked.training or (
            reference and as_translator(model).would_write(asked.text, reference)
        ):
            target = reference
    check_size(model, asked.text, target, asked.pad)
    patch = as_patch(asked.changes, model)
    with within(SECONDS):
        tape = model.trace(
            asked.text,
            target,
            patch=patch,
            pad=asked.pad,
            training=asked.training,
            stepwise=asked.stepwise,
        )
    check_places(asked.changes, tape)
    return Kept(tape, model)
