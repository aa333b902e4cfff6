"""Reading a checkpoint of another project: its tensors, and what it says of itself.

safetensors come first. A pickle is read by torch's ``weights_only`` alone, which makes tensors and
plain values and runs nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from glassformer.errors import ForeignError

PICKLES = ("pytorch_model.bin", "ckpt.pt", "model.pt")
INSIDE = ("model", "state_dict", "model_state_dict")  # where a training keeps its parameters
WRAPPERS = ("_orig_mod.", "module.")  # torch.compile's and DistributedDataParallel's
OLD = {"LayerNorm.gamma": "LayerNorm.weight", "LayerNorm.beta": "LayerNorm.bias"}  # BERT of 2018
# The first bytes of files that people take for checkpoints, and what they are.
STARTS: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs", "a pointer of git-lfs, not the file itself: run `git lfs pull`"),
    (b"<", "a web page: the download gave an error or a page to log in"),
    (b"GGUF", "a GGUF file of llama.cpp, whose numbers are mostly quantized"),
    (b"\x89HDF", "an HDF5 file of Keras or TensorFlow"),
    (b"\x1f\x8b", "a gzip archive: unpack it first"),
    (b"PK", "a zip archive that torch cannot read as a checkpoint"),
    (b"\x80", "a pickle of Python objects, which would run code: only plain tensors are read"),
    (b"{", "JSON, without any tensors"),
    (b"", "of no kind that is known"),
)


@dataclass(frozen=True)
class Checkpoint:
    """Tensors in fp32 by name, what it says of itself, and the folder of its other files."""

    origin: str
    folder: Path
    settings: dict[str, Any]
    tensors: dict[str, Tensor]


def read_checkpoint(path: Path) -> Checkpoint:
    """A folder with a ``config.json`` and weights, or a file of weights.

    Raises:
        ForeignError: it is no checkpoint, and what it looks like instead.
    """
    folder = path if path.is_dir() else path.parent
    file = folder / "config.json"
    settings = read_json(file) if file.is_file() else {}
    images = folder / "preprocessor_config.json"
    if images.is_file():
        settings["preprocessor"] = read_json(images)
    tensors: dict[str, Tensor] = {}
    for part in [path] if path.is_file() else files_of(folder):
        found, more = read_file(part)
        tensors |= found
        settings |= more
    return Checkpoint(str(path), folder, settings, renamed(tensors))


def files_of(folder: Path) -> list[Path]:
    """The files that hold a folder's tensors, safetensors before pickles."""
    for name in ("model.safetensors", "pytorch_model.bin"):
        index = folder / f"{name}.index.json"
        if index.is_file():
            parts = sorted(set(read_json(index)["weight_map"].values()))
            return [folder / Path(part).name for part in parts]
    whole = [folder / name for name in ("model.safetensors", *PICKLES)]
    found = [file for file in whole if file.is_file()] or sorted(folder.glob("*.safetensors"))
    if found:
        return found[:1]
    inside = ", ".join(sorted(file.name for file in folder.iterdir())[:9]) or "nothing"
    raise ForeignError(
        f"{folder} holds no weights: a model.safetensors, or one of {', '.join(PICKLES)}, is "
        f"expected; there is {inside}"
    )


def read_json(file: Path) -> dict[str, Any]:
    """A JSON object."""
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise ForeignError(f"{file} is not readable: {error}") from error
    if not isinstance(found, dict):
        raise ForeignError(f"{file} is no JSON object")
    return found


def read_file(file: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors of a file, and the plain values that stand beside them."""
    try:
        if file.suffix == ".safetensors":
            return load_file(file), {}
        found = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # of bytes that are no checkpoint, torch's reader raises anything
        raise ForeignError(
            f"{file} is no checkpoint that can be read: {looks_like(file)}"
        ) from error
    if not isinstance(found, Mapping):
        raise ForeignError(
            f"{file} holds {type(found).__name__}, where tensors by name are expected"
        )
    inner = next((found[key] for key in INSIDE if isinstance(found.get(key), Mapping)), found)
    tensors = {name: value for name, value in inner.items() if isinstance(value, Tensor)}
    if not tensors:
        raise ForeignError(
            f"{file} holds no tensors, but {', '.join(map(str, found)) or 'nothing'}"
        )
    plain = {
        k: v for k, v in found.items() if isinstance(v, dict | str | int | float) and v is not inner
    }
    return tensors, {k: v for k, v in plain.items() if k not in tensors and k != "optimizer"}


def looks_like(file: Path) -> str:
    """What a file seems to be, by its first bytes."""
    try:
        with file.open("rb") as opened:
            start = opened.read(64)
    except OSError as error:
        return error.strerror or str(error)
    if not start:
        return "it is empty"
    if file.suffix == ".safetensors" and start[8:9] == b"{":
        return "it begins like a safetensors file and is cut short: download it again"
    return "it looks like " + next(what for mark, what in STARTS if start.lstrip().startswith(mark))


def renamed(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """Without what wrappers put before every name, old names as today's, numbers in fp32."""
    for wrapper in WRAPPERS:
        if tensors and all(name.startswith(wrapper) for name in tensors):
            tensors = {name.removeprefix(wrapper): value for name, value in tensors.items()}
    result = {}
    for name, value in tensors.items():
        for old, new in OLD.items():
            name = name.replace(old, new)
        result[name] = value.float() if value.is_floating_point() else value
    return result
