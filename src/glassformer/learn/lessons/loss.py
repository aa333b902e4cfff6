"""Lesson 11: loss and schedule."""

from __future__ import annotations

from collections.abc import Iterator

from glassformer.learn.exam import Case, Exam, Mistake, Parts, drawn
from glassformer.numerics import loss as reference
from glassformer.training import schedule

# %% [markdown]
# # 11. Loss and schedule
#
# *The paper: §5.3, equation 3; §5.4, label smoothing. Live: `glassformer explore`, the views "One
# training step" and "How it learned".*
#
# At each position the model gives a probability to every token, and one of them is right. The
# **loss** is how surprised it is by the right one, −log p: 0 where it was certain, more the less it
# believed in it. With **label smoothing** nobody is to be certain: a share ε of the target is
# spread evenly over all V tokens, the right one among them.
#
#     target q:  (1 − ε) + ε/V on the right token, ε/V on each of the others
#     loss   =  − Σ q · log p          (natural logarithm; log p = log_softmax(logits))
#
# Padding is no word and has no loss. The loss of a batch is the mean over its real tokens, so that
# every token weighs the same, whichever sentence it stands in.
#
# The **learning rate** rises evenly for the first `warmup` updates, while Adam's estimates are
# poor, and then falls with the root of the update's number:
#
#     rate = d_model^−0.5 · min(step^−0.5, step · warmup^−1.5)         step = 1, 2, 3 …
#
# ## Your task
#
# Write the three functions, without torch's own cross-entropy.
# %%
import torch
from torch import Tensor


# %%
def smoothed_cross_entropy(logits: Tensor, targets: Tensor, smoothing: float) -> Tensor:
    """logits [row, vocabulary], targets int64 [row], smoothing: ε -> each row's loss: [row]."""
    # TODO 1. The log-probability of every token: [row, vocabulary].
    log_probabilities = logits.log_softmax(-1)
    # TODO 2. That of the right token: x.gather(-1, targets[:, None]) picks one from each row.
    right = log_probabilities.gather(-1, targets[:, None])[:, 0]
    # TODO 3. 1 − ε of the right one, and ε/V of all of them: ε times their mean. And the sign.
    return -(1 - smoothing) * right - smoothing * log_probabilities.mean(-1)


# %%
def mean_loss(logits: Tensor, targets: Tensor, smoothing: float, pad: int) -> Tensor:
    """logits [batch, position, vocabulary], targets [batch, position] -> the mean over all targets
    that are not padding: a tensor of one number."""
    # TODO 1. Which targets are real? x[real], with real [batch, position], gives their rows.
    real = targets != pad
    # TODO 2. The loss of each of them, and the mean.
    return smoothed_cross_entropy(logits[real], targets[real], smoothing).mean()


# %%
def learning_rate(step: int, d_model: int, warmup: int) -> float:
    """Equation 3. step counts updates from 1."""
    # TODO Two powers, and the smaller of them: x**-0.5 is one over the root.
    return d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)


# %%
if __name__ == "__main__":  # try it: python lesson_11_loss.py
    sure = torch.tensor([[9.0, 0.0, 0.0], [0.0, 9.0, 0.0]])  # right, and wrong
    print("loss, no smoothing:", smoothed_cross_entropy(sure, torch.tensor([0, 0]), 0.0).tolist())
    print("loss, ε = 0.1:     ", smoothed_cross_entropy(sure, torch.tensor([0, 0]), 0.1).tolist())
    for step in (1, 1000, 4000, 16000):
        print(f"learning rate at {step:>5}: {learning_rate(step, 512, 4000):.6f}")


# %% checks
SIZES = {"batch": 3, "position": 5, "vocabulary": 17, "row": 7}


def cases() -> Iterator[Case]:
    """Rows, a batch with padding, and both ends of the schedule."""
    batch, positions, vocabulary, rows = SIZES.values()
    logits, targets = drawn(rows, vocabulary, seed=1, scale=2), torch.arange(rows) * 2 % vocabulary
    for smoothing in (0.0, 0.1):

        def run(parts: Parts, smoothing: float = smoothing) -> Tensor:
            return parts.smoothed_cross_entropy(logits, targets, smoothing)

        def ours(smoothing: float = smoothing) -> Tensor:
            return reference.smoothed_cross_entropy(logits, targets, smoothing)

        says = f"smoothed_cross_entropy, ε = {smoothing:g}"
        yield Case(says, run, ours, "row", [logits, targets])
    whole = drawn(batch, positions, vocabulary, seed=2, scale=2)
    wanted = torch.tensor([[5, 7, 1, 1, 1], [4, 0, 6, 2, 1], [9, 8, 3, 4, 16]])
    real = wanted != 1

    def mean() -> Tensor:
        return reference.smoothed_cross_entropy(whole[real], wanted[real], 0.1).mean()

    yield Case(
        "mean_loss, padding is 1",
        lambda parts: parts.mean_loss(whole, wanted, 0.1, 1),
        mean,
        "",
        [whole, wanted],
    )
    for step in (1, 37, 101, 1009):

        def rate(parts: Parts, step: int = step) -> float:
            return float(parts.learning_rate(step, 31, 101))

        def right(step: int = step) -> float:
            return schedule.learning_rate(step, warmup=101, peak=schedule.paper_peak(31, 101))

        place = "in warm-up" if step < 101 else "at its end" if step == 101 else "after it"
        yield Case(f"learning_rate: update {step}, {place} (of 101)", rate, right)


