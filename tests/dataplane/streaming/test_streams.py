"""The streams of a data plane: one intake for a source, and none that nobody needs."""

from connector.ports.changes import ExtendJournal, PutFlow
from connector.ports.entities import Flow, FlowDirection, StreamJournal
from connector.store.memory.store import MemoryStore
from tests.dataplane.streaming.broker import ADDRESS, Broker
from tests.dataplane.world import OWNER, eventually, side


def flow(id: str, state: str = "STARTED") -> Flow:
    return Flow(
        owner=OWNER,
        id=id,
        direction=FlowDirection.SERVE,
        agreement_id="a",
        dataset="air",
        peer="p",
        state=state,
        source=ADDRESS,
    )


async def test_flows_of_one_source_share_its_journal(tmp_path: object) -> None:
    broker = Broker()
    async with side(tmp_path, streams={"memory": lambda: broker}) as city:  # type: ignore[arg-type]
        await city.store.commit([PutFlow(flow("urn:f:1")), PutFlow(flow("urn:f:2"))])
        first, _ = await city.plane.streams.find(flow("urn:f:1"))
        second, cursor = await city.plane.streams.find(flow("urn:f:2"))
        assert first is second
        assert cursor == f"{first.state.generation}.0"
        city.plane.streams.release(flow("urn:f:1"))
        broker.send(b"1")
        await eventually(lambda: not broker.held, "the intake ended with the first flow")
        city.plane.streams.release(flow("urn:f:2"))
        await eventually(lambda: broker.forgotten, "nobody unsubscribed")


async def test_a_journal_that_no_flow_needs_is_dropped_at_the_start(tmp_path: object) -> None:
    broker, store = Broker(), MemoryStore()
    left = StreamJournal(owner=OWNER, id="old", generation="ab", source=ADDRESS)
    await store.commit([ExtendJournal(left), PutFlow(flow("urn:f:1", "SUSPENDED"))])
    async with side(tmp_path, store=store, streams={"memory": lambda: broker}) as city:  # type: ignore[arg-type]
        await city.plane.resume_flows(OWNER)
        await eventually(lambda: broker.forgotten == ["datenkontor-ab"], "the subscription stays")
        assert [journal.id.partition(" ")[0] for journal in await store.journals(OWNER)] == ["air"]
