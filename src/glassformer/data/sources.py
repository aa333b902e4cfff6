"""Corpora that are known by name: where they come from, what they are, how to read them.

A source is looked for in a folder that the user names. What is missing there is fetched through
the ``datasets`` library where it is installed, or the error says what to put where by hand.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import accumulate, islice
from pathlib import Path

from glassformer.data.checksums import CHECKSUMS
from glassformer.data.files import read_lines, read_pairs, read_tabs
from glassformer.errors import ConfigError, DataError, MissingExtraError, SourceError, nearest

SPLITS = ("train", "dev", "test")
PACKED = ("", ".gz", ".zst")
NOTED = "checksums.json"
Pairs = Iterator[tuple[str, str]]


@dataclass(frozen=True)
class Source:
    """A known corpus.

    ``files`` names each split's files, {language} standing for a side; ``hub`` is its dataset id
    and config for the ``datasets`` library, and how its splits are called there.
    """

    title: str
    languages: tuple[str, str]
    size: str
    terms: str
    where: str
    files: dict[str, str]
    hub: tuple[str, str | None] | None = None
    hub_splits: dict[str, str] = field(default_factory=lambda: {"dev": "validation"})


SOURCES: dict[str, Source] = {
    "wmt14-en-de": Source(
        title="WMT 2014 English-German: Europarl, Common Crawl, News Commentary",
        languages=("en", "de"),
        size="4.5 million pairs, about 1.3 GB",
        terms="research use, see statmt.org/wmt14",
        where="statmt.org/wmt14/translation-task.html; dev newstest2013, test newstest2014",
        files={"train": "train.{language}", "dev": "newstest2013.de-en.{language}",
               "test": "newstest2014.de-en.{language}"},
        hub=("wmt/wmt14", "de-en"),
    ),
    "wmt14-en-fr": Source(
        title="WMT 2014 English-French",
        languages=("en", "fr"),
        size="36 to 40 million pairs, about 14 GB",
        terms="research use, see statmt.org/wmt14",
        where="statmt.org/wmt14/translation-task.html; dev newstest2013, test newstest2014",
        files={"train": "train.{language}", "dev": "newstest2013.en-fr.{language}",
               "test": "newstest2014.en-fr.{language}"},
        hub=("wmt/wmt14", "fr-en"),
    ),
    "multi30k": Source(
        title="Multi30k, task 1: image captions in English, German and French",
        languages=("en", "de"),
        size="29 000 pairs, 2 MB",
        terms="non-commercial research and education (Elliott et al. 2016)",
        where="github.com/multi30k/dataset, folder data/task1/raw",
        files={"train": "train.{language}", "dev": "val.{language}",
               "test": "test_2016_flickr.{language}"},
        hub=("bentrevett/multi30k", None),
    ),
    "iwslt14-de-en": Source(
        title="IWSLT 2014 German-English: subtitles of talks",
        languages=("de", "en"),
        size="160 000 pairs, 30 MB",
        terms="CC BY-NC-ND (TED)",
        where="wit3.fbk.eu, release 2014-01, cleaned as usual into train, valid and test",
        files={"train": "train.{language}", "dev": "valid.{language}", "test": "test.{language}"},
        hub=("bbaaaa/iwslt14-de-en", None),
    ),
    "tatoeba": Source(
        title="Tatoeba: short everyday sentences, English with German or French",
        languages=("en", "de"),
        size="170 000 pairs, 4 MB",
        terms="CC BY 2.0 (tatoeba.org)",
        where="manythings.org/anki; a file with tabs, English first",
        files={"train": "deu-eng.2018-05-13.tsv or fra-eng.2019-04-08.tsv"},
    ),
    "tiny-shakespeare": Source(
        title="tiny Shakespeare: one text of 1.1 million characters",
        languages=("en", "en"),
        size="1.1 MB",
        terms="public domain",
        where="github.com/karpathy/char-rnn, data/tinyshakespeare/input.txt",
        files={"train": "input.txt"},
    ),
}  # fmt: skip
TATOEBA = {"de": "deu-eng.2018-05-13.tsv", "fr": "fra-eng.2019-04-08.tsv"}


class ParallelData:
    """Sentence pairs by split; each call of ``split`` reads them anew, one at a time."""

    def __init__(self, readers: Mapping[str, Callable[[], Pairs]], description: str):
        self.readers, self.description = readers, description

    def splits(self) -> list[str]:
        """The names of its splits."""
        return list(self.readers)

    def split(self, name: str) -> Pairs:
        """(source, target) of a split.

        Raises:
            ConfigError: there is no such split.
            DataError: its files cannot be read.
        """
        if name not in self.readers:
            raise ConfigError(
                f"there is no {name} split in {self.description}.{nearest(name, self.readers)}"
            )
        return self.readers[name]()

    def describe(self) -> str:
        """One line on what this is."""
        return self.description


Sides = tuple[str | None, str | None]


def open_files(
    *, train: Sides, dev: Sides = (None, None), test: Sides = (None, None)
) -> ParallelData:
    """A corpus of one's own: for each split two files, or one with tabs, or a target alone.

    Without a dev split, one in fifty training lines (at most 2000) is held out for it.
    """
    readers: dict[str, Callable[[], Pairs]] = {}
    for name, sides in zip(SPLITS, (train, dev, test), strict=True):
        if sides[0] is not None or (train[0] is None and sides[1] is not None):
            readers[name] = reader_of(sides)
        elif sides[1] is not None:
            raise ConfigError(f"data.{name}_target is given without data.{name}_source")
    if "dev" not in readers:
        whole = readers["train"]
        readers["train"] = lambda: (pair for i, pair in enumerate(whole()) if not kept_back(i))
        readers["dev"] = lambda: (pair for i, pair in enumerate(whole()) if kept_back(i))
    return ParallelData(readers, f"files ({', '.join(file for file in train if file)})")


def kept_back(line: int) -> bool:
    """Whether a training line (from 0) is held out for dev: 1 in 50 of the first 100 000."""
    return line % 50 == 49 and line < 100_000


def reader_of(sides: Sides) -> Callable[[], Pairs]:
    """What reads these files, again and again."""
    source, target = sides
    if source is None:
        assert target is not None
        return lambda: (("", line) for line in read_lines(target))
    if target is None:
        return lambda: read_tabs(source)
    return lambda: read_pairs(source, target)


def open_source(
    name: str,
    path: Path | None,
    source_language: str | None = None,
    target_language: str | None = None,
) -> ParallelData:
    """A known corpus in the folder ``path``.

    Raises:
        ConfigError: an unknown name or language.
        SourceError: files are missing and cannot be fetched, or are not the expected ones.
    """
    if name not in SOURCES:
        raise ConfigError(f"there is no source {name!r}.{nearest(name, SOURCES)}")
    source = SOURCES[name]
    if path is None:
        raise SourceError(
            f"{name} needs a folder: data.path=FOLDER (on the command line), or --path. "
            f"{by_hand(name, source, None)}"
        )
    languages = (source_language or source.languages[0], target_language or source.languages[1])
    if name == "tatoeba":
        return open_tatoeba(path, languages)
    if name == "tiny-shakespeare":
        return open_text(path)
    readers: dict[str, Callable[[], Pairs]] = {}
    for split in SPLITS:
        wanted = [source.files[split].format(language=language) for language in languages]
        found = [located(path, file) for file in wanted]
        if None in found:
            fetch(name, source, path, split, languages, wanted)
            found = [located(path, file) for file in wanted]
        for file in found:
            assert file is not None
            check(name, file)
        readers[split] = reader_of((str(found[0]), str(found[1])))
    return ParallelData(readers, f"{name} in {path} ({'-'.join(languages)})")


def located(path: Path, file: str) -> Path | None:
    """The file in the folder, plain or packed."""
    return next((path / (file + end) for end in PACKED if (path / (file + end)).is_file()), None)


def open_tatoeba(path: Path, languages: tuple[str, str]) -> ParallelData:
    """Tatoeba's file with tabs, split by English sentence: one stands in many rows."""
    other = languages[1] if languages[0] == "en" else languages[0]
    if other not in TATOEBA or "en" not in languages:
        raise ConfigError(f"tatoeba has English with one of {sorted(TATOEBA)}, not {languages}")
    file = located(path, TATOEBA[other])
    if file is None:
        raise SourceError(by_hand("tatoeba", SOURCES["tatoeba"], path / TATOEBA[other]))
    check("tatoeba", file)
    columns = (0, 1) if languages[0] == "en" else (1, 0)

    def rows(split: str) -> Pairs:
        for pair in read_tabs(file, columns):
            if split_by(pair[columns[0]]) == split:
                yield pair

    readers = {split: partial(rows, split) for split in SPLITS}
    return ParallelData(readers, f"tatoeba in {path} ({'-'.join(languages)})")


