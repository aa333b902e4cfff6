"""Text in, numbers out, and back: tokenizers on the ``tokenizers`` library.

``tokenizer`` (what others use: config, tokenizer, pair) · ``codec`` (what a tokenizer delegates
to) · ``own`` (the six kinds: encoding and decoding) · ``training`` (how each kind is trained) ·
``unigram`` (the one trainer of our own) · ``existing`` (other projects' tokenizers) ·
``sealed`` (the file). The paper's section 5.1: byte-pair encoding, or word-pieces, of both
languages together.
"""

from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair

__all__ = ["Tokenizer", "TokenizerConfig", "TokenizerPair"]
