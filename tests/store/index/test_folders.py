"""The folders of an index: which one answers, and what is removed."""

from pathlib import Path

from connector.store.index.folders import (
    find_unfinished,
    is_whole,
    locate_index,
    make_folder,
    read_served,
    remove_others,
    write_served,
)


def test_the_served_folder_is_named_and_newer_ones_are_unfinished(tmp_path: Path) -> None:
    assert (read_served(tmp_path), find_unfinished(tmp_path)) == (None, None)
    first = make_folder(tmp_path)
    assert find_unfinished(tmp_path) == first
    write_served(tmp_path, first)
    assert (read_served(tmp_path), find_unfinished(tmp_path)) == (first, None)
    second = make_folder(tmp_path)
    assert find_unfinished(tmp_path) == second
    remove_others(tmp_path, first)
    assert (first.exists(), second.exists()) == (True, False)
    third = make_folder(tmp_path)
    assert third > first
    write_served(tmp_path, third)
    assert find_unfinished(tmp_path) is None


def test_a_new_folder_is_whole_and_one_with_other_files_is_not(tmp_path: Path) -> None:
    assert is_whole(tmp_path)
    (tmp_path / "x").write_bytes(b"")
    assert not is_whole(tmp_path)


def test_the_index_lies_beside_the_record() -> None:
    assert locate_index(Path("a/record.sqlite")) == Path("a/record.sqlite.search")
