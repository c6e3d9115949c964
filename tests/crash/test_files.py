"""What was said to be written is on the disk: deliveries, keys, settings, lists and the folders that they lie in."""

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from connector.cli.main import main
from connector.dataplane.sinks import file as file_sink
from connector.dataplane.sinks.file import FileSink
from connector.ports.flow import Arrival, SourceError
from connector.store.sqlite.engine.connection import create_private
from tests.crash.durable import watched

DATA = b"street;cars\n" * 1000


async def pieces(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece


async def broken_off(*data: bytes) -> AsyncIterator[bytes]:
    for piece in data:
        yield piece
    raise SourceError("the sender broke off")


@pytest.mark.parametrize("place", ["file.csv", "a/b/c/file.csv"])
@pytest.mark.parametrize("there", [None, b"older", DATA])
async def test_a_receipt_is_given_for_what_is_on_the_disk(tmp_path: Path, place: str, there: bytes | None) -> None:
    target = tmp_path / place
    if there is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(there)
    arrival = Arrival(flow_id="f", media_type="text/csv")
    with watched() as synced:
        await FileSink(tmp_path).write({"path": place, "overwrite": there == b"older"}, arrival, pieces(DATA))
        assert target.read_bytes() == DATA
        assert synced.missing(target, tmp_path) == []


async def test_a_delivery_that_another_run_of_the_machine_began_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, sink, runs = {"path": "file.csv"}, FileSink(tmp_path), iter(["first", "second"])
    for name in ("first", "second"):
        (tmp_path / name).write_text(name, "ascii")

    def boot() -> None:
        file_sink._read_boot_id.cache_clear()
        monkeypatch.setattr(file_sink, "_BOOT_ID", tmp_path / next(runs))

    boot()
    with pytest.raises(SourceError, match="broke off"):
        await sink.write(address, Arrival(flow_id="f", media_type="text/csv"), broken_off(DATA[:5000]))
    assert await sink.count_received(address, "f") == 5000
    (partial,) = (tmp_path / ".partial").iterdir()
    partial.write_bytes(b"\0" * 5000)  # what a loss of power may leave of what was not synced
    boot()
    assert await sink.count_received(address, "f") == 0
    receipt = await sink.write(address, Arrival(flow_id="f", media_type="text/csv"), pieces(DATA))
    assert receipt.sha256 == hashlib.sha256(DATA).hexdigest()
    assert list((tmp_path / ".partial").iterdir()) == []
    file_sink._read_boot_id.cache_clear()


def test_all_that_a_beginning_writes_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with watched() as synced:
        assert main(["init", "deep/broker", "--role", "broker"]) == 0
        written = sorted((tmp_path / "deep").rglob("*"))
        assert len(written) > 6
        found = [missing for path in written for missing in synced.missing(path, tmp_path)]
    assert found == []


def test_the_folders_of_a_database_are_on_the_disk(tmp_path: Path) -> None:
    with watched() as synced:
        create_private(tmp_path / "a/b/store.sqlite")
        assert synced.missing(tmp_path / "a/b", tmp_path) == []
