"""The folder of received data is cleaned by age: nothing outside of it, nothing that is still being written."""

import os
from pathlib import Path

import pytest

from connector.dataplane.files.received import (
    PARTIAL,
    bring_back,
    list_aside,
    list_stored,
    remove_aside,
    remove_partial,
    remove_stored,
    set_aside,
)

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


def test_what_is_set_aside_is_seen_by_nobody_and_comes_back_as_it_was(root: Path) -> None:
    before = paths(root)
    moved = set_aside(root, NOW - 75 * DAY, NOW)
    assert [file.path for file in moved] == ["old/a.csv", "old/inner/b.csv"]
    assert paths(root) == before - {"old/a.csv", "old/inner/b.csv"}
    assert not (root / "old").exists()
    assert remove_stored(root, before=NOW, partial_before=0, now=NOW, dry=True)[0] != []
    assert {at: len(files) for at, files in list_aside(root).items()} == {NOW: 2}
    assert bring_back(root, NOW) == (2, 0)
    assert paths(root) == before
    assert list_stored(root)[0].written_at == NOW - 90 * DAY
    assert not list((root / ".removed").iterdir())


def test_nothing_takes_the_place_of_a_new_file(root: Path) -> None:
    set_aside(root, NOW - 75 * DAY, NOW)
    (root / "old").mkdir()
    (root / "old" / "a.csv").write_bytes(b"new")
    assert bring_back(root, NOW) == (1, 1)
    assert (root / "old" / "a.csv").read_bytes() == b"new"
    assert [file.path for file in list_aside(root)[NOW]] == ["old/a.csv"]


def test_what_was_set_aside_goes_for_good_after_its_time(root: Path) -> None:
    set_aside(root, NOW - 85 * DAY, NOW - DAY)
    set_aside(root, NOW - 75 * DAY, NOW)
    assert remove_aside(root, NOW - DAY) == 0
    assert remove_aside(root, NOW) == 1
    assert list(list_aside(root)) == [NOW]
    assert (root.parent / "secret").exists()


@pytest.mark.parametrize("name", ["x", "..", "9" * 20, "-1"])
def test_a_folder_that_this_software_did_not_make_is_left_alone(root: Path, name: str) -> None:
    place = root / ".removed" / name / "a.csv"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"1")
    assert list_aside(root) == {}
    assert remove_aside(root, NOW * 1000) == 0
    assert place.exists()


def test_what_uploads_left_is_removed_by_age_and_nothing_else(root: Path) -> None:
    before = paths(root)
    assert remove_partial(root, before=NOW - 30 * DAY, now=NOW) == 1
    assert paths(root) == before - {f"{PARTIAL}/abc.0"}
    # Whoever writes now goes on, whatever the settings say.
    assert remove_partial(root, before=NOW + DAY, now=NOW) == 0
    assert remove_partial(root / "nowhere", before=NOW, now=NOW) == 0
