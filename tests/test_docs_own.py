"""What docs/your-own-model.md says runs as it stands there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent.parent / "docs" / "your-own-model.md"


def test_the_snippets_run_one_after_the_other() -> None:
    snippets = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    for snippet in snippets:
        exec(snippet, names)
    assert len(snippets) == 3
    assert not names["report"].faults and not names["found"].alike
