"""The tours that the package carries, by language; their steps may be listed by anybody's tour."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from glassformer.errors import TourError
from glassformer.tours import reading
from glassformer.tours.tour import Step, Tour

HOME = Path(__file__).parent
ORDER = ("five-minutes", "lesson", "everything")
STEPS, IDEAS = "steps.md", "ideas.md"
ENGLISH = "en"


@cache
def languages() -> list[str]:
    """The languages in which there are tours."""
    return sorted(path.parent.name for path in HOME.glob(f"*/{STEPS}"))


@cache
def shared_steps(language: str = ENGLISH) -> dict[str, Step]:
    """Every step that the carried tours are made of, by id: ours, and ideas of the index, each with
    what is asked before it."""
    read = [reading.read(folder(language) / name) for name in (STEPS, IDEAS)]
    return {step.id: step for tour in read for step in tour.steps}


@cache
def shipped(language: str = ENGLISH) -> list[Tour]:
    """The carried tours of this language, the shortest first; the English where there are none.

    Raises:
        TourError: one of them cannot be read, which a test rules out.
    """
    home = folder(language)
    names = [name for name in ORDER if (home / f"{name}.md").is_file()]
    return [reading.read(home / f"{name}.md", shared_steps(home.name)) for name in names]


def folder(language: str) -> Path:
    """Where this language's tours are; the English ones' folder where there are none."""
    return HOME / (language if language in languages() else ENGLISH)


def named(name: str, language: str = ENGLISH) -> Tour:
    """A carried tour by its id, or one from a file.

    Raises:
        TourError: there is none.
    """
    for tour in shipped(language):
        if tour.id == name:
            return tour
    if not Path(name).is_file():
        ids = ", ".join(tour.id for tour in shipped(language))
        raise TourError(f"there is no tour {name!r}: name a file, or one of {ids}")
    return reading.read(name, shared_steps(language))


def edition(tour: Tour, language: str) -> Tour:
    """A carried tour as it is in another language; anybody else's as it is."""
    others = {one.id: one for one in shipped(language)}
    return others.get(tour.id, tour) if tour in shipped(tour.language) else tour
