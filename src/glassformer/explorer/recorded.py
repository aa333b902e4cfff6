"""How a model learned, recorded: what two sentences looked like to it at every snapshot.

A run keeps some twenty snapshots, of a model's size each; a package cannot carry them all. What is
worth seeing of them is small: RUN/recorded/learning.safetensors, beside a manifest of checksums.

    attention/I/PATH   fp16  [step, head, query, key]   every attention of text I, by its path
    probability/I      fp16  [step, position, best]     the BEST highest, highest first,
    token/I            int16 [step, position, best]     and which tokens have them
    space              fp16  [step, vocabulary, 2]      the (target) embeddings in a plane

Its metadata ``about`` is one JSON object: version, steps, variance (the shares of the plane's two
axes) and texts, each with text, target, about (a trace's own) and written (what the model of each
step wrote by itself, greedily). The decoder reads the target at every step, so that the pictures of
all steps have the same rows. The plane is that of the final model's two principal components.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from glassformer.errors import RunError
from glassformer.inspection.tape import Entry, Tape
from glassformer.loaded import LoadedModel
from glassformer.model import DecoderOnly, EncoderDecoder, EncoderOnly
from glassformer.model.embedding import Embedding
from glassformer.numerics.geometry import principal_axes, project
from glassformer.runs.files import fault, written_beside

VERSION = 1
BEST = 10
FILE = "learning.safetensors"


def record_learning(model: LoadedModel, pairs: Sequence[tuple[str, str]], folder: Path) -> None:
    """Record these texts with their targets at all snapshots of the model's run into a folder."""
    steps = model.run.snapshots()
    axes, shares = principal_axes(embeddings(model))
    rows: dict[str, list[Tensor]] = {}
    texts: list[dict[str, Any]] = [{"text": a, "target": b, "written": []} for a, b in pairs]
    for step in steps:
        earlier = model.at(step)
        rows.setdefault("space", []).append(project(embeddings(earlier), axes).half())
        for number, one in enumerate(texts):
            tape = earlier.trace(one["text"], one["target"])
            one["about"] = tape.about
            one["written"].append(earlier.translate(one["text"], beam=1))
            for name, value in worth_seeing(tape).items():
                where, _, rest = name.partition("/")
                key = "/".join(filter(None, (where, str(number), rest)))
                rows.setdefault(key, []).append(value)
    about = {"version": VERSION, "steps": steps, "variance": shares.tolist(), "texts": texts}
    with written_beside(folder) as place:
        tensors = {name: torch.stack(values) for name, values in rows.items()}
        metadata = {"about": json.dumps(about, ensure_ascii=False)}
        save_file(tensors, place / FILE, metadata=metadata)


def worth_seeing(tape: Tape) -> dict[str, Tensor]:
    """What is kept of a trace."""
    best = tape["probabilities"][0].topk(BEST)
    kept = {"probability": best.values.half(), "token": best.indices.to(torch.int16)}
    for entry in tape:
        if entry.tapped and entry.path.endswith("attention.weights"):
            kept[f"attention/{entry.path}"] = entry.value[0].half()
    return kept


def embeddings(model: LoadedModel) -> Tensor:
    """The rows of the embedding table [vocabulary, d_model], on the CPU in fp32: the target's,
    where there are two."""
    inner = model.model
    assert isinstance(inner, EncoderDecoder | DecoderOnly | EncoderOnly)
    of = inner.source_embedding if isinstance(inner, EncoderOnly) else inner.target_embedding
    assert isinstance(of, Embedding)
    return of.tokens.weight.detach().float().cpu()


@dataclass(frozen=True)
class Recorded:
    """A recorded learning, read from its folder."""

    about: dict[str, Any]
    tensors: dict[str, Tensor]

    @classmethod
    def open(cls, folder: Path) -> Recorded | None:
        """The one in this folder; None if none is there.

        Raises:
            RunError: it is damaged, or of another version.
        """
        if not folder.is_dir():
            return None
        wrong = fault(folder)
        if wrong is not None:
            raise RunError(f"the recorded learning {folder} is damaged: {wrong}")
        try:
            with safe_open(folder / FILE, framework="pt") as file:
                about = json.loads((file.metadata() or {})["about"])
                tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, KeyError, ValueError) as error:
            raise RunError(f"{folder / FILE} is no recorded learning: {error}") from error
        if about["version"] != VERSION:
            raise RunError(
                f"{folder} is of version {about['version']}; this program reads {VERSION}"
            )
        return cls(about, tensors)

    @cached_property
    def texts(self) -> list[str]:
        """The texts that were recorded."""
        return [one["text"] for one in self.about["texts"]]

    @property
    def steps(self) -> list[int]:
        """The steps at which they were."""
        steps: list[int] = self.about["steps"]
        return steps

    def has(self, text: str, target: str | None, step: int) -> bool:
        """Whether this was recorded; a target of None is the recorded one."""
        text = text.strip()
        if text not in self.texts or step not in self.steps:
            return False
        return target in (None, self.about["texts"][self.texts.index(text)]["target"])

    def trace(self, text: str, step: int) -> Tape:
        """What ``has`` says was recorded, as a tape without operators: nobody can compute it again.

        Attention stands under the paths that it has in any trace; ``probabilities.best`` and
        ``probabilities.tokens`` [batch, position, best] are the BEST highest.
        """
        number, row = self.texts.index(text.strip()), self.steps.index(step)
        one = self.about["texts"][number]
        tape = Tape()
        tape.about = one["about"] | {"written": one["written"][row], "recorded": True}
        begins = f"attention/{number}/"
        for name in sorted(self.tensors):
            if name.startswith(begins):
                value = self.tensors[name][row].float()[None]
                add(tape, name.removeprefix(begins), "batch head query key", value)
        best = self.tensors[f"probability/{number}"][row].float()[None]
        add(tape, "probabilities.best", "batch position best", best)
        tokens = self.tensors[f"token/{number}"][row].int()[None]
        add(tape, "probabilities.tokens", "batch position best", tokens)
        return tape

    def space(self, step: int) -> tuple[list[list[float]], list[float]]:
        """The target embeddings [vocabulary, 2] in the final model's plane, and the shares of the
        variance along its axes."""
        row = self.steps.index(step)
        return self.tensors["space"][row].tolist(), self.about["variance"]


def add(tape: Tape, path: str, axes: str, value: Tensor) -> None:
    """A value that was recorded and not how it came to be."""
    tape.add(Entry(path, value, axes=axes, tapped=True))
