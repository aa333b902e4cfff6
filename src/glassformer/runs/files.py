"""Files that are whole or not there: written beside their place, checksummed, renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor

from glassformer.errors import CheckpointError, RunError

MANIFEST = "manifest.json"
SHARED = "shared"  # the key of a file's metadata that names tensors stored once
FULL = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Turn a full or forbidden disk into a RunError that says what is still safe."""
    try:
        yield
    except OSError as error:
        full = error.errno in FULL
        cause = "the disk is full" if full else (error.strerror or str(error))
        raise RunError(
            f"could not write {path}: {cause}. What was there before is untouched: "
            f"{'make room' if full else 'mend that'} or choose another place"
        ) from error


@contextmanager
def written_beside(target: Path) -> Iterator[Path]:
    """A new folder that becomes ``target`` when the block ends well, and vanishes when it does not.

    Its files get a manifest of checksums first. A ``target`` that was there before is replaced.
    """
    with disk_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        # Not tempfile.mkdtemp: its folders are closed to the other users of a shared run.
        beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        for left in target.parent.glob(f".{target.name}.*"):
            shutil.rmtree(left, ignore_errors=True)  # of a process that was killed
        try:
            beside.mkdir()
            yield beside
            sums = {file.name: checksum(file) for file in sorted(beside.iterdir())}
            write_text(beside / MANIFEST, json.dumps({"sha256": sums}, indent=1) + "\n")
            for file in beside.iterdir():
                flush(file)
            put_in_place(beside, target)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise


def put_in_place(beside: Path, target: Path) -> None:
    """Rename a folder to ``target``; one that was there before stays unless that succeeds."""
    old = target.with_name(f".{target.name}.old")
    replaces = target.exists()
    if replaces:
        target.replace(old)
    try:
        beside.replace(target)
    except OSError:
        if replaces:
            old.replace(target)
        raise
    if replaces:
        shutil.rmtree(old, ignore_errors=True)
    flush_folder(target.parent)


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
    """Make the system write the file to the disk; some file systems learn only here that they are
    full, others do not know the request at all."""
    with path.open("rb+") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno in (*FULL, errno.EIO):
                raise


def flush_folder(path: Path) -> None:
    """Make a rename in this folder outlast a power cut, where folders can be opened (not on
    Windows)."""
    with contextlib.suppress(OSError):
        number = os.open(path, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


def checksum(path: Path) -> str:
    """The file's SHA-256, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fault(folder: Path) -> str | None:
    """What is wrong with a folder that ``written_beside`` made; None when it is whole."""
    try:
        sums: dict[str, str] = json.loads((folder / MANIFEST).read_bytes())["sha256"]
        if not sums:
            return f"{MANIFEST} names no file"
        for name, expected in sums.items():
            file = folder / name
            if not file.is_file():
                return f"{name} is missing"
            if checksum(file) != expected:
                size = file.stat().st_size
                return f"{name} is altered or cut short ({size:,} bytes, other checksum)"
    except FileNotFoundError:
        return f"{MANIFEST} is missing"
    except OSError as error:
        return f"{error.filename or 'a file'} cannot be read ({error.strerror or error})"
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{MANIFEST} is not readable"
    return None


def save_tensors(
    path: Path,
    tensors: Mapping[str, Tensor],
    as_stored: Callable[[Tensor], Tensor] | None = None,
) -> None:
    """A safetensors file; tensors that are one and the same are stored once, under the first name.

    ``as_stored`` makes of each what is written; as it is if None.

    Raises:
        OSError: the file cannot be written.
    """
    stored: dict[str, Tensor] = {}
    shared: dict[str, str] = {}
    first: dict[tuple[Any, ...], str] = {}
    for name, tensor in tensors.items():
        key = (tensor.data_ptr(), tensor.shape, tensor.stride(), tensor.dtype, tensor.device)
        if tensor.numel() and key in first:
            shared[name] = first[key]
        else:
            first[key] = name
            stored[name] = (as_stored or alone)(tensor)
    try:
        save_file(stored, path, metadata={SHARED: json.dumps(shared)})
    except SafetensorError as error:
        raise system_error(error) from error


def alone(tensor: Tensor) -> Tensor:
    """The tensor on the CPU, contiguous and the only one in its memory, as the format demands."""
    plain = tensor.detach().cpu().contiguous()
    whole = plain.untyped_storage().nbytes() == plain.numel() * plain.element_size()
    return plain if whole else plain.clone()


def system_error(error: SafetensorError) -> Exception:
    """The OSError that safetensors wrapped in text, or the error itself if it is another."""
    code = re.search(r"\(os error (\d+)\)", str(error))
    if code is None:
        return error
    number = int(code[1])  # on Windows its own numbering, which OSError's fourth place translates
    return OSError(number, os.strerror(number), None, number)


def load_tensors(path: Path) -> dict[str, Tensor]:
    """What ``save_tensors`` wrote, under all its names.

    Raises:
        CheckpointError: the file is missing, cut short or no safetensors file.
    """
    try:
        tensors: dict[str, Tensor] = load_file(path)
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        for name, original in json.loads(metadata.get(SHARED, "{}")).items():
            tensors[name] = tensors[original]
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise CheckpointError(f"{path} is no readable safetensors file: {error}") from error
    return tensors


def mean_of(paths: Sequence[Path]) -> dict[str, Tensor]:
    """The mean of these files' tensors, one file in memory at a time beside the mean.

    It runs in fp32 at least and moves by a share of the difference, so that equal weights stay as
    they are to the bit. Tensors of integers have no mean: the last file's are taken.
    """
    mean = load_tensors(paths[0])
    first = {id(tensor): name for name, tensor in reversed(mean.items())}
    stored_as = {name: first[id(tensor)] for name, tensor in mean.items()}  # tied ones move once
    moving = {name: at_least_fp32(mean[name]) for name in first.values()}
    for count, path in enumerate(paths[1:], start=2):
        more = load_tensors(path)
        for name, tensor in moving.items():
            if tensor.is_floating_point():
                tensor.add_(more[name].to(tensor.dtype) - tensor, alpha=1 / count)
            else:
                moving[name] = more[name]
    result = {name: tensor.to(mean[name].dtype) for name, tensor in moving.items()}
    return {name: result[original] for name, original in stored_as.items()}


def at_least_fp32(tensor: Tensor) -> Tensor:
    """The tensor, widened when its sums would lose digits."""
    return tensor.float() if tensor.is_floating_point() and tensor.itemsize < 4 else tensor
