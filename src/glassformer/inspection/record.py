"""Recording: every value of a run, and from which others it was computed by which operator.

    with record(model) as tape:
        model(source, target)
    tape["decoder.0.cross_attention.weights"]

Each arithmetic operator that runs makes an entry; taps give entries their names and axes. What
merely arranges numbers anew (transpose, split, slice …) stands between an entry and its inputs as
a chain, so that no edge of the graph hides more than one arithmetic operator, on any module.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.hooks import RemovableHandle

from glassformer.errors import RecordingError
from glassformer.inspection.fused import written_steps
from glassformer.inspection.operators import (
    SHAPE_OPERATORS,
    arranges,
    canonical,
    constant,
    writes,
)
from glassformer.inspection.patch import Patch
from glassformer.inspection.place import place, readable
from glassformer.inspection.schema import Kind
from glassformer.inspection.tape import Entry, Source, Tape
from glassformer.tap import observer

# What makes a tensor of plain numbers computes nothing: its numbers are an input of the run.
GIVEN = frozenset({"tensor", "as_tensor", "from_numpy"})

HOOKING = threading.Lock()  # held while hooks come and go, and while a model is copied
recordings, fast_path = 0, True


@contextmanager
def record(model: nn.Module, patch: Patch | None = None) -> Iterator[Tape]:
    """Record all that ``model`` computes inside the block.

    Fused attention runs by its written steps meanwhile. ``patch(path, axes, value)`` may return
    another value for a tapped one; what was there before is kept as PATH.original.

    Raises:
        RecordingError: the model is compiled, or writes into a part of a tensor, which cannot be
            followed.
    """
    if hasattr(model, "_orig_mod"):
        raise RecordingError("a compiled model cannot be recorded: pass the model it was made from")
    recorder = Recorder(model, patch)
    token = observer.set(recorder.tapped)
    try:
        with no_fast_path(), recorder.hooks(), recorder:
            yield recorder.tape
    finally:
        observer.reset(token)


@contextmanager
def no_fast_path() -> Iterator[None]:
    """Without torch's fast path, which would hide a whole layer in one operator. The switch is one
    for all threads: who comes first turns it off, who leaves last puts it back."""
    global recordings, fast_path
    with HOOKING:
        if recordings == 0:
            fast_path = torch.backends.mha.get_fastpath_enabled()
        recordings += 1
        torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        with HOOKING:
            recordings -= 1
            if recordings == 0:
                torch.backends.mha.set_fastpath_enabled(fast_path)


class Recorder(TorchFunctionMode):
    """Follows every tensor from the operator that made it to those that take it."""

    def __init__(self, model: nn.Module, patch: Patch | None):
        super().__init__()
        self.tape, self.patch, self.model = Tape(), patch, model
        self.paths = {part: path for path, part in model.named_modules()}
        self.known: dict[int, Source] = {}
        self.held: list[Tensor] = []  # an id is only good while its tensor lives
        self.inside: list[str] = []
        self.fused: tuple[str, int] | None = None  # where a fused operator was called
        self.names: dict[int, tuple[str, Kind]] = {}
        self.thread = threading.get_ident()  # hooks are on the model, which others may be running
        for path, parameter in model.named_parameters(remove_duplicate=False):
            self.names.setdefault(id(parameter), (path, "parameter"))
        for path, buffer in model.named_buffers(remove_duplicate=False):
            self.names.setdefault(id(buffer), (path, "buffer"))

    @contextmanager
    def hooks(self) -> Iterator[None]:
        """Know in which module the model is."""
        with HOOKING:
            handles = [handle for part in self.paths for handle in self.hook(part)]
        try:
            yield
        finally:
            with HOOKING:
                for handle in handles:
                    handle.remove()

    def hook(self, part: nn.Module) -> tuple[RemovableHandle, RemovableHandle]:
        """Note when a part is entered and left, by this thread."""
        path = self.paths[part]

        def enter(module: nn.Module, args: Any, kwargs: Any) -> None:
            if threading.get_ident() == self.thread:
                if not self.inside:
                    self.take_inputs(module, args, kwargs)
                self.inside.append(path)

        def leave(module: nn.Module, args: Any, result: Any) -> None:
            if threading.get_ident() == self.thread:
                self.inside.pop()
                self.tape.outputs[path] = [
                    self.known[id(one)] for one in tensors_in(result) if id(one) in self.known
                ]

        return (
            part.register_forward_pre_hook(enter, with_kwargs=True),
            part.register_forward_hook(leave, always_call=True),
        )

    def take_inputs(self, module: nn.Module, args: Any, kwargs: Any) -> None:
        """Name what the outermost call was given as its signature does."""
        signature = inspect.signature(module.forward)
        given = dict(signature.bind_partial(*args, **kwargs).arguments)
        for name, one in signature.parameters.items():
            if one.kind is one.VAR_KEYWORD:
                given |= given.pop(name, {})
        for name, value in given.items():
            if isinstance(value, Tensor) and id(value) not in self.known:
                number = self.tape.add(Entry(name, value, "input", step=self.tape.step))
                self.hold(value, Source(number))

    def hold(self, value: Tensor, source: Source) -> None:
        """Know where this tensor came from."""
        self.known[id(value)] = source
        self.held.append(value)

    def source_of(self, value: Tensor) -> Source:
        """Where a tensor came from: an entry, a parameter, a buffer; all else is an input."""
        if id(value) not in self.known:
            name, kind = self.names.get(id(value), ("input", "input"))
            entry = Entry(name, value, kind, step=self.tape.step)
            self.hold(value, Source(self.tape.add(entry)))
        return self.known[id(value)]

    def tapped(self, part: nn.Module, name: str, axes: str, value: Tensor) -> Tensor:
        """A tap: name the entry, and put a patch's value in its place."""
        path = self.paths.get(part)
        if path is None:
            return value
        path = f"{path}.{name}" if path else name
        if self.tape.step:
            path = f"{path}@{self.tape.step}"
        if len(axes.split()) != value.dim():
            raise RecordingError(f"{path} has the axes {axes!r} and the shape {[*value.shape]}")
        if id(value) not in self.known and id(value) not in self.names:
            # Nobody made it: a draw, or what was there before the run.
            entry = Entry(path, value, "input", step=self.tape.step)
            self.hold(value, Source(self.tape.add(entry)))
        source = self.source_of(value)
        entry = self.tape.entries[source.entry]
        if entry.path == path:
            pass
        elif source.through or entry.tapped or entry.kind != "value":
            file, line = self.here()
            entry = Entry(path, value, inputs=[source], file=file, line=line,
                          step=self.tape.step)  # fmt: skip
            if path in self.tape:
                raise RecordingError(f"{path} was shown twice in one step")
            source = Source(self.tape.add(entry))
        else:
            self.tape.rename(source.entry, path)
        entry.axes, entry.tapped = axes, True
        self.hold(value, source)
        with torch._C.DisableTorchFunction():  # what a patch computes is no part of the run
            changed = value if self.patch is None else self.patch(path, axes, value)
        if changed is value:
            return value
        self.tape.rename(source.entry, f"{path}.original")
        new = Entry(path, changed, "changed", axes, file=entry.file, line=entry.line,
                    step=self.tape.step, tapped=True)  # fmt: skip
        self.hold(changed, Source(self.tape.add(new)))
        return changed

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        """Run an operator, and note what came out and from what."""
        kwargs = kwargs or {}
        steps = written_steps(func)
        if steps is not None:
            # Outside the mode's own call this code's operators are seen one by one.
            self.fused = place()
            try:
                with self:
                    return steps(*args, **kwargs, tap=self.tap_here)
            finally:
                self.fused = None
        name = canonical(func)
        if name in GIVEN:
            return func(*args, **kwargs)
        written = self.written(name, args, kwargs)
        result = func(*args, **kwargs)
        outputs = [result] if isinstance(result, Tensor) else result
        if not isinstance(outputs, list | tuple) or not all(isinstance(o, Tensor) for o in outputs):
            return result
        if written is None and any(out is one for one in args for out in outputs):
            return result  # nothing was done: contiguous() of what is so, for one
        inputs: list[Source] = []

        def noted(tensor: Tensor) -> int:
            inputs.append(self.source_of(tensor))
            return len(inputs) - 1

        constants = [constant(args, noted), constant(kwargs, noted)]
        for place_in, out in enumerate(outputs):
            which = constants if isinstance(result, Tensor) else [*constants, place_in]
            if name in SHAPE_OPERATORS and len(inputs) == 1 and arranges(name, constants):
                before = inputs[0]
                self.hold(out, Source(before.entry, (*before.through, (name, which))))
                continue
            file, line = self.here()
            path = ".".join(filter(None, (self.inside[-1] if self.inside else "", name)))
            entry = Entry(path, out, operator=name, constants=which, inputs=list(inputs),
                          file=file, line=line, step=self.tape.step)  # fmt: skip
            self.hold(out, Source(self.tape.add(entry)))
        return result

    def here(self) -> tuple[str, int]:
        """The file (below its package's folder) and line that the model is at."""
        file, line = self.fused or place()
        name = readable(file)
        if self.tape.files.setdefault(name, file) != file:  # another of this name
            name = "/".join(Path(file).parts[-2:])
            self.tape.files[name] = file
        return name, line

    def tap_here(self, name: str, axes: str, value: Tensor) -> Tensor:
        """The tap of a fused operator's written steps, in the module that is running."""
        part = self.model.get_submodule(self.inside[-1] if self.inside else "")
        return self.tapped(part, name, axes, value)

    def written(self, name: str, args: Any, kwargs: Any) -> Tensor | None:
        """The tensor that an operator writes over, if any, its old value kept.

        Raises:
            RecordingError: it is a part of another, which cannot be followed.
        """
        target = kwargs.get("out")
        if writes(name) or kwargs.get("inplace"):
            target = args[0]
        if not isinstance(target, Tensor):
            return None
        source = self.known.get(id(target))
        if name == "__setitem__" or target._is_view() or (source and source.through):
            file, line = self.here()
            raise RecordingError(
                f"{name} at {file}, line {line} writes into a part of a tensor, which a recording "
                "cannot follow: make a new tensor (torch.cat, torch.where, masked_fill) instead"
            )
        if source is not None:
            entry = self.tape.entries[source.entry]
            entry.value = entry.value.clone()
        return target


def tensors_in(result: Any) -> list[Tensor]:
    """The tensors that a module returned, in order."""
    if isinstance(result, Tensor):
        return [result]
    if isinstance(result, Mapping):
        result = list(result.values())
    parts = result if isinstance(result, list | tuple) else ()
    return [tensor for part in parts for tensor in tensors_in(part)]
