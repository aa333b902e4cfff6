"""Models that differ from a loaded one in a part, so that the two can be compared.

Nobody trained them: they have the sizes of the loaded model, and parameters drawn from one seed.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from glassformer.explorer.shelf import Shelf
from glassformer.loaded import LoadedModel, wrap
from glassformer.model import build

SEED = 1


@dataclass(frozen=True, kw_only=True)
class Variant:
    """What is another part than the loaded model's; None: the same."""

    norm: str | None = None
    activation: str | None = None
    positions: str | None = None
    family: str | None = None

    @property
    def changes(self) -> dict[str, Any]:
        """The fields of the config that differ."""
        return {name: value for name, value in asdict(self).items() if value is not None}


class Variants:
    """Makes variants, and holds the latest ready."""

    def __init__(self) -> None:
        self.shelf = Shelf()

    def of(self, model: LoadedModel, variant: Variant) -> LoadedModel:
        """This variant of a model, untrained.

        Raises:
            ConfigError: there is no such part.
        """
        config = replace(model.config, **variant.changes)

        def make() -> LoadedModel:
            like = model.model.output_matrix
            made = build(config, SEED).to(like.device, like.dtype)
            named = ", ".join(["untrained", *variant.changes.values()])
            return wrap(made, model.tokenizers, f"{model.name}, {named}", model.built_in)

        return self.shelf.get((model.name, config), make)
