"""Lists for harvesters: every filter and order has its index."""

from pathlib import Path

import msgspec
import pytest

from connector.ports.broker_store import Listing, ListOrder
from connector.store.sqlite.engine.connection import open_readable
from connector.store.sqlite.record.listing import list_entries
from connector.store.sqlite.record.record import open_record
from tests.store.sqlite.recording import RecordingConnection


@pytest.mark.parametrize("participant", [None, "urn:participant"])
@pytest.mark.parametrize("since", [None, 5])
@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("order", list(ListOrder))
async def test_a_list_is_read_in_its_order_and_never_sorted(
    tmp_path: Path, participant: str | None, since: int | None, several: bool, order: ListOrder
) -> None:
    await (await open_record(tmp_path / "record.db")).close()
    connection = open_readable(tmp_path / "record.db")
    recording = RecordingConnection(connection)
    listing = Listing(participant=participant, since=since, order=order)
    if several:
        listing = msgspec.structs.replace(listing, among=frozenset("ab"), without=frozenset("c"))
    list_entries(recording, "[0,3]", listing)  # type: ignore[arg-type]  # a connection that records
    for statement, values in recording.asked:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert not any("TEMP" in step for step in plan), (statement, plan)
        assert all("INDEX" in step for step in plan if "entries" in step), (statement, plan)
    assert len(recording.asked) == 2
    connection.close()
