"""Trees as lines, read from a treebank's files and written for a model."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from glassformer.data import petit
from glassformer.data.open import DataConfig, open_data
from glassformer.data.trees import Reader, cleaned, linear
from glassformer.errors import DataError, SourceError

BANK = """( (S
    (NP-SBJ-1 (DT The) (NN wolf) )
    (VP (VBD was)
      (VP (VBN seen) (NP (-NONE- *-1) )))
    (. .) ))
( (NP (-LRB- -LRB-) (NNP IBM) (-RRB- -RRB-)) )
"""
WRITTEN = [
    ("The wolf was seen .", "(S (NP DT NN) (VP VBD (VP VBN)) .)"),
    ("-LRB- IBM -RRB-", "(NP -LRB- NNP -RRB-)"),
]


def test_a_tree_of_petit_has_a_tag_for_each_word() -> None:
    data = open_data(DataConfig(source="petit-trees", size=211))
    pairs = list(data.split("train"))
    assert len(pairs) == 211
    for text, tree in pairs:
        tags = [
            p for p in tree.replace("(", "( ").replace(")", "").split() if not p.startswith("(")
        ]
        labels = tree.count("(")
        assert len(tags) - labels == len(petit.words(text))
    assert {text for text, _ in data.split("test")}.isdisjoint(text for text, _ in pairs)
    sentence = petit.find("the wolf slept")
    assert sentence and linear(sentence.english_tree) == "(S (NP D N) (VP V))"


@pytest.mark.parametrize("packed", [False, True])
def test_a_treebank_of_ones_own(tmp_path: Path, packed: bool) -> None:
    for split in ("train", "dev", "test"):
        if packed:
            (tmp_path / f"{split}.trees.gz").write_bytes(gzip.compress(BANK.encode()))
        else:
            (tmp_path / f"{split}.trees").write_text(BANK)
    data = open_data(DataConfig(source="treebank", path=str(tmp_path)))
    assert list(data.split("test")) == WRITTEN


def test_the_penn_treebanks_own_folders(tmp_path: Path) -> None:
    for section in range(25):
        (tmp_path / f"{section:02}").mkdir()
        (tmp_path / f"{section:02}" / f"wsj_{section:02}00.mrg").write_text(
            f"( (NP (NN s{section})) )\n"
        )
    data = open_data(DataConfig(source="treebank", path=str(tmp_path)))
    assert [text for text, _ in data.split("train")] == [f"s{n}" for n in range(2, 22)]
    assert list(data.split("dev")) == [("s22", "(NP NN)")]
    assert list(data.split("test")) == [("s23", "(NP NN)")]


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    for text, words in (
        ("(S (NP (NN wolf))", "bank, line 1: the last tree has no end"),
        ("(S (NN a))\nwolf", "bank, line 2: 'wolf' stands in no bracket"),
        ("(S (NP))", "bank, line 1: a bracket has no content"),
    ):
        with pytest.raises(DataError, match=words):
            list(Reader("bank").trees(text.split("\n")))
    with pytest.raises(SourceError, match="no trees for the train split. It should hold"):
        open_data(DataConfig(source="treebank", path=str(tmp_path)))
    with pytest.raises(SourceError, match="data.path=FOLDER"):
        open_data(DataConfig(source="treebank"))
    (tree,) = Reader("bank").trees(["(S (NP (-NONE- *)))"])
    assert cleaned(tree) is None
