"""The tokenizer file: JSON with a checksum, so that a damaged one is found when it is read.

A file holds under ``glassformer`` the format, the kind and the SHA-256 of all the rest, and
beside it what the kind's codec needs: its content, with the ``tokenizers`` library's own JSON in
it where that library does the work.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from glassformer.errors import TokenizerError

KEY = "glassformer"
FORMAT = 1


def write_sealed(path: Path, kind: str, content: dict[str, Any]) -> None:
    """Write the file beside its place, then rename it: half of one is never found."""
    header = {"format": FORMAT, "kind": kind, "sha256": digest(kind, content)}
    text = json.dumps({KEY: header, **content}, ensure_ascii=False, indent=0)
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(text.encode("utf-8"))
    beside.replace(path)


def read_sealed(path: Path, raw: bytes) -> tuple[str | None, dict[str, Any]]:
    """The kind and content of a file; the kind is None where the file is another project's.

    Raises:
        TokenizerError: not JSON, or not what was written.
    """
    try:
        found = json.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise TokenizerError(
            f"{path} is no whole tokenizer file: expected JSON (or a SentencePiece model), "
            f"and reading it failed: {error}. Take the file again from where it came."
        ) from error
    if not isinstance(found, dict):
        raise TokenizerError(f"{path} is no tokenizer file: expected a JSON object")
    header = found.pop(KEY, None)
    if header is None:
        return None, found
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise TokenizerError(
            f"{path} has a format that this version does not know (it writes format {FORMAT})"
        )
    kind = str(header.get("kind"))
    if header.get("sha256") != digest(kind, found):
        raise TokenizerError(
            f"{path} was altered after it was written: its checksum does not fit. "
            "A model works only with the tokenizer that it was trained with; restore the file."
        )
    return kind, found


def digest(kind: str, content: dict[str, Any]) -> str:
    """SHA-256 over the kind and the content, whatever the layout of the file."""
    text = json.dumps([kind, content], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