LOGS, RESULT = (
    "logits.log_softmax(-1)",
    "-(1 - smoothing) * right - smoothing * log_probabilities.mean(-1)",
)
MEAN = "smoothed_cross_entropy(logits[real], targets[real], smoothing).mean()"
RATE = "d_model**-0.5 * min(step**-0.5, step * warmup**-1.5)"
MISTAKES = (
    Mistake(
        "the sign is missing: the loss is minus the log-probability",
        {RESULT: "(1 - smoothing) * right + smoothing * log_probabilities.mean(-1)"},
    ),
    Mistake(
        "these are logarithms to the base 2; here they are natural",
        {LOGS: "logits.softmax(-1).log2()"},
    ),
    Mistake("there is no logarithm: the softmax gives probabilities", {LOGS: "logits.softmax(-1)"}),
    Mistake("there is no softmax: logits are no log-probabilities", {LOGS: "logits"}),
    Mistake(
        "the softmax runs along the rows; it runs along the vocabulary, the last axis",
        {LOGS: "logits.log_softmax(0)"},
    ),
    Mistake("there is no smoothing: ε is not used", {RESULT: "-right"}),
    Mistake(
        "ε is added up over the vocabulary, ε on each token; each of the V tokens has ε/V: the "
        "mean, not the sum",
        {RESULT: RESULT.replace("mean", "sum")},
    ),
    Mistake(
        "the right token has 1 − ε and the others share ε, ε/(V − 1) each: the reference "
        "implementation's way. Here all V tokens share it, the right one among them",
        {
            RESULT: "-(1 - smoothing) * right - smoothing / (logits.size(-1) - 1) "
            "* (log_probabilities.sum(-1) - right)"
        },
    ),
    Mistake(
        "the right token lacks its own ε/V: (1 − ε) + ε/V",
        {
            RESULT: "-(1 - smoothing) * right - smoothing / logits.size(-1) "
            "* (log_probabilities.sum(-1) - right)"
        },
    ),
    Mistake(
        "the right token has 1, and ε comes on top of it; its share is 1 − ε",
        {RESULT: "-right - smoothing * log_probabilities.mean(-1)"},
    ),
    Mistake(
        "1 − ε and ε are in each other's place",
        {RESULT: "-smoothing * right - (1 - smoothing) * log_probabilities.mean(-1)"},
    ),
    Mistake(
        "it is the mean of all rows; here each row keeps its loss", {RESULT: f"({RESULT}).mean()"}
    ),
    Mistake(
        "it is the sum of all rows; here each row keeps its loss", {RESULT: f"({RESULT}).sum()"}
    ),
    Mistake(
        "padding is counted: only the real targets have a loss",
        {MEAN: "smoothed_cross_entropy(logits.flatten(0, 1), targets.flatten(), smoothing).mean()"},
    ),
    Mistake("padding is taken to be 0, whatever `pad` says", {"targets != pad": "targets != 0"}),
    Mistake(
        "only padding is counted: the comparison is the wrong way round",
        {"targets != pad": "targets == pad"},
    ),
    Mistake(
        "the loss of the real targets is divided by the number of all places, padding too: "
        "divide by the real ones",
        {MEAN: MEAN.replace(".mean()", ".sum() / targets.numel()")},
    ),
    Mistake("it is the sum; the mean is wanted", {MEAN: MEAN.replace(".mean()", ".sum()")}),
    Mistake(
        "it is divided by the number of sentences; every token weighs the same: divide by the "
        "real tokens",
        {MEAN: MEAN.replace(".mean()", ".sum() / targets.size(0)")},
    ),
    Mistake(
        "it is the mean of the sentences' means; every token weighs the same: one mean over all "
        "real tokens",
        {
            MEAN: "torch.stack([smoothed_cross_entropy(a[b], c[b], smoothing).mean() "
            "for a, b, c in zip(logits, real, targets)]).mean()"
        },
    ),
    Mistake("mean_loss does not smooth: pass ε on", {MEAN: MEAN.replace("smoothing", "0.0")}),
    Mistake(
        "the larger of the two is taken; it is the smaller, min", {RATE: RATE.replace("min", "max")}
    ),
    Mistake("d_model^−0.5 is missing", {RATE: RATE.replace("d_model**-0.5 * ", "")}),
    Mistake(
        "it is multiplied by √d_model, not divided by it",
        {RATE: RATE.replace("d_model**-0.5", "d_model**0.5")},
    ),
    Mistake("the warm-up's exponent is −0.5; it is −1.5", {RATE: RATE.replace("-1.5", "-0.5")}),
    Mistake(
        "there is no warm-up: it falls from the first step on", {RATE: "d_model**-0.5 * step**-0.5"}
    ),
    Mistake(
        "it never falls: after the warm-up it goes with step^−0.5",
        {RATE: "d_model**-0.5 * step * warmup**-1.5"},
    ),
    Mistake(
        "the steps are counted from 0, one off; the first is 1",
        {RATE: RATE.replace("min(step**-0.5, step", "min((step + 1)**-0.5, (step + 1)")},
    ),
)

EXAM = Exam(
    SIZES,
    cases,
    MISTAKES,
    hints=(
        "smoothed_cross_entropy: logits.log_softmax(-1) are the log-probabilities. x.gather(-1, "
        "targets[:, None]) is [row, 1]; [:, 0] takes the axis away.",
        "smoothed_cross_entropy: ε/V times the sum over all V tokens is ε times their mean: "
        "log_probabilities.mean(-1).",
        "mean_loss, learning_rate: logits[real] is [number of real targets, vocabulary]. In "
        "Python a power is **, and x**-0.5 is 1/√x.",
    ),
)
