"""Figure 4: what a pronoun reads, in the two heads that are sharpest there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassformer.data import petit
from glassformer.errors import ConfigError
from glassformer.paper.attention import (
    STEP,
    UP,
    Attention,
    cost,
    draw_from,
    draw_lines,
    draw_words,
    legend,
    longest,
    look,
    reasons,
    strongest,
)
from glassformer.paper.exhibit import Exhibit, Request
from glassformer.paper.pens import COLOURS, Canvas, in_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PETIT = "because it was too wide, the animal did not cross the street"
PAPER = (
    "The Law will never be perfect , but its application should be just - this is what we are "
    "missing , in my opinion ."
)
PRONOUNS = frozenset(
    "it its he him his she her they them their this that il elle ils elles lui leur "
    "er sie es ihn ihm ihr sein seine".split()
)

__all__ = ["cost", "make"]


@in_style
def make(request: Request) -> Exhibit:
    """The first pronoun, the two heads that read another word most sharply there."""
    seen = look(request, PETIT, PAPER)
    word = pronoun(seen)
    reads = sharpest(seen, word)[:2]
    said = " and ".join(f"head {h + 1} reads “{seen.words[k]}” with {w:.0%}" for h, k, w in reads)
    body = (
        f"Self-attention in {seen.where()}. Left all of head {reads[0][0] + 1}; right from the "
        f"word “{seen.words[word]}” alone, in the two heads that read another word most sharply: "
        f"{said}.\n\n{about_meaning(seen, word)}"
        "The paper's figure has “its” in heads 5 and 6, which read “Law”, what it stands for, and "
        "“application”, very sharply.\n\n### Where ours differs, and why\n\n"
    )
    return Exhibit(
        name="fig4", title="Figure 4: what a pronoun stands for",
        body=body + reasons(seen, PAPER),
        data=seen.to_json() | {"word": word, "heads": [head for head, _, _ in reads]},
        pictures={"": draw(seen, word, [head for head, _, _ in reads])},
    )  # fmt: skip


def pronoun(seen: Attention) -> int:
    """The place of the first pronoun.

    Raises:
        ConfigError: the sentence has none.
    """
    found = [i for i in seen.inner if seen.words[i].casefold() in PRONOUNS]
    # "this" and "that" are pronouns at times only: another one goes before.
    sure = [i for i in found if seen.words[i].casefold() not in ("this", "that")]
    if not found:
        raise ConfigError(
            f"figure 4 shows a pronoun, and {seen.sentence!r} has none: give --sentence one with "
            "it, its, he, she, they …"
        )
    return (sure or found)[0]


def sharpest(seen: Attention, word: int) -> list[tuple[int, int, float]]:
    """(head, key, weight) of each head's strongest other word, the sharpest head first."""
    others = [k for k in seen.inner if k != word]
    found = [(h, *strongest(seen.weights[h, word], others)) for h in range(seen.weights.size(0))]
    return sorted(found, key=lambda one: -one[2])


def about_meaning(seen: Attention, word: int) -> str:
    """What the pronoun stands for, where the built-in grammar knows it."""
    sentence = petit.find(seen.sentence) if seen.model.built_in else None
    if sentence is None or sentence.pronoun is None or seen.words[word] != "it":
        return ""
    words = petit.words(sentence.english)
    right, other = (
        words[i] for i in (sentence.pronoun.english_noun, sentence.pronoun.english_other)
    )
    places = [[i for i in seen.inner if seen.words[i] == noun] for noun in (right, other)]
    weights = [sum(float(seen.weights[:, word, i].mean()) for i in place) for place in places]
    return (
        f"“it” stands for “{right}” here; the mean of the heads gives “{right}” {weights[0]:.0%} "
        f"and “{other}” {weights[1]:.0%}.\n\n"
    )


def draw(seen: Attention, word: int, heads: list[int]) -> Figure:
    """All of the first head to the left, the pronoun in both to the right."""
    canvas, room = Canvas(), longest(seen.words)
    draw_words(canvas, seen.words, 0.0)
    draw_lines(canvas, seen.weights[heads[0]], 0.0, COLOURS[heads[0] % len(COLOURS)])
    legend(canvas, heads[:1], (0.1, room + 0.3))
    beside = STEP * len(seen.words) + 0.8
    canvas.shifted(beside)
    draw_words(canvas, seen.words, 0.0, strong=word)
    draw_from(canvas, seen.weights, word, 0.0, heads)
    legend(canvas, heads, (0.1, room + 0.3))
    canvas.shifted(-beside)
    return canvas.fit(-0.2, beside + STEP * len(seen.words) + 0.2, -UP - room, room + 0.6)
