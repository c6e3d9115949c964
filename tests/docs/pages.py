"""The pages that people read, their links, and the blocks in them.

A block is run by a test if a comment stands before its fence: `<!-- run: NAME STEP -->`. Blocks of one NAME belong
together and run in the order of the page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GENERATED = ("docs/cli.md", "docs/settings.md", "docs/protocol/states.md", "docs/tests.md", "docs/chart.md")

_BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- run: (?P<run>[^>]*) -->\n(?P=indent))?```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: where it begins, its language, the words of its marker, its text."""

    page: str
    line: int
    language: str
    run: tuple[str, ...]
    text: str


def pages() -> list[str]:
    """Return every page, relative to the root."""
    found = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    return sorted(str(path.relative_to(ROOT)) for path in found)


def read(page: str) -> str:
    """Return the text of a page."""
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str | None = None) -> list[Block]:
    """Return the blocks of a page, of one language or all."""
    text = read(page)
    found = []
    for match in _BLOCK.finditer(text):
        body = re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE)
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(page, line, match["language"], tuple((match["run"] or "").split()), body))
    return [block for block in found if language in {None, block.language}]


def marked(page: str, name: str) -> dict[str, Block]:
    """Return the blocks of a page whose marker begins with `name`, by the word behind it."""
    return {block.run[1]: block for block in blocks(page) if block.run[:1] == (name,)}


def links(page: str) -> Iterator[str]:
    """Yield the targets of the links of a page, outside of blocks."""
    yield from _LINK.findall(_BLOCK.sub("", read(page)))


def anchors(page: str) -> set[str]:
    """Return the anchors that the headings of a page make."""
    titles = _HEADING.findall(_BLOCK.sub("", read(page)))
    return {re.sub(r"[^\w\- ]", "", title.replace("`", "").lower()).replace(" ", "-") for title in titles}
