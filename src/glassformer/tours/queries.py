"""What a step of a tour can show: the closed list of queries over a trace, each with its options
and with what it finds. The page answers them (``web/src/core/queries/``); the parser checks against
this list, and ``tools/schema.py`` writes its names for the page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

QueryName = Literal[
    "sentence", "word", "look", "habit", "exchange", "cut", "layer", "part", "cell", "split",
    "twin", "hidden", "idea",
]  # fmt: skip

# What is known of every model and sentence, whatever the query.
FactName = Literal[
    "model", "sentence", "output", "read", "wrote", "layers", "heads", "width", "head_width",
    "vocabulary", "parameters", "heads_each",
    "word", "chance", "runner", "runner_chance", "before_word",
    "head", "at", "share", "second", "second_share", "third", "third_share",
    "old", "new", "changed", "became", "before", "after", "after_all",
    "name", "value", "pieces", "count", "first", "last",
]  # fmt: skip
COMMON: tuple[FactName, ...] = (
    "model", "sentence", "output", "read", "wrote", "layers", "heads", "width", "head_width",
    "vocabulary", "parameters", "heads_each",
)  # fmt: skip

# What may be so or not: of every model, and of what a query found.
ConditionName = Literal[
    "trained", "untrained", "writes", "translates", "attends", "built-in", "live", "has-run",
    "clear", "changes", "rewritten", "unchanged", "proved", "weakened", "unharmed",
    "all-proved", "all-held", "tied", "causal", "right",
]  # fmt: skip
ALWAYS: tuple[ConditionName, ...] = (
    "trained", "untrained", "writes", "translates", "attends", "built-in", "live", "has-run",
    "tied", "causal", "right",
)  # fmt: skip

# Choices that the page makes from what was found; "fact" takes the name of a fact that is a number.
ChoicesName = Literal["changed-word", "looked-at", "written-words", "read-words", "fact"]

# What may be offered after the last step of a tour.
EndName = Literal["questions"]

# Cards that explain a foundation, and that a text may open: [as arrows](card:arrow).
CardName = Literal["arrow", "dot", "softmax", "matrix", "logarithm"]

WHICH = ("story", "pronoun", "least-certain", "most-certain", "first", "last")
GRAINS = ("head", "steps", "two", "heads", "together", "wall", "who")
STAGES = ("vectors", "scores", "scaled", "masked", "weights", "mixed")  # of grain=steps
SPOTS = ("", "near")  # of an idea's view
ANY = ("*",)  # any word


@dataclass(frozen=True)
class Query:
    """What one query finds, in words; its options, the first value of each the default; what a text
    may say of it, and on what a text may hang."""

    says: str
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facts: tuple[FactName, ...] = ()
    conditions: tuple[ConditionName, ...] = ()


WORD: tuple[FactName, ...] = ("word", "chance", "runner", "runner_chance", "before_word")
LOOK: tuple[FactName, ...] = (
    *WORD, "head", "at", "share", "second", "second_share", "third", "third_share",
)  # fmt: skip

QUERIES: dict[QueryName, Query] = {
    "sentence": Query("the sentence and what the model made of it, the model closed"),
    "word": Query(
        "a written word: il or elle (pronoun), the one that the model was least or most sure of, "
        "or (story) il or elle where there is one and else the least sure",
        {"which": WHICH, "ribbons": ("shown", "hidden")},
        WORD,
    ),
    "look": Query(
        "the head in which that word looks hardest at one other word; of a pronoun, at a noun that "
        "it may stand for",
        {"which": WHICH, "grain": GRAINS, "stage": STAGES},
        LOOK,
        ("clear",),
    ),
    "habit": Query(
        "of all heads the one that does this most clearly, on this sentence",
        {
            "habit": ("before", "after", "itself", "first", "last", "spread", "along"),
            "part": ("any", "encoder", "decoder", "cross"),
            "grain": GRAINS,
        },
        ("head", "share"),
        ("clear",),
    ),
    "exchange": Query(
        "a word that is read, and another in its place: that of `to` where it may stand there",
        {"to": ANY},
        ("old", "new", "changed", "became"),
        ("changes", "rewritten", "unchanged"),
    ),
    "cut": Query(
        "what `look` finds, cut: in that head alone, and to that word everywhere",
        {"which": WHICH},
        (*LOOK, "before", "after", "after_all"),
        ("proved", "weakened", "unharmed", "all-proved", "all-held"),
    ),
    "layer": Query(
        "a layer, opened",
        {"which": ("first", "last"), "stack": ("any", "encoder", "decoder")},
        ("name", "count"),
    ),
    "part": Query(
        "the first part of this kind, opened",
        {
            "kind": (
                "embedding",
                "self-attention",
                "cross-attention",
                "feed-forward",
                "add-norm",
                "output",
            ),
            "stack": ("any", "encoder", "decoder"),
        },
        ("name",),
    ),
    "cell": Query(
        "one number, explained: the chance of that word, or the largest share of its attention",
        {"number": ("chance", "share"), "which": WHICH},
        (*LOOK, "value"),
    ),
    "split": Query(
        "a word of the sentence that is cut into several tokens", {}, ("word", "pieces", "count")
    ),
    "twin": Query("a word that stands twice in the sentence", {}, ("word", "first", "last")),
    "hidden": Query(
        "a place of a self-attention where a later word is hidden", {}, ("word", "at", "head")
    ),
    "idea": Query(
        "the place of an idea of the index of ideas: idea a10", {"id": ANY, "spot": SPOTS}
    ),
}
