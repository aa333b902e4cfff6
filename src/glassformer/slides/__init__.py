"""Slides of one sentence's walk through a model: a deck from a recorded run, as .pptx or .pdf.

``deck`` is the content, plain data in inches; ``walk`` the run; ``reading`` to ``closing`` the
steps; ``pptx_file`` and ``pdf_file`` write one and the same deck.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import torch

from glassformer.errors import ConfigError, RunError, nearest
from glassformer.loaded import LoadedModel
from glassformer.slides import attending, layers, proof, reading, whole, writing
from glassformer.slides.closing import paper_map
from glassformer.slides.deck import Deck, Slide
from glassformer.slides.pins import pinned
from glassformer.slides.touring import toured
from glassformer.slides.walk import Walk
from glassformer.slides.words import speaking
from glassformer.tours import Tour
from glassformer.tours.notes import Pin

KINDS = {".pptx": "pptx_file", ".pdf": "pdf_file"}
STEPS = (
    whole.whole, reading.tokens, reading.embedding, reading.wave, reading.positions,
    attending.projections, attending.agreement, attending.softmax, attending.mixture,
    attending.whole_head, attending.all_heads, attending.joined,
    layers.add_norm, layers.feedforward, layers.stack,
    writing.mask, writing.cross, writing.choice, writing.loop, proof.where_it_looked, writing.loss,
)  # fmt: skip


@torch.inference_mode()
def walk_deck(
    model: LoadedModel, sentence: str, pins: Sequence[Pin] = (), tour: Tour | None = None,
    *, language: str = "en",
) -> Deck:  # fmt: skip
    """The slides of a sentence: those steps that the model has, then the tour's, then the pins.

    Raises:
        ConfigError: the sentence is empty or too long for a slide, or the language is not known.
    """
    with speaking(language):
        return told(model, sentence, pins, tour)


def told(model: LoadedModel, sentence: str, pins: Sequence[Pin], tour: Tour | None) -> Deck:
    """The same, in the language that is spoken."""
    walk = Walk.of(model, sentence)
    steps = [slide for step in STEPS if (slide := step(walk)) is not None]
    slides: list[Slide] = [reading.opening(walk), *steps, *paper_map(steps, first=2)]
    if tour is not None:
        slides += toured(walk, tour)
    for i, pin in enumerate(pins, 1):
        slides += pinned(walk, pin, i, len(pins))
    return Deck(f"{sentence} · {model.name}", tuple(slides))


def writer(path: Path) -> str:
    """The name of the module that writes such a file.

    Raises:
        ConfigError: nothing here writes such a file.
        MissingExtraError: what writes it is not installed.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        known = nearest(kind, KINDS)
        raise ConfigError(f"{path.name} says no kind of slides: end it in .pptx or .pdf.{known}")
    module = f"glassformer.slides.{KINDS[kind]}"
    import_module(module)
    return module


def write(deck: Deck, path: Path) -> None:
    """Write the deck as what the name of the file ends in.

    Raises:
        ConfigError, MissingExtraError: see ``writer``.
        RunError: the file cannot be written.
    """
    content: bytes = import_module(writer(path)).content(deck)
    try:
        path.write_bytes(content)
    except OSError as error:
        raise RunError(f"could not write {path}: {error.strerror}") from error
