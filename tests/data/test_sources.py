"""Known corpora in folders made here: found, checked, fetched, or said how to come by."""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import pytest

from glassformer.data import sources
from glassformer.data.open import DataConfig, open_data
from glassformer.data.sources import SOURCES, open_files, open_source, split_by
from glassformer.errors import ConfigError, SourceError


@pytest.fixture
def iwslt(tmp_path: Path) -> Path:
    """Six files of known content, one of them packed."""
    for split, count in (("train", 5), ("valid", 3), ("test", 2)):
        for language in ("de", "en"):
            text = "".join(f"{language} {split} {i}\n" for i in range(count))
            (tmp_path / f"{split}.{language}").write_text(text)
    plain = tmp_path / "train.en"
    (tmp_path / "train.en.gz").write_bytes(gzip.compress(plain.read_bytes()))
    plain.unlink()
    return tmp_path


def test_splits_of_a_folder(iwslt: Path) -> None:
    data = open_source("iwslt14-de-en", iwslt)
    assert data.splits() == ["train", "dev", "test"]
    assert list(data.split("train")) == [(f"de train {i}", f"en train {i}") for i in range(5)]
    assert next(data.split("dev")) == ("de valid 0", "en valid 0")
    assert str(iwslt) in data.describe()
    turned = open_source("iwslt14-de-en", iwslt, "en", "de")
    assert list(turned.split("test"))[1] == ("en test 1", "de test 1")
    with pytest.raises(ConfigError, match="no tset split.*Did you mean 'test'"):
        data.split("tset")


@pytest.mark.parametrize("name", sorted(set(SOURCES)))
def test_what_is_missing_says_what_to_put_where(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    source = SOURCES[name]
    for place in (None, tmp_path):
        with pytest.raises(SourceError) as caught:
            open_source(name, place)
        message = str(caught.value)
        assert source.size in message and source.terms in message and source.where in message
        assert "{" not in message
    assert str(tmp_path) in message
    assert not list(tmp_path.iterdir())


def test_unknown_names_and_languages(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'multi30k'"):
        open_source("multi30", tmp_path)
    with pytest.raises(ConfigError, match="tatoeba has English with one of"):
        open_source("tatoeba", tmp_path, "de", "fr")
    with pytest.raises(ConfigError, match=r"data.source.*Did you mean 'petit'"):
        DataConfig(source="petti")


def test_a_file_that_is_another_version_is_refused(tmp_path: Path) -> None:
    for split in ("train", "val", "test_2016_flickr"):
        for language in ("en", "de"):
            (tmp_path / f"{split}.{language}.gz").write_bytes(gzip.compress(b"not the one\n"))
    with pytest.raises(SourceError, match=r"train.en.gz is not the file that is expected"):
        open_source("multi30k", tmp_path)


def test_fetched_files_are_kept_and_checked_ever_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The datasets library reads a folder of the corpus's name as if it came from the hub."""
    hub = tmp_path / "bbaaaa" / "iwslt14-de-en"
    hub.mkdir(parents=True)
    for split in ("train", "validation", "test"):
        rows = [{"translation": {"de": f"{split}\n{i}", "en": f"one {i}"}} for i in range(3)]
        (hub / f"{split}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    folder = tmp_path / "iwslt"
    data = open_source("iwslt14-de-en", folder)
    assert list(data.split("dev")) == [(f"validation {i}", f"one {i}") for i in range(3)]
    names = sorted(file.name for file in folder.iterdir())
    assert names == ["checksums.json", "test.de", "test.en", "train.de", "train.en", "valid.de",
                     "valid.en"]  # fmt: skip
    monkeypatch.chdir("/")  # from here on there is nothing to fetch
    open_source("iwslt14-de-en", folder)
    (folder / "valid.en").write_text("altered\n" * 3)
    with pytest.raises(SourceError, match=r"valid.en is not the file.*SHA-256"):
        open_source("iwslt14-de-en", folder)


def test_without_the_library_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(SourceError, match=r"pip install 'glassformer\[datasets\]'"):
        open_source("multi30k", tmp_path)


def test_tatoeba_splits_by_english_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "CHECKSUMS", {})
    rows = [(f"sentence {i // 2}", f"Satz {i}") for i in range(4000)]
    content = "".join(f"{a}\t{b}\tlicence\n" for a, b in rows).encode()
    (tmp_path / "deu-eng.2018-05-13.tsv.gz").write_bytes(gzip.compress(content))
    data = open_source("tatoeba", tmp_path)
    found = {split: list(data.split(split)) for split in data.splits()}
    assert sorted(p for pairs in found.values() for p in pairs) == sorted(rows)
    english = [{a for a, _ in pairs} for pairs in found.values()]
    assert not english[0] & english[1] and not english[0] & english[2]
    assert all(10 <= len(found[split]) <= 90 for split in ("dev", "test"))
    assert {split_by(a) for a, _ in found["dev"]} == {"dev"}
    turned = open_source("tatoeba", tmp_path, "de", "en")
    assert list(turned.split("dev")) == [(b, a) for a, b in found["dev"]]


def test_a_text_is_both_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "CHECKSUMS", {})
    (tmp_path / "input.txt").write_text("".join(f"line {i}\n" for i in range(50)))
    data = open_source("tiny-shakespeare", tmp_path)
    assert list(data.split("train")) == [(f"line {i}", f"line {i}") for i in range(45)]
    assert len(list(data.split("dev"))) == 5


def test_own_files_hold_back_a_dev_split(tmp_path: Path) -> None:
    source, target = tmp_path / "s", tmp_path / "t"
    source.write_text("".join(f"s{i}\n" for i in range(500)))
    target.write_text("".join(f"t{i}\n" for i in range(500)))
    data = open_files(train=(str(source), str(target)))
    train, dev = list(data.split("train")), list(data.split("dev"))
    assert dev[0] == ("s49", "t49") and len(dev) == 10
    assert sorted(train + dev) == sorted((f"s{i}", f"t{i}") for i in range(500))
    given = open_files(train=(str(source), str(target)), dev=(str(source), str(target)))
    assert len(list(given.split("train"))) == len(list(given.split("dev"))) == 500
    tabs = tmp_path / "both"
    tabs.write_text("a\tb\n")
    assert list(open_files(train=(str(tabs), None)).split("train")) == [("a", "b")]


def test_files_need_a_source() -> None:
    with pytest.raises(ConfigError, match=r"needs data.train_source"):
        open_data(DataConfig(source="files"))
    with pytest.raises(ConfigError, match="test_target is given without data.test_source"):
        open_data(DataConfig(source="files", train_source="a", test_target="b"))


def test_petit_is_a_corpus_like_any_other() -> None:
    data = open_data(DataConfig(source="petit", size=37))
    assert data.splits() == ["train", "dev", "test"]
    train = list(data.split("train"))
    assert len(train) == 37 and train == list(data.split("train"))
    assert not set(train) & set(data.split("dev"))
