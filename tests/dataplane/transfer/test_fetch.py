import tempfile
from pathlib import Path

import msgspec
import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.dataplane.files.folder import FOLDER_TYPE
from connector.dataplane.wire.fields import repr_digest
from connector.ports.entities import FlowDirection
from connector.ports.flow import Cause, SourceError
from connector.protocol.dsp.common import http_address
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.transfer.changing import Backend, backends
from tests.dataplane.transfer.fetching import SINK, done, fetch, fetch_from, through
from tests.dataplane.world import (
    FLOW,
    OWNER,
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


@settings(max_examples=40, deadline=None)
@given(backends(), st.lists(st.integers(1, 450_000), max_size=4))
async def test_data_that_changes_between_attempts_is_fetched_whole_or_not_at_all(
    backend: Backend, cuts: list[int]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with side(Path(folder, "c")) as consumer, serving(backend.answer) as url:
            async with breaking_wire(int(url.rpartition(":")[2]), cuts) as wire:
                await fetch(consumer, http_address(f"{wire}/air.bin", "token"))
                report = await consumer.wait_for_end()
            assert report.error or consumer.got("inbox/f.bin") in backend.versions
            assert backend.holds(consumer)


async def test_what_was_learned_of_an_answer_that_was_never_stored_does_not_name_the_stored_bytes(
    consumer: Side,
) -> None:
    backend = Backend([(0, True, True), (1, True, True)], etag=True, digest=False)
    async with serving(backend.answer) as url, breaking_wire(int(url.rpartition(":")[2]), [100_000]) as wire:
        consumer.plane._jobs.pause = _forgetting(consumer)
        await fetch(consumer, http_address(f"{wire}/air.bin", "token"))
        await done(consumer)
    assert consumer.got("inbox/f.bin") == backend.versions[1]


def _forgetting(consumer: Side):  # type: ignore[no-untyped-def]  # a pause of the data plane
    """As if the process ended after it had stored what an answer states, and before it stored its bytes."""
    sink = consumer.plane.sinks["file"]
    written = sink.write

    async def refusing(*_: object) -> None:
        sink.write = written  # type: ignore[method-assign]  # only once
        raise SourceError("There is no space.", Cause.NO_SPACE)

    async def pause(_: float) -> None:
        if not getattr(consumer, "refused", False):
            sink.write = refusing  # type: ignore[assignment,method-assign]
            consumer.refused = True  # type: ignore[attr-defined]

    return pause


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


async def test_a_live_source_without_a_length_is_one_delivery_and_stays_open(consumer: Side) -> None:
    calls = []

    async def handler(request: web.Request) -> web.StreamResponse:
        calls.append(request.method)
        response = web.StreamResponse()
        await response.prepare(request)
        for piece in (b"21.5", b";", b"22.0"):
            await response.write(piece)
        return response

    report = await fetch_from(consumer, handler, live=True)
    assert (report.state, report.size, report.error) == (FlowState.STARTED, 9, None)
    assert consumer.got("inbox/f.bin") == b"21.5;22.0"
    await consumer.plane.renew(lease(2))
    assert calls == ["GET"], "a renewed lease is no reason to fetch again"


async def test_wrong_digests_sizes_and_listings_are_not_taken(consumer: Side) -> None:
    async def wrong_digest(_: web.Request) -> web.Response:
        return web.Response(body=b"data", headers={"Repr-Digest": repr_digest(sha256(b"other"))})

    async def listing(_: web.Request) -> web.Response:
        return web.Response(
            body=b'{"members":[{"path":"../../etc/cron.d/x","size":1}]}', headers={"Content-Type": FOLDER_TYPE}
        )

    for handler in (wrong_digest, listing):
        report = await fetch_from(consumer, handler)
        assert report.error
        consumer.told.clear()
    assert not list((consumer.folder / "in").glob("**/f.bin"))
    assert not (consumer.folder / "etc").exists()


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (400, "choice", "The provider refuses what was chosen: The rows have no column 'x'."),
        (400, "parameters", "The provider refuses what was chosen: The rows have no column 'x'."),
        (422, "untreatable", "The data cannot be treated as the agreement requires."),
        (400, "other", "The peer's data endpoint answered with status 400."),
        (404, "choice", "The peer's data endpoint answered with status 404."),
    ],
)
async def test_a_refusal_of_another_datenkontor_is_said_with_its_reason(
    consumer: Side, status: int, code: str, said: str
) -> None:
    async def refuse(_: web.Request) -> web.Response:
        return web.json_response({"error": code, "message": "The rows have\n no column 'x'."}, status=status)

    report = await fetch_from(consumer, refuse)
    assert report.error == said


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

    report = await fetch_from(consumer, handler)
    assert report.state == FlowState.COMPLETED
    assert consumer.got("inbox/f.bin") == data
    assert asked[1:] == ["bytes=50000-", None]


async def test_a_blocked_address_is_an_error_without_a_single_try(consumer: Side) -> None:
    await fetch(consumer, http_address("http://169.254.169.254/latest/meta-data", "token"))
    report = await consumer.wait_for_end()
    assert report.error
    assert "is blocked" in report.error


async def test_the_encoding_of_a_text_is_stated_and_kept(provider: Side, consumer: Side) -> None:
    typed = "text/csv; charset=windows-1252"
    await fetch(consumer, await provider.serve(provider.give("f", "Straße".encode("cp1252")), media_type=typed))
    assert (await done(consumer)).media_type == typed


async def test_a_name_that_is_not_plain_travels_too(provider: Side, consumer: Side) -> None:
    address = await provider.serve(provider.give("Bäume & Büsche.csv", b"data"))
    await fetch(consumer, address, {"kind": "file", "path": "inbox/"})
    await done(consumer)
    assert consumer.got("inbox/Bäume & Büsche.csv") == b"data"
