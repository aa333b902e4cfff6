"""Hand-outs: some sentences of a model as one file that needs no program.

The model runs here with the very parameters that the file holds, and whatever the page asks beside
is answered by the explorer's own server, so that nothing is said in two ways.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from safetensors.torch import load
from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.explorer.asking import Asking, asking, escaped
from glassformer.explorer.limits import MOST_TOKENS, check_text, estimate, longest
from glassformer.explorer.live import live_of
from glassformer.explorer.models import Models, opening
from glassformer.handouts import Contents, Recorded, Rounded, check_estimate, fitting, round_rows
from glassformer.loaded import LoadedModel
from glassformer.loaded.base import Reading
from glassformer.tours import Tour
from glassformer.tours.notes import pins_of
from glassformer.tours.shipped import edition, languages

MOST_BYTES = 64_000_000  # of a sentence's values: what a phone has room for
MOST_SENTENCES = 50
STRONGEST = 80  # pushes of a choice that a hand-out keeps
BEAM: dict[str, Any] = {"how": "beam", "beam": 4, "alpha": 0.6}  # what the page asks for at first


@dataclass(frozen=True, kw_only=True)
class Handout:
    """What a hand-out shows of a model. ``notes``: pins and notes, as the page saves them;
    ``glosses``: what words of the target side mean; ``live``: the page runs the model itself."""

    model: LoadedModel
    sentences: Sequence[str]
    tours: Sequence[Tour] = ()
    notes: str = ""
    glosses: Mapping[str, str] | None = None
    live: bool = False

    def page(self, fit: Callable[[Callable[[int], Contents]], str] = fitting) -> str:
        """The text of the HTML file; ``encoded`` makes its bytes. ``fit`` chooses the bits.

        Raises:
            ConfigError: no sentence, one that is too long, or more than fits into a file.
            DataError: notes that are none.
        """
        if not self.texts:
            raise ConfigError('a hand-out needs a sentence: --sentence "the girl sleeps"')
        if len(self.texts) > MOST_SENTENCES:
            raise ConfigError(
                f"{len(self.texts)} sentences; a hand-out has at most {MOST_SENTENCES}"
            )
        for text in self.texts:
            check_fits(self.model, text)
        check_estimate(
            self.model.name, self.model.model.parameters(), self.lengths(), live=self.live
        )
        return fit(self.contents)

    def lengths(self) -> list[int]:
        """Tokens of each sentence, its end among them."""
        return [len(self.model.tokenizers.source.encode(text)) + 1 for text in self.texts]

    @property
    def texts(self) -> list[str]:
        """The sentences, those that the tours ask for and the pins stand at among them, each once;
        where none is asked for by tours, and with the model, the one that the page opens with."""
        steps = [step for tour in self.tours for step in tour.steps]
        asked = [text for step in steps for text in (step.sentence, step.at.get("text")) if text]
        pins = pins_of(self.notes, "what was given as notes") if self.notes else []
        given = [
            *self.sentences,
            *asked,
            *(text for pin in pins if (text := pin.place.get("text"))),
        ]
        if not given and (self.tours or self.live) and (first := opening(self.model)):
            given = [first]
        return list(dict.fromkeys(" ".join(text.split()) for text in given))

    def contents(self, bits: int) -> Contents:
        """All of it, with the matrices rounded to so many bits, or as they are if it is live."""
        model, parameters = exact(self.model) if self.live else rounded(self.model, bits)
        with asking(Models([model], glosses=self.glosses)) as program:
            return self.told(program, model, parameters)

    def told(
        self, asking: Asking, model: LoadedModel, parameters: Mapping[str, Rounded | Tensor]
    ) -> Contents:
        """All of it, as the program answers for the model with these parameters."""
        live = live_of(model) if self.live else None  # at first: of some models there is none
        traces = [Trace(asking, model.name, text, number) for number, text in enumerate(self.texts)]
        read = {entry["path"] for one in traces for entry in one.recorded.graph["entries"]}
        answers = about_model(asking, model)
        for language in languages():
            address = f"api/tours?language={language}"
            if self.live and not self.tours:  # where the model is at hand, all can be taken
                answers |= asking.answer(address)
            else:
                answers[address] = [edition(tour, language).as_json() for tour in self.tours]
        for trace in traces:
            answers |= trace.answers(model)
        (described,) = json.loads(asking.ask("api/models"))
        return Contents(
            title=self.tours[0].title if self.tours else self.texts[0],
            recorded=[trace.recorded for trace in traces],
            parameters={path: one for path, one in parameters.items() if path in read},
            moved=max(moved(self.model, trace.recorded) for trace in traces),
            models=[described | {"opening": self.texts[0], "snapshots": [], "recorded": None}],
            answers=answers,
            code={name: lines for trace in traces for name, lines in trace.code().items()},
            notes=self.notes,
            live=live,
        )


class Trace:
    """A sentence's recording, and the answers about it. Its number in the file is a small one, so
    that the same hand-out is made twice as the same file."""

    def __init__(self, asking: Asking, model: str, text: str, number: int):
        self.asking, self.text = asking, text
        made = asking.ask("api/trace", {"model": model, "text": text})
        self.at = graph_of(made)["about"]["trace"]
        whole = asking.ask(f"api/recording/{self.at}")
        self.recorded = Recorded(graph_of(whole), load(whole))
        self.number = self.recorded.graph["about"]["trace"] = str(number + 1)

    @property
    def about(self) -> dict[str, Any]:
        """What was recorded."""
        about: dict[str, Any] = self.recorded.graph["about"]
        return about

    def answers(self, model: LoadedModel) -> dict[str, Any]:
        """What the page asks about this sentence."""
        found: dict[str, Any] = {}

        def keep(address: str, body: Mapping[str, Any] | None = None) -> None:
            name = address.replace(self.at, self.number)
            found.update(self.asking.answer(address, body, name))

        name, rows = escaped(model.name), len(self.about["next"])
        keep(f"api/checks/{self.at}")
        keep(f"api/tokens/{name}?text={escaped(self.text)}")
        for row in range(rows or len(self.about["source"])):
            keep(f"api/push/{self.at}/{row}")
            for answer in found.values():
                if "shares" in answer:
                    del answer["shares"][STRONGEST:]
        asked = {"model": model.name, "text": self.text, "changes": []}
        if model.config.family != "encoder-only":
            keep("api/write", asked | {"how": "greedy", "prefix": []})
            keep("api/write", asked | BEAM)
        if self.about.get("reference"):
            both = {"output": self.about["output"], "reference": self.about["reference"]}
            keep("api/score", {"model": model.name} | both)
        if model.config.family == "encoder-decoder":
            for token in self.about["next"]:
                keep(f"api/neighbours/{name}?token={token['id']}")
        return found

    def code(self) -> dict[str, Any]:
        """The lines of code behind its values, by FILE:LINE."""
        entries = self.recorded.graph["entries"]
        places = {(e["file"], e["line"]): number for number, e in enumerate(entries) if e["line"]}
        return {
            f"{file}:{line}": json.loads(self.asking.ask(f"api/code/{self.at}/{number}"))
            for (file, line), number in places.items()
        }


def about_model(asking: Asking, model: LoadedModel) -> dict[str, Any]:
    """What the page asks about the model alone; what it has not is left out."""
    name = escaped(model.name)
    found: dict[str, Any] = {}
    asked = [f"api/vocabulary/{name}", f"api/space/{name}", f"api/directions/{name}"]
    asked += ["api/words"] if model.built_in else []
    asked += [
        f"api/positions?scheme={scheme}&length=10&width=8"
        for scheme in ("sinusoids", "sinusoids-concatenated")
    ]
    parts = [path for path, _ in model.model.named_modules() if path.endswith("attention")]
    asked += [
        f"api/lowrank/{name}?path={escaped(path)}&head={head}"
        for path in parts
        for head in range(model.config.n_heads)
    ]
    for address in asked:
        found |= asking.answer(address)
    return found


def twin_of(model: LoadedModel) -> LoadedModel:
    """The same model with parameters of its own, fp32."""
    twin = copy.copy(model)
    twin.model = copy.deepcopy(model.model).cpu().float()
    return twin


def exact(model: LoadedModel) -> tuple[LoadedModel, dict[str, Rounded | Tensor]]:
    """The same model, and its parameters by path as they are."""
    twin = twin_of(model)
    named = twin.model.named_parameters(remove_duplicate=False)
    return twin, {path: parameter.detach().clone() for path, parameter in named}


def rounded(model: LoadedModel, bits: int) -> tuple[LoadedModel, dict[str, Rounded | Tensor]]:
    """The same model with rounded matrices, and its parameters by path."""
    twin = twin_of(model)
    parameters: dict[str, Rounded | Tensor] = {}
    with torch.no_grad():
        for path, parameter in twin.model.named_parameters(remove_duplicate=False):
            if parameter.dim() < 2:
                parameters[path] = parameter.detach().clone()
            else:
                found = round_rows(parameter, bits)
                parameter.copy_(found.value())
                parameters[path] = found
    return twin, parameters


@torch.inference_mode()
def moved(model: LoadedModel, one: Recorded) -> float:
    """By how much the probabilities of a recording differ at most from what this model gives."""
    about = one.graph["about"]
    source, target, written = (
        [token["id"] for token in about[side]] for side in ("source", "target", "next")
    )
    reading = Reading(source, target, written, about["output"])
    exact = model.model.logits(model.forward(model.model, reading)).softmax(-1).cpu().float()
    return float((exact - one.values["probabilities"]).abs().max())


def check_fits(model: LoadedModel, text: str) -> None:
    """Refuse a sentence whose values no phone could hold.

    Raises:
        ConfigError: it is too long; says what fits.
    """
    check_text(model, text)
    tokens = len(model.tokenizers.source.encode(text)) + 1
    if estimate(model.config, tokens, tokens) > MOST_BYTES:
        fits = (n for n in range(1, tokens) if estimate(model.config, n, n) > MOST_BYTES)
        most = min(next(fits, tokens) - 1, longest(model), MOST_TOKENS)
        raise ConfigError(
            f"{text[:40]!r}… has {tokens} tokens: too long for a hand-out, in which {most} tokens "
            f"of {model.name} fit (the end counts as one). Take a shorter sentence, or show this "
            "one with `glassformer explore`"
        )


def graph_of(file: bytes) -> dict[str, Any]:
    """The graph in the metadata of a recording."""
    length = int.from_bytes(file[:8], "little")
    graph: dict[str, Any] = json.loads(json.loads(file[8 : 8 + length])["__metadata__"]["graph"])
    return graph
