"""The run that the slides show: one sentence, its recording, and which word and head are followed.

All that a slide says is read from here, so no number on it comes from elsewhere.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.tape import Entry, Tape
from glassformer.loaded import LoadedModel
from glassformer.slides.figures import number
from glassformer.slides.words import said

FITS = 24  # tokens, that stand side by side on a slide
NAMED = {"</s>": "end", "<s>": "start", "<pad>": "padding"}
PRONOUNS = {"il", "elle", "ils", "elles"}  # of petit's French, which "it" and "they" become


class Walk:
    """A sentence on its way through a model.

    ``stack`` is the half that reads it, ``words`` what stands at its positions, ``word`` the
    position that is followed and ``head`` the head of the first layer that is.
    """

    def __init__(self, model: LoadedModel, tape: Tape, cut: bool = False):
        self.model, self.tape, self.cut = model, tape, cut
        self.config, self.about = model.config, tape.about
        self.image = self.config.image_size is not None
        self.stack = "decoder" if self.config.family == "decoder-only" else "encoder"
        self.read, self.written, self.next = (
            [readable(token["piece"]) for token in self.about[side]]
            for side in ("source", "target", "next")
        )
        self.words = self.written if self.stack == "decoder" else self.read
        self.attention = f"{self.stack}.0.self_attention"
        self.word, self.head = self.followed()

    @classmethod
    def of(cls, model: LoadedModel, sentence: str) -> Walk:
        """Record the sentence.

        Raises:
            ConfigError: there is none, or it is too long for a slide.
        """
        if not sentence.strip():
            raise ConfigError('the sentence is empty: give one, --sentence "the cat sleeps"')
        tape = model.trace(sentence)
        image = model.config.image_size is not None
        side = "target" if model.config.family == "decoder-only" else "source"
        count = len(tape.about[side])
        if count > FITS and not image:
            raise ConfigError(
                f"the sentence is {count} tokens long and at most {FITS} fit on a slide, its "
                "beginning and end counted: give a shorter one"
            )
        if model.config.family != "encoder-decoder" or len(tape.about["target"]) <= FITS:
            return cls(model, tape)
        tokenizer = model.tokenizers.target
        kept = FITS - 1
        while len(tape.about["target"]) > FITS:  # a cut may fall otherwise when it is read again
            ids = [token["id"] for token in tape.about["next"]][:kept]
            tape, kept = model.trace(sentence, target=tokenizer.decode(ids)), kept - 1
        return cls(model, tape, cut=True)

    def followed(self) -> tuple[int, int]:
        """The "it" of petit where there is one; or else the word that looks most at another. And
        the head of the first layer in which it does so."""
        weights = self.tape[f"{self.attention}.weights"][0].float().clone()  # [head, query, key]
        weights.diagonal(dim1=1, dim2=2).zero_()
        inner = set(self.inner)
        for place in range(weights.size(1)):
            if place not in inner:
                weights[:, :, place] = 0
                weights[:, place] = 0
        if self.model.built_in and "it" in self.words:
            word = self.words.index("it")
        else:
            word = int(weights.amax((0, 2)).argmax())
        return word, int(weights[:, word].amax(-1).argmax())

    @property
    def inner(self) -> list[int]:
        """The positions of words: beginning and end left out, where something remains."""
        if self.image:
            return list(range(len(self.words)))
        tokens = self.about["target" if self.stack == "decoder" else "source"]
        silent = self.silent
        return [i for i, token in enumerate(tokens) if token["id"] not in silent] or [0]

    @property
    def silent(self) -> set[int]:
        """The ids of tokens that are no word."""
        tokenizer = self.model.tokenizers.target
        return {tokenizer.pad_id, tokenizer.bos_id, tokenizer.eos_id}

    @property
    def name(self) -> str:
        """The word that is followed."""
        return self.words[self.word]

    @property
    def embedding(self) -> str:
        """The path of the embedding of what is read."""
        return "target_embedding" if self.stack == "decoder" else "source_embedding"

    @property
    def decoder(self) -> bool:
        """Whether there is a decoder beside the encoder."""
        return self.config.family == "encoder-decoder"

    @cached_property
    def choice(self) -> int:
        """The position whose prediction is looked into: il or elle of petit, a gap, or the one
        whose best guess is the least certain. Of a label the only one."""
        if self.config.labels is not None:
            return 0
        rows = self.tape["probabilities"][0]
        if self.model.built_in and self.decoder:
            found = [i for i, word in enumerate(self.next) if word in PRONOUNS]
            if found:
                return found[0]
        if self.config.family == "encoder-only":
            gaps = [i for i, word in enumerate(self.read) if word == "<mask>"]
            return gaps[0] if gaps else self.word
        return int(rows.amax(-1).argmin())

    def row(self, path: str, place: int | None = None) -> Tensor:
        """The vector of a position (the followed word's) in a value [batch, position, …]."""
        return self.tape[path][0, self.word if place is None else place].float()

    def of_head(self, name: str) -> Tensor:
        """A value of the followed head: [query or key, …]."""
        return self.tape[f"{self.attention}.{name}"][0, self.head].float()

    def has(self, path: str) -> bool:
        """Whether it was recorded."""
        return path in self.tape

    def code(self, path: str) -> str:
        """The file and line that computed a value."""
        entry = self.tape.entry(path)
        return f"{entry.file}:{entry.line}" if entry.file else ""

    def made_from(self, path: str) -> list[Entry]:
        """What a value was computed from."""
        entry = self.tape.entry(path)
        return [self.tape.entries[source.entry] for source in entry.inputs]

    @property
    def where(self) -> str:
        """Which head is followed, for people, who count from 1."""
        return said("layer.head", stack=said(self.stack), layer=1, head=self.head + 1)

    @property
    def first_layer(self) -> str:
        """The layer that is followed, for people."""
        return said("layer", stack=said(self.stack), layer=1)

    @property
    def parameters(self) -> str:
        """How many there are."""
        return number(sum(p.numel() for p in self.model.model.parameters()))

    def piece(self, index: int) -> str:
        """A token of the output, or a label."""
        if self.config.labels is not None:
            from glassformer.tasks.labelling import label_names

            return label_names(self.config, self.model.tokenizers)[index] or said("none")
        return readable(self.model.tokenizers.target.pieces([index])[0])

    def sizes(self) -> dict[str, Any]:
        """What the model is, in figures."""
        config = self.config
        layers = f"2 × {config.n_layers}" if self.decoder else str(config.n_layers)
        return {
            said("fact.model"): self.model.name, said("fact.family"): said(config.family),
            said("fact.layers"): layers, said("fact.heads"): str(config.n_heads),
            "d_model": str(config.d_model), "d_ff": str(config.d_ff),
            said("fact.parameters"): self.parameters,
        }  # fmt: skip


def readable(piece: str) -> str:
    """A token as it is read: the mark of a space before it taken off."""
    plain = piece.replace("▁", " ").replace("Ġ", " ").strip()
    return said(NAMED[plain]) if plain in NAMED else plain or "␣"
