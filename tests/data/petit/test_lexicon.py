"""Lexicons of a teacher's own: a word more, and a message for each mistake."""

from __future__ import annotations

import random
from importlib import resources
from pathlib import Path

import pytest

from glassformer.data import petit
from glassformer.errors import DataError

OWN = resources.files(petit).joinpath("lexicon.toml").read_text(encoding="utf-8")
GIRL = '{ english = ["girl", "girls"], french = ["fille", "filles"], gender = "f" },'
OWL = '{ english = ["owl", "owls"], french = ["hibou", "hiboux"], gender = "m", aspirated = true },'
WITCH = '{ english = ["witch", "witches"], french = ["sorcière", "sorcières"], gender = "f" },'
TURTLE = '{ english = ["turtle", "turtles"],'


def test_a_noun_more_is_a_line_more(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(OWN.replace(GIRL, f"{GIRL}\n  {WITCH}"), encoding="utf-8")
    grammar = petit.Grammar(petit.load_lexicon(path))
    rng = random.Random(1)
    found = [s for s in (grammar.generate(rng) for _ in range(3000)) if "witch" in s.english_words]
    assert found
    for s in found:
        where = s.english_words.index("witch")
        assert {s.french_words[j] for i, j in s.alignment if i == where} == {"sorcière"}
    assert "sorcières" in petit.vocabulary(grammar)[1]
    assert any("witch" in s.english for s in petit.split("new", 1, 500, grammar))


def test_an_aspirated_h_takes_no_elision() -> None:
    text = OWN.replace(TURTLE, f"{OWL}\n  {TURTLE}", 1)
    hen = '{ english = ["hen", "hens"],'
    eagle = '{ english = ["bee", "bees"], french = ["abeille", "abeilles"], gender = "f" },'
    grammar = petit.Grammar(petit.parse_lexicon(text.replace(hen, f"{eagle}\n  {hen}", 1)))
    rng = random.Random(2)
    french = " ".join(grammar.generate(rng).french for _ in range(5000))
    assert "le hibou" in french
    assert "'hibou" not in french
    assert "l'abeille" in french


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (GIRL, GIRL.replace('"f"', '"x"'), "'girl', 'girls'.* gender = 'x'; expected m or f"),
        (GIRL, GIRL.replace('"fille", ', ""), "french = .'filles'.; expected 2 words"),
        (GIRL, GIRL.replace('"girls"', '"girl"'), "one form for singular and plural"),
        (GIRL, GIRL.replace('"girl", "girls"', '"boy", "girls"'), "'boy' stands for both"),
        (GIRL, GIRL.replace(' }', ', colour = "red" }'), "unknown field 'colour'"),
        (GIRL, GIRL.replace(' }', ', of = ["persn"] }'), "Did you mean 'person'"),
        (GIRL, GIRL.replace(' }', ', aspirated = "no" }'), "expected true or false"),
        (GIRL, '"girl",', "expected a table of fields"),
        (TURTLE, f"{OWL}\n{TURTLE}", "'animal' has 9 masculine and 8 feminine"),
        ("[nouns]", "[noun]", "'noun' is no table of a lexicon. Did you mean 'nouns'"),
        ("\nanimal = [", "\nanimals = [", "'animals' is no kind of noun. Did you mean 'animal'"),
        ('["eat", "eats", "ate", "eaten"]', '["eat", "eats", "eat", "eaten"]', "for two tenses"),
        ('to = ["building"]', 'to = ["building"]\nfrom = ["place"]', "both 'to' and 'from'"),
        ('auxiliary = "être"', 'auxiliary = "etre"', "expected avoir or être"),
        ('it = "animal"', 'it = "person"', "expected animal or place"),
        ('of = ["person", "animal"]\nit = "animal"', 'of = ["animal", "place"]\nit = "animal"',
         "it must describe that and no place"),
        ("object = [\"place\"]\nit = true", "it = true", "needs an object"),
        ('position = "before"\nof', "of", "'small' has position = None; expected before or after"),
        ("[nouns]", "[nouns", "is no valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(old: str, new: str, message: str) -> None:
    assert old in OWN
    with pytest.raises(DataError, match=message) as caught:
        petit.parse_lexicon(OWN.replace(old, new, 1), "mine.toml")
    assert "mine.toml" in str(caught.value)


@pytest.mark.parametrize(
    ("kind", "message"),
    [("clothing", "kind 'clothing' has 0 nouns"), ("openable", "kind 'openable' has 0 nouns")],
)
def test_every_kind_needs_nouns(kind: str, message: str) -> None:
    start = OWN.index(f"\n{kind} = [")
    end = OWN.index("\n]", start) + 2
    with pytest.raises(DataError, match=message):
        petit.parse_lexicon(OWN[:start] + OWN[end:])


def test_it_needs_verbs_and_adjectives_of_both_sorts() -> None:
    with pytest.raises(DataError, match="no adjective has it = 'animal'"):
        petit.parse_lexicon(OWN.replace('it = "animal"\n', ""))
    with pytest.raises(DataError, match="no verb with it = true lets"):
        petit.parse_lexicon(OWN.replace("it = true\n", ""))


def test_a_missing_lexicon_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.toml cannot be read"):
        petit.load_lexicon(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes("[é]".encode("latin-1"))
    with pytest.raises(DataError, match=r"latin\.toml cannot be read"):
        petit.load_lexicon(tmp_path / "latin.toml")
