"""Links of the pages: what leads out of docs/ into the repository becomes a page of the site, and a
check of all links and anchors of a built site."""

from __future__ import annotations

import os
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from book import ROOT

DOCS = ROOT / "docs"
LINK = re.compile(r"(\]\()([^)\s#]+)(#[^)\s]*)?(\))")
COMMENT = re.compile(r"^ *<!-- not run: [^\n]*? -->\n+", re.M)


def settled(text: str, page: Path, out: dict[Path, Path]) -> str:
    """The text of a page of docs/ with links to files elsewhere in the repository led to a copy of
    them within the site; ``out`` gathers these files, each with its page."""

    def lead(found: re.Match[str]) -> str:
        target = found[2]
        if urlsplit(target).scheme:
            return found[0]
        file = (page.parent / target).resolve()
        if file.is_relative_to(DOCS) or not file.exists():
            return found[0]
        out[file] = page_of(file.relative_to(ROOT))
        way = os.path.relpath(DOCS / out[file], page.parent)
        return f"{found[1]}{way}{found[4]}"

    return LINK.sub(lead, COMMENT.sub("", text))


def page_of(file: Path) -> Path:
    """Where a file of the repository stands in the site."""
    return Path("source") / f"{str(file).removesuffix('.md')}.md"


def source_page(file: Path) -> str:
    """A file of the repository as a page: its text as code, with numbered lines."""
    if file.is_dir():
        names = "".join(f"- `{one.name}`\n" for one in sorted(file.iterdir()))
        return f"---\norphan: true\n---\n# {file.relative_to(ROOT)}\n\n{names}"
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".md":
        return "---\norphan: true\n---\n" + text
    kind = {".py": "python", ".toml": "toml"}.get(file.suffix, "text")
    return (
        f"---\norphan: true\n---\n# {file.relative_to(ROOT)}\n\n"
        f"``````{{code-block}} {kind}\n:linenos:\n\n{text}\n``````\n"
    )


class Page(HTMLParser):
    """What a built page links to, loads, and offers as anchors."""

    def __init__(self, text: str):
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """See HTMLParser."""
        given = dict(attrs)
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        if tag == "a" and (way := given.get("href")):
            self.links.append(way)
        elif tag in ("link", "img", "script", "source", "iframe"):
            self.loads += [way for name in ("href", "src") if (way := given.get(name))]


def broken(site: Path) -> list[str]:
    """What is wrong with the links of a built site, a line each: files and anchors that are not
    there, and whatever would be loaded from another host."""
    pages = {file.resolve(): Page(file.read_text("utf-8")) for file in site.rglob("*.html")}
    found = []
    for file, page in sorted(pages.items()):
        name = file.relative_to(site.resolve())
        for way in page.loads:
            if urlsplit(way).netloc:
                found.append(f"{name} loads {way} from another host")
        for way in [*page.links, *page.loads]:
            parts = urlsplit(way)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                found.append(f"{name} links to {way}, which is not there")
            elif parts.fragment and target in pages:
                anchor = unquote(parts.fragment)
                if anchor not in pages[target].anchors:
                    found.append(f"{name} links to {way}, which has no such anchor")
    return found


def broken_in_markdown(page: Path) -> list[str]:
    """What is wrong with the links of a Markdown file as the repository shows it."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in LINK.finditer(re.sub(r"^```.*?^```", "", text, flags=re.S | re.M)):
        if urlsplit(match[2]).scheme:
            continue
        target = (page.parent / match[2]).resolve()
        if target.is_relative_to(DOCS / "reference"):
            continue  # made with the site, and checked there
        if not target.exists():
            found.append(f"{page.name} links to {match[2]}, which is not there")
        elif match[3] and target.suffix == ".md" and match[3][1:] not in headings(target):
            found.append(f"{page.name} links to {match[2]}{match[3]}: no such heading")
    return found


def headings(page: Path) -> set[str]:
    """The anchors of a Markdown file's headings."""
    lines = re.findall(r"^#+ +(.*)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", line.lower()).replace(" ", "-") for line in lines}
