"""Another project's config: what was asked of it, and what ours has no part for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassformer.errors import ForeignError, nearest
from glassformer.model.config import Activation, ModelConfig

# Their names of activations.
ACTIVATIONS: dict[str, Activation] = {
    "relu": "relu",
    "gelu": "gelu",
    "gelu_new": "gelu-tanh",
    "gelu_pytorch_tanh": "gelu-tanh",
    "swish": "silu",
    "silu": "silu",
}


class Settings:
    """The contents of a ``config.json``, with errors that name the key."""

    def __init__(self, content: Mapping[str, Any], origin: str):
        self.content, self.origin = content, origin

    def __getitem__(self, key: str) -> Any:
        if key not in self.content:
            raise ForeignError(f"the config of {self.origin} does not say {key!r}")
        return self.content[key]

    def get(self, key: str, default: Any) -> Any:
        """What is said, or what is meant where nothing is."""
        found = self.content.get(key)
        return default if found is None else found

    def only(self, **expected: Any) -> None:
        """Refuse a config in which one of these is another than expected.

        Raises:
            ForeignError: it is.
        """
        for key, value in expected.items():
            if self.get(key, value) != value:
                raise ForeignError(
                    f"{self.origin} has {key} = {self.content[key]!r}, which the model here cannot "
                    f"be: only {value!r}"
                )

    def activation(self, key: str, default: str) -> Activation:
        """Our name of an activation."""
        name = self.get(key, default)
        if name not in ACTIVATIONS:
            raise ForeignError(
                f"{self.origin} has {key} = {name!r}, which is not known."
                f"{nearest(str(name), ACTIVATIONS)}"
            )
        return ACTIVATIONS[name]


def their_activation(name: Activation) -> str:
    """The first of their names for an activation of ours."""
    return next(theirs for theirs, ours in ACTIVATIONS.items() if ours == name)


def sizes(ours: ModelConfig) -> dict[str, Any]:
    """What BERT, RoBERTa and ViT call the sizes and rates of an encoder alike."""
    return {
        "hidden_size": ours.d_model,
        "intermediate_size": ours.d_ff,
        "num_attention_heads": ours.n_heads,
        "num_hidden_layers": ours.n_layers,
        "hidden_dropout_prob": ours.dropout,
        "attention_probs_dropout_prob": ours.attention_dropout,
        "hidden_act": their_activation(ours.activation),
        "layer_norm_eps": ours.epsilon,
    }


def names_of_labels(ours: ModelConfig) -> dict[str, Any]:
    """Their two tables of labels, which are numbered here; empty ones of a model without."""
    labels = range(ours.labels or 0)
    return {
        "id2label": {str(i): f"LABEL_{i}" for i in labels},
        "label2id": {f"LABEL_{i}": i for i in labels},
    }


def require(config: Any, kind: str, **expected: Any) -> None:
    """Refuse to write a model of ours as a kind of theirs that cannot be like it.

    Raises:
        ForeignError: the field that differs, and what that kind has.
    """
    for key, value in expected.items():
        if getattr(config, key) != value:
            raise ForeignError(
                f"{kind} cannot be this model: its {key} is {value!r}, here it is "
                f"{getattr(config, key)!r}"
            )
