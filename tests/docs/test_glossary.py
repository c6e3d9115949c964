"""The glossary names each thing once, and texts for people avoid the words that it rules out."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from tests.docs.pages import ROOT, read

PAGE = "docs/glossary.md"
# Words that have misled readers, with the glossary's word for each.
RULED_OUT = {
    r"state figure": "state machine",
    r"\blet in\b": "authenticated",
    r"\bturned (over|into)\b": "converted",
    r"counter-part(y|ies)": "counterparty",
    r"\bnobody('s| can be)\b": "unknown; unavailable",
    r"\bof ours\b": "this connector's",
}


def terms() -> list[tuple[str, str]]:
    """Return the English and the German term of each row."""
    rows = re.findall(r"^\| (?!English|---)(.+?) \| (.+?) \|", read(PAGE), re.MULTILINE)
    return [(english, german) for english, german in rows]


def test_each_thing_has_one_row() -> None:
    rows = terms()
    assert len(rows) > 80
    words = Counter(word.strip() for english, _ in rows for word in english.split(","))
    assert [word for word, count in words.items() if count > 1] == []
    assert [pair for pair, count in Counter(rows).items() if count > 1] == []


def test_no_word_is_used_for_one_thing_and_ruled_out_for_it() -> None:
    for row in re.findall(r"^\| (?!English|---)(.+) \|$", read(PAGE), re.MULTILINE):
        english, *_, avoided = (cell.strip() for cell in row.split(" | "))
        assert not {word.strip() for word in english.split(",")} & {word.strip() for word in avoided.split(",")}, (
            english
        )


def test_texts_for_people_avoid_what_misled_readers() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: `{match[0]}`: {instead}"
        for path in sorted((ROOT / "connector").rglob("*.py"))
        for line, text in _texts(path)
        for word, instead in RULED_OUT.items()
        if (match := re.search(word, text, re.IGNORECASE))
    ]
    assert found == []


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the strings of a file with a space in them; the docstrings of api and cli are texts for people too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and path.relative_to(ROOT / "connector").parts[0] not in {"api", "cli"}
    }
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner
        if is_text and " " in node.value:
            yield node.lineno, node.value
