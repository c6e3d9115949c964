"""The folder of received data is cleaned by age: nothing outside of it, nothing that is still being written."""

import os
from pathlib import Path

import pytest

from connector.dataplane.files.received import PARTIAL, list_stored, remove_stored

DAY = 86_400_000
NOW = 100 * DAY


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Deliveries of several ages, partial ones, a link that leads out, and a secret beside the root."""
    root = tmp_path / "received"
    for name, days in (
        ("old/a.csv", 90),
        ("old/inner/b.csv", 80),
        ("inbox/old.csv", 70),
        ("inbox/new.csv", 1),
        (f"{PARTIAL}/abc.0", 60),
        (f"{PARTIAL}/def.0", 0),
    ):
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"12345")
        seconds = (NOW - days * DAY) / 1000
        os.utime(place, (seconds, seconds))
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    os.utime(secret, (0, 0))
    (root / "link").symlink_to(secret)
    (root / "way").symlink_to(tmp_path)
    return root


def paths(root: Path) -> set[str]:
    return {file.path for file in list_stored(root)}


def test_files_are_listed_oldest_first_without_links(root: Path) -> None:
    found = list_stored(root)
    assert [file.path for file in found] == [
        "old/a.csv", "old/inner/b.csv", "inbox/old.csv", f"{PARTIAL}/abc.0", "inbox/new.csv", f"{PARTIAL}/def.0",
    ]  # fmt: skip
    assert [file.partial for file in found] == [False, False, False, True, False, True]
    assert list_stored(root / "missing") == []


def test_what_is_older_goes_with_its_empty_folders_and_the_rest_stays(root: Path) -> None:
    removed, failed = remove_stored(root, before=NOW - 30 * DAY, partial_before=NOW - 30 * DAY, now=NOW)
    assert ({file.path for file in removed}, failed) == (
        {"old/a.csv", "old/inner/b.csv", "inbox/old.csv", f"{PARTIAL}/abc.0"}, [],
    )  # fmt: skip
    assert paths(root) == {"inbox/new.csv", f"{PARTIAL}/def.0"}
    assert not (root / "old").exists()
    assert (root.parent / "secret").read_bytes() == b"secret"


def test_partial_files_of_the_last_hour_stay_whatever_is_asked(root: Path) -> None:
    remove_stored(root, before=NOW + DAY, partial_before=NOW + DAY, now=NOW)
    assert paths(root) == {f"{PARTIAL}/def.0"}
    assert (root / PARTIAL).is_dir()


def test_a_dry_run_removes_nothing(root: Path) -> None:
    before = paths(root)
    removed, _ = remove_stored(root, before=NOW + DAY, partial_before=0, now=NOW, dry=True)
    assert len(removed) == 4
    assert paths(root) == before


def test_a_name_that_is_saved_elsewhere_keeps_its_data(root: Path, tmp_path: Path) -> None:
    os.link(root / "old/a.csv", tmp_path / "saved.csv")
    remove_stored(root, before=NOW, partial_before=0, now=NOW)
    assert (tmp_path / "saved.csv").read_bytes() == b"12345"
