"""The state of a synchronised folder: what deliveries put there, and what belongs to the user."""

import hashlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.cli.frame.failure import Failure
from connector.cli.processes.synced import STATE, SyncedDataset, begin, deliver, read_state, settle, write_state
from connector.protocol.stated import StatedData
from connector.views.deliveries import DeliveredFileView
from tests.cli.management import agreement

NAMES = ("a", "b", "sub/c", "sub/d")
SETS = st.sets(st.sampled_from(NAMES))


def file(name: str) -> DeliveredFileView:
    return DeliveredFileView(path=name, size=len(name), sha256=hashlib.sha256(name.encode()).hexdigest())


def put(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def list_files(folder: Path) -> dict[str, str]:
    found = folder.rglob("*")
    return {entry.relative_to(folder).as_posix(): entry.read_text() for entry in found if entry.is_file()}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SETS, max_size=4), SETS, st.booleans())
def test_only_unchanged_files_of_former_deliveries_are_removed(
    tmp_path_factory: pytest.TempPathFactory, deliveries: list[set[str]], edited: set[str], delete: bool
) -> None:
    folder = tmp_path_factory.mktemp("synced")
    entry = SyncedDataset(participant="urn:city", dataset="air", folder=folder.name)
    put(folder, "sub/own", "mine")
    for number, names in enumerate(deliveries):
        for name in names:
            put(folder, name, name)
        files = tuple(map(file, sorted(names)))
        entry = deliver(entry, files, transfer=f"urn:t{number}", stated=StatedData())
    there = list_files(folder)
    for name in edited & set(there):
        put(folder, name, f"{name} edited")
    before = list_files(folder)
    newest = deliveries[-1] if deliveries else set()
    former = set(there) - newest - {"sub/own"}
    assert entry.own == former | newest
    settled, removed = settle(folder, entry, delete=delete)
    assert set(removed) == (former - edited if delete else set())
    assert {one.path for one in settled.former} == former - set(removed)
    assert list_files(folder) == {name: text for name, text in before.items() if name not in removed}
    assert settle(folder, settled, delete=delete) == (settled, ())


def test_a_dataset_gets_a_name_that_nothing_has(tmp_path: Path) -> None:
    (tmp_path / "air").mkdir()
    (tmp_path / "air-2").symlink_to("nowhere")
    assert begin(agreement(), tmp_path, ["air-3"]).folder == "air-4"
    assert begin(agreement(dataset="urn:x:.."), tmp_path, []).folder == "dataset"


def test_a_state_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_state(tmp_path / "new") == []
    entry = SyncedDataset(participant="urn:city", dataset="air", folder="air", files=(file("a"),), former=(file("b"),))
    write_state(tmp_path / "new", [entry])
    assert read_state(tmp_path / "new") == [entry]
    (tmp_path / "new" / STATE).write_text("{")
    with pytest.raises(Failure, match="into new folders"):
        read_state(tmp_path / "new")
