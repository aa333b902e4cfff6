"""The Transformer as a whole (§3, Figure 1), and its two halves as models of their own.

A forward pass ends in hidden states; ``model.logits(hidden)`` is the pre-softmax projection.
``start`` and ``step`` decode one token at a time with a cache.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.model.cache import DecodingState, LayerCache
from glassformer.model.config import ModelConfig
from glassformer.model.embedding import Embedding, Patches
from glassformer.model.head import head
from glassformer.model.learning import LayerNorm
from glassformer.model.stacks import Decoder, Encoder, inferring
from glassformer.numerics.dropout import Randomness
from glassformer.numerics.masks import causal_mask, padding_mask
from glassformer.tap import tap


class Model(nn.Module):
    """What the family has in common: a config, a source of randomness, an output matrix."""

    output_matrix: nn.Parameter
    output_bias: nn.Parameter | None
    packed: Callable[[Tensor], Tensor] | None = None  # see model.packed

    def __init__(self, config: ModelConfig):
        super().__init__()
        self.config = config
        self.randomness = Randomness()

    def add_output(self, embedding: Embedding | None) -> None:
        """The head, and the pre-softmax matrix [vocabulary or labels, d_model]: the embedding's
        own where they are tied."""
        config = self.config
        self.head = head(config)
        size = config.target_vocabulary if config.labels is None else config.labels
        if embedding is not None and config.tie != "none":
            shared = embedding.tokens.weight
            assert isinstance(shared, nn.Parameter)
            self.output_matrix = shared
        else:
            self.output_matrix = nn.Parameter(torch.empty(size, config.d_model))
        self.output_bias = nn.Parameter(torch.empty(size)) if config.output_bias else None

    def logits(self, hidden: Tensor) -> Tensor:
        """[…, d_model] -> […, vocabulary], before the softmax (§3.4)."""
        hidden = self.head(hidden)
        if self.packed is not None and inferring(self):
            rows = hidden.reshape(-1, hidden.size(-1))
            return self.packed(rows).view(*hidden.shape[:-1], len(self.output_matrix))
        return F.linear(hidden, self.output_matrix, self.output_bias)

    def final_norm(self) -> nn.Module:
        """A pre-norm stack ends in a norm of its own; a post-norm stack has normalised already."""
        if not self.config.ends_in_norm:
            return nn.Identity()
        return LayerNorm(self.config.d_model, eps=self.config.epsilon)

    def initialise(self, seed: int) -> None:
        """Set all parameters as the reference implementation does (the paper is silent).

        Matrices: uniform within ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010). Embeddings,
        learned positions and the output matrix: normal with deviation d_model^-0.5, so that an
        embedding times √d_model has unit variance. Biases 0, gains 1.
        """
        generator = torch.Generator().manual_seed(seed)
        embeddings = ("tokens.weight", "segments.weight", "output_matrix", "positions.table")
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if parameter.dim() < 2:
                    parameter.fill_(1.0 if name.endswith("norm.weight") else 0.0)
                elif name.endswith(embeddings):
                    parameter.normal_(0.0, self.config.d_model**-0.5, generator=generator)
                else:
                    bound = (6 / sum(parameter.shape)) ** 0.5
                    parameter.uniform_(-bound, bound, generator=generator)


class EncoderDecoder(Model):
    """The paper's Transformer: an encoder reads the source, a decoder writes the target."""

    def __init__(self, config: ModelConfig):
        super().__init__(config)
        self.source_embedding = Embedding(config, config.source_vocabulary, self.randomness)
        self.target_embedding = Embedding(config, config.target_vocabulary, self.randomness)
        self.encoder = Encoder(config, self.randomness)
        self.encoder_norm = self.final_norm()
        self.decoder = Decoder(config, self.randomness)
        self.decoder_norm = self.final_norm()
        if config.tie == "all":
            self.source_embedding.tokens.weight = self.target_embedding.tokens.weight
        self.add_output(self.target_embedding)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        """source [batch, source], target [batch, target] -> hidden [batch, target, d_model].

        The target is what the decoder reads: it begins with the start token, and the hidden state
        at each position predicts the next one.
        """
        return self.decode(target, *self.encode(source))

    def decode(self, target: Tensor, memory: Tensor, memory_mask: Tensor | None) -> Tensor:
        """target [batch, target] and what ``encode`` gave -> hidden [batch, target, d_model]."""
        mask = causal_mask(target.size(1), target.size(1), target.device)
        mask = tap(self, "target_mask", "batch head query key", mask[None, None])
        x = self.decoder(self.target_embedding(target), mask, memory, memory_mask)
        return tap(self, "hidden", "batch position d_model", self.decoder_norm(x))

    def encode(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """[batch, source] -> memory [batch, source, d_model] and its mask [batch, 1, 1, source]."""
        mask = padding_mask(source, self.config.pad)
        mask = tap(self, "source_mask", "batch head query key", mask)
        x = self.encoder(self.source_embedding(source), mask)
        return tap(self, "memory", "batch position d_model", self.encoder_norm(x)), mask

    def start(self, source: Tensor) -> DecodingState:
        """Read the source [batch, source]; nothing is written yet."""
        memory, mask = self.encode(source)
        whole = inferring(self) and bool(mask.all())  # a mask would cost time in each layer
        caches = [LayerCache() for _ in self.decoder]
        return DecodingState(caches, memory, None if whole else mask)

    def step(self, tokens: Tensor, state: DecodingState) -> tuple[Tensor, DecodingState]:
        """The newest token of each row [row] -> logits of the next [row, vocabulary]."""
        tokens = tokens.to(self.output_matrix.device)[:, None]
        return self.logits(self.advance(tokens, state))[:, 0], state

    def advance(self, tokens: Tensor, state: DecodingState) -> Tensor:
        """The newest token of each row [row, 1] -> hidden [row, 1, d_model]; the state grows."""
        assert state.memory is not None
        x = state.grouped(self.target_embedding(tokens, state.length))
        seen = state.grow(x.device)
        x = self.decoder(x, seen, state.memory, state.memory_mask, state.caches)
        x = tap(self, "hidden", "batch position d_model", self.decoder_norm(x))
        return x if seen is None else x.flatten(0, 1)[:, None]


class DecoderOnly(Model):
    """The decoder without an encoder: each position predicts the next token of one sequence."""

    def __init__(self, config: ModelConfig):
        super().__init__(config)
        self.target_embedding = Embedding(config, config.target_vocabulary, self.randomness)
        self.decoder = Encoder(config, self.randomness)
        self.decoder_norm = self.final_norm()
        self.add_output(self.target_embedding)

    def forward(self, tokens: Tensor) -> Tensor:
        """[batch, position] -> hidden [batch, position, d_model]; padding stands on the right.

        Padding on the right needs no mask of its own: no real position comes after it.
        """
        mask = causal_mask(tokens.size(1), tokens.size(1), tokens.device)
        mask = tap(self, "target_mask", "batch head query key", mask[None, None])
        x = self.decoder(self.target_embedding(tokens), mask)
        return tap(self, "hidden", "batch position d_model", self.decoder_norm(x))

    def start(self) -> DecodingState:
        """Nothing is read or written yet."""
        return DecodingState([LayerCache() for _ in self.decoder])

    def step(self, tokens: Tensor, state: DecodingState) -> tuple[Tensor, DecodingState]:
        """The newest token of each row [row] -> logits of the next [row, vocabulary]."""
        tokens = tokens.to(self.output_matrix.device)[:, None]
        return self.logits(self.advance(tokens, state))[:, 0], state

    def advance(self, tokens: Tensor, state: DecodingState) -> Tensor:
        """The newest token of each row [row, 1] -> hidden [row, 1, d_model]; the state grows."""
        x = state.grouped(self.target_embedding(tokens, state.length))
        seen = state.grow(x.device)
        x = self.decoder(x, seen, state.caches)
        x = tap(self, "hidden", "batch position d_model", self.decoder_norm(x))
        return x if seen is None else x.flatten(0, 1)[:, None]


class EncoderOnly(Model):
    """The encoder alone: every position sees the whole sequence."""

    def __init__(self, config: ModelConfig):
        super().__init__(config)
        self.source_embedding = Embedding(config, config.target_vocabulary, self.randomness)
        self.encoder = Encoder(config, self.randomness)
        self.encoder_norm = self.final_norm()
        self.add_output(self.source_embedding)

    def forward(self, tokens: Tensor, segments: Tensor | None = None) -> Tensor:
        """[batch, position] -> hidden [batch, position, d_model]; [batch, 1, d_model] for labels.

        ``segments`` [batch, position]: see ``Embedding``.
        """
        mask = padding_mask(tokens, self.config.pad)
        mask = tap(self, "source_mask", "batch head query key", mask)
        x = self.encoder(self.source_embedding(tokens, segments=segments), mask)
        x = self.encoder_norm(x if self.config.labels is None else x[:, :1])
        return tap(self, "hidden", "batch position d_model", x)


class ImageEncoder(Model):
    """An encoder that reads images: the Vision Transformer (Dosovitskiy et al. 2021)."""

    def __init__(self, config: ModelConfig):
        super().__init__(config)
        self.source_embedding = Patches(config, self.randomness)
        self.encoder = Encoder(config, self.randomness)
        self.encoder_norm = self.final_norm()
        self.add_output(None)

    def forward(self, pixels: Tensor) -> Tensor:
        """pixels [batch, channel, height, width] -> hidden [batch, 1, d_model], the class token's.

        There is no padding, and no mask.
        """
        x = self.encoder(self.source_embedding(pixels), None)
        return tap(self, "hidden", "batch position d_model", self.encoder_norm(x[:, :1]))


FAMILIES: dict[str, type[Model]] = {
    "encoder-decoder": EncoderDecoder,
    "decoder-only": DecoderOnly,
    "encoder-only": EncoderOnly,
}


def build(config: ModelConfig, seed: int = 0) -> Model:
    """The model that the config describes, its parameters drawn from the seed."""
    model = (FAMILIES[config.family] if config.image_size is None else ImageEncoder)(config)
    model.initialise(seed)
    return model
