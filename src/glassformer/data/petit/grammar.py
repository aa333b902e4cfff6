"""The sentences of petit: a grammar whose every choice is drawn, counted and translated at once.

A phrase is built in both languages together. Leaves carry keys; an English and a French word that
share a key are aligned. Every function takes a ``Choose``: given options, it picks one, and the
product of 1 / number of options (or of the given shares) is the sentence's probability.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from glassformer.data.petit.lexicon import Adjective, Lexicon, Noun, Verb

T = TypeVar("T")


class Choose(Protocol):
    """Draws one of the options; ``shares`` (default: equal) are their probabilities."""

    def __call__(self, options: Sequence[T], shares: Sequence[float] | None = None) -> T: ...


@dataclass(slots=True)
class Word:
    """A word of a sentence: its text, what it is aligned by, and what it says in English."""

    text: str
    keys: tuple[str, ...] = ()
    gloss: str = ""


@dataclass(slots=True)
class Phrase:
    """A node of a parse tree: its label and its parts."""

    label: str
    parts: list[Phrase | Word]


@dataclass(slots=True)
class Both:
    """A phrase in both languages."""

    english: Phrase
    french: Phrase


@dataclass(slots=True)
class NounPhrase:
    """A noun phrase in both languages, with what agrees with it."""

    both: Both
    noun: Noun
    plural: bool
    key: str


@dataclass(slots=True)
class Draft:
    """What is noted while a sentence is built."""

    phenomena: set[str] = field(default_factory=set)
    pairs: list[tuple[str, str]] = field(default_factory=list)
    pronoun: str = ""
    antecedent: str = ""
    count: int = 0

    def key(self, name: str) -> str:
        """A key that no other word of the sentence has."""
        self.count += 1
        return f"{name}{self.count}"


DETERMINERS = {
    # English: French masculine, feminine, masculine before a vowel, feminine before a vowel
    "the": ("le", "la", "l'", "l'"),
    "a": ("un", "une", "un", "une"),
    "this": ("ce", "cette", "cet", "cette"),
    "my": ("mon", "ma", "mon", "mon"),
    "our": ("notre", "notre", "notre", "notre"),
    "every": ("chaque", "chaque", "chaque", "chaque"),
}
PLURAL_DETERMINERS = {
    "the": "les", "some": "des", "these": "ces", "my": "mes", "our": "nos", "two": "deux",
    "three": "trois",
}  # fmt: skip
TENSES = ("present", "past", "future")
COPULA = {
    # tense: English singular and plural, French singular and plural
    "present": ("is", "are", "est", "sont"),
    "past": ("was", "were", "était", "étaient"),
    "future": ("will be", "will be", "sera", "seront"),
}
ADVERBS = {"here": "ici", "outside": "dehors", "early": "tôt", "late": "tard"}
WHEN = {
    "present": {"today": "aujourd' hui", "now": "maintenant"},
    "past": {"yesterday": "hier", "this morning": "ce matin"},
    "future": {"tomorrow": "demain", "tonight": "ce soir"},
}
WHERE = {"in": "dans", "near": "près de", "behind": "derrière", "in front of": "devant"}
VOWELS = set("aeiouyàâéèêëîïôöûùœh")


def vowel(word: str) -> bool:
    """Whether le, que, ne … lose their vowel before this French word (h is silent in petit)."""
    return word[0] in VOWELS


class Grammar:
    """The rules over a lexicon. ``sentence`` is the start symbol."""

    def __init__(self, lexicon: Lexicon):
        self.lexicon = lexicon

    def sentence(self, choose: Choose, draft: Draft, clauses: int = 1) -> Both:
        """One sentence: of a plain clause, a because, or, for ``clauses`` > 1, several joined."""
        if clauses > 1:
            return self.joined(choose, draft, clauses)
        kind = choose(("plain", "because"), (0.62, 0.38))
        return self.because(choose, draft) if kind == "because" else self.clause(choose, draft)

    def joined(self, choose: Choose, draft: Draft, clauses: int) -> Both:
        """Clauses with "and" or "but" between them: the longer sentences."""
        first = self.clause(choose, draft)
        english, french = first.english.parts, first.french.parts
        for _ in range(clauses - 1):
            conjunction, conjonction = choose((("and", "et"), ("but", "mais")))
            key = draft.key("conjunction")
            more = self.clause(choose, draft)
            english += [Word(",", (key,)), Word(conjunction, (key,)), more.english]
            french += [Word(",", (key,)), Word(conjonction, (key,), conjunction), more.french]
        draft.phenomena.add("conjunction")
        return Both(Phrase("S", english), Phrase("S", french))

    def clause(self, choose: Choose, draft: Draft) -> Both:
        """A clause: subject and what it does, or what it is like."""
        kind = choose(("transitive", "intransitive", "copula"), (0.5, 0.25, 0.25))
        tense = choose(TENSES)
        negated = choose((False, True), (0.7, 0.3))
        living = choose(("person", "animal"), (0.75, 0.25))
        if kind == "copula":
            living = choose(("person", "animal", "food", "thing", "building", "place"))
        subject = self.noun_phrase(choose, draft, living, deep=kind != "copula")
        note_tense(draft, tense, negated)
        if kind == "copula":
            return self.copula(choose, draft, subject, tense, negated, living)
        verb = choose(self.lexicon.done_by[living, kind == "transitive"])
        draft.pairs.append((verb.english, subject.noun.english))
        english, french = conjugate(draft, verb, subject.plural, tense, negated)
        if kind == "transitive":
            thing = self.object_phrase(choose, draft, verb, subject)
            english.parts.append(thing.english)
            french.parts.append(thing.french)
        else:
            self.how_and_where(choose, draft, english, french)
        self.when(choose, draft, tense, english, french)
        return Both(
            Phrase("S", [subject.both.english, english]), Phrase("S", [subject.both.french, french])
        )

    def object_phrase(self, choose: Choose, draft: Draft, verb: Verb, subject: NounPhrase) -> Both:
        """What a transitive verb acts on: another noun than its subject."""
        found = self.noun_phrase(choose, draft, choose(verb.objects), without=subject.noun)
        draft.pairs.append((verb.english, found.noun.english))
        return found.both

    def copula(
        self,
        choose: Choose,
        draft: Draft,
        subject: NounPhrase,
        tense: str,
        negated: bool,
        kind: str,
    ) -> Both:
        """ "the girl is not happy": the adjective agrees with the subject."""
        adjective = choose(self.lexicon.said_of[kind])
        draft.pairs.append((adjective.english, subject.noun.english))
        draft.phenomena.add("agreement")
        english, french = be(draft, subject.plural, tense, negated)
        key = draft.key("adjective")
        form = adjective.form(subject.noun.feminine, subject.plural)
        english.parts.append(Word(adjective.english, (key,)))
        french.parts.append(Word(form, (key,), adjective.english))
        return Both(
            Phrase("S", [subject.both.english, english]), Phrase("S", [subject.both.french, french])
        )

    def how_and_where(self, choose: Choose, draft: Draft, english: Phrase, french: Phrase) -> None:
        """Nothing, an adverb, or a place, after an intransitive verb."""
        kind = choose(("nothing", "adverb", "place"), (0.3, 0.3, 0.4))
        if kind == "adverb":
            word = choose(tuple(ADVERBS))
            key = draft.key("adverb")
            english.parts.append(Word(word, (key,)))
            french.parts.append(Word(ADVERBS[word], (key,), word))
            draft.phenomena.add("adverb")
        elif kind == "place":
            words = choose(tuple(WHERE))
            place = self.noun_phrase(choose, draft, choose(("place", "building")), deep=False)
            key = draft.key("preposition")
            english.parts.append(Phrase("PP", [*several(words, key), place.both.english]))
            french.parts.append(
                Phrase("PP", [*several(WHERE[words], key, words), place.both.french])
            )
            draft.phenomena.add("place")

    def when(
        self, choose: Choose, draft: Draft, tense: str, english: Phrase, french: Phrase
    ) -> None:
        """Now and then, a time that fits the tense."""
        if choose((False, True), (0.8, 0.2)):
            words = choose(tuple(WHEN[tense]))
            key = draft.key("time")
            english.parts.append(Phrase("ADV", [*several(words, key)]))
            french.parts.append(Phrase("ADV", [*several(WHEN[tense][words], key, words)]))
            draft.phenomena.add("time")

    def noun_phrase(
        self,
        choose: Choose,
        draft: Draft,
        kind: str,
        *,
        deep: bool = True,
        without: Noun | None = None,
    ) -> NounPhrase:
        """Determiner, adjective or not, noun, relative clause or not."""
        nouns = self.lexicon.nouns[kind]
        noun = choose([n for n in nouns if n is not without])
        plural = choose((False, True), (0.7, 0.3))
        determiner = choose(tuple(PLURAL_DETERMINERS if plural else DETERMINERS), None)
        adjectives = self.lexicon.said_of.get(kind, ())
        adjective = None
        if adjectives and choose((False, True), (0.65, 0.35)):
            adjective = choose(adjectives)
        both, key = self.plain_noun_phrase(draft, determiner, noun, adjective, plural)
        found = NounPhrase(both, noun, plural, key)
        if deep and kind in self.lexicon.done_to and choose((False, True), (0.85, 0.15)):
            self.relative(choose, draft, found, kind)
        return found

    def plain_noun_phrase(
        self, draft: Draft, determiner: str, noun: Noun, adjective: Adjective | None, plural: bool
    ) -> tuple[Both, str]:
        """The words of a noun phrase, and the key of its noun."""
        key, of = draft.key("noun"), draft.key("determiner")
        before = adjective is not None and adjective.before
        named = Word(noun.plural if plural else noun.english, (key,))
        nom = Word(noun.french_plural if plural else noun.french, (key,), named.text)
        english: list[Phrase | Word] = [named]
        french: list[Phrase | Word] = [nom]
        if adjective is not None:
            on = draft.key("adjective")
            soft = before and not plural and not noun.feminine and vowel(nom.text)
            form = adjective.form(noun.feminine, plural, soft)
            english.insert(0, Word(adjective.english, (on,)))
            french.insert(0 if before else 1, Word(form, (on,), adjective.english))
            draft.pairs.append((adjective.english, noun.english))
            draft.phenomena |= {"agreement", "adjective-before" if before else "adjective-after"}
        following = french[0]
        assert isinstance(following, Word)
        if plural:
            article = PLURAL_DETERMINERS[determiner]
            if determiner == "some" and before:  # de petits chiens
                article = "d'" if vowel(following.text) else "de"
            draft.phenomena.add("plural")
        else:
            article = DETERMINERS[determiner][noun.feminine + 2 * vowel(following.text)]
        if determiner in ("my", "our"):
            draft.phenomena.add("possessive")
        if article.endswith("'"):
            draft.phenomena.add("elision")
        if determiner == "a" and english[0].text[0] in "aeiou":  # type: ignore[union-attr]
            determiner = "an"
        english.insert(0, Word(determiner, (of,)))
        french.insert(0, Word(article, (of,), determiner))
        return Both(Phrase("NP", english), Phrase("NP", french)), key

    def relative(self, choose: Choose, draft: Draft, head: NounPhrase, of: str) -> None:
        """Append "that …" to a noun phrase: its noun is the subject or the object in it.

        As an object it has no past tense, whose participle French would have to agree.
        """
        kind = choose(("subject", "object")) if of == "person" else "object"
        tense = choose(TENSES if kind == "subject" else ("present", "future"))
        key = draft.key("relative")
        draft.phenomena.add("relative")
        if kind == "subject":
            verb = choose(self.lexicon.done_by["person", True])
            draft.pairs.append((verb.english, head.noun.english))
            english, french = conjugate(draft, verb, head.plural, tense, False)
            thing = self.noun_phrase(
                choose, draft, choose(verb.objects), deep=False, without=head.noun
            )
            draft.pairs.append((verb.english, thing.noun.english))
            english.parts.append(thing.both.english)
            french.parts.append(thing.both.french)
            inner = [Word("that", (key,)), english], [Word("qui", (key,), "that"), french]
        else:
            verb = choose(self.lexicon.done_to[of])
            who = self.noun_phrase(choose, draft, "person", deep=False, without=head.noun)
            draft.pairs += [(verb.english, who.noun.english), (verb.english, head.noun.english)]
            english, french = conjugate(draft, verb, who.plural, tense, False)
            que = "qu'" if vowel(first_word(who.both.french).text) else "que"
            if que == "qu'":
                draft.phenomena.add("elision")
            inner = (
                [Word("that", (key,)), who.both.english, english],
                [Word(que, (key,), "that"), who.both.french, french],
            )
        head.both.english.parts.append(Phrase("RC", inner[0]))
        head.both.french.parts.append(Phrase("RC", inner[1]))

    def because(self, choose: Choose, draft: Draft) -> Both:
        """ "the animal did not cross the street because it was too tired", either noun first.

        What "it" is follows from the adjective alone. In half of the sentences the reason stands
        first, so that il or elle must be chosen before its noun is written in French.
        """
        first = choose(("animal", "place"))
        then = "place" if first == "animal" else "animal"
        nouns = {kind: choose(self.lexicon.nouns[kind]) for kind in (first, then)}
        verb = choose(self.lexicon.between[first])
        tense = choose(("present", "past"))
        negated = choose((False, True))
        determiner = choose(("the", "this", "our"))
        other = choose(("the", "this", "our"))
        about = choose(("animal", "place"))
        adjective = choose(self.lexicon.reasons[about])
        before = choose((False, True))
        subject, subject_key = self.plain_noun_phrase(
            draft, determiner, nouns[first], None, plural=False
        )
        thing, thing_key = self.plain_noun_phrase(draft, other, nouns[then], None, plural=False)
        english, french = conjugate(draft, verb, False, tense, negated)
        english.parts.append(thing.english)
        french.parts.append(thing.french)
        main = Both(Phrase("S", [subject.english, english]), Phrase("S", [subject.french, french]))
        draft.antecedent = subject_key if about == first else thing_key
        reason = self.reason(draft, adjective, nouns[about], tense, negated)
        draft.pairs += [
            (adjective.english, nouns[about].english),
            (nouns[first].english, nouns[then].english),
            (verb.english, nouns[first].english),
        ]
        note_tense(draft, tense, negated)
        draft.phenomena |= {"it", "because-first" if before else "because-last"}
        draft.phenomena |= {"it-is-animal" if about == "animal" else "it-is-place"}
        if before:
            comma = draft.key("comma")
            return Both(
                Phrase("S", [reason.english, Word(",", (comma,)), main.english]),
                Phrase("S", [reason.french, Word(",", (comma,)), main.french]),
            )
        return Both(
            Phrase("S", [*main.english.parts, reason.english]),
            Phrase("S", [*main.french.parts, reason.french]),
        )

    def reason(
        self, draft: Draft, adjective: Adjective, noun: Noun, tense: str, negated: bool
    ) -> Both:
        """ "because it was too wide" after a negated verb, "because it was very wide" otherwise."""
        degree, degre = ("too", "trop") if negated else ("very", "très")
        because, it = draft.key("because"), draft.key("pronoun")
        draft.pronoun = it
        english, french = be(draft, False, tense, False)
        of, on = draft.key("degree"), draft.key("adjective")
        english.parts += [Word(degree, (of,)), Word(adjective.english, (on,))]
        form = adjective.form(noun.feminine, plural=False)
        french.parts += [Word(degre, (of,), degree), Word(form, (on,), adjective.english)]
        pronoun = "elle" if noun.feminine else "il"
        draft.phenomena |= {"elision", "agreement", pronoun}
        return Both(
            Phrase("SBAR", [Word("because", (because,)), Word("it", (it,)), english]),
            Phrase(
                "SBAR",
                [
                    Word("parce", (because,), "because"),
                    Word("qu'", (because,), "because"),
                    Word(pronoun, (it,), "it"),
                    french,
                ],
            ),
        )


def several(words: str, key: str, gloss: str = "") -> list[Word]:
    """Words that are aligned as one."""
    return [Word(text, (key,), gloss) for text in words.split()]


def note_tense(draft: Draft, tense: str, negated: bool) -> None:
    """Note tense and negation among the phenomena."""
    draft.phenomena.add(tense)
    if negated:
        draft.phenomena.add("negation")


def conjugate(
    draft: Draft, verb: Verb, plural: bool, tense: str, negated: bool
) -> tuple[Phrase, Phrase]:
    """The verb with its auxiliaries and its negation, as a phrase in either language."""
    key, no, helper = draft.key("verb"), draft.key("not"), draft.key("auxiliary")
    if tense == "past":
        words = ["did", "not", verb.english] if negated else [verb.past]
        before, after = "ont" if plural else "a", verb.participle
    elif tense == "future":
        words = ["will", *(["not"] if negated else []), verb.english]
        before, after = verb.future_plural if plural else verb.future, ""
    else:
        plain = verb.english if plural else verb.third
        words = ["do" if plural else "does", "not", verb.english] if negated else [plain]
        before, after = verb.present_plural if plural else verb.present, ""
    keys = {"not": (no,), "did": (helper,), "do": (helper,), "does": (helper,), "will": (helper,)}
    english = Phrase("VP", [Word(word, keys.get(word, (key,))) for word in words])
    # The French word that is conjugated carries the tense: the auxiliary's meaning is in it.
    finite = Word(
        before, (helper, key), verb.past if after else " ".join(words).replace(" not", "")
    )
    said = [finite, Word(after, (key,), verb.english)] if after else [finite]
    if negated:
        ne = "n'" if vowel(before) else "ne"
        if ne == "n'":
            draft.phenomena.add("elision")
        said[1:1] = [Word("pas", (no,), "not")]
        said[:0] = [Word(ne, (no,), "not")]
    return english, Phrase("VP", list(said))


def be(draft: Draft, plural: bool, tense: str, negated: bool) -> tuple[Phrase, Phrase]:
    """Forms of "to be", as a phrase in either language."""
    key, no = draft.key("be"), draft.key("not")
    forms = COPULA[tense]
    words = forms[plural].split()
    english = [Word(word, (key,)) for word in words]
    french = [Word(forms[2 + plural], (key,), forms[plural])]
    if negated:
        english.insert(1, Word("not", (no,)))
        ne = "n'" if vowel(french[0].text) else "ne"
        french = [Word(ne, (no,), "not"), french[0], Word("pas", (no,), "not")]
        if ne == "n'":
            draft.phenomena.add("elision")
    return Phrase("VP", list(english)), Phrase("VP", list(french))


def first_word(phrase: Phrase) -> Word:
    """The first word of a phrase."""
    first = phrase.parts[0]
    return first if isinstance(first, Word) else first_word(first)


def leaves(phrase: Phrase) -> list[Word]:
    """The words of a phrase, in order."""
    found: list[Word] = []
    for part in phrase.parts:
        if isinstance(part, Word):
            found.append(part)
        else:
            found += leaves(part)
    return found


def contract(french: Phrase) -> bool:
    """Join "de" (of "près de") with what follows, in place; whether there was anything to join.

    de le: du; de les: des; de des: de; and d' before a vowel.
    """
    words = leaves(french)
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        if first.text != "de" or first.gloss != "near":
            continue
        if second.gloss == "the" and second.text in ("le", "les"):
            first.text = "du" if second.text == "le" else "des"
        elif second.gloss == "some":
            first.text = "d'" if vowel(third.text) else "de"
        else:
            if vowel(second.text):
                first.text = "d'"
            return first.text == "d'"
        first.keys, first.gloss = (*first.keys, *second.keys), f"near {second.gloss}"
        second.text = ""
        prune(french)
        return True
    return False


def prune(phrase: Phrase) -> None:
    """Drop words without text."""
    phrase.parts = [p for p in phrase.parts if not (isinstance(p, Word) and not p.text)]
    for part in phrase.parts:
        if isinstance(part, Phrase):
            prune(part)
