import asyncio
from pathlib import Path

import msgspec

from connector.ports.entities import FlowDirection
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.transfer.fetching import SINK, done, fetch, through
from tests.dataplane.world import (
    FLOW,
    OWNER,
    Side,
    blob,
    breaking_wire,
    eventually,
    flow_request,
    lease,
    sha256,
    side,
)


async def test_a_restart_resumes_where_the_partial_file_stands(tmp_path: Path, provider: Side) -> None:
    data = blob(8_000_000)  # more than what the client reads ahead, which is lost with the connection
    address = await provider.serve(provider.give("f", data))
    async with side(tmp_path / "consumer") as first:
        store = first.store
        async with breaking_wire(provider.port, [6_000_000]) as wire:
            stopped = asyncio.Event()

            async def pause(_: float) -> None:
                stopped.set()
                await asyncio.Event().wait()

            first.plane._jobs.pause = pause
            await fetch(first, through(address, wire))
            await stopped.wait()
    assert first.told == []
    held = await _held(tmp_path / "consumer")
    assert 0 < held < len(data)
    async with side(tmp_path / "consumer", store=store) as second:
        flow = await store.flow(OWNER, FLOW)
        assert flow is not None
        assert flow.sha256 == sha256(data), "what was learned of the data did not outlive the restart"
        assert flow.bytes_moved == held
        await second.plane.start(flow_request(FlowDirection.FETCH, sink=SINK, endpoint=msgspec.json.encode(address)))
        await second.plane.resume_flows(OWNER)
        await done(second)
        assert second.got("inbox/f.bin") == data
        assert (await store.usage(OWNER, "agreement")).bytes_moved == len(data)


async def _held(folder: Path) -> int:
    return sum(partial.stat().st_size for partial in (folder / "in/.partial").iterdir())


async def test_a_suspension_stops_a_fetch_and_a_start_goes_on(provider: Side, consumer: Side) -> None:
    data = blob(16_000_000)
    address = await provider.serve(provider.give("f", data))
    await fetch(consumer, address)
    await eventually(lambda: consumer.plane.register.gates[OWNER, FLOW].moved > 0, "nothing was fetched")
    report = await consumer.plane.suspend(OWNER, FLOW, "pause")
    assert report.state == FlowState.SUSPENDED
    moved = consumer.plane.register.gates[OWNER, FLOW].moved
    await eventually(lambda: not consumer.plane._jobs.is_running((OWNER, FLOW)), "the job went on")
    assert consumer.plane.register.gates[OWNER, FLOW].moved == moved < len(data)
    assert consumer.told == []
    await consumer.plane.start(flow_request(FlowDirection.FETCH))
    await consumer.plane.renew(lease(2))
    assert (await done(consumer)).sha256 == sha256(data)


async def test_a_use_that_the_agreement_does_not_allow_fetches_nothing(provider: Side, consumer: Side) -> None:
    address = msgspec.json.encode(await provider.serve(provider.give("f", b"data")))
    await consumer.plane.start(flow_request(FlowDirection.FETCH, sink=SINK, endpoint=address))
    await consumer.plane.renew(lease(max_uses=0))
    report = await consumer.wait_for_end()
    assert report.error
    assert "uses" in report.error
    assert not (consumer.folder / "in/inbox").exists()


async def test_a_flow_that_is_kept_open_fetches_again_when_told(provider: Side, consumer: Side) -> None:
    source = provider.give("measures.csv", b"21.5")
    address = await provider.serve(source)
    request = flow_request(
        FlowDirection.FETCH,
        sink={"kind": "file", "path": "inbox/"},
        endpoint=msgspec.json.encode(address),
        live=True,
    )
    await consumer.plane.start(request)
    assert (await consumer.plane.fetch(request)).error, "without a lease nothing is fetched"
    await consumer.plane.renew(lease())
    await done(consumer)
    assert consumer.got("inbox/measures.csv") == b"21.5"
    provider.give("measures.csv", b"22.0 now")
    report = await consumer.plane.fetch(request)
    assert (report.state, report.size, report.sha256) == (FlowState.STARTED, 8, sha256(b"22.0 now"))
    assert consumer.got("inbox/measures.csv") == b"22.0 now"
    await provider.plane.terminate(OWNER, FLOW, "over")
    failed = await consumer.plane.fetch(request)
    assert "401" in (failed.error or "")
    assert (await consumer.plane.report(OWNER, FLOW)) == report, "a fetch that failed left a trace in the flow"
    assert len(consumer.told) == 2
    await consumer.plane.complete(OWNER, FLOW)
    assert (await consumer.plane.fetch(request)).error
