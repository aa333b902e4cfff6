"""One hypothesis a row, token after token, however each token is chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from glassformer.decoding.hypothesis import (
    NEVER,
    Hypothesis,
    Room,
    S,
    StepFunction,
    check_lengths,
    held_to,
    log_probabilities,
    near,
    refuse_nan,
)

# Log-probabilities [row, vocabulary] -> the tokens that are taken, int64 [row], and for each row
# the log-probability of the runner-up (-inf where there is none, or where chance chose).
Choose = Callable[[Tensor], tuple[Tensor, Tensor]]

# Sees each step: the model's logits [row, vocabulary], what is taken (int64 [row]), and the state.
Watch = Callable[[Tensor, Tensor, S], None]


@dataclass
class Draft:
    """What is written of one row so far."""

    row: int
    longest: int
    tokens: list[int] = field(default_factory=list)
    log_probability: float = 0.0
    finished: bool = False
    tied: bool = False
    stuck: bool = False

    @property
    def done(self) -> bool:
        """Whether nothing more is to be written."""
        return self.finished or self.stuck or len(self.tokens) >= self.longest

    def add(self, token: int, value: float, second: float, eos_id: int) -> None:
        """Take a token of log-probability ``value`` where the next best had ``second``."""
        self.stuck = value == NEVER
        if self.stuck:
            return
        self.log_probability += value
        self.tied = self.tied or near(value, second)
        self.finished = token == eos_id
        if not self.finished:
            self.tokens.append(token)

    def hypothesis(self) -> Hypothesis:
        """What was written, as it is handed out."""
        total = self.log_probability
        return Hypothesis(tuple(self.tokens), total, total, self.finished, self.tied)


def write(
    step: StepFunction[S],
    state: S,
    choose: Choose,
    *,
    rows: int,
    bos_id: int,
    eos_id: int,
    max_lengths: Sequence[int],
    banned: Sequence[int] = (),
    prefix: Sequence[int] = (),
    watch: Watch[S] | None = None,
) -> list[Hypothesis]:
    """Write each row until its end token, or unfinished until its maximum length.

    ``max_lengths`` count generated tokens, the end token among them. A row that is done leaves the
    batch; so does one to which every token is forbidden, unfinished. The score is the
    log-probability: there is nothing to compare lengths with.

    Args:
        prefix: what every row begins with, whatever ``choose`` says.
        watch: called at each step.

    Raises:
        ConfigError: lengths, banned tokens or a prefix that do not fit.
        GlassformerError: the model gave NaN.
    """
    check_lengths(rows, max_lengths)
    drafts = [Draft(row, max_lengths[row]) for row in range(rows)]
    alive = [draft for draft in drafts if draft.longest > 0]
    if len(alive) < rows:
        state = state.select(torch.tensor([draft.row for draft in alive], dtype=torch.int64))
    room = Room()
    while alive:
        newest = [draft.tokens[-1] if draft.tokens else bos_id for draft in alive]
        logits, state = step(torch.tensor(newest, dtype=torch.int64), state)
        scores = log_probabilities(logits, banned, room)
        scores = held_to(scores, prefix, len(alive[0].tokens), banned)
        chosen, runner_up = choose(scores)
        taken = scores.gather(1, chosen[:, None])[:, 0]
        values, seconds = torch.stack((taken, runner_up)).tolist()
        refuse_nan(values)
        if watch:
            watch(logits, chosen, state)
        for draft, token, value, second in zip(
            alive, chosen.tolist(), values, seconds, strict=True
        ):
            draft.add(token, value, second, eos_id)
        staying = [i for i, draft in enumerate(alive) if not draft.done]
        if len(staying) < len(alive):
            alive = [alive[i] for i in staying]
            state = state.select(torch.tensor(staying, dtype=torch.int64))
    return [draft.hypothesis() for draft in drafts]
