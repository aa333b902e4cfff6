"""What is true of every sentence: checked on many, against rules written here anew."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from glassformer.data import petit
from glassformer.data.petit.draw import Draw
from glassformer.data.petit.surface import VOWELS

SAMPLES = 11_003


@pytest.fixture(scope="module")
def sentences() -> list[petit.Sentence]:
    rng = random.Random(13)
    return [petit.generate(rng) for _ in range(SAMPLES)]


def the_pair(meant: int, first: bool) -> petit.Sentence:
    """The paper's sentence, from the frame of animal, cross and street."""
    words = petit.built_in().words
    nouns = {n.key: n for n in words.nouns(("animal", "place"))}
    verb = next(v for v in words.verbs if v.key == "cross")
    kind = ("animal", "place")[meant]
    key = ("tired", "wide")[meant]
    adjective = next(a for a in words.it_adjectives[kind] if a.key == key)
    opening = "because it was" if first else "the animal did not cross the street"
    rng = random.Random(5)
    while True:
        sentence = petit.built_in().frame(
            Draw(rng), verb, [nouns["animal"], nouns["street"]], meant, adjective
        )
        if sentence.english.startswith(opening) and "the animal did not cross the street" in (
            sentence.english
        ):
            return sentence


@pytest.mark.parametrize(
    ("meant", "first", "english", "french"),
    [
        (0, False, "the animal did not cross the street because it was too tired",
         "l'animal n'a pas traversé la rue parce qu'il était trop fatigué"),
        (1, False, "the animal did not cross the street because it was too wide",
         "l'animal n'a pas traversé la rue parce qu'elle était trop large"),
        (0, True, "because it was too tired, the animal did not cross the street",
         "parce qu'il était trop fatigué, l'animal n'a pas traversé la rue"),
        (1, True, "because it was too wide, the animal did not cross the street",
         "parce qu'elle était trop large, l'animal n'a pas traversé la rue"),
    ],
)  # fmt: skip
def test_the_animal_and_the_street(meant: int, first: bool, english: str, french: str) -> None:
    sentence = the_pair(meant, first)
    assert (sentence.english, sentence.french) == (english, french)


def test_one_sentence_entirely_by_hand() -> None:
    sentence = the_pair(1, True)
    assert sentence.gloss == (
        "because", "because", "it", "was", "too", "wide", ",", "the", "animal", "not", "has",
        "not", "crossed", "the", "street",
    )  # fmt: skip
    # because it was too wide , the animal did not cross the street
    # parce qu' elle était trop large , l' animal n' a pas traversé la rue
    assert sentence.alignment == {
        (0, 0), (0, 1), (1, 2), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (7, 8), (8, 10), (8, 12),
        (9, 9), (9, 11), (10, 10), (10, 12), (11, 13), (12, 14),
    }  # fmt: skip
    assert str(sentence.english_tree) == (
        "(S (SBAR (C because) (S (NP (Pro it)) (VP (V was) (Adv too) (A wide)))) (, ,) "
        "(S (NP (D the) (N animal)) (VP (Aux did) (Neg not) (V cross) (NP (D the) (N street)))))"
    )
    assert str(sentence.french_tree) == (
        "(S (SBAR (C parce) (C qu') (S (NP (Pro elle)) (VP (V était) (Adv trop) (A large)))) "
        "(, ,) (S (NP (D l') (N animal)) (VP (Neg n') (Aux a) (Neg pas) (V traversé) "
        "(NP (D la) (N rue)))))"
    )
    assert sentence.pronoun == petit.Pronoun("elle", 1, 2, 12, 14, 8 - 1, 8)
    assert not sentence.pronoun.noun_first
    assert sentence.phenomena >= {"it", "elle", "because-first", "negation", "past", "elision"}


