"""Sentence pairs: the built-in language, files, known corpora; as tokens, in batches."""