def split_by(sentence: str) -> str:
    """The split of an English sentence: 1 in 100 for dev, 1 in 100 for test, by its hash."""
    number = hashlib.blake2b(sentence.encode(), digest_size=8).digest()[0] * 256
    number += hashlib.blake2b(sentence.encode(), digest_size=8).digest()[1]
    return {0: "dev", 1: "test"}.get(number % 100, "train")


def open_text(path: Path) -> ParallelData:
    """One text: the lines that end in its first nine tenths for training; both sides are the
    line."""
    file = located(path, "input.txt")
    if file is None:
        raise SourceError(
            by_hand("tiny-shakespeare", SOURCES["tiny-shakespeare"], path / "input.txt")
        )
    check("tiny-shakespeare", file)
    ends = list(accumulate(len(line) + 1 for line in read_lines(file)))
    first = bisect_right(ends, ends[-1] * 9 // 10)
    cut = {"train": (0, first), "dev": (first, len(ends)), "test": (0, 0)}

    def rows(split: str) -> Pairs:
        return ((line, line) for line in islice(read_lines(file), *cut[split]))

    readers = {split: partial(rows, split) for split in ("train", "dev")}
    return ParallelData(readers, f"tiny Shakespeare in {path}")


def by_hand(name: str, source: Source, file: Path | None) -> str:
    """What to download and where to put it."""
    wanted = {
        names.format(language=language)
        for names in source.files.values()
        for language in source.languages
    }
    place = f"{file} is missing" if file else f"{name} is not there yet"
    return (
        f"{place}. {source.title} ({source.size}; {source.terms}): get it from {source.where} and "
        f"put it there as {', '.join(sorted(wanted))} (.gz and .zst are read too)"
    )


def fetch(
    name: str, source: Source, path: Path, split: str, languages: tuple[str, str], wanted: list[str]
) -> None:
    """Download a split through the ``datasets`` library into the folder, or say what to do."""
    hand = by_hand(name, source, path / wanted[0])
    if source.hub is None:
        raise SourceError(hand)
    try:
        from datasets import load_dataset
    except ImportError:
        raise SourceError(
            f"{hand}. Or let it be fetched: "
            f"{MissingExtraError('datasets', 'datasets', 'downloading')}"
        ) from None
    identifier, config = source.hub
    try:
        rows = load_dataset(identifier, config, split=source.hub_splits.get(split, split))
        path.mkdir(parents=True, exist_ok=True)
        files = [(path / file).with_suffix((path / file).suffix + ".new") for file in wanted]
        with (
            files[0].open("w", encoding="utf-8", newline="\n") as left,
            files[1].open("w", encoding="utf-8", newline="\n") as right,
        ):
            for row in rows:
                pair = row.get("translation", row)
                for side, language in zip((left, right), languages, strict=True):
                    side.write(pair[language].replace("\n", " ") + "\n")
        for file, name_there in zip(files, wanted, strict=True):
            file.replace(path / name_there)
            note_checksum(path / name_there)
    except Exception as error:  # whatever the network or the library raises, the remedy is one
        raise SourceError(f"{identifier} could not be fetched ({error}). {hand}") from error


def note_checksum(file: Path) -> None:
    """Keep the checksum of a file that was just fetched beside it."""
    noted = file.parent / NOTED
    sums = json.loads(noted.read_bytes()) if noted.is_file() else {}
    sums[file.name] = checksum(file)
    noted.write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8", newline="\n")


def check(name: str, file: Path) -> None:
    """Compare a file of a corpus with the checksum that is known of it, or that its download left.

    Raises:
        SourceError: it differs.
    """
    noted = file.parent / NOTED
    try:
        sums = json.loads(noted.read_bytes()) if noted.is_file() else {}
    except ValueError as error:
        raise DataError(f"{noted} is not readable: {error}; delete it to go without") from error
    expected = sums.get(file.name, CHECKSUMS.get(name, {}).get(file.name))
    if expected is not None and checksum(file) != expected:
        raise SourceError(
            f"{file} is not the file that is expected (SHA-256 {checksum(file)}, not {expected}): "
            "it is damaged or another version. To use it as it is, give data.source=files with "
            "data.train_source and data.train_target"
        )


def checksum(file: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