def test_texts_words_and_trees_say_the_same(sentences: list[petit.Sentence]) -> None:
    for s in sentences:
        assert tuple(petit.words(s.english)) == s.english_words == tuple(s.english_tree.leaves())
        assert tuple(petit.words(s.french)) == s.french_words == tuple(s.french_tree.leaves())
        assert len(s.gloss) == len(s.french_words)
        assert s.lengths == (len(s.english_words), len(s.french_words))


def test_alignment_covers_every_word(sentences: list[petit.Sentence]) -> None:
    for s in sentences:
        assert {i for i, _ in s.alignment} == set(range(len(s.english_words))), s
        assert {j for _, j in s.alignment} == set(range(len(s.french_words))), s


def test_elision_before_vowels_and_only_there(sentences: list[petit.Sentence]) -> None:
    elided = {"le", "la", "ne", "que", "de"}
    for s in sentences:
        for word, following in zip(s.french_words, s.french_words[1:], strict=False):
            vowel = following[0].lower() in VOWELS and following != "héros"
            if word.endswith("'"):
                assert vowel, s.french
            elif word in {*elided, "ce", "ma", "beau", "nouveau", "vieux"}:
                # A predicate (est vieux et …) and vieux before a plural keep their form.
                plural_or_predicate = word in {"beau", "vieux"}
                assert not vowel or plural_or_predicate, s.french


def test_articles_always_contract(sentences: list[petit.Sentence]) -> None:
    for s in sentences:
        padded = f" {s.french} "
        for wrong in (" de le ", " de les ", " à le ", " à les ", " si il", " des de "):
            assert wrong not in padded, s.french


def test_determiners_and_adjectives_agree(sentences: list[petit.Sentence]) -> None:
    lexicon = petit.load_lexicon()
    genders = {n.french[plural]: {(n.gender, plural)} for n in lexicon.nouns for plural in (0, 1)}
    for noun in lexicon.nouns:
        if noun.french[0] == noun.french[1]:
            genders[noun.french[0]] = {(noun.gender, 0), (noun.gender, 1)}
    fitting = {
        "le": {("m", 0)}, "la": {("f", 0)}, "un": {("m", 0)}, "une": {("f", 0)},
        "cet": {("m", 0)}, "cette": {("f", 0)}, "ce": {("m", 0)}, "ma": {("f", 0)},
        "du": {("m", 0)}, "au": {("m", 0)}, "aux": {("m", 1), ("f", 1)},
        "notre": {("m", 0), ("f", 0)}, "nos": {("m", 1), ("f", 1)}, "mes": {("m", 1), ("f", 1)},
        "ces": {("m", 1), ("f", 1)}, "les": {("m", 1), ("f", 1)}, "deux": {("m", 1), ("f", 1)},
    }  # fmt: skip
    adjectives: dict[str, set[tuple[str, int]]] = {}
    for adjective in lexicon.adjectives:
        forms = dict(zip(adjective.french, (("m", 0), ("f", 0), ("m", 1), ("f", 1)), strict=True))
        for text in forms:
            cells = (("m", 0), ("f", 0), ("m", 1), ("f", 1))
            adjectives.setdefault(text, set()).update(
                cell for cell, form in zip(cells, adjective.french, strict=True) if form == text
            )
        if adjective.before_vowel:
            adjectives[adjective.before_vowel] = {("m", 0)}
    checked = 0
    for s in sentences:
        for phrase in noun_phrases(s.french_tree):
            possible = {("m", 0), ("f", 0), ("m", 1), ("f", 1)}
            for label, text in phrase:
                table = {"D": fitting, "A": adjectives, "N": genders}.get(label, {})
                possible &= table.get(text, possible)
                checked += 1
            assert possible, (s.french, phrase)
    assert checked > 2 * SAMPLES


def noun_phrases(tree: petit.Tree) -> list[list[tuple[str, str]]]:
    """(label, word) of each phrase of a determiner, adjectives and a noun."""
    children = [child for child in tree.children if isinstance(child, petit.Tree)]
    found = [phrase for child in children for phrase in noun_phrases(child)]
    flat = [(c.label, c.children[0]) for c in children if isinstance(c.children[0], str)]
    if tree.label == "NP" and any(label == "N" for label, _ in flat):
        found.append(flat)
    return found


