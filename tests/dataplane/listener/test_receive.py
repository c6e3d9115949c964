from collections.abc import AsyncIterator

import aiohttp
import msgspec
from yarl import URL

from connector.dataplane.wire.fields import repr_digest
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import (
    DataAddress,
)
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.world import (
    FLOW,
    OWNER,
    Side,
    blob,
    flow_request,
    lease,
    sha256,
    url_and_token,
)

SINK = {"kind": "file", "path": "inbox/f.bin"}


async def receiving(consumer: Side, sink: dict[str, str] | None = None) -> DataAddress:
    report = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink=sink or SINK))
    assert (report.state, report.error) == (FlowState.PREPARED, None)
    await consumer.plane.start(flow_request(FlowDirection.RECEIVE))
    await consumer.plane.renew(lease())
    return msgspec.json.decode(report.data_address or b"", type=DataAddress)


async def test_the_wire_form_of_a_push(consumer: Side, http: aiohttp.ClientSession) -> None:
    data = blob(1000)
    url, headers = url_and_token(await receiving(consumer))
    digest = {"Repr-Digest": repr_digest(sha256(data))}

    async def put(first: int | None, body: bytes, **more: str) -> tuple[int, str | None]:
        span = "*" if first is None else f"{first}-999"
        sent = {**headers, **digest, "Content-Range": f"bytes {span}/1000", **more}
        async with http.put(url, data=body, headers=sent) as answer:
            return answer.status, answer.headers.get("Upload-Offset")

    async def parts() -> AsyncIterator[bytes]:
        yield data[:600]

    async with http.head(url, headers=headers) as answer:
        assert (answer.status, answer.headers["Upload-Offset"]) == (204, "0")
    assert await put(500, data[500:]) == (409, "0")
    assert (await put(0, data[:10]))[0] == 400, "a length that contradicts the range"
    async with http.put(url, data=parts(), headers={**headers, "Content-Range": "bytes 0-999/1000"}) as answer:
        assert answer.status == 422, "too short"
    async with http.head(url, headers=headers) as answer:
        assert answer.headers["Upload-Offset"] == "600"
    for odd in ("bytes 5-2/10", "bytes */*", "lines 1-2/3", "bytes 600-700/1000"):
        async with http.put(url, data=b"", headers={**headers, "Content-Range": odd}) as answer:
            assert answer.status == 400
    assert (await put(600, data[600:], **{"Content-Encoding": "gzip"}))[0] == 415
    assert await put(600, data[600:]) == (201, "1000")
    assert consumer.got("inbox/f.bin") == data
    async with http.head(url, headers=headers) as answer:
        assert (answer.headers["Upload-Complete"], answer.headers["Upload-Offset"]) == ("?1", "1000")
    assert (await put(0, data))[0] == 409
    await consumer.plane.complete(OWNER, FLOW)
    async with http.head(url, headers=headers) as answer:
        assert answer.status == 401


async def test_only_the_version_that_is_stored_is_continued(consumer: Side, http: aiohttp.ClientSession) -> None:
    data, version, other = blob(1000), "a" * 32, "b" * 32
    url, headers = url_and_token(await receiving(consumer))

    async def parts() -> AsyncIterator[bytes]:
        yield data[:600]

    first = {**headers, "Content-Range": "bytes 0-999/1000", "Upload-Version": version}
    async with http.put(url, data=parts(), headers=first) as answer:
        assert answer.status == 422, "too short"
    async with http.head(url, headers=headers) as answer:
        assert (answer.headers["Upload-Offset"], answer.headers["Upload-Version"]) == ("600", version)
    rest = {**headers, "Content-Range": "bytes 600-999/1000"}
    for wrong in ({}, {"Upload-Version": other}, {"Upload-Version": "../" + other}):
        async with http.put(url, data=data[600:], headers={**rest, **wrong}) as answer:
            assert (answer.status, answer.headers["Upload-Offset"]) == (409, "600")
    async with http.put(url, data=data[600:], headers={**rest, "Upload-Version": version}) as answer:
        assert answer.status == 201
    assert consumer.got("inbox/f.bin") == data


async def test_a_wrong_digest_is_not_taken_and_nothing_of_it_is_kept(
    consumer: Side, http: aiohttp.ClientSession
) -> None:
    url, headers = url_and_token(await receiving(consumer))
    async with http.put(url, data=b"data", headers={**headers, "Repr-Digest": repr_digest(sha256(b"x"))}) as answer:
        assert answer.status == 422
        assert str(consumer.folder) not in await answer.text()
    async with http.head(url, headers=headers) as answer:
        assert answer.headers["Upload-Offset"] == "0"
    assert not (consumer.folder / "in/inbox").exists()


async def test_a_peer_cannot_push_outside_or_without_leave(consumer: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await receiving(consumer, {"kind": "file", "path": "copy"}))
    for part in ["%2e%2e/x", "..%2fx", ".ssh/keys", "a%00b", "a//b"]:
        async with http.put(URL(f"{url}/{part}", encoded=True), data=b"x", headers=headers) as answer:
            assert answer.status == 404, part
    async with http.get(url, headers=headers) as answer:
        assert answer.status == 405
    await consumer.plane.suspend(OWNER, FLOW, "pause")
    async with http.put(url, data=b"x", headers=headers) as answer:
        assert answer.status == 409
    assert not (consumer.folder / "in/copy").exists()
