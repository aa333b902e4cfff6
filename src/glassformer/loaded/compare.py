"""``gf.compare``: a Transformer of one's own held against a clean one."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from glassformer.inspection.calls import Inputs
from glassformer.inspection.compare import Comparison, compare_modules
from glassformer.loaded.base import LoadedModel


def compare(
    mine: nn.Module | LoadedModel,
    ours: nn.Module | LoadedModel,
    inputs: Inputs,
    names: Mapping[str, str] | None = None,
) -> Comparison:
    """Run both on the same inputs and say where they first differ, and how.

    Their values are paired in the order of the run: by ``names``, else by shape and numbers. Told
    of the first that differ are the paths, both lines of code, by how much, and, where one explains
    the other, how: a factor, the sign, a transpose, permuted heads, a shifted position, a missing
    mask, another epsilon.

    Args:
        inputs: what both take: a tensor, a sequence, or names and values of mine, which ours gets
            in their order where it calls them otherwise.
        names: paths of mine (a value's, or a part's, which stands for what it returns) and what is
            meant by them in ours.

    Raises:
        ConfigError: the inputs do not fit, or a name was not recorded.
        RecordingError: one of the two cannot be recorded.
    """
    both = [one.model if isinstance(one, LoadedModel) else one for one in (mine, ours)]
    return compare_modules(both[0], both[1], inputs, names or {})
