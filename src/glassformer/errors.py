"""Every error that Glassformer raises for its users, in one tree.

    GlassformerError
    ├── ConfigError            a config, recipe or argument that cannot be used as it is
    ├── DataError              a corpus that cannot be read or does not fit together
    │   └── SourceError        a known corpus that cannot be fetched or fails its checksum
    ├── TokenizerError         a tokenizer that cannot be trained, read or used
    ├── RunError               a run directory that is missing, incomplete or damaged
    │   ├── RunInUseError      another process is writing to it
    │   └── CheckpointError    no checkpoint in it is whole
    ├── ForeignError           another project's model that cannot be read or said
    ├── TrainingError          training stopped because going on would be wrong
    ├── RecordingError         a model that cannot be recorded, or a value that was not
    ├── CheckError             a check of a model found something wrong
    ├── TourError              a tour that cannot be read
    └── MissingExtraError      an optional package is not installed

Each message names what came, what was expected and what to do. The command line prints
the message alone and exits with 2; a traceback means a mistake of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class GlassformerError(Exception):
    """The root of all errors that Glassformer raises on purpose."""


class ConfigError(GlassformerError, ValueError):
    """A config, recipe or argument that cannot be used as it is."""


class DataError(GlassformerError, ValueError):
    """A corpus that cannot be read or does not fit together."""


class SourceError(DataError):
    """A known corpus that cannot be fetched, or whose files are not the expected ones."""


class TokenizerError(GlassformerError, ValueError):
    """A tokenizer that cannot be trained, read or used."""


class RunError(GlassformerError):
    """A run directory that is missing, incomplete or damaged."""


class RunInUseError(RunError):
    """A run directory that another process is writing to."""


class CheckpointError(RunError):
    """A run directory in which no checkpoint is whole."""


class ForeignError(GlassformerError, ValueError):
    """Another project's model that cannot be read, or one of ours that it has no words for."""


class TrainingError(GlassformerError):
    """Training stopped because going on would be wrong."""


class RecordingError(GlassformerError, ValueError):
    """A model that cannot be recorded, or a value that was not."""


class CheckError(GlassformerError, AssertionError):
    """A check of a model found something wrong: a sentence for each thing."""


class TourError(GlassformerError, ValueError):
    """A tour that cannot be read; names the file and the line."""


class MissingExtraError(GlassformerError, ImportError):
    """An optional package that is not installed."""

    def __init__(self, package: str, extra: str, purpose: str):
        super().__init__(
            f"{purpose} needs the package {package!r}: pip install 'glassformer[{extra}]'"
        )


OUT_OF_MEMORY = (
    "out of memory",  # CUDA's allocator and driver
    "ALLOC_FAILED",  # cuBLAS and cuDNN
    "can't allocate memory",  # torch's allocator on the CPU
    "not enough memory",
    "bad_alloc",
)


def out_of_memory(error: BaseException) -> bool:
    """Whether the error says that there is no memory left, on a GPU or in the machine."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error) for sign in OUT_OF_MEMORY)


def nearest(name: str, known: Iterable[str]) -> str:
    """' Did you mean …?' with the nearest known name, or a list of them when none is near."""
    known = sorted(known)
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f" Did you mean {close[0]!r}?"
    return f" Known: {', '.join(known)}."
