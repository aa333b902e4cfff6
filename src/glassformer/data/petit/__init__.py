"""Petit, the built-in language pair: a small English and a small French with one grammar.

Every sentence is drawn from rules, so everything about it is known: its one translation, which
word stands for which, both parse trees, its probability, and what "it" means.
"""

from glassformer.data.petit.find import find
from glassformer.data.petit.grammar import Grammar, built_in, generate
from glassformer.data.petit.lexicon import Lexicon, Noun, load_lexicon, parse_lexicon
from glassformer.data.petit.sentence import Pronoun, Sentence
from glassformer.data.petit.splits import Split, contrasting_pairs, split, what_it_is
from glassformer.data.petit.stories import TEXTS, Text, texts
from glassformer.data.petit.surface import Tree, words
from glassformer.data.petit.vocabulary import meanings, vocabulary

__all__ = [
    "TEXTS",
    "Grammar",
    "Lexicon",
    "Noun",
    "Pronoun",
    "Sentence",
    "Split",
    "Text",
    "Tree",
    "built_in",
    "contrasting_pairs",
    "find",
    "generate",
    "load_lexicon",
    "meanings",
    "parse_lexicon",
    "split",
    "texts",
    "vocabulary",
    "what_it_is",
    "words",
]
