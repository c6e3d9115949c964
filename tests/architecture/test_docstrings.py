"""The exceptions that a docstring names exist: `Raises A, B (why) or C.` and the section `Raises:` of a list."""

import ast
import builtins
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from tests.architecture.source import list_files, show, walk

# A name of a class, perhaps with its module: two letters at least, the first one large.
NAME = re.compile(r"\b(?:\w+\.)*[A-Z][A-Za-z]*[a-z]\w*")


def test_a_docstring_names_exceptions_that_exist() -> None:
    found = [
        f"{show(path)}:{line} {name}"
        for path in list_files("connector")
        for line, text in _list_docstrings(path)
        for name in find_raised(text)
        if not _exists(name, path)
    ]
    assert not found, "name the class that is raised:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Return it. Raises KeyError.", ["KeyError"]),
        (
            "Raises Invalid, NoSuchEntity (unknown dataset) or\n    NotAllowed. Then Others.",
            ["Invalid", "NoSuchEntity", "NotAllowed"],
        ),
        ("Raise Refused if the Address is wrong.", ["Refused"]),
        ("Raises OSError or ssl.SSLError if a file cannot be read.", ["OSError", "ssl.SSLError"]),
        (
            "Read.\n\n    Raises:\n        PolicyError: the Policy is not valid.\n        TooLong: more.\n    ",
            ["PolicyError", "TooLong"],
        ),
        ("Raises the errors of settings, and Blocked, if the List is old.", ["Blocked"]),
        ("Raise the limit.", []),
    ],
)
def test_the_names_of_exceptions_are_found(text: str, names: list[str]) -> None:
    assert find_raised(text) == names


def find_raised(text: str) -> list[str]:
    """Return the exceptions that a docstring says are raised, in its order."""
    names: list[str] = []
    for line in re.findall(r"^ *Raises:\n((?: +.+\n?)+)", text, re.MULTILINE):
        names += re.findall(r"^ *([\w.]+):", line, re.MULTILINE)
    for words in re.findall(r"\b[Rr]aises?\s([^;:]*?)(?=[.;:](?:\s|\Z)|\Z)", text, re.DOTALL):
        clause = re.split(
            r"\s(?:if|unless|with|for|where|when|as|from|at|in|without|beyond)\s", re.sub(r"\([^)]*\)?", "", words)
        )[0]
        names += NAME.findall(re.sub(r"`", "", clause))
    return names


def _exists(name: str, path: Path) -> bool:
    module, _dot, word = name.rpartition(".")
    if module in sys.stdlib_module_names:
        return hasattr(import_module(module), word)
    return word in _list_classes() | _list_imported(path)


def _list_docstrings(path: Path) -> Iterator[tuple[int, str]]:
    for node in walk(path):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield node.body[0].lineno, text


@cache
def _list_classes() -> frozenset[str]:
    own = {node.name for path in list_files("connector") for node in walk(path) if isinstance(node, ast.ClassDef)}
    return frozenset(own | {name for name in dir(builtins) if name[0].isupper()})


@cache
def _list_imported(path: Path) -> frozenset[str]:
    """Return the names that a file imports from libraries or reads from their modules."""
    names = {alias.name for node in walk(path) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return frozenset(names | {node.attr for node in walk(path) if isinstance(node, ast.Attribute)})
