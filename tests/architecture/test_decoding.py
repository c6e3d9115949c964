"""Who reads JSON and says what is wrong with it also expects bytes that are no text."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

ROOT = Path(__file__).parents[2] / "connector"
COVERED = frozenset({"ValueError", "UnicodeError", "UnicodeDecodeError", "Exception"})


def test_json_that_is_no_text_is_an_error_of_its_own() -> None:
    """The reason for the rule below: the error of the library for such bytes is none of its own."""
    with pytest.raises(UnicodeDecodeError):
        msgspec.json.decode(b'{"\xff": 1}')
    assert not issubclass(UnicodeDecodeError, msgspec.MsgspecError)


def test_every_reader_of_json_expects_bytes_that_are_no_text() -> None:
    found = [f"{path}:{line}" for path in ROOT.rglob("*.py") for line in _find_gaps(ast.parse(path.read_text("utf-8")))]
    assert found == [], "add UnicodeError to the errors that are caught"


def _find_gaps(tree: ast.Module) -> Iterator[int]:
    made = [node for node in tree.body if isinstance(node, ast.Assign) and "msgspec.json.Decoder(" in ast.unparse(node)]
    readers = {"msgspec.json.decode", *(ast.unparse(name) for node in made for name in node.targets)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Try) and any(_reads(statement, readers) for statement in node.body):
            caught = [set(_list_names(handler.type)) for handler in node.handlers]
            if any("MsgspecError" in names for names in caught) and not COVERED & set().union(*caught):
                yield node.lineno


def _reads(statement: ast.stmt, readers: set[str]) -> bool:
    named = (node for node in ast.walk(statement) if isinstance(node, ast.Name | ast.Attribute))
    return any(ast.unparse(node) in readers for node in named)


def _list_names(caught: ast.expr | None) -> Iterator[str]:
    for node in ast.walk(caught) if caught else ():
        if isinstance(node, ast.Name | ast.Attribute):
            yield node.id if isinstance(node, ast.Name) else node.attr
