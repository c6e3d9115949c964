"""The card of a folder and the copies that are kept beside its files."""

from pathlib import Path

import pytest

from connector.cli.setup.identity import find_address, find_data_origin, keep_beside, make_key
from connector.settings import load

SETTINGS = """
[participant]
id = "urn:a"
name = "A"
[protocol]
public_url = "http://127.0.0.1:7080"
[data]
"""


def test_a_copy_has_the_next_free_name_and_the_same_mode(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    assert keep_beside(file) is None
    file.write_text("one")
    file.chmod(0o600)
    assert keep_beside(file) == tmp_path / "a.toml.1"
    file.write_text("two")
    assert keep_beside(file) == tmp_path / "a.toml.2"
    assert [(tmp_path / f"a.toml.{number}").read_text() for number in (1, 2)] == ["one", "two"]
    assert (tmp_path / "a.toml.1").stat().st_mode & 0o777 == 0o600


def test_a_new_key_replaces_the_old_one_which_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first, none = make_key(path)
    old = path.read_bytes()
    second, kept = make_key(path)
    assert (none, kept) == (None, tmp_path / "key.pem.1")
    assert (tmp_path / "key.pem.1").read_bytes() == old != path.read_bytes()
    assert first.kid != second.kid


@pytest.mark.parametrize(
    ("data", "origin"),
    [
        ("port = 7081", "http://127.0.0.1:7081"),
        ('public_url = "https://data.example.org"', "https://data.example.org"),
        ("port = 0", None),
    ],
)
def test_the_addresses_are_those_of_the_settings(tmp_path: Path, data: str, origin: str | None) -> None:
    (tmp_path / "a.toml").write_text(SETTINGS + data)
    settings = load(tmp_path / "a.toml", {})
    assert find_address(settings) == "http://127.0.0.1:7080/dsp/2025-1"
    assert (find_data_origin(settings) or "").removesuffix(":443") == (origin or "")
