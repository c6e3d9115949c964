import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.wire.fields import name_versions
from connector.ports.dataplane import FlowReport
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import (
    EDC,
    DataAddress,
    EndpointProperty,
    authorization,
    http_address,
)
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.transfer.changing import Backend, backends
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
    url_and_token,
)

SINK = {"kind": "file", "path": "inbox/f.bin"}


async def receiving(consumer: Side, sink: dict[str, str] | None = None) -> DataAddress:
    report = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink=sink or SINK))
    assert (report.state, report.error) == (FlowState.PREPARED, None)
    await consumer.plane.start(flow_request(FlowDirection.RECEIVE))
    await consumer.plane.renew(lease())
    return msgspec.json.decode(report.data_address or b"", type=DataAddress)


async def pushed(provider: Side, source: dict[str, str], address: DataAddress) -> FlowReport:
    endpoint = msgspec.json.encode(address)
    await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=endpoint))
    await provider.plane.renew(lease())
    return await provider.wait_for_end()


async def test_a_push_completes_on_both_sides(provider: Side, consumer: Side) -> None:
    data = blob(3_000_000)
    report = await pushed(provider, provider.give("f", data), await receiving(consumer))
    assert (report.state, report.size, report.sha256, report.error) == ("COMPLETED", len(data), sha256(data), None)
    assert consumer.got("inbox/f.bin") == data
    received = await consumer.wait_for_end()
    assert (received.state, received.size, received.sha256) == ("COMPLETED", len(data), sha256(data))
    for one in (provider, consumer):
        usage = await one.store.usage(OWNER, "agreement")
        assert (usage.bytes_moved, usage.uses) == (len(data), 1)


async def test_the_encoding_of_a_text_is_stated_and_kept_by_the_receiver(provider: Side, consumer: Side) -> None:
    typed = "text/csv; charset=windows-1252"
    address, source = await receiving(consumer), provider.give("f", "Straße".encode("cp1252"))
    start = flow_request(FlowDirection.PUSH, source=source, endpoint=msgspec.json.encode(address), media_type=typed)
    await provider.plane.start(start)
    await provider.plane.renew(lease())
    assert (await consumer.wait_for_end()).media_type == typed


@given(st.lists(st.integers(1, 900_000), min_size=1, max_size=4))
@settings(max_examples=12, deadline=None)
async def test_a_push_that_is_cut_anywhere_ends_with_the_same_bytes(cuts: list[int]) -> None:
    data = blob(700_000)
    with tempfile.TemporaryDirectory() as folder:
        async with side(Path(folder, "p")) as provider, side(Path(folder, "c")) as consumer:
            async with breaking_wire(consumer.port, cuts, upstream=True) as wire:
                address = http_address(f"{wire}/flows/{FLOW}", authorization(await receiving(consumer)))
                report = await pushed(provider, provider.give("f", data), address)
            assert (report.error, report.size, report.sha256) == (None, len(data), sha256(data))
            assert consumer.got("inbox/f.bin") == data


