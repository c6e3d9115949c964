"""The order of the rooms and the rooms of the libraries: import-linter, and what it cannot see, as tests."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, list_files, list_imports, list_uses, room_of, show, walk

PURE = ("language", "protocol", "policy", "audit")
# What a pure room may import besides itself and the rooms behind it: the part of the standard library without effects.
ALLOWED = {
    "abc",
    "base64",
    "bisect",
    "collections",
    "collections.abc",
    "contextlib",
    "dataclasses",
    "datetime",
    "decimal",
    "difflib",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "itertools",
    "json",
    "math",
    "msgspec",
    "msgspec.structs",
    "operator",
    "re",
    "string",
    "struct",
    "tomllib",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "zlib",
    "zoneinfo",
}
# The chapters of a language are imported when their first sentence is needed.
LAZY = {"connector/language/catalogue.py: importlib"}
# What opens a connection, by the module that offers it; `*` is everything that the module offers.
DIALS = {
    "aiohttp": {"ClientSession", "TCPConnector", "UnixConnector", "request", "client", "connector"},
    "asyncio": {"open_connection", "open_unix_connection"},
    "ftplib": {"*"},
    "http.client": {"*"},
    "httpx": {"*"},
    "requests": {"*"},
    "smtplib": {"*"},
    "socket": {"create_connection"},
    "urllib.request": {"*"},
    "urllib3": {"*"},
}
# The methods of a loop or a socket that open a connection, whatever the object is called.
DIALLING_METHODS = {"create_connection", "create_unix_connection", "create_datagram_endpoint", "sock_connect"}
# Who else dials, and whom.
DIALLERS = {
    "connector/client/connector.py": "the management API of the user's own connector",
    "connector/client/broker.py": "the management API of the operator's own broker",
    "connector/client/frame/driver.py": "the management API of the user's own connector",
    "connector/cli/frame/probe.py": "`doctor` tries the listeners that the user's own settings name",
}
STATEMENT = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s"
    r"|WITH\s+(RECURSIVE\s+)?\w+(\s*\([^)]*\))?\s+AS\s*\(|CREATE\s+(UNIQUE\s+|VIRTUAL\s+)?(TABLE|INDEX|TRIGGER)\s"
    r"|(ALTER|DROP)\s+TABLE\s|PRAGMA\s+\w+)",
    re.IGNORECASE | re.DOTALL,
)


def test_every_arrow_points_the_right_way() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("room", PURE)
def test_a_pure_room_imports_only_what_has_no_effects(room: str) -> None:
    found = {
        f"{show(path)}: {name}"
        for path in list_files(f"connector/{room}")
        for name in list_imports(path)
        if name not in ALLOWED and not name.startswith("connector.")
    }
    assert found <= LAZY


def test_only_net_dials() -> None:
    found = []
    for path in list_files("connector"):
        if room_of(path) == "net" or show(path) in DIALLERS:
            continue
        found += [f"{show(path)} uses {name}" for name in sorted(list_uses(path)) if _dials(name)]
        found += [f"{show(path)}:{line} calls {name}" for name, line in _list_calls(path) if name in DIALLING_METHODS]
    assert found == [], "what a peer can cause to be dialled goes through connector.net"


# Where else SQL is, and which.
QUERIES = {
    "connector/dataplane/databases/postgres.py": "what is read of the catalogue and of a table of the operator",
    "connector/dataplane/databases/query.py": "the one query of a table of the operator",
    "connector/dataplane/databases/postgres_target.py": "rows are written into a table of the operator",
    "connector/dataplane/databases/sqlite_target.py": "rows are written into a table of the operator",
    "connector/dataplane/databases/sqlite.py": "what is read of the columns of a table of the operator",
}


def test_only_the_store_contains_sql() -> None:
    found = [
        f"{show(path)}:{line}: {text[:60]}"
        for path in list_files("connector")
        if room_of(path) != "store" and show(path) not in QUERIES
        for line, text in _list_strings(path)
        if STATEMENT.match(text)
    ]
    assert found == [], "a statement of SQL is in connector/store, or reads a database of the operator"


@pytest.mark.parametrize(
    ("text", "is_sql"),
    [
        ("SELECT id, body FROM assets WHERE owner = ?", True),
        ("\n  insert or ignore into replay VALUES (?)", True),
        ("UPDATE flows SET wanted = ?", True),
        ("WITH newest AS (SELECT 1) SELECT * FROM newest", True),
        ("Delete the files from the folder.", False),
        ("Update the settings.", False),
        ("Select an offer of the catalogue.", False),
    ],
)
def test_a_statement_differs_from_a_sentence(text: str, is_sql: bool) -> None:
    assert bool(STATEMENT.match(text)) is is_sql


def test_no_import_hides_behind_type_checking() -> None:
    for path in list_files("connector"):
        assert "typing.TYPE_CHECKING" not in list_uses(path), f"{show(path)} hides an import"


def _dials(name: str) -> bool:
    for module, names in DIALS.items():
        if name == module or name.startswith(f"{module}."):
            rest = name.removeprefix(module).lstrip(".").split(".")[0]
            return "*" in names or rest in names
    return False


def _list_calls(path: Path) -> Iterator[tuple[str, int]]:
    for node in walk(path):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.func.attr, node.lineno


def _list_strings(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the strings of a file and where each begins; a place to fill in counts as a name."""
    inside: set[int] = set()
    for node in walk(path):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(value) for value in node.values}
            parts = [value.value if isinstance(value, ast.Constant) else "name" for value in node.values]
            yield node.lineno, "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value
