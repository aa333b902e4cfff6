"""Files that are whole or not there: written beside their place, checksummed, renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from glassformer.errors import CheckpointError, RunError

MANIFEST = "manifest.json"
SHARED = "shared"  # the key of a file's metadata that names tensors stored once


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full or forbidden disk into a RunError that says what is still safe."""
    try:
        yield
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        cause = "the disk is full" if full else (error.strerror or str(error))
        raise RunError(
            f"could not write {path}: {cause}. What was there before is untouched; "
            "make room or choose another place, then `glassformer resume`"
        ) from error


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """A new folder that becomes ``target`` when the block ends well, and vanishes when it does not.

    Its files get a manifest of checksums first. A ``target`` that was there before is replaced.
    """
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            yield beside
            sums = {file.name: checksum(file) for file in sorted(beside.iterdir())}
            write_text(beside / MANIFEST, json.dumps({"sha256": sums}, indent=1) + "\n")
            for file in beside.iterdir():
                flush(file)
            old = None
            if target.exists():
                old = target.with_name(f".{target.name}.old")
                shutil.rmtree(old, ignore_errors=True)
                target.replace(old)
            beside.replace(target)
            if old:
                shutil.rmtree(old, ignore_errors=True)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


def write_atomically(path: Path, text: str) -> None:
    """Write a small text file whole or not at all."""
    with disk_errors(path):
        beside = path.with_name(f".{path.name}.new")
        write_text(beside, text)
        flush(beside)
        beside.replace(path)


def write_text(path: Path, text: str) -> None:
    """UTF-8 with "\\n" line ends on every platform."""
    path.write_text(text, encoding="utf-8", newline="\n")


def flush(path: Path) -> None:
    """Make the system write the file to the disk, where it can."""
    with path.open("rb+") as file, contextlib.suppress(OSError):
        os.fsync(file.fileno())


def checksum(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fault(folder: Path) -> str | None:
    """What is wrong with a folder that ``written_beside`` made; None when it is whole."""
    try:
        sums: dict[str, str] = json.loads((folder / MANIFEST).read_bytes())["sha256"]
        for name, expected in sums.items():
            file = folder / name
            if not file.is_file():
                return f"{name} is missing"
            if checksum(file) != expected:
                size = file.stat().st_size
                return f"{name} is altered or cut short ({size:,} bytes, other checksum)"
    except FileNotFoundError:
        return f"{MANIFEST} is missing"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{MANIFEST} is not readable"
    return None


def save_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """A safetensors file; tensors that share their memory are stored once, under the first name."""
    stored: dict[str, Tensor] = {}
    shared: dict[str, str] = {}
    first: dict[tuple[Any, ...], str] = {}
    for name, tensor in tensors.items():
        key = (tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype, tensor.device)
        if tensor.numel() and key in first:
            shared[name] = first[key]
        else:
            first[key] = name
            stored[name] = tensor.detach().cpu().contiguous()
    save_file(stored, path, metadata={SHARED: json.dumps(shared)})


def load_tensors(path: Path) -> dict[str, Tensor]:
    """What ``save_tensors`` wrote, under all its names."""
    from safetensors import safe_open

    try:
        tensors: dict[str, Tensor] = load_file(path)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
    except (SafetensorError, OSError) as error:
        raise CheckpointError(f"{path} is no readable safetensors file: {error}") from error
    for name, original in json.loads(metadata.get(SHARED, "{}")).items():
        tensors[name] = tensors[original]
    return tensors