@settings(max_examples=40, deadline=None)
@given(backends(), st.lists(st.integers(1, 450_000), max_size=4))
async def test_data_that_changes_between_attempts_is_pushed_whole_or_not_at_all(
    backend: Backend, cuts: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with side(Path(folder, "p")) as provider, side(Path(folder, "c")) as consumer:
            async with serving(backend.answer) as url, breaking_wire(consumer.port, cuts, upstream=True) as wire:
                address = http_address(f"{wire}/flows/{FLOW}", authorization(await receiving(consumer)))
                report = await pushed(provider, {"kind": "http", "url": f"{url}/air.bin"}, address)
            assert report.error or consumer.got("inbox/f.bin") in backend.versions
            assert backend.holds(consumer)


async def test_a_request_that_never_began_does_not_name_the_stored_bytes(
    provider: Side, consumer: Side, http: aiohttp.ClientSession
) -> None:
    backend = Backend([(0, True, True), (1, True, True), (1, True, True)], etag=True, digest=False)
    address = await receiving(consumer)
    url, headers = url_and_token(address)
    stored = {"Content-Range": "bytes 0-399999/400000", "Upload-Version": name_versions('"0"', None)[0]}

    async def cut() -> AsyncIterator[bytes]:
        yield backend.versions[0][:100_000]
        raise ConnectionError

    with pytest.raises(aiohttp.ClientError):
        await http.put(url, data=cut(), headers=headers | stored)
    async with serving(backend.answer) as source, breaking_wire(consumer.port, [600, 600, 600], upstream=True) as wire:
        through = http_address(f"{wire}/flows/{FLOW}", authorization(address))
        await pushed(provider, {"kind": "http", "url": f"{source}/air.bin"}, through)
    assert consumer.got("inbox/f.bin") == backend.versions[1]


async def test_a_lost_answer_to_the_last_byte_is_no_second_delivery(provider: Side, consumer: Side) -> None:
    async with breaking_wire(consumer.port, [10_000, 1]) as wire:
        # the first connection carries HEAD and its answer; its wire breaks when the answer to PUT comes
        address = http_address(f"{wire}/flows/{FLOW}", authorization(await receiving(consumer)))
        report = await pushed(provider, provider.give("f", b"data"), address)
    assert (report.state, report.error) == ("COMPLETED", None)
    assert consumer.got("inbox/f.bin") == b"data"


async def test_a_folder_is_pushed_member_by_member(provider: Side, consumer: Side) -> None:
    files = {"a.csv": b"a", "deep/b c.csv": blob(200_000), "empty": b""}
    for name, data in files.items():
        provider.give(f"set/{name}", data)
    address = await receiving(consumer, {"kind": "file", "path": "copy"})
    report = await pushed(provider, {"kind": "file", "path": "set"}, address)
    assert (report.state, report.size) == ("COMPLETED", sum(map(len, files.values())))
    assert {name: consumer.got(f"copy/{name}") for name in files} == files
    assert (await consumer.plane.complete(OWNER, FLOW)).state == FlowState.COMPLETED


async def _foreign(provider: Side, handler: Handler, source: dict[str, str]) -> FlowReport:
    async with serving(handler) as url:
        base = EndpointProperty(name=EDC + "baseUrl", value=url + "/store")
        return await pushed(provider, source, DataAddress(endpoint_type="HttpData", endpoint_properties=(base,)))


async def test_a_foreign_receiver_gets_one_plain_post(provider: Side) -> None:
    data, seen = blob(300_000), []

    async def handler(request: web.Request) -> web.Response:
        seen.append((request.method, request.path, request.headers.get("Content-Range"), await request.read()))
        return web.Response(status=405 if request.method == "HEAD" else 200)

    report = await _foreign(provider, handler, provider.give("f", data))
    assert (report.state, report.error) == ("COMPLETED", None)
    assert seen == [("HEAD", "/store", None, b""), ("POST", "/store", None, data)]


@pytest.mark.parametrize(("status", "tries"), [(400, 1), (401, 1), (413, 1), (503, 21)])
async def test_a_foreign_refusal_is_an_error_after_a_bounded_number_of_tries(
    provider: Side, status: int, tries: int
) -> None:
    seen = []

    async def handler(request: web.Request) -> web.Response:
        if request.method == "HEAD":
            return web.Response(status=404)
        seen.append(await request.read())
        return web.Response(status=status)

    report = await _foreign(provider, handler, provider.give("f", b"data"))
    assert (report.state, len(seen)) == ("STARTED", tries)
    assert report.error


async def test_a_source_that_breaks_off_never_looks_whole(provider: Side) -> None:
    whole = []

    async def backend(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b"x" * 40)
        assert request.transport
        request.transport.close()
        return response

    async def receiver(request: web.Request) -> web.Response:
        if request.method != "HEAD":
            whole.append(await request.read())
        return web.Response()

    async with serving(backend) as url:
        report = await _foreign(provider, receiver, {"kind": "http", "url": url + "/data"})
    assert report.error
    assert "backend" in report.error
    assert whole == []


async def test_the_only_use_of_an_agreement_is_pushed_to_its_end_over_breaks_and_a_restart(
    tmp_path: Path, consumer: Side
) -> None:
    data = blob(3_000_000)
    async with breaking_wire(consumer.port, [1_000_000, 900_000, 1_200_000], upstream=True) as wire:
        address = http_address(f"{wire}/flows/{FLOW}", authorization(await receiving(consumer)))
        endpoint = msgspec.json.encode(address)
        async with side(tmp_path / "p") as before:
            source = before.give("f", data)
            await before.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=endpoint))
            await before.plane.renew(lease(max_uses=1))
            partial = consumer.folder / "in" / ".partial"
            await eventually(lambda: any(partial.glob("*")), "nothing arrives")
        async with side(tmp_path / "p", store=before.store) as after:
            await after.plane.resume_flows(OWNER)
            flow = await after.store.flow(OWNER, FLOW)
            assert flow
            if flow.state != FlowState.COMPLETED:
                assert (await after.wait_for_end()).error is None
            assert (await after.store.usage(OWNER, "agreement")).uses == 1
    assert consumer.got("inbox/f.bin") == data


@pytest.mark.parametrize(("facts", "least"), [({}, 1), ({"ETag": '"1"'}, 2)])
async def test_a_receiver_that_reads_all_of_it_and_fails_gets_no_other_data_for_the_same_use(
    provider: Side, facts: dict[str, str], least: int
) -> None:
    readings, came = 0, list[bytes]()

    async def read(_: web.Request) -> web.Response:
        nonlocal readings
        readings += 1
        return web.Response(body=f"reading {readings if not facts else 1}".encode(), headers=facts)

    async def fail(request: web.Request) -> web.Response:
        if request.method == "HEAD":
            return web.Response(status=404)
        came.append(await request.read())
        return web.Response(status=503)

    async with serving(read) as source, serving(fail) as peer:
        endpoint = msgspec.json.encode(http_address(f"{peer}/in", "t"))
        address = {"kind": "http", "url": f"{source}/now.txt"}
        await provider.plane.start(flow_request(FlowDirection.PUSH, source=address, endpoint=endpoint))
        await provider.plane.renew(lease(max_uses=1))
        report = await provider.wait_for_end()
    assert report.error
    assert len(set(came)) == 1
    assert len(came) >= least


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize("step", [1, 100_000])
async def test_a_receiver_that_claims_more_at_each_look_is_sent_the_data_a_bounded_number_of_times(
    provider: Side, named: bool, step: int
) -> None:
    data, sent, asked = blob(300_000), list[int](), 0
    version = name_versions(None, sha256(data))[0]

    async def claim(request: web.Request) -> web.Response:
        nonlocal asked
        if request.method == "HEAD":
            asked += 1
            told = {"Upload-Offset": str(asked * step)} | ({"Upload-Version": version} if named else {})
            return web.Response(status=204, headers=told)
        sent.append(len(await request.read()))
        return web.Response(status=503)

    async with serving(claim) as peer:
        endpoint = msgspec.json.encode(http_address(f"{peer}/in", "t"))
        await provider.plane.start(flow_request(FlowDirection.PUSH, source=provider.give("f", data), endpoint=endpoint))
        await provider.plane.renew(lease())
        assert (await provider.wait_for_end()).error
    assert 20 < len(sent) < 30
