"""Fetching a model by its name on the Hugging Face hub, an extra."""

from __future__ import annotations

import re
from pathlib import Path

from glassformer.errors import ForeignError, MissingExtraError

SMALL = ["*.json", "*.txt", "*.model", "*.spm"]
NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


def fetch(name: str) -> Path:
    """The folder that holds the model of this name, downloaded unless it was before.

    Raises:
        ForeignError: it cannot be had; what to download, and where to put it.
        MissingExtraError: the hub's package is not installed.
    """
    try:
        from huggingface_hub import snapshot_download
    except ImportError:
        raise MissingExtraError("huggingface_hub", "hub", f"fetching {name}") from None
    if not NAME.fullmatch(name):
        raise ForeignError(f"{name!r} is neither a path that exists nor a name on the hub")
    try:
        folder = Path(snapshot_download(name, allow_patterns=[*SMALL, "*.safetensors"]))
        if not list(folder.glob("*.safetensors")):
            folder = Path(snapshot_download(name, allow_patterns=[*SMALL, "pytorch_model*.bin"]))
    except Exception as error:  # the package's own, its HTTP client's and the system's: any of them
        raise ForeignError(
            f"{name} could not be fetched from the hub ({type(error).__name__}). Where it can be "
            f"reached, download the files of {name}: config.json, model.safetensors (or "
            "pytorch_model.bin) and its tokenizer (tokenizer.json; or vocab.txt; or vocab.json and "
            "merges.txt; or vocab.json, source.spm and target.spm). Put them into one folder here, "
            "and load that folder"
        ) from error
    return folder
