"""Write docs/paper.md from what lies in docs/paper: python tools/paper.py [NAME …]

Each NAME (table1 … fig5) is made anew first, by `glassformer paper NAME --out docs/paper`. With
--check nothing is written; where the page is not what it would be, that is said.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from glassformer.paper.exhibit import NAMES

DOCS = Path(__file__).parent.parent / "docs"
HEAD = """\
# The paper's tables and figures

What `glassformer paper` makes at the scale of petit, on two cores. Each has the paper's figures
beside ours, and the reasons where they differ.

<!-- not run: trainings of up to 45 minutes -->
```sh
pip install 'glassformer[paper]'                     # matplotlib, for what is drawn
glassformer paper fig1                               # of the model that the package carries
glassformer paper fig4 --sentence "the dog did not cross the street because it was too wide"
glassformer paper fig1 --run runs/mine               # of your own
glassformer paper table3 --dry-run                   # what it would cost
glassformer paper table3                             # 60 trainings, 45 min; stopped, it goes on
glassformer paper table3 --scale multi30k data.path=data/multi30k
```

Each writes Markdown, JSON, and SVG and PNG where there is a picture, into `--out` (`paper`). This
page is made of them by `python tools/paper.py`.
"""


def page() -> str:
    """The head, then every exhibit that was made."""
    parts = [HEAD]
    for name in NAMES:
        file = DOCS / "paper" / f"{name}.md"
        if file.is_file():
            text = file.read_text(encoding="utf-8")
            parts.append(text.replace(f"]({name}.svg)", f"](paper/{name}.svg)"))
    return "\n".join(parts)


def main(words: list[str]) -> int:
    """See the top of the file."""
    if words == ["--check"]:
        same = (DOCS / "paper.md").read_text(encoding="utf-8") == page()
        print("docs/paper.md is up to date" if same else "run python tools/paper.py")
        return 0 if same else 1
    for name in words:
        command = [sys.executable, "-m", "glassformer", "paper", name, "--out", "docs/paper"]
        subprocess.run(command, cwd=DOCS.parent, check=True, stdout=subprocess.DEVNULL)
    (DOCS / "paper.md").write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
