"""Builds the page into the package, whenever the package is built or installed editable."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "web"))
import page


class PageHook(BuildHookInterface):
    """Fetches Node where the machine has none, and builds the page where it is not up to date."""

    def dependencies(self) -> list[str]:
        """What building needs besides hatchling."""
        return [] if page.up_to_date() else page.needs()

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build before the package is put together; an error is one line, and ends it."""
        try:
            page.build()
        except page.PageError as error:
            self.app.abort(str(error))
