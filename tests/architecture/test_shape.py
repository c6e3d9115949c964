"""How large a file and a function may be, and what a file may not be."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE, FUNCTION = 500, 70


def _sources() -> Iterator[Path]:
    for folder in ("connector", "tests"):
        yield from (ROOT / folder).rglob("*.py")


def test_no_file_is_longer_than_a_reader_bears() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in _sources()}
    assert {name: length for name, length in lengths.items() if length > FILE} == {}


def test_no_function_is_longer_than_a_page() -> None:
    long = {}
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.name}"] = length
    assert long == {}


def test_no_room_is_called_utils_and_none_is_empty() -> None:
    for path in (ROOT / "connector").rglob("*.py"):
        assert path.stem not in {"utils", "helpers", "misc"}, f"{path.relative_to(ROOT)} says nothing by its name"
        assert path.read_text(encoding="utf-8").strip(), f"{path.relative_to(ROOT)} is an empty placeholder"


def test_nothing_is_left_for_later_in_the_code() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")
    for path in (ROOT / "connector").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text for mark in marks), f"{path.relative_to(ROOT)} leaves something for later"
