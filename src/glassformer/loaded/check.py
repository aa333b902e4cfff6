"""``gf.check``: what is wrong with a model, of ours or of anybody's."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from glassformer.errors import ConfigError
from glassformer.inspection.calls import Call, Inputs
from glassformer.inspection.checks import check as of_tape
from glassformer.inspection.examine import examine
from glassformer.inspection.findings import Finding
from glassformer.inspection.probes import Step, Subject
from glassformer.inspection.report import Report
from glassformer.inspection.stepping import step_of
from glassformer.inspection.tape import Tape
from glassformer.loaded.base import LoadedModel
from glassformer.loaded.training import copied
from glassformer.tasks.labelling import readable

SIDES = ("left", "right")
OPENING = "the girl sleeps"


def check(
    model: nn.Module | LoadedModel,
    inputs: Inputs | str | None = None,
    *,
    causal: str | bool | None = None,
    padding: int | Mapping[str, Any] | None = None,
    generate: Step | bool | None = None,
    target: Tensor | None = None,
    axes: Mapping[str, str] | None = None,
    sides: Sequence[str] = SIDES,
) -> Report:
    """Find what is wrong with a model: it is run unrecorded on inputs whose results must agree,
    and, where they do not, recorded, to say where the difference begins and by which line.

    Found are: a future token that moves the past; padding that moves anything; an example that
    differs alone and in a batch; a cache that changes the result; attention that does not sum to 1
    over its keys; a row whose keys are all masked; a target that is its own input; dropout left on;
    NaN and infinity; in evaluation mode and in training mode with dropout held still. The model is
    left as it was.

    Args:
        model: any module; or what ``load`` returned, of which all that follows is known.
        inputs: what its forward takes: a tensor, a sequence, or names and values. Of a loaded
            model a text, or nothing.
        causal: the input along which the model must not look ahead; True is the first.
        padding: what stands at padding, for each input that has it: {"tokens": 0, "mask": True};
            a number alone is that of the first input. A mask that is not among the inputs is made.
        generate: step(tokens [row, 1], state or None) -> (result [row, 1, …], state); True for
            models of ours and of transformers'.
        target: what each position is to predict: int64 [batch, position].
        axes: of an input what its axes are, where they are not "batch position …".
        sides: on which sides the model is made to be padded.

    Raises:
        ConfigError: the inputs do not fit the model, or one another.
    """
    if isinstance(model, LoadedModel):
        usual = OPENING if model.built_in else model.opening or OPENING
        text = inputs if isinstance(inputs, str) else usual
        return Report(model.name, tuple(examine(subject_of(model, text))))
    if inputs is None or isinstance(inputs, str):
        raise ConfigError("check needs the inputs that the model's forward takes")
    call = Call(model, inputs, axes)
    first = next(iter(call.tensors), "")
    name = first if causal is True else causal or None
    if name is not None:
        call.length(name)
    pads = padding if isinstance(padding, Mapping) else {} if padding is None else {first: padding}
    wrong = [side for side in sides if side not in SIDES]
    if wrong:
        raise ConfigError(f"sides are 'left' and 'right', not {wrong[0]!r}")
    if (generate or target is not None) and name is None:
        raise ConfigError("generate and target are checked along an input: say causal=NAME")
    step = step_of(call, str(name)) if generate is True else generate or None
    subject = Subject(call, name, pads, tuple(sides), step, target)
    return Report(type(model).__name__, tuple(examine(subject)))


def findings_of(model: LoadedModel, tape: Tape) -> list[Finding]:
    """What a recording of a loaded model gives away; and, where nothing was changed in it, what
    ``check`` finds besides. The model may be in use by other threads."""
    found = of_tape(tape, model.model)
    about = tape.about
    if any(about.get(one) for one in ("changes", "training", "stepwise", "recorded")):
        return found
    twin = copy.copy(model)
    twin.model = copied(model.model, {id(p): p for p in model.model.parameters()})
    names = {one.check for one in found}
    more = examine(subject_of(twin, about["text"]))
    return [*found, *(one for one in more if one.check not in names)]


def subject_of(model: LoadedModel, text: str) -> Subject:
    """A loaded model that reads this text, as something to be examined."""
    if model.config.image_size is not None:
        pixels = readable(model.model, model.tokenizers, text)
        return Subject(Call(model.model, {"pixels": pixels}), sides=())
    reading = model.read(text, None, None, 0)
    given = {
        "encoder-decoder": {"source": reading.source, "target": reading.target},
        "decoder-only": {"tokens": reading.target},
        "encoder-only": {"tokens": reading.source},
    }[model.config.family]
    call = Call(model.model, {name: model.tensor(ids) for name, ids in given.items()})
    first, causal = next(iter(given)), list(given)[-1]
    if model.config.family == "encoder-only":
        return Subject(call, padding={first: model.config.pad}, sides=("right",))
    return Subject(
        call, causal, {first: model.config.pad}, ("right",), step_of(call, causal),
        torch.tensor([reading.next], device=call.first.device),
    )  # fmt: skip
