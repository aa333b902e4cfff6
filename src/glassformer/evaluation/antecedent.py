"""Which heads find the noun that "it" stands for, and what the model does without them.

Cutting sets a weight to zero and leaves the others as they are: it takes away what the head read
from the noun and nothing else. Making the rest sum to one again would have the head read more of
the other noun, and count that as the cut's doing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from glassformer.evaluation.accuracy import Accuracy, count
from glassformer.evaluation.aligned import (
    CROSS,
    READING,
    WRITING,
    Example,
    in_batches,
    kind_of,
    recorded,
    tensors,
    with_cuts,
)
from glassformer.model.transformer import EncoderDecoder
from glassformer.text.tokenizer import TokenizerPair

Heads = tuple[str, str | None, int | None]  # kind, path, head; None is all of them


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Right choices between il and elle ``before`` and ``after`` weights on the noun were cut.

    ``head`` is None where all heads of all layers of that ``kind`` were cut at once. ``finds``: in
    how many sentences the head's stronger one of the two nouns is the right one; ``weight``: its
    mean weight on that. All are over the sentences in which both nouns can be seen from there: in
    the decoder's own attention those where both are written before the pronoun.
    """

    kind: str
    path: str | None
    head: int | None
    finds: Accuracy | None
    weight: float | None
    before: Accuracy
    after: Accuracy

    @property
    def fall(self) -> float:
        """By how much the share of right pronouns falls; 0 where there is no sentence."""
        return (self.before.share or 0.0) - (self.after.share or 0.0)

    @property
    def name(self) -> str:
        """For people, who count from 1: "head 2 of the decoder's layer 1 (cross-attention)"."""
        if self.path is None or self.head is None:
            return f"all {self.kind}"
        stack, layer, _ = self.path.split(".")
        return f"head {self.head + 1} of the {stack}'s layer {int(layer) + 1} ({self.kind})"

    def to_json(self) -> dict[str, Any]:
        """As a JSON object; heads count from 0, as in the model's paths."""
        return {
            "kind": self.kind,
            "path": self.path,
            "head": self.head,
            "finds": None if self.finds is None else self.finds.to_json(),
            "weight": self.weight,
            "before": self.before.to_json(),
            "after": self.after.to_json(),
        }


@torch.inference_mode()
def antecedent_heads(
    model: EncoderDecoder, tokenizers: TokenizerPair, examples: Sequence[Example]
) -> tuple[Accuracy, tuple[Cut, ...]]:
    """Pronouns right with nothing cut, and a cut for every head and for every kind at once.

    Cross-attention and the decoder's own attention are read, and cut, at the position that
    predicts the pronoun; the encoder's at "it". Right means that of il and elle the right one has
    the higher logit, given the words before it.
    """
    looks: dict[Heads, list[tuple[float, float]]] = {}
    before: dict[str, list[bool]] = {kind: [] for kind in (CROSS, WRITING, READING)}
    after: dict[Heads, list[bool]] = {}
    plain: list[bool] = []
    for batch in in_batches(examples):
        source, target = tensors(model, tokenizers, batch)
        hidden, weights = recorded(model, source, target)
        right = chosen(model, hidden, batch)
        plain += right
        for kind in before:
            seen = [row for row, e in enumerate(batch) if e.places(kind) is not None]
            before[kind] += [right[row] for row in seen]
            paths = [path for path in weights if kind_of(path) == kind]
            for path in paths:
                for head, found in enumerate(weights_on_nouns(weights[path], batch, kind)):
                    looks.setdefault((kind, path, head), []).extend(found)
            for heads, cuts in all_cuts(weights, paths, batch, kind):
                on_device = {path: cut.to(source.device) for path, cut in cuts.items()}
                left = chosen(model, with_cuts(model, source, target, on_device), batch)
                after.setdefault(heads, []).extend(left[row] for row in seen)
    return count(plain), tuple(
        Cut(
            kind=heads[0],
            path=heads[1],
            head=heads[2],
            **finding(looks.get(heads)),
            before=count(before[heads[0]]),
            after=count(left),
        )
        for heads, left in after.items()
    )


def finding(looks: list[tuple[float, float]] | None) -> dict[str, Any]:
    """What a head does, given its weights on the right noun and the other, a pair a sentence."""
    if looks is None:
        return {"finds": None, "weight": None}
    weight = sum(right for right, _ in looks) / len(looks) if looks else None
    return {"finds": count([right > other for right, other in looks]), "weight": weight}


def chosen(model: EncoderDecoder, hidden: Tensor, batch: Sequence[Example]) -> list[bool]:
    """For each sentence whether the right one of il and elle has the higher logit.

    hidden: [batch, target, d_model].
    """
    its = [example.antecedent for example in batch]
    assert all(its)
    rows = torch.arange(len(batch), device=hidden.device)
    query, right, wrong = (
        torch.tensor([getattr(it, name) for it in its], device=hidden.device)
        for name in ("query", "right", "wrong")
    )
    logits = model.logits(hidden[rows, query]).float()
    better: list[bool] = (logits[rows, right] > logits[rows, wrong]).tolist()
    return better


def weights_on_nouns(
    weights: Tensor, batch: Sequence[Example], kind: str
) -> list[list[tuple[float, float]]]:
    """For each head, sentence by sentence, its weights on the right noun and on the other.

    weights: [batch, head, query, key].
    """
    found: list[list[tuple[float, float]]] = [[] for _ in range(weights.size(1))]
    for row, example in enumerate(batch):
        places = example.places(kind)
        if places is None:
            continue
        query, noun, other = places
        for head, line in enumerate(weights[row, :, query]):
            found[head].append((float(line[noun]), float(line[other])))
    return found


def all_cuts(
    weights: dict[str, Tensor], paths: Sequence[str], batch: Sequence[Example], kind: str
) -> list[tuple[Heads, dict[str, Tensor]]]:
    """What to cut, head by head and then all at once: by path a bool [batch, head, query, key]."""
    cuts: list[tuple[Heads, dict[str, Tensor]]] = []
    everything: dict[str, Tensor] = {}
    for path in paths:
        all_heads = torch.zeros_like(weights[path], dtype=torch.bool)
        for row, example in enumerate(batch):
            places = example.places(kind)
            if places is not None:
                all_heads[row, :, places[0], places[1]] = True
        for head in range(all_heads.size(1)):
            one = torch.zeros_like(all_heads)
            one[:, head] = all_heads[:, head]
            cuts.append(((kind, path, head), {path: one}))
        everything[path] = all_heads
    return [*cuts, ((kind, None, None), everything)]
