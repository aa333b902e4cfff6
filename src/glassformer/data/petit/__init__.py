"""petit: a small English-French language pair with a truth for every sentence.

Reading order: ``lexicon.toml`` (the words), ``grammar`` (the rules, both languages at once),
``sentence`` (what is known of a sentence), ``splits`` (training, new, combinations, longer).
"""

from glassformer.data.petit.sentence import Pronoun, Sentence, words
from glassformer.data.petit.splits import contrasting_pairs, generate, split, split_of

__all__ = ["Pronoun", "Sentence", "contrasting_pairs", "generate", "split", "split_of", "words"]
