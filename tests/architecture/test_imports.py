"""The arrows between the rooms, checked by import-linter as a test, so that a laptop and CI agree."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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
    "zoneinfo",
}


# The chapters of a language are imported when their first sentence is needed.
LAZY = {"connector/language/catalogue.py: importlib"}


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
    found = {}
    for path in (ROOT / "connector" / room).rglob("*.py"):
        for name in _imported(path):
            if name not in ALLOWED and not name.startswith("connector."):
                found[f"{path.relative_to(ROOT)}: {name}"] = True
    assert set(found) <= LAZY


@pytest.mark.parametrize(
    ("module", "rooms"),
    [
        ("sqlite3", {"store"}),
        ("fastapi", {"api", "web"}),
        ("pydantic", {"api", "web"}),
        ("jwt", {"identity"}),
        ("httpx", {"client"}),
        ("rdflib", {"semantic"}),
        ("pyld", {"semantic"}),
    ],
)
def test_a_library_is_used_in_its_room_only(module: str, rooms: set[str]) -> None:
    for path in (ROOT / "connector").rglob("*.py"):
        room = path.relative_to(ROOT / "connector").parts[0]
        names = {name.partition(".")[0] for name in _imported(path)}
        assert module not in names or room in rooms, f"{path.relative_to(ROOT)} imports {module}"


def test_only_net_dials() -> None:
    for path in (ROOT / "connector").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        room = path.relative_to(ROOT / "connector").parts[0]
        assert "ClientSession" not in text or room == "net", f"{path.relative_to(ROOT)} opens a client session"


def test_no_import_hides_behind_type_checking() -> None:
    for path in (ROOT / "connector").rglob("*.py"):
        assert "TYPE_CHECKING" not in path.read_text(encoding="utf-8"), f"{path.relative_to(ROOT)} hides an import"


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names
