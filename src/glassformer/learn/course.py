"""The lessons in their order, told without importing any: what each is called and gives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from glassformer.errors import ConfigError, nearest

# Lesson -> what it has the learner write.
COURSE: dict[str, tuple[str, ...]] = {
    "tokens": ("encode", "pad_rows", "shift"),
    "embedding": ("Embedding", "logits"),
    "positions": ("sinusoids", "place"),
    "attention": ("attend",),
    "masks": ("padding_mask", "causal_mask"),
    "heads": ("MultiHeadAttention",),
    "feedforward": ("FeedForward",),
    "residual": ("LayerNorm", "PostNorm", "PreNorm"),
    "encoder": ("EncoderLayer", "Encoder"),
    "decoder": ("DecoderLayer", "Decoder"),
    "loss": ("smoothed_cross_entropy", "mean_loss", "learning_rate"),
    "search": ("greedy", "length_penalty", "beam_search"),
}
BEGINS, ENDS = "# %% [markdown]\n", "# %% checks\n"


@dataclass(frozen=True)
class Lesson:
    """A lesson's place in the course. ``parts`` are the names that it has the learner write."""

    number: int
    name: str
    parts: tuple[str, ...]

    @property
    def stem(self) -> str:
        """What its file is called, without ending."""
        return f"lesson_{self.number:02}_{self.name}"

    @property
    def text(self) -> str:
        """What the learner reads and writes, our solution in it."""
        return text_of(self.name)

    @property
    def title(self) -> str:
        """Its first heading, without number."""
        return self.text.removeprefix(BEGINS).partition("\n")[0].partition(". ")[2]


LESSONS = tuple(Lesson(n, name, parts) for n, (name, parts) in enumerate(COURSE.items(), 1))


@cache
def text_of(name: str) -> str:
    """The learner's part of a lesson's file."""
    file = resources.files("glassformer") / "learn" / "lessons" / f"{name}.py"
    begins, ends = file.read_text(encoding="utf-8").split(BEGINS, 1)[1], ENDS
    return BEGINS + begins.partition(ends)[0].rstrip("\n") + "\n"


def named(which: str) -> Lesson:
    """The lesson of this number or name.

    Raises:
        ConfigError: there is none.
    """
    for lesson in LESSONS:
        if which.removesuffix(".py").removesuffix(".ipynb") in (
            str(lesson.number), f"{lesson.number:02}", lesson.name, lesson.stem
        ):  # fmt: skip
            return lesson
    known = nearest(which, COURSE) if which.isalpha() else ""
    raise ConfigError(f"there is no lesson {which!r}: they go from 1 to {len(LESSONS)}.{known}")


def lesson_of(part: str) -> Lesson:
    """The lesson in which a part is written.

    Raises:
        ConfigError: in none.
    """
    for lesson in LESSONS:
        if part in lesson.parts:
            return lesson
    every = [part for lesson in LESSONS for part in lesson.parts]
    raise ConfigError(f"no lesson has you write {part!r}.{nearest(part, every)}")
