import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.wire.fields import repr_digest
from connector.ports.dataplane import FlowReport
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import DataAddress, authorization, http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.world import (
    FLOW,
    OWNER,
    Handler,
    Side,
    blob,
    breaking_wire,
    eventually,
    flow_request,
    lease,
    serving,
    sha256,
    side,
)

SINK = {"kind": "file", "path": "inbox/f.bin"}


@pytest.fixture
async def consumer(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "consumer") as made:
        yield made


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path / "provider") as made:
        yield made


async def fetch(consumer: Side, address: DataAddress, sink: dict[str, object] | None = None, **rest: object) -> None:
    endpoint = msgspec.json.encode(address)
    report = await consumer.plane.start(flow_request(FlowDirection.FETCH, sink=sink or SINK, endpoint=endpoint, **rest))
    assert report.error is None
    await consumer.plane.renew(lease())


def through(address: DataAddress, wire: str) -> DataAddress:
    """The same address as seen through a wire."""
    return http_address(f"{wire}/flows/{FLOW}", authorization(address))


async def done(consumer: Side) -> FlowReport:
    report = await consumer.wait_for_end()
    assert report.error is None
    return report


async def test_a_fetch_delivers_the_file_and_says_so(provider: Side, consumer: Side) -> None:
    data = blob(5_000_000)
    await fetch(consumer, await provider.serve(provider.give("f", data)))
    report = await done(consumer)
    assert (report.state, report.size, report.sha256) == (FlowState.COMPLETED, len(data), sha256(data))
    assert consumer.got("inbox/f.bin") == data
    assert (await consumer.store.usage(OWNER, "agreement")).bytes_moved == len(data)
    assert await consumer.store.lease(OWNER, FLOW) is None
    assert not list((consumer.folder / "in/.partial").iterdir())


@given(st.lists(st.integers(1, 900_000), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None)
async def test_a_fetch_that_is_cut_anywhere_ends_with_the_same_bytes(cuts: list[int]) -> None:
    data = blob(700_000)
    with tempfile.TemporaryDirectory() as folder:
        async with side(Path(folder, "p")) as provider, side(Path(folder, "c")) as consumer:
            async with breaking_wire(provider.port, cuts) as wire:
                await fetch(consumer, through(await provider.serve(provider.give("f", data)), wire))
                report = await done(consumer)
            assert (report.size, report.sha256) == (len(data), sha256(data))
            assert consumer.got("inbox/f.bin") == data
            moved = (await consumer.store.usage(OWNER, "agreement")).bytes_moved
            assert moved == len(data), "a resumption fetched bytes again that were held"


async def test_a_source_that_changed_between_two_attempts_comes_whole(provider: Side, consumer: Side) -> None:
    old, new = blob(3_000_000, 1), blob(2_500_000, 2)
    address = await provider.serve(provider.give("f", old))
    async with breaking_wire(provider.port, [1_000_000]) as wire:
        await consumer.plane.start(
            flow_request(FlowDirection.FETCH, sink=SINK, endpoint=msgspec.json.encode(through(address, wire)))
        )
        consumer.plane._jobs.pause = _changing(provider, new)
        await consumer.plane.renew(lease())
        assert (await done(consumer)).sha256 == sha256(new)
    assert consumer.got("inbox/f.bin") == new


def _changing(provider: Side, data: bytes):  # type: ignore[no-untyped-def]  # a pause of the data plane
    async def pause(_: float) -> None:
        provider.give("f", data)

    return pause


async def test_a_folder_is_fetched_member_by_member(provider: Side, consumer: Side) -> None:
    files = {"a.csv": b"a", "deep/b c.csv": blob(300_000), "empty": b""}
    for name, data in files.items():
        provider.give(f"set/{name}", data)
    await fetch(consumer, await provider.serve({"kind": "file", "path": "set"}), {"kind": "file", "path": "copy"})
    assert (await done(consumer)).size == sum(map(len, files.values()))
    assert {name: consumer.got(f"copy/{name}") for name in files} == files
    usage = await provider.store.usage(OWNER, "agreement")
    assert usage.uses == 1, "the members of a folder are one use"


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


async def _fetched_from(consumer: Side, handler: Handler, **rest: object) -> FlowReport:
    async with serving(handler) as url:
        await fetch(consumer, http_address(url + "/data", "token"), **rest)
        return await consumer.wait_for_end()


async def test_a_peer_that_refuses_the_bearer_form_gets_the_bare_token_once(consumer: Side) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.headers["Authorization"])
        return web.Response(body=b"data", status=200 if seen[-1] == "token" else 403)

    assert (await _fetched_from(consumer, handler)).state == FlowState.COMPLETED
    assert seen == ["Bearer token", "token"]


