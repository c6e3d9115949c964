"""What a consumer receives is stored before its position, each message once, and events are told."""

from pathlib import Path

import msgspec
import pytest

from connector.dataplane.control.register import Register
from connector.dataplane.sinks.file import FileSink
from connector.dataplane.streaming.framing import JsonStream
from connector.dataplane.streaming.storing import StreamStores, is_worth_retry
from connector.dataplane.wire.stream_lines import read_lines
from connector.ports.changes import PutFlow
from connector.ports.entities import Flow, FlowDirection
from connector.ports.flow import Cause, SourceError
from connector.ports.stream_sink import StreamMessage
from connector.store.memory.store import MemoryStore
from tests.dataplane.world import FLOW, OWNER, now_ms

RECEIVING = Flow(
    owner=OWNER,
    id=FLOW,
    direction=FlowDirection.RECEIVE,
    agreement_id="agreement",
    dataset="air",
    peer="did:web:peer",
    state="STARTED",
    sink={"kind": "file", "path": "air.ndjson"},
)
FORM = JsonStream()


def messages(*numbers: int, generation: str = "7f") -> list[StreamMessage]:
    return read_lines(FORM.write_message(f"{generation}.{number}", "", b"%d" % number) for number in numbers)


@pytest.fixture
async def stores(tmp_path: Path) -> StreamStores:
    store = MemoryStore()
    await store.commit([PutFlow(RECEIVING)])
    return StreamStores(Register(store, now_ms), {"file": FileSink(tmp_path), "none": object()})  # type: ignore[dict-item]


def read(tmp_path: Path) -> list[str]:
    return [one.id for one in read_lines((tmp_path / "air.ndjson").read_bytes().split(b"\n"))]


async def test_the_position_is_that_of_the_last_message(stores: StreamStores, tmp_path: Path) -> None:
    assert await stores.find_position(RECEIVING) == ""
    await stores.store(RECEIVING, messages(1, 2))
    await stores.store(RECEIVING, messages(2, 3))
    await stores.store(RECEIVING, messages(1))
    assert await stores.find_position(RECEIVING) == "7f.3"
    await stores.store(RECEIVING, messages(1, generation="8a"))
    assert await stores.find_position(RECEIVING) == "8a.1"
    assert read(tmp_path) == ["7f.1", "7f.2", "7f.3", "8a.1"]


async def test_a_silence_is_told_and_no_line_and_a_gap_is_both(stores: StreamStores, tmp_path: Path) -> None:
    register = stores._register
    await stores.store(RECEIVING, read_lines([FORM.write_event("silence", "7f.0", {"reason": "silent"})]))
    assert register.waits
    await stores.store(RECEIVING, [*messages(1), *read_lines([FORM.write_event("gap", "7f.3", {"reason": "<b>"})])])
    assert not register.waits
    flow = await register.store.flow(OWNER, FLOW)
    assert flow is not None
    assert flow.remark == "The stream has a gap of an unknown number of messages (unknown)."
    assert read(tmp_path) == ["7f.1", "7f.3"]


async def test_a_kind_that_takes_no_streams_is_refused(stores: StreamStores) -> None:
    for kind in ("none", "nothing"):
        with pytest.raises(SourceError, match="takes no streams"):
            stores.find(msgspec.structs.replace(RECEIVING, sink={"kind": kind}))


def test_what_may_pass_is_worth_another_attempt() -> None:
    assert is_worth_retry(SourceError("x", Cause.UNAVAILABLE))
    assert is_worth_retry(SourceError("x", Cause.NO_SPACE))
    assert not is_worth_retry(SourceError("x"))
