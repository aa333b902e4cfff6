"""The tree of all hypotheses that a beam search considered: kept, ended and pruned ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from glassformer.decoding.beam import Candidates
from glassformer.decoding.hypothesis import NEVER, Hypothesis
from glassformer.decoding.penalties import length_penalty

Fate = Literal["alive", "finished", "pruned"]


@dataclass(frozen=True)
class Node:
    """One hypothesis: its parent's (None: nothing is written yet) and one ``token`` more.

    ``step`` counts its tokens, the end token among them. ``total`` is its log-probability in nats,
    ``log_probability`` that of the newest token alone, ``score`` the total over the length
    ``penalty``. ``state``: alive after its step, finished, or pruned at it.
    """

    id: int
    parent: int | None
    step: int
    token: int
    log_probability: float
    total: float
    penalty: float
    score: float
    state: Fate


class Tree:
    """Grows with the search of one sentence: ``beam_search(…, rows=1, watch=tree.grow)``.

    At each step it takes the 2K candidates of the K hypotheses that live (§6.1).
    """

    def __init__(self, eos_id: int, alpha: float):
        self.eos_id, self.alpha = eos_id, alpha
        self.nodes: list[Node] = []
        self._step = 0
        self._beam: list[Node | None] = [None]  # who lives, by place; None: nothing is written

    def grow(self, rows: Sequence[int], found: Candidates) -> None:
        """Take one step's candidates, best first, without the one that was dropped already."""
        assert len(rows) == 1, "a tree is of one sentence"
        self._step += 1
        width = (found.totals.size(1) - 1) // 2
        penalty = length_penalty(self._step, self.alpha)
        living: list[Node | None] = []
        parts = (found.totals, found.parents, found.newest)
        for total, place, token in zip(*(part[0, :-1].tolist() for part in parts), strict=True):
            if total == NEVER:
                continue
            parent = self._beam[place]
            state: Fate = "pruned"
            if token == self.eos_id:
                state = "finished"
            elif len(living) < width:
                state = "alive"
            node = Node(
                len(self.nodes), parent.id if parent else None, self._step, token,
                total - (parent.total if parent else 0.0), total, penalty, total / penalty, state,
            )  # fmt: skip
            self.nodes.append(node)
            if state == "alive":
                living.append(node)
        self._beam = living

    def find(self, hypothesis: Hypothesis) -> Node | None:
        """The node of a hypothesis of this search; None if nothing was written."""
        tokens = [*hypothesis.tokens, *([self.eos_id] if hypothesis.finished else [])]
        children = {(node.parent, node.token): node for node in self.nodes}
        node: Node | None = None
        for token in tokens:
            node = children[node.id if node else None, token]
        return node