async def test_a_live_source_without_a_length_is_one_delivery_and_stays_open(consumer: Side) -> None:
    calls = []

    async def handler(request: web.Request) -> web.StreamResponse:
        calls.append(request.method)
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b"21.5", b";", b"22.0"):
            await response.write(piece)
        return response

    report = await _fetched_from(consumer, handler, live=True)
    assert (report.state, report.size, report.error) == (FlowState.STARTED, 9, None)
    assert consumer.got("inbox/f.bin") == b"21.5;22.0"
    await consumer.plane.renew(lease(2))
    assert calls == ["GET"], "a renewed lease is no reason to fetch again"


@pytest.mark.parametrize(
    ("status", "calls"), [(401, 1), (404, 1), (403, 2), (410, 1), (302, 21), (500, 21), (503, 21), (409, 21)]
)
async def test_final_answers_end_a_fetch_and_transient_ones_are_tried_a_bounded_number_of_times(
    consumer: Side, status: int, calls: int
) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path)
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:1/"} if status == 302 else {})

    report = await _fetched_from(consumer, handler)
    assert (report.state, len(seen)) == (FlowState.STARTED, calls)
    assert report.error
    assert "token" not in report.error


async def test_wrong_digests_sizes_and_listings_are_not_taken(consumer: Side) -> None:
    async def wrong_digest(_: web.Request) -> web.Response:
        return web.Response(body=b"data", headers={"Repr-Digest": repr_digest(sha256(b"other"))})

    async def listing(_: web.Request) -> web.Response:
        return web.Response(
            body=b'{"members":[{"path":"../../etc/cron.d/x","size":1}]}', headers={"Content-Type": FOLDER_TYPE}
        )

    for handler in (wrong_digest, listing):
        report = await _fetched_from(consumer, handler)
        assert report.error
        consumer.told.clear()
    assert not list((consumer.folder / "in").glob("**/f.bin"))
    assert not (consumer.folder / "etc").exists()


async def test_a_wrong_range_is_not_put_together_with_what_is_held(consumer: Side) -> None:
    data, asked = blob(100_000), []

    async def handler(request: web.Request) -> web.StreamResponse:
        asked.append(request.headers.get("Range"))
        head = {"ETag": '"1"', "Content-Length": str(len(data))}
        if len(asked) == 1:
            response = web.StreamResponse(headers=head)
            await response.prepare(request)
            await response.write(data[:50_000])
            await eventually(lambda: consumer.plane.register.gates[OWNER, FLOW].moved == 50_000, "nothing arrived")
            assert request.transport
            request.transport.close()
            return response
        if request.headers.get("Range"):
            return web.Response(status=206, body=data[:10], headers={"Content-Range": f"bytes 0-9/{len(data)}"})
        return web.Response(body=data)

    report = await _fetched_from(consumer, handler)
    assert report.state == FlowState.COMPLETED
    assert consumer.got("inbox/f.bin") == data
    assert asked[1:] == ["bytes=50000-", None]


async def test_an_address_that_must_not_be_dialled_is_an_error_without_a_single_try(consumer: Side) -> None:
    await fetch(consumer, http_address("http://169.254.169.254/latest/meta-data", "token"))
    report = await consumer.wait_for_end()
    assert report.error
    assert "dialled" in report.error


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


async def test_a_name_that_is_not_plain_travels_too(provider: Side, consumer: Side) -> None:
    address = await provider.serve(provider.give("Bäume & Büsche.csv", b"data"))
    await fetch(consumer, address, {"kind": "file", "path": "inbox/"})
    await done(consumer)
    assert consumer.got("inbox/Bäume & Büsche.csv") == b"data"
