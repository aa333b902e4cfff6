"""The Transformer (§3) as modules: each owns its weights and their names, and nothing else.

Reading order: ``transformer`` (Figure 1 as a whole), ``stacks``, ``layers``, ``residual``,
``attention`` (then ``numerics.attention`` for the formula), ``feedforward``, ``embedding``;
``config`` and ``presets`` say which sizes exist, ``cache`` makes decoding cheap.
"""

from glassformer.model.config import ModelConfig
from glassformer.model.transformer import DecoderOnly, EncoderDecoder, EncoderOnly, Model, build

__all__ = ["DecoderOnly", "EncoderDecoder", "EncoderOnly", "Model", "ModelConfig", "build"]