def test_one_english_sentence_has_one_translation_and_one_derivation() -> None:
    rng = random.Random(17)
    seen: dict[str, tuple[str, float]] = {}
    for _ in range(50_021):
        s = petit.generate(rng)
        french, log_probability = seen.setdefault(s.english, (s.french, s.log_probability))
        assert french == s.french
        assert log_probability == pytest.approx(s.log_probability, abs=1e-9)
    assert len(seen) < 50_021  # some came twice, or nothing was tested


def test_it_is_balanced_and_follows_from_meaning_alone(sentences: list[petit.Sentence]) -> None:
    lexicon = petit.load_lexicon()
    gender = {noun.english[0]: noun.gender for noun in lexicon.nouns}
    kind = {noun.english[0]: noun.kind for noun in lexicon.nouns}
    meaning = {a.english: a.it for a in lexicon.adjectives if a.it}
    counts: Counter[tuple[str, object]] = Counter()
    total = 0
    for s in sentences:
        if s.pronoun is None:
            assert "it" not in s.english_words
            continue
        p, words = s.pronoun, s.english_words
        assert words[p.english] == "it"
        noun, other = words[p.english_noun], words[p.english_other]
        assert {kind[noun], kind[other]} == {"animal", "place"}
        assert meaning[words[p.english + 3]] == kind[noun]
        assert s.french_words[p.french] == p.form == {"m": "il", "f": "elle"}[gender[noun]]
        total += 1
        first = "because-first" in s.phenomena
        for fact in (
            ("noun first", p.noun_first), ("kind", kind[noun]), ("because first", first),
            ("negated", "not" in words), ("any", True),
        ):  # fmt: skip
            counts[p.form, fact] += 1
    assert total > 0.25 * SAMPLES
    facts = {fact for _, fact in counts}
    assert len(facts) == 9
    for fact in facts:
        il, elle = counts["il", fact], counts["elle", fact]
        assert 0.46 < il / (il + elle) < 0.54, fact
        if fact != ("any", True):
            assert 0.46 < (il + elle) / total < 0.54, fact


def test_half_of_the_reasons_stand_first(sentences: list[petit.Sentence]) -> None:
    for with_it in (True, False):
        reasons = [
            s for s in sentences if "because" in s.english and ("it" in s.phenomena) == with_it
        ]
        first = sum("because-first" in s.phenomena for s in reasons)
        assert abs(first / len(reasons) - 0.5) < 0.07
        assert all(
            s.english.startswith("because") == ("because-first" in s.phenomena) for s in reasons
        )


def test_phenomena_show_in_the_text(sentences: list[petit.Sentence]) -> None:
    signs = {
        "negation": {"ne", "n'"}, "relative-subject": {"qui"},
        "contraction": {"du", "au", "aux", "des"},
        "possessive": {"mon", "ma", "mes", "notre", "nos"}, "because-first": {"parce"},
    }  # fmt: skip
    seen: Counter[str] = Counter()
    for s in sentences:
        seen.update(s.phenomena)
        for phenomenon, words in signs.items():
            if phenomenon in s.phenomena:
                assert words & set(s.french_words), (phenomenon, s.french)
        assert ("negation" in s.phenomena) == bool({"not", "never"} & set(s.english_words))
        assert ("elision" in s.phenomena) == ("'" in s.french)
    expected = {
        "agreement", "adjective-before", "adjective-after", "elision", "contraction", "negation",
        "past", "present", "future", "possessive", "relative", "because-first", "because-last",
        "it", "plural", "participle-agreement", "de-before-adjective", "reported", "joined", "of",
    }  # fmt: skip
    assert all(seen[phenomenon] > 20 for phenomenon in expected), seen
