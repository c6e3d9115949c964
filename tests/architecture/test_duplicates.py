"""No two files have eight equal lines in a row.

Blank lines, comments, imports, lines of punctuation alone and the signatures of functions do not count: an
implementation of a port has to repeat the port's signatures.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import list_files, show, walk

BLOCK = 8
# Files whose blocks are still being given one home.
LEFT: tuple[str, ...] = ()


def test_no_block_of_lines_stands_in_two_files() -> None:
    places: defaultdict[tuple[str, ...], list[tuple[str, int]]] = defaultdict(list)
    for path in list_files("connector", "tests"):
        lines, name = list(_lines(path)), show(path)
        texts = [text for _, text in lines]
        for at in range(len(lines) - BLOCK + 1):
            places[tuple(texts[at : at + BLOCK])].append((name, lines[at][0]))
    found: dict[frozenset[str], str] = {}
    for where in places.values():
        for at, (name, line) in enumerate(where):
            for other, other_line in where[at + 1 :]:
                pair = frozenset({name, other})
                if name != other and not any(file.startswith(LEFT) for file in pair):
                    found.setdefault(pair, f"{name}:{line} and {other}:{other_line} begin with equal lines")
    assert not found, "give each block one home:\n" + "\n".join(found.values())


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    left_out: set[int] = set()
    for node in walk(path):
        if isinstance(node, ast.Import | ast.ImportFrom):
            left_out |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            left_out |= set(range(node.lineno, node.body[0].lineno))
    for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = " ".join(line.split())
        if at not in left_out and not text.startswith("#") and re.search(r"\w", text):
            yield at, text
