"""Every command speaks German with `--lang de`: tables, details, errors, the doctor and help."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.cli.assets.details import describe_asset
from connector.language.catalogue import read_chapter
from tests.cli.conftest import Cli
from tests.cli.management import Management, asset, negotiation

ROOM = Path(__file__).resolve().parents[2] / "connector" / "cli"
TREES = {path.relative_to(ROOM).as_posix(): ast.parse(path.read_text(encoding="utf-8")) for path in ROOM.rglob("*.py")}
# Words that are the same in both languages.
SAME = {"SHA-256", "Status", "Name", "Format", "Bytes", "Version", "Person", "Problem", "Parameter"}
DETAILS = {"_build_fields", "to_common_fields", "describe_sighting", "to_fields", "show"}


def _list_fields() -> Iterator[tuple[str, str]]:
    """Yield the name of each column and of each detail with its file."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Dict) and any(isinstance(value, ast.Lambda) for value in node.values):
                yield from ((file, str(key.value)) for key in node.keys if isinstance(key, ast.Constant))
            if isinstance(node, ast.FunctionDef) and node.name in DETAILS:
                members = [entry for entry in ast.walk(node) if isinstance(entry, ast.Dict) and len(entry.keys) > 2]
                keys = [key for entry in members for key in entry.keys]
                yield from ((file, str(key.value)) for key in keys if isinstance(key, ast.Constant))


@pytest.mark.parametrize(("file", "name"), sorted(set(_list_fields())))
def test_every_heading_and_every_detail_has_a_german_name(file: str, name: str) -> None:
    assert name in read_chapter("de", "fields"), f"{file}: add {name!r} to connector/language/*/fields.py"


@pytest.mark.parametrize("chapter", ["fields", "values"])
def test_german_names_are_german(chapter: str) -> None:
    english = read_chapter("en", chapter)
    assert all(key == word for key, word in english.items())
    equal = {word for key, word in read_chapter("de", chapter).items() if word.casefold() == key.casefold()}
    assert equal <= SAME


def test_every_detail_of_an_asset_has_a_german_name() -> None:
    policies = {"policy": "", "access": "", "reservation": ""}
    assert set(describe_asset(asset(), "de", policies)) <= set(read_chapter("de", "fields"))


def test_a_table_names_columns_states_and_classes_in_german(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/assets", {"items": [asset(id="air", status="published")], "next": None})
    heading, row = cli("asset", "list", "--lang", "de").out.splitlines()
    assert heading.split() == ["KENNUNG", "TITEL", "STATUS", "SCHUTZKLASSE", "QUELLE"]
    assert "veröffentlicht" in row
    management.answer("GET", "/v1/negotiations", {"items": [negotiation("FINALIZED")], "next": None})
    assert "abgeschlossen" in cli("negotiation", "list", "--lang", "de").out
    assert "FINALIZED" in cli("negotiation", "list", "--lang", "de", "--json").out
