"""``torch.nn.Transformer``, with embeddings around it as in PyTorch's translation tutorial.

Its tensors do not show how many heads there are, or which activation: a ``config.json`` beside
them says so, with the names of torch's own arguments:

    {"model_type": "torch.nn.Transformer", "nhead": 8, "norm_first": false, "pad": 1}

Both stacks end in a norm here, post-norm ones too.
"""

from __future__ import annotations

from glassformer.interop.format import Format, Tensors
from glassformer.interop.mapping import Known, Rows, Table, split
from glassformer.interop.settings import Settings
from glassformer.model.config import ModelConfig
from glassformer.numerics.positions import sinusoids

SOURCE, TARGET = "src_tok_emb.embedding.weight", "tgt_tok_emb.embedding.weight"
PLACES = "positional_encoding.pos_embedding"


def config(theirs: Settings, tensors: Tensors) -> ModelConfig:
    """The config of the same model here: sizes by the tensors, the rest by torch's defaults."""
    found = Settings({name: tensors[name].shape for name in tensors}, theirs.origin)
    source, d = found[SOURCE]
    up = "transformer.encoder.layers.0.linear1.weight"
    numbers = {name.split(".")[3] for name in tensors if name.startswith("transformer.encoder.lay")}
    return ModelConfig(
        source_vocabulary=source,
        target_vocabulary=found[TARGET][0],
        pad=theirs.get("pad", 1),
        d_model=d,
        d_ff=found[up][0],
        n_heads=theirs["nhead"],
        n_layers=len(numbers),
        dropout=theirs.get("dropout", 0.1),
        attention_dropout=theirs.get("dropout", 0.1),
        activation_dropout=theirs.get("dropout", 0.1),
        norm="pre" if theirs.get("norm_first", False) else "post",
        final_norm=True,
        activation=theirs.activation("activation", "relu"),
        epsilon=theirs.get("layer_norm_eps", 1e-5),
        bias=True,
        output_bias=True,
        tie="none",
    )


def attention(theirs: str, ours: str) -> Rows:
    """The rows of an attention, whose three projections are one tensor."""
    rows: Rows = {f"{theirs}.out_proj.*": f"{ours}.output_matrix.*"}
    for kind in ("weight", "bias"):
        parts = (f"{ours}.{part}_matrix.{kind}" for part in ("query", "key", "value"))
        rows[f"{theirs}.in_proj_{kind}"] = split(*parts)
    return rows


def stack(side: str, norms: tuple[str, ...]) -> Rows:
    """The rows of one stack; ``norms`` are our names of its layers' norms in order."""
    there, here = f"transformer.{side}.layers.{{}}.", f"{side}.{{}}."
    return {
        **attention(there + "self_attn", here + "self_attention"),
        **attention(there + "multihead_attn", here + "cross_attention"),
        there + "linear1.*": here + "feedforward.up.*",
        there + "linear2.*": here + "feedforward.down.*",
        **{f"{there}norm{i}.*": f"{here}{norm}.norm.*" for i, norm in enumerate(norms, 1)},
        f"transformer.{side}.norm.*": f"{side}_norm.*",
    }


def table(ours: ModelConfig, tensors: Tensors) -> Table:
    """From its names to ours."""
    length = tensors[PLACES].size(0) if PLACES in tensors else 1
    return {
        SOURCE: "source_embedding.tokens.weight",
        TARGET: "target_embedding.tokens.weight",
        **stack("encoder", ("after_self", "after_feedforward")),
        **stack("decoder", ("after_self", "after_cross", "after_feedforward")),
        "generator.weight": "output_matrix",
        "generator.bias": "output_bias",
        PLACES: Known(sinusoids(length, ours.d_model)[:, None]),
    }


TORCH = Format(
    "torch.nn.Transformer", ("torch.nn.Transformer",), config, table,
    recognise=lambda settings, tensors: any("in_proj_weight" in name for name in tensors),
)  # fmt: skip
