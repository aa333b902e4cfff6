"""Lesson 12: greedy and beam."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from glassformer import decoding
from glassformer.learn.exam import Case, Exam, Mistake, Parts, drawn

# %% [markdown]
# # 12. Greedy and beam
#
# *The paper: §6.1. Live: `glassformer explore`, the view "How it writes".*
#
# A model says how probable each next token is; a search makes a sentence of that. **Greedy** takes
# the most probable one, appends it, asks again, until the end token comes.
#
# The best first word may lead into a bad sentence. **Beam search** keeps the K most probable
# beginnings alive. At each step all their continuations are looked at; the 2K best of them are
# taken; those among them that end are finished, and the K best of the others live on. (2K, so that
# K remain even if the beginnings all could end.)
#
# A sentence's log-probability is a sum of terms below 0, so the shorter sentence tends to win. The
# paper divides by a penalty that grows with the length |y|, the end token counted, and takes the
# finished sentence with the highest score. If none is finished, the best of those that live is
# taken:
#
#     lp(y) = ((5 + |y|) / 6)^α          score(y) = log P(y) / lp(y)          α = 0.6, K = 4
#
# ## Your task
#
# Write the three functions. `next_logits(tokens)` is the model: tokens [row, length], each row with
# the begin token in front, to the logits of the next token [row, vocabulary]. What you return has
# neither begin nor end. At most `longest` tokens are written, the end token counted.
# %%
from collections.abc import Callable

import torch
from torch import Tensor

NextLogits = Callable[[Tensor], Tensor]


# %%
def greedy(next_logits: NextLogits, begin: int, end: int, longest: int) -> list[int]:
    """The most probable next token, again and again."""
    # TODO 1. Start with the begin token, and go on for at most `longest` tokens.
    tokens = [begin]
    for _ in range(longest):
        # TODO 2. The logits of the next token, and the largest of them: .argmax()
        logits = next_logits(torch.tensor([tokens]))[0]
        best = int(logits.argmax())
        # TODO 3. The end token ends it; any other is appended.
        if best == end:
            break
        tokens.append(best)
    # TODO 4. Without the begin token.
    return tokens[1:]


# %%
def length_penalty(length: int, alpha: float) -> float:
    """((5 + length) / 6)^α."""
    # TODO The formula. A power is **.
    return ((5 + length) / 6) ** alpha


# %%
def beam_search(
    next_logits: NextLogits, begin: int, end: int, longest: int, beam: int = 4, alpha: float = 0.6
) -> list[int]:
    """The finished sentence with the highest score."""
    # TODO 1. What lives: pairs of tokens and their log-probability. What is finished: pairs of
    #      tokens and their score.
    alive = [([begin], 0.0)]
    finished: list[tuple[list[int], float]] = []
    for length in range(1, longest + 1):
        # TODO 2. For each length 1, 2 … longest: the log-probabilities of the next token, for all
        #      that live at once: [alive, vocabulary].
        rows = next_logits(torch.tensor([tokens for tokens, _ in alive])).log_softmax(-1)
        # TODO 3. To each is added the log-probability of what it continues.
        sums = rows + torch.tensor([total for _, total in alive])[:, None]
        # TODO 4. The 2 · beam best of all of them: x.flatten().topk(n) gives values and places;
        #      divmod(place, vocabulary) is which lives, and the new token.
        values, places = sums.flatten().topk(min(2 * beam, sums.numel()))
        best = []
        for total, place in zip(values.tolist(), places.tolist(), strict=True):
            parent, token = divmod(place, sums.size(1))
            best.append(([*alive[parent][0], token], total))
        # TODO 5. Those that end are finished; their score is the log-probability over the penalty.
        for tokens, total in best:
            if tokens[-1] == end:
                finished.append((tokens[:-1], total / length_penalty(length, alpha)))
        # TODO 6. The `beam` best of the others live on.
        alive = [pair for pair in best if pair[0][-1] != end][:beam]
    # TODO 7. The best of the finished (of the living, if none is), without the begin token.
    tokens, _ = max(finished or alive, key=lambda pair: pair[1])
    return tokens[1:]


# %%
if __name__ == "__main__":  # try it: python lesson_12_search.py
    # 0 begins, 1 ends. "2" looks best at first, but only "3" goes on well.
    table = torch.tensor([[0, 0, 0.55, 0.45], [0, 1, 0, 0], [0, 0.4, 0.3, 0.3], [0, 0.9, 0.1, 0]])

    def toy(tokens: Tensor) -> Tensor:
        """The next token depends on the last."""
        return table[tokens[:, -1]].log()

    print("greedy:", greedy(toy, 0, 1, longest=5), " beam:", beam_search(toy, 0, 1, longest=5))


# %% checks
SIZES = {"vocabulary": 7}
BEGIN, END, LONGEST = 0, 3, 11


@dataclass(frozen=True)
class Written:
    """What our own search remembers: all tokens so far, [row, length]."""

    tokens: Tensor

    def select(self, rows: Tensor) -> Written:
        """These rows, in this order."""
        return Written(self.tokens[rows])


def language(seed: int, ending: float) -> NextLogits:
    """A language in which the next token depends on the last two, and which ends the sooner the
    larger ``ending`` is; with 0, never."""
    size = SIZES["vocabulary"]
    table = drawn(size, size, size, seed=seed, scale=1.5)

    def next_logits(tokens: Tensor) -> Tensor:
        before = tokens[:, -2] if tokens.size(1) > 1 else tokens[:, -1]
        logits = table[before, tokens[:, -1]].clone()
        logits[:, END] += ending * (tokens.size(1) - 4) if ending else -30.0
        logits[:, BEGIN] = -20.0  # nobody says it again
        return logits

    return next_logits


def stepped(next_logits: NextLogits) -> Callable[[Tensor, Written], tuple[Tensor, Written]]:
    """The same language for our own search, which gives one token at a time."""

    def step(newest: Tensor, before: Written) -> tuple[Tensor, Written]:
        tokens = torch.cat((before.tokens, newest[:, None]), 1)
        return next_logits(tokens), Written(tokens)

    return step


def searched(next_logits: NextLogits, longest: int, **how: float) -> list[int]:
    """What our own search finds: greedy where nothing is said of a beam."""
    shared = {"rows": 1, "bos_id": BEGIN, "eos_id": END, "max_lengths": [longest]}
    step, start = stepped(next_logits), Written(torch.zeros(1, 0, dtype=torch.int64))
    if not how:
        return list(decoding.greedy(step, start, **shared)[0].tokens)  # type: ignore[arg-type]
    return list(decoding.beam_search(step, start, **shared, **how)[0][0].tokens)  # type: ignore[arg-type]


def cases() -> Iterator[Case]:
    """Languages that end soon, late and never; several beams and penalties."""
    soon, never = language(5, 0.6), language(9, 0.0)
    for says, tongue in (("a sentence that ends", soon), ("one that never ends", never)):

        def write(parts: Parts, tongue: NextLogits = tongue) -> list[int]:
            return parts.greedy(tongue, BEGIN, END, LONGEST)

        def wanted(tongue: NextLogits = tongue) -> list[int]:
            return searched(tongue, LONGEST)

        yield Case(f"greedy: {says}", write, wanted)
    for length in (1, 13):

        def penalty(parts: Parts, length: int = length) -> float:
            return float(parts.length_penalty(length, 0.6))

        def right(length: int = length) -> float:
            return decoding.length_penalty(length, 0.6)

        yield Case(f"length_penalty: {length}", penalty, right)
    for says, tongue, beam, alpha in (
        ("a beam of 1, no penalty", soon, 1, 0.0),
        ("beam 3, no penalty", soon, 3, 0.0),
        ("beam 4, α = 0.6", soon, 4, 0.6),
        ("beam 2, α = 2", language(15, 0.9), 2, 2.0),
        ("beam 3, α = 3", language(19, 0.6), 3, 3.0),
        ("nothing ends", never, 3, 0.6),
    ):

        def search(
            parts: Parts, tongue: NextLogits = tongue, beam: int = beam, alpha: float = alpha
        ) -> Any:
            return parts.beam_search(tongue, BEGIN, END, LONGEST, beam, alpha)

        def found(tongue: NextLogits = tongue, beam: int = beam, alpha: float = alpha) -> list[int]:
            return searched(tongue, LONGEST, beam=beam, alpha=alpha)

        yield Case(f"beam_search: {says}", search, found)


LAST = "# 4. Without the begin token."
GREEDY = "        if best == end:\n            break\n        tokens.append(best)"
PENALTY, SCORE = "((5 + length) / 6) ** alpha", "total / length_penalty(length, alpha)"
SUM, BEST = (
    "rows + torch.tensor([total for _, total in alive])[:, None]",
    "min(2 * beam, sums.numel())",
)
KEPT, CHOSEN = "[:beam]\n", "max(finished or alive, key=lambda pair: pair[1])"
MISTAKES = (
    Mistake(
        "greedy: the end token stands in the result; leave it out",
        {GREEDY: "        tokens.append(best)\n        if best == end:\n            break"},
    ),
    Mistake(
        "greedy: the begin token stands in the result; leave it out",
        {
            f"{LAST}\n    return tokens[1:]": f"{LAST}\n    return tokens",
        },
    ),
    Mistake("greedy: the end token does not end it", {GREEDY: "        tokens.append(best)"}),
    Mistake(
        "greedy: it takes the least probable token",
        {"int(logits.argmax())": "int(logits.argmin())"},
    ),
    Mistake(
        "greedy: one token too few is written; `longest` may be",
        {"for _ in range(longest):": "for _ in range(longest - 1):"},
    ),
    Mistake(
        "greedy: one token too many is written; at most `longest`",
        {"for _ in range(longest):": "for _ in range(longest + 1):"},
    ),
    Mistake(
        "greedy: the model is shown the last token alone; it reads all that is written",
        {"next_logits(torch.tensor([tokens]))": "next_logits(torch.tensor([tokens[-1:]]))"},
    ),
    Mistake(
        "length_penalty: it is (5 + length) / 6, with the power α", {PENALTY: "(5 + length) / 6"}
    ),
    Mistake("length_penalty: the 5 is missing", {PENALTY: "(length / 6) ** alpha"}),
    Mistake(
        "length_penalty: the 6 is missing: for a length of 1 it is 1",
        {PENALTY: "(5 + length) ** alpha"},
    ),
    Mistake(
        "length_penalty: it is multiplied by α; α is a power",
        {PENALTY: "((5 + length) / 6) * alpha"},
    ),
    Mistake(
        "length_penalty: the sign of α is turned round", {PENALTY: "((5 + length) / 6) ** -alpha"}
    ),
    Mistake("length_penalty: it is the length to the power α alone", {PENALTY: "length**alpha"}),
    Mistake("beam_search: there is no length penalty", {SCORE: "total"}),
    Mistake(
        "beam_search: the log-probability is multiplied by the penalty; it is divided",
        {SCORE: SCORE.replace("/", "*")},
    ),
    Mistake(
        "beam_search: the log-probability is divided by the length, not by the penalty",
        {SCORE: "total / length"},
    ),
    Mistake(
        "beam_search: the end token is not counted in the length, one off",
        {SCORE: SCORE.replace("(length,", "(length - 1,")},
    ),
    Mistake(
        "beam_search: the begin token is counted in the length, one off",
        {SCORE: SCORE.replace("(length,", "(length + 1,")},
    ),
    Mistake(
        "beam_search: logits are added up; log-probabilities are: log_softmax",
        {".log_softmax(-1)": ""},
    ),
    Mistake(
        "beam_search: probabilities are added up; log-probabilities are: log_softmax",
        {".log_softmax(-1)": ".softmax(-1)"},
    ),
    Mistake(
        "beam_search: what was before is forgotten: only the newest token's log-probability "
        "counts, not the sum",
        {SUM: "rows"},
    ),
    Mistake(
        "beam_search: only `beam` continuations are taken before those that end are set aside; 2"
        " · beam are",
        {BEST: "min(beam, sums.numel())"},
    ),
    Mistake("beam_search: 2 · beam of them live on; `beam` do", {KEPT: "\n"}),
    Mistake("beam_search: one is alive at a time; `beam` are", {KEPT: "[:1]\n"}),
    Mistake(
        "beam_search: the first that is finished is taken; a later one may have a higher score",
        {CHOSEN: "(finished or alive)[0]"},
    ),
    Mistake(
        "beam_search: the lowest score is taken; the highest is the best",
        {CHOSEN: CHOSEN.replace("max", "min")},
    ),
    Mistake(
        "beam_search: the end token stands in the result; leave it out",
        {"(tokens[:-1], total": "(tokens, total"},
    ),
    Mistake(
        "beam_search: sentences that end are kept alive too, and go on after their end",
        {"if pair[0][-1] != end]": "]"},
    ),
    Mistake(
        "beam_search: where nothing is finished the best that lives is taken; this fails, or "
        "gives nothing",
        {CHOSEN: "max(finished, key=lambda pair: pair[1])"},
    ),
    Mistake(
        "beam_search: the least probable continuations are taken: sort from the highest down",
        {BEST: f"{BEST}, largest=False"},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "greedy: next_logits(torch.tensor([tokens]))[0] are the logits of the one row; "
        "int(logits.argmax()) is the token.",
        "beam_search: log-probabilities [alive, vocabulary] plus a column [alive, 1] of what was "
        "so far. divmod(place, vocabulary) undoes flatten.",
        "beam_search: a sentence that ends now has `length` tokens, the end token counted. alive "
        "is what is left of the best, those that end taken out, the first `beam`.",
    ),
)
