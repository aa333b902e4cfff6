"""From text to tokens and back, on the ``tokenizers`` library."""

from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair

__all__ = ["Tokenizer", "TokenizerConfig", "TokenizerPair"]
