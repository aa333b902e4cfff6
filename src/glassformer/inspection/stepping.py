"""One token after the other with a cache, on models that have one: ours, and transformers'."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from glassformer.errors import ConfigError
from glassformer.inspection.calls import Call, output_of
from glassformer.inspection.probes import Step

CACHES = {"cache", "past_key_values"}  # what transformers call it


def step_of(call: Call, causal: str) -> Step:
    """A function (tokens [row, 1], state or None) -> (result [row, 1, …], state).

    Raises:
        ConfigError: the model has no cache that is known.
    """
    if hasattr(call.module, "advance") and hasattr(call.module, "start"):
        return our_step(call, causal)
    if call.takes & CACHES:
        return their_step(call, causal)
    raise ConfigError(
        f"generate=True knows the cache of our models and of transformers', and "
        f"{type(call.module).__name__} has neither: give generate=step with "
        "step(tokens [row, 1], state or None) -> (logits [row, 1, vocabulary], state)"
    )


def our_step(call: Call, causal: str) -> Step:
    """Ours: ``start`` reads the source, ``advance`` the newest token."""
    model: Any = call.module
    source = [value for name, value in call.tensors.items() if name != causal]

    def step(tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        state = model.start(*source) if state is None else state
        return model.advance(tokens, state), state

    return step


def their_step(call: Call, causal: str) -> Step:
    """transformers': the cache goes in and comes out. Masks are as long as the text so far, and
    what else goes along with the tokens is cut where they are."""
    (goes_in,) = sorted(call.takes & CACHES)[:1]
    along = [
        name for name in call.tensors
        if name.startswith("decoder_") == causal.startswith("decoder_")
        and call.axis(name, "position") is not None and call.length(name) == call.length(causal)
    ]  # fmt: skip

    def step(tokens: Tensor, state: Any) -> tuple[Tensor, Any]:
        cache, place = state or (None, 0)
        now: dict[str, Any] = {causal: tokens, goes_in: cache, "use_cache": True}
        for name in along:
            value = call.tensor(name)
            if name != causal:
                now[name] = value[:, : place + 1] if "mask" in name else value[:, place : place + 1]
        result = call.changed(now)()
        (kept,) = [result[name] for name in sorted(CACHES) if result.get(name) is not None][:1]
        return output_of(result), (kept, place + 1)

    return step
