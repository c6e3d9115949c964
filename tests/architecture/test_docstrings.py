"""What a docstring names exists: the exceptions that are raised, and classes and functions between backticks."""

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

# Dotted words that stand for many names, each with its reason.
EXAMPLES = {"chapter.key": "any sentence of the catalogue"}
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


def test_a_docstring_names_classes_and_functions_that_exist() -> None:
    found = [
        f"{show(path)}:{line} {name}"
        for path in list_files("connector")
        for line, text in _list_docstrings(path)
        for name in re.findall(r"`([A-Za-z_][\w.]*)(?:\([^`]*\))?`", text)
        if name not in EXAMPLES and not _is_known(name, path)
    ]
    assert not found, "name what there is:\n" + "\n".join(found)


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


def _is_known(name: str, path: Path) -> bool:
    """Tell whether `Class`, `Class.member` or `module.name` is one of ours; other words are not looked up."""
    head, _dot, rest = name.rpartition(".")
    head, word = head.rpartition(".")[2], rest
    if not head:
        return not re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+", word) or _exists(word, path) or word in _list_names()
    if head in _list_classes():
        return word in _list_names()
    if head in _list_modules():
        return any(re.search(rf"\b{word}\b", text) for text in _list_modules()[head])
    return True


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
def _list_names() -> frozenset[str]:
    """Return every name that the code of the package uses, and its short strings, such as JSON members."""
    names: set[str] = set()
    for path in list_files("connector"):
        for node in walk(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.add(node.name)
            elif isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.isidentifier():
                names.add(node.value)
    return frozenset(names)


@cache
def _list_modules() -> dict[str, list[str]]:
    """Return the texts of the modules by their short name, a room by its `__init__` and the names of its modules."""
    texts: dict[str, list[str]] = {}
    for path in list_files("connector"):
        room = path.stem == "__init__"
        inside = " ".join(inner.stem for inner in path.parent.iterdir()) if room else ""
        name = path.parent.name if room else path.stem
        texts.setdefault(name, []).append(path.read_text(encoding="utf-8") + inside)
    return texts


@cache
def _list_imported(path: Path) -> frozenset[str]:
    """Return the names that a file imports from libraries or reads from their modules."""
    names = {alias.name for node in walk(path) if isinstance(node, ast.ImportFrom) for alias in node.names}
    return frozenset(names | {node.attr for node in walk(path) if isinstance(node, ast.Attribute)})
