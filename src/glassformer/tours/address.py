"""A place of the page as its address says it, "view=attention&head=2": the names that the page
keeps there, and what may stand behind each. A test holds them against the page's own source."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args
from urllib.parse import parse_qsl

from glassformer.errors import nearest
from glassformer.tours.blocks import Line, refuse
from glassformer.tours.queries import GRAINS, STAGES, CardName

VIEWS = (
    "network", "attention", "changes", "compare", "writing", "learning", "training", "words",
    "positions", "neurons", "parameters", "tokens", "score", "scale", "kin", "tours", "told",
    "ideas", "paper", "pins", "checks",
)  # fmt: skip
# Parts of a view that can be brought to its top.
SPOTS = (
    "ribbon", *STAGES, "square", "context", "tied", "low", "question", "answer", "near", "product",
    "directions", "crowd", "sum", "small", "places", "targets", "dropout", "update", "slider",
    "mean", "temperatures", "kept", "choice", "rate", "formula",
)  # fmt: skip
WORDS: Mapping[str, tuple[str, ...]] = {
    "view": VIEWS,
    "grain": GRAINS,
    "as": ("ribbons", "heat", "numbers", "table"),
    "how": ("greedy", "sample", "beam", "told"),
    "spot": SPOTS,
    "card": get_args(CardName),
}
WHOLE = (
    "head", "head2", "row", "column", "word", "step", "neuron", "seed", "pad", "snapshot", "beam",
    "node", "k", "a", "b", "width", "gold", "ids",
)  # fmt: skip
NUMBERS = ("t", "p", "alpha", "rate")
FREE = (
    "text", "target", "open", "cell", "changes", "training", "language", "layer", "part", "at",
    "side", "second", "token", "swap", "mask", "prefix", "told", "from", "to", "entry", "idea",
    "paper", "against",
)  # fmt: skip
OWN = ("model", "tour", "stop", "quiz")  # the reader's: a step leaves them as they are
KNOWN = (*WORDS, *WHOLE, *NUMBERS, *FREE, *OWN)


def place_of(line: Line, file: str) -> dict[str, str]:
    """The page's address of a field "at: view=attention&head=2".

    Raises:
        TourError: the page has no such place.
    """
    text = line.text.rpartition("#")[2]
    try:
        found = dict(parse_qsl(text, strict_parsing=True)) if text else {}
    except ValueError:
        raise refuse(file, line.number, f"'at:' takes what the page's address says after its #, "
                     f"view=attention&head=2, not {text[:40]!r}") from None  # fmt: skip
    for name, value in found.items():
        if name not in KNOWN:
            raise refuse(file, line.number, f"the page's address has no {name!r}."
                         f"{nearest(name, KNOWN)}")  # fmt: skip
        if name in WORDS and value not in WORDS[name]:
            raise refuse(file, line.number, f"in the page's address {name} cannot be {value!r}."
                         f"{nearest(value, WORDS[name])}")  # fmt: skip
        if name in WHOLE and not re.fullmatch(r"\d+", value):
            raise refuse(file, line.number, f"in the page's address {name} is a whole number from "
                         f"0, not {value[:40]!r}")  # fmt: skip
        if name in NUMBERS and not re.fullmatch(r"\d*\.?\d+", value):
            raise refuse(file, line.number, f"in the page's address {name} is a number, not "
                         f"{value[:40]!r}")  # fmt: skip
        if name == "cell" and not re.fullmatch(r".+:\d+", value):
            raise refuse(file, line.number, f"in the page's address cell is a value and a place in "
                         f"it, probabilities:7, not {value[:40]!r}")  # fmt: skip
    return {name: value for name, value in found.items() if name not in OWN}
