"""The runs that the package carries, each a whole run directory but for its corpus and checkpoints.

``tools/ship.py`` makes them.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

SHIPPED = Path(str(resources.files("glassformer") / "shipped"))
FIRST = "petit"


def shipped_runs() -> dict[str, Path]:
    """Name -> directory."""
    return {file.parent.name: file.parent for file in sorted(SHIPPED.glob("*/recipe.toml"))}


def find_run(path: str | Path | None) -> Path:
    """The directory that is meant: the first shipped run by None, a shipped one by its name where
    nothing of that name is there."""
    shipped = shipped_runs()
    if path is None:
        return shipped.get(FIRST, SHIPPED / FIRST)
    path = Path(path)
    return path if path.exists() else shipped.get(str(path), path)
