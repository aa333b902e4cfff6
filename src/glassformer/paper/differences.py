"""Where a model is not the paper's base model, each with the reason that such a choice has."""

from __future__ import annotations

from glassformer.model.config import ModelConfig
from glassformer.paper.structure import Structure

SIZES = {"n_layers": "N", "d_model": "d_model", "d_ff": "d_ff", "n_heads": "h"}


def differences(theirs: Structure, ours: Structure) -> list[str]:
    """What a picture of the model shows that the paper's does not, in sentences with reasons."""
    found = [*sizes(theirs.config, ours.config)]
    if ours.config.family != theirs.config.family:
        found.append(
            f"The model is {ours.config.family}: it has one of the paper's two stacks, and no "
            "cross-attention, because it reads and writes one sequence."
        )
    first = [sublayer.norm_first for stack in ours.stacks for sublayer in stack.sublayers]
    if all(first):
        found.append(
            "The norm stands before each sub-layer, not after the sum, and once more at the end of "
            "a stack: so the sums run through all layers unscaled and training needs less warm-up; "
            "the reference implementation's later default."
        )
    if ours.config.positions != theirs.config.positions:
        found.append(f"Positions are {ours.config.positions}, as its recipe says; the paper found "
                     "learned ones as good as its sinusoids (Table 3, row E).")  # fmt: skip
    if ours.config.activation != "relu":
        found.append(f"The feed-forward network has {ours.config.activation}, not ReLU.")
    if ours.config.tie != theirs.config.tie:
        found.append("The embeddings and the pre-softmax matrix are not all one (§3.4), since its "
                     "sides have vocabularies of their own, or its recipe says so.")  # fmt: skip
    return found or ["Nothing: it is the paper's base model."]


def sizes(theirs: ModelConfig, ours: ModelConfig) -> list[str]:
    """One sentence on the sizes that differ, if some do."""
    differ = [
        f"{name} {getattr(ours, key)} for {getattr(theirs, key)}"
        for key, name in SIZES.items()
        if getattr(ours, key) != getattr(theirs, key)
    ]
    if ours.target_vocabulary != theirs.target_vocabulary:
        differ.append(f"{ours.target_vocabulary:,} vocabulary entries for about "
                      f"{theirs.target_vocabulary:,}")  # fmt: skip
    if not differ:
        return []
    return [f"It is of another size, as its recipe says: {', '.join(differ)}; "
            f"{ours.parameter_count():,} parameters for {theirs.parameter_count():,}."]  # fmt: skip
