"""How large a room, a file and a function may be, and what a file may not be."""

import ast
import re
import tomllib

from tests.architecture.source import ROOT, list_files, list_rooms, parse, show, walk

FILE, FUNCTION, ROOM = 500, 70, 14
# Rooms with more files, each with its reason.
LARGE = {
    "connector/api/chapters": "one file for each chapter of the management API",
    "connector/cli/commands": "one file for each noun of the command line",
    "connector/client/chapters": "one file for each chapter of the management API",
    "connector/language/de": "one file for each chapter of texts",
    "connector/language/de/commands": "one file for each chapter of texts",
    "connector/language/en": "one file for each chapter of texts",
    "connector/language/en/commands": "one file for each chapter of texts",
    "connector/ports": "one small `Protocol` a file",
    "connector/store/sqlite/chapters": "one file for each chapter of the store",
    "connector/views": "one file for each entity",
}
# Rooms whose sentence is still being written.
TWO_SENTENCES: set[str] = {
    "connector/dataplane/formats",
}
UNORDERED: set[str] = set()


def test_no_file_is_longer_than_a_reader_bears() -> None:
    files = list_files("connector", "tests")
    lengths = {show(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files}
    assert {name: length for name, length in lengths.items() if length > FILE} == {}


def test_no_function_is_longer_than_a_page() -> None:
    long = {}
    for path in list_files("connector", "tests"):
        for node in walk(path):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
                length = node.end_lineno - node.lineno + 1
                if length > FUNCTION:
                    long[f"{show(path)}:{node.name}"] = length
    assert long == {}


def test_a_room_of_many_files_has_rooms_of_its_own() -> None:
    counts = {show(room): sum(1 for file in room.glob("*.py") if file.stem != "__init__") for room in list_rooms()}
    large = {room: count for room, count in counts.items() if count > ROOM and room not in LARGE}
    assert large == {}, f"a room has at most {ROOM} files: give it rooms of its own"


def test_every_room_says_in_one_sentence_what_it_is() -> None:
    for room in list_rooms():
        text = ast.get_docstring(parse(room / "__init__.py")) or ""
        if show(room) not in TWO_SENTENCES:
            assert text.splitlines()[:1], f"{show(room)}/__init__.py has no docstring"
            first = text.splitlines()[0]
            assert re.fullmatch(r"(?:(?!\. ).)+\.", first), f"{show(room)}/__init__.py: one sentence on one line"


def test_every_room_of_rooms_has_an_order_of_layers() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    ordered = {name for contract in contracts if contract["type"] == "layers" for name in contract["containers"]}
    for room in list_rooms():
        parts = [path for path in room.iterdir() if path.is_dir() and (path / "__init__.py").exists()]
        alone = len(parts) == 1 and not [file for file in room.glob("*.py") if file.stem != "__init__"]
        if parts and not alone and show(room) not in UNORDERED:
            assert show(room).replace("/", ".") in ordered, f"{show(room)} has rooms and no contract of layers"


def test_no_room_is_called_utils_and_none_is_empty() -> None:
    for path in list_files("connector"):
        assert path.stem not in {"utils", "helpers", "misc"}, f"{show(path)} says nothing by its name"
        assert path.read_text(encoding="utf-8").strip(), f"{show(path)} is an empty placeholder"


def test_nothing_is_left_for_later_in_the_code() -> None:
    marks = ("TO" + "DO", "FIX" + "ME", "NotImplemented" + "Error")
    for path in list_files("connector"):
        text = path.read_text(encoding="utf-8")
        assert not any(mark in text for mark in marks), f"{show(path)} leaves something for later"
