"""From a recipe's [data] section to the sentence pairs of its splits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol

from glassformer.data import petit
from glassformer.data.algorithms import RULES, AlgorithmData
from glassformer.data.digits import Digits
from glassformer.data.sources import SOURCES, open_files, open_source
from glassformer.data.trees import open_treebank, petit_trees
from glassformer.errors import ConfigError, nearest

TREES = ("petit-trees", "treebank")  # sources whose target is a parse tree


@dataclass(frozen=True, kw_only=True)
class DataConfig:
    """Where the sentence pairs come from.

    ``source`` is petit (the built-in pair), petit-sentences or petit-stories (its English alone),
    petit-trees (with its parse trees), petit-it (with what "it" is), an exact task (copy, reverse,
    sort, add), digits (images), a known corpus, a treebank, or files. A known corpus or a treebank
    is looked for in the folder ``path``. Files are named by ``train_source`` … ``test_target``: a
    source alone has tabs and stands for both sides, a target alone is one text a line. Pairs with a
    side of more than ``max_length`` tokens are skipped in training, and counted. ``running``: the
    target lines are one text, of which a decoder-only model gets pieces of ``max_length`` tokens.
    ``size`` is how many training sentences are made where they are made.
    """

    source: str
    path: str | None = None
    source_language: str | None = None
    target_language: str | None = None
    train_source: str | None = None
    train_target: str | None = None
    dev_source: str | None = None
    dev_target: str | None = None
    test_source: str | None = None
    test_target: str | None = None
    max_length: int = 256
    running: bool = False
    size: int = 60_000
    seed: int = 1

    def __post_init__(self) -> None:
        known = {"petit", "petit-it", "digits", "files", *TREES, *petit.TEXTS, *RULES, *SOURCES}
        if self.source not in known:
            raise ConfigError(
                f"data.source = {self.source!r} is not known.{nearest(self.source, known)}"
            )
        if self.max_length < 1 or self.size < 1:
            raise ConfigError("data.max_length and data.size must be at least 1")


class PetitData:
    """The built-in pair behind the same face as a corpus of files."""

    sizes: ClassVar[dict[str, int]] = {"dev": 500, "test": 1000}
    names: ClassVar[dict[str, petit.Split]] = {"train": "train", "dev": "new", "test": "new"}

    def __init__(self, config: DataConfig):
        self.config = config

    def splits(self) -> list[str]:
        """The names of its splits."""
        return list(self.names)

    def split(self, name: str) -> Iterator[tuple[str, str]]:
        """(English, French) sentences; dev and test are new sentences, from different seeds."""
        size = self.sizes.get(name, self.config.size)
        seed = self.config.seed + {"train": 0, "dev": 1, "test": 2}[name]
        for sentence in petit.split(self.names[name], seed, size):
            yield sentence.english, sentence.french

    def describe(self) -> str:
        """One line on what this is."""
        return f"petit, the built-in English-French pair, {self.config.size:,} training sentences"


class PetitTrees(PetitData):
    """English sentences of petit, and their trees in brackets."""

    def split(self, name: str) -> Iterator[tuple[str, str]]:
        """(English, tree); dev and test are new sentences, from different seeds."""
        seed = self.config.seed + {"train": 0, "dev": 1, "test": 2}[name]
        return petit_trees(name, seed, self.sizes.get(name, self.config.size))

    def describe(self) -> str:
        """One line on what this is."""
        return f"petit's English with its parse trees, {self.config.size:,} training sentences"


class PetitMeanings(PetitData):
    """English sentences of petit, and what "it" stands for in each: animal, place or nothing."""

    def split(self, name: str) -> Iterator[tuple[str, str]]:
        """(English, what "it" is); dev and test are new sentences, from different seeds."""
        seed = self.config.seed + {"train": 0, "dev": 1, "test": 2}[name]
        return petit.what_it_is(self.names[name], seed, self.sizes.get(name, self.config.size))

    def describe(self) -> str:
        """One line on what this is."""
        return f'petit\'s English and what "it" is, {self.config.size:,} training sentences'


class PetitTexts:
    """English of petit alone: what should be read is nothing, what should be said is the text."""

    sizes: ClassVar[dict[str, int]] = {"dev": 500, "test": 2000}

    def __init__(self, config: DataConfig):
        self.config = config

    def splits(self) -> list[str]:
        """The names of its splits."""
        return ["train", *self.sizes]

    def texts(self, name: str) -> Iterator[petit.Text]:
        """The texts of a split with their probability; dev and test are new ones."""
        size = self.sizes.get(name, self.config.size)
        seed = self.config.seed + {"train": 0, "dev": 1, "test": 2}[name]
        return petit.texts(self.config.source, name != "train", seed, size)

    def split(self, name: str) -> Iterator[tuple[str, str]]:
        """("", English text)."""
        return (("", text.english) for text in self.texts(name))

    def describe(self) -> str:
        """One line on what this is."""
        return f"{self.config.source}, English of petit, {self.config.size:,} training texts"


class Data(Protocol):
    """Pairs of texts by split, read or made anew by each call of ``split``."""

    def splits(self) -> list[str]:
        """The names of its splits."""

    def split(self, name: str) -> Iterator[tuple[str, str]]:
        """(source, target) of a split."""

    def describe(self) -> str:
        """One line on what this is."""


def open_data(config: DataConfig) -> Data:
    """The corpus that the config names; ``split("train" | "dev" | "test")`` streams its pairs."""
    if config.source == "petit":
        return PetitData(config)
    if config.source == "digits":
        return Digits()
    if config.source == "petit-it":
        return PetitMeanings(config)
    if config.source == "petit-trees":
        return PetitTrees(config)
    if config.source in petit.TEXTS:
        return PetitTexts(config)
    if config.source in RULES:
        return AlgorithmData(config.source, config.size, config.seed)
    if config.source == "files":
        if config.train_source is None and config.train_target is None:
            raise ConfigError(
                "data.source = 'files' needs data.train_source and data.train_target, or one of "
                "them: the source alone with tabs, the target alone for a model of one text"
            )
        return open_files(
            train=(config.train_source, config.train_target),
            dev=(config.dev_source, config.dev_target),
            test=(config.test_source, config.test_target),
        )
    path = Path(config.path) if config.path else None
    if config.source == "treebank":
        return open_treebank(path)
    return open_source(config.source, path, config.source_language, config.target_language)
