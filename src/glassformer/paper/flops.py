"""How many floating-point operations a training takes, counted from the model's sizes.

A matrix product of [a, b] and [b, c] is 2abc operations. A pass forward over a sentence pair of n
source and m target tokens is

    each encoder layer   projections 2n(2d·h·d_k + 2d·h·d_v), attention 2n²·h(d_k + d_v),
                         feed-forward 2n·2d·d_ff
    each decoder layer   the same over m; cross-attention 2(m + n)(d·h·d_k + d·h·d_v) and
                         2mn·h(d_k + d_v)
    pre-softmax matrix   2m·d·V

and a pass back costs twice a pass forward. Softmax, norms, sums, look-ups, padding and the
optimiser are left out: next to the products they are little.
"""

from __future__ import annotations

from glassformer.model.config import ModelConfig

VANISHING = (
    1e-12  # so short a sentence that attention's own products are nothing beside the matrices
)


def forward_flops(config: ModelConfig, source: float, target: float) -> float:
    """Of one sentence pair of so many tokens; of one sequence of ``target`` for one stack alone."""
    d = config.d_model
    width = config.n_heads * (config.key_width + config.value_width)

    def layer(tokens: float) -> float:
        return 2 * tokens * (2 * d * width + 2 * d * config.d_ff) + 2 * tokens**2 * width

    output = 2 * target * d * config.target_vocabulary
    if config.family != "encoder-decoder":
        return config.n_layers * layer(target) + output
    cross = 2 * (target + source) * d * width + 2 * target * source * width
    return config.n_layers * (layer(source) + layer(target) + cross) + output


def training_flops(
    config: ModelConfig, tokens: tuple[float, float], lengths: tuple[float, float] = (0.0, 0.0)
) -> float:
    """Of a training that read so many source and target tokens in all.

    ``lengths`` are a sentence's mean source and target tokens, for the terms of attention, which
    grow with their product; of 0, these terms are left out.
    """
    source, target = (
        length or total * VANISHING for length, total in zip(lengths, tokens, strict=True)
    )
    return 3 * tokens[1] / target * forward_flops(config, source, target)
