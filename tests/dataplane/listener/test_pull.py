import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import msgspec
import pytest
from aiohttp import web
from msgspec.structs import replace
from yarl import URL

from connector.dataplane.files.folder import FOLDER_TYPE, FolderListing
from connector.dataplane.listener.pull import Accel
from connector.dataplane.sources.file import FileSource
from connector.dataplane.wire.fields import repr_digest
from connector.ports.changes import AddUsage, DropUseParts, PutUsePart
from connector.ports.entities import EARLIER, CountedUse
from connector.ports.flow import Content
from tests.dataplane.world import (
    FLOW,
    OWNER,
    Side,
    blob,
    eventually,
    lease,
    now_ms,
    serving,
    sha256,
    side,
    url_and_token,
)


async def test_a_pull_gives_the_file_with_its_digest_tag_and_safe_headers(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    url, headers = url_and_token(
        await provider.serve(provider.give("a/trees.csv", b"x;y\n1;2\n"), media_type="text/csv")
    )
    async with http.get(url, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, b"x;y\n1;2\n")
        assert answer.headers["Content-Type"] == "text/csv"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Repr-Digest"] == repr_digest(sha256(b"x;y\n1;2\n"))
        assert answer.headers["Content-Disposition"] == 'attachment; filename="trees.csv"'
        tag = answer.headers["ETag"]
    async with http.head(url, headers=headers) as answer:
        assert (answer.status, answer.headers["Content-Length"], answer.headers["ETag"]) == (200, "8", tag)
        assert await answer.read() == b""
    usage = await provider.store.usage(OWNER, "agreement")
    assert (usage.bytes_moved, usage.uses) == (8, 1)


@pytest.mark.parametrize("verb", ["suspend", "terminate", "complete", "expiry"])
async def test_the_end_of_the_lease_breaks_a_running_stream(
    provider: Side, http: aiohttp.ClientSession, verb: str
) -> None:
    source = provider.give("big", bytes(24 * 1024 * 1024))
    granted = lease(seconds=1) if verb == "expiry" else lease()
    url, headers = url_and_token(await provider.serve(source, granted))
    async with http.get(url, headers=headers) as answer:
        await answer.content.readexactly(1024)
        if verb == "complete":
            await provider.plane.complete(OWNER, FLOW)
        elif verb != "expiry":
            await getattr(provider.plane, verb)(OWNER, FLOW, "because")
        else:
            await asyncio.sleep(1)
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


@pytest.mark.parametrize(("size", "limit"), [(3_000_000, 2_500_001), (3_000_000, 2_999_999), (300_000, 200_001)])
async def test_a_lease_limits_bytes_to_the_last(
    provider: Side, http: aiohttp.ClientSession, size: int, limit: int
) -> None:
    data, came = blob(size), b""
    url, headers = url_and_token(await provider.serve(provider.give("f", data), lease(max_bytes=limit)))
    async with http.get(url, headers=headers) as answer:
        with suppress(aiohttp.ClientPayloadError):
            async for piece in answer.content.iter_any():
                came += piece
    assert came == data[:limit]
    assert (await provider.store.usage(OWNER, "agreement")).bytes_moved == limit


async def test_uses_are_counted_before_the_first_byte_and_a_resumption_is_none(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"0123456789"), lease(max_uses=1)))
    for asked, status in [("bytes=0-4", 206), ("bytes=5-6", 206), ("bytes=7-", 206), ("bytes=0-", 403)]:
        async with http.get(url, headers={**headers, "Range": asked}) as answer:
            assert answer.status == status
            await answer.read()
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1


async def test_a_file_that_changes_while_it_is_sent_breaks_the_stream(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", bytes(24 * 1024 * 1024))))
    async with http.get(url, headers=headers) as answer:
        await answer.content.readexactly(1024)
        with (provider.folder / "out" / "f").open("r+b") as file:
            file.truncate(12 * 1024 * 1024)
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()


async def test_a_folder_is_a_listing_and_its_members(provider: Side, http: aiohttp.ClientSession) -> None:
    provider.give("set/a.csv", b"a")
    provider.give("set/deep/ü b.csv", b"bb")
    provider.give("set/.hidden", b"no")
    (provider.folder / "out/set/link.csv").symlink_to("/etc/hostname")
    url, headers = url_and_token(await provider.serve({"kind": "file", "path": "set"}))
    async with http.get(url, headers=headers) as answer:
        assert answer.headers["Content-Type"] == FOLDER_TYPE
        listing = msgspec.json.decode(await answer.read(), type=FolderListing)
    assert [(m.path, m.size, m.sha256) for m in listing.members] == [
        ("a.csv", 1, sha256(b"a")),
        ("deep/ü b.csv", 2, sha256(b"bb")),
    ]
    async with http.get(f"{url}/deep/ü b.csv", headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, b"bb")
    for part in ["b.csv", ".hidden", "link.csv", "%2e%2e/secret", "..%2fsecret", "deep", "a.csv/x", "%00"]:
        async with http.get(URL(f"{url}/{part}", encoded=True), headers=headers) as answer:
            assert answer.status == 404, part


async def test_a_proxy_in_front_may_send_the_file(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with side(tmp_path, accel=Accel("/internal")) as provider:
        url, headers = url_and_token(await provider.serve(provider.give("a b.csv", b"data")))
        async with http.get(url, headers=headers) as answer:
            assert answer.headers["X-Accel-Redirect"] == "/internal/a%20b.csv"
            assert await answer.read() == b""
        assert (await provider.store.usage(OWNER, "agreement")).bytes_moved == 4


@pytest.mark.parametrize("limits", [{"max_bytes": 100}, {"max_uses": 3}])
async def test_what_an_agreement_counts_is_sent_by_the_connector_itself(
    tmp_path: Path, http: aiohttp.ClientSession, limits: dict[str, int]
) -> None:
    async with side(tmp_path, accel=Accel("/internal")) as provider:
        url, headers = url_and_token(await provider.serve(provider.give("f", b"data"), lease(**limits)))
        async with http.get(url, headers=headers) as answer:
            assert "X-Accel-Redirect" not in answer.headers
            assert await answer.read() == b"data"


async def test_bytes_that_are_treated_on_their_way_are_never_left_to_a_proxy(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    class TreatedSource(FileSource):
        """Serves a file with its values blotted out."""

        @asynccontextmanager
        async def open(self, address: dict[str, Any], **asked: Any) -> AsyncIterator[Content]:
            async with super().open(address, **asked) as content:
                chunks = (b"#" * len(chunk) async for chunk in content.chunks)
                yield Content(chunks=chunks, media_type=content.media_type)

    async with side(tmp_path, accel=Accel("/internal")) as provider:
        provider.plane.sources = {"file": TreatedSource(provider.folder / "out")}
        url, headers = url_and_token(await provider.serve(provider.give("f", bytes(2_000_000))))
        async with http.get(url, headers=headers) as answer:
            assert "X-Accel-Redirect" not in answer.headers
            assert await answer.read() == b"#" * 2_000_000


@pytest.mark.parametrize(("verb", "status"), [("suspend", 409), ("terminate", 403)])
async def test_a_lease_that_ends_before_the_first_byte_is_a_refusal_and_no_broken_connection(
    provider: Side, verb: str, status: int
) -> None:
    class EndingSource(FileSource):
        """Ends the lease while its first bytes are read."""

        @asynccontextmanager
        async def open(self, address: dict[str, Any], **asked: Any) -> AsyncIterator[Content]:
            async with super().open(address, **asked) as content:
                yield msgspec.structs.replace(content, file=None, chunks=self._end_first(content.chunks))

        async def _end_first(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
            await getattr(provider.plane, verb)(OWNER, FLOW, "because")
            async for chunk in chunks:
                yield chunk

    provider.plane.sources = {"file": EndingSource(provider.folder / "out")}
    url, headers = url_and_token(await provider.serve(provider.give("f", b"0123456789")))
    # The first bytes of the data are looked at before the answer begins; those of a range are read as they leave.
    headers["Range"] = "bytes=1-"
    # Unlike aiohttp, this client does not ask again when a connection breaks.
    async with httpx.AsyncClient(trust_env=False) as once:
        answer = await once.get(url, headers=headers)
    assert answer.status_code == status
    assert b"123" not in answer.content
    assert (await provider.store.usage(OWNER, "agreement")).bytes_moved == 0


async def test_an_empty_file_is_an_answer_without_bytes(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"")))
    async with http.get(url, headers=headers) as answer:
        assert (answer.status, answer.headers["Content-Length"], await answer.read()) == (200, "0", b"")


async def test_a_use_is_finished_however_often_its_connection_breaks(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    data = blob(6_000_000)
    url, headers = url_and_token(await provider.serve(provider.give("f", data), lease(max_uses=1)))
    came, tag = b"", ""
    for _ in range(4):
        more = {"Range": f"bytes={len(came)}-", "If-Range": tag} if came else {}
        async with http.get(url, headers={**headers, **more}) as answer:
            assert answer.status == (206 if came else 200)
            tag = answer.headers["ETag"]
            came += await answer.content.readexactly(1_000_000)
    async with http.get(url, headers={**headers, "Range": f"bytes={len(came)}-"}) as answer:
        came += await answer.read()
    assert came == data
    async with http.get(url, headers=headers) as answer:
        assert answer.status == 403
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1


async def test_a_peer_that_lost_its_connection_alone_begins_again_for_the_same_use(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    data = blob(12_000_000)
    url, headers = url_and_token(await provider.serve(provider.give("f", data), lease(max_uses=1)))
    async with http.get(url, headers=headers) as silent:
        await silent.content.readexactly(10)
        async with http.get(url, headers=headers) as answer:
            assert (answer.status, await answer.read()) == (200, data)
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1


@pytest.mark.parametrize("asked", ["bytes=5-", "bytes=0-"])
async def test_a_range_of_a_file_that_was_replaced_is_a_use_of_its_own(
    provider: Side, http: aiohttp.ClientSession, asked: str
) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", blob(3_000_000)), lease(max_uses=2)))
    async with http.get(url, headers=headers) as answer:
        await answer.content.readexactly(10)
        tag = answer.headers["ETag"]
    provider.give("new", blob(3_000_000, seed=2))
    (provider.folder / "out/new").replace(provider.folder / "out/f")
    for status in (206, 403):
        async with http.get(url, headers={**headers, "Range": asked}) as answer:
            assert answer.status == status
            await answer.read()
        asked = "bytes=0-"
    async with http.get(url, headers={**headers, "Range": "bytes=5-", "If-Range": tag}) as answer:
        assert answer.status == 403, "the data of another version came as the rest of the first"
    assert (await provider.store.usage(OWNER, "agreement")).uses == 2


async def test_a_use_goes_on_after_a_restart_of_the_provider(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    data = blob(3_000_000)
    async with side(tmp_path / "before") as before:
        url, headers = url_and_token(await before.serve(before.give("f", data), lease(max_uses=1)))
        async with http.get(url, headers=headers) as answer:
            came = await answer.content.readexactly(1_000_000)
    async with side(tmp_path / "before", store=before.store, public_url=before.url) as after:
        url = url.replace(f":{before.port}", f":{after.port}")
        async with http.get(url, headers={**headers, "Range": "bytes=1000000-"}) as answer:
            assert (answer.status, came + await answer.read()) == (206, data)
        assert (await after.store.usage(OWNER, "agreement")).uses == 1


async def test_the_bytes_that_a_lease_allows_arrive_at_a_slow_peer_before_the_stream_ends(provider: Side) -> None:
    data, limit = blob(6_000_000), 4_000_000
    url, headers = url_and_token(await provider.serve(provider.give("f", data), lease(max_bytes=limit)))
    place = URL(url)
    reader, writer = await asyncio.open_connection("127.0.0.1", provider.port, limit=4096)
    head = f"GET {place.raw_path} HTTP/1.1\r\nHost: x\r\nAuthorization: {headers['Authorization']}\r\n\r\n"
    writer.write(head.encode())
    await reader.readuntil(b"\r\n\r\n")
    came = b""
    with suppress(ConnectionError):
        while piece := await reader.read(16_384):
            came += piece
            await asyncio.sleep(0)
    writer.close()
    assert came == data[:limit]
    assert (await provider.store.usage(OWNER, "agreement")).bytes_moved == limit


async def test_limits_of_a_counterparty_are_counted_over_its_agreements(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    used = CountedUse(
        owner=OWNER,
        agreement_id="another",
        flow_id="urn:another",
        counterparty="did:web:peer",
        dataset="trees",
        providing=True,
        at=now_ms(),
    )
    await provider.store.commit([AddUsage(OWNER, "another", uses=1, use=used)])
    url, headers = url_and_token(await provider.serve(provider.give("f", b"data"), lease(max_within={"P1D": 2})))
    for status in (200, 403):
        async with http.get(url, headers=headers) as answer:
            assert answer.status == status
            await answer.read()
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1


@pytest.mark.parametrize(
    ("facts", "answers"),
    [
        ({}, [200, 200, 200, 403]),
        ({"ETag": '"1"'}, [200, 200, 200, 200]),
        ({"Repr-Digest": repr_digest(sha256(b"as stated"))}, [200, 200, 200, 200]),
    ],
)
async def test_a_source_that_does_not_show_that_its_data_is_the_same_is_read_again_a_few_times_for_a_use(
    provider: Side, http: aiohttp.ClientSession, facts: dict[str, str], answers: list[int]
) -> None:
    async def reading(_: web.Request) -> web.Response:
        return web.Response(body=bytes(8_000_000), headers=facts)

    async with serving(reading) as backend:
        url, headers = url_and_token(
            await provider.serve({"kind": "http", "url": f"{backend}/now.bin"}, lease(max_uses=1))
        )
        for status in answers:
            async with http.get(url, headers=headers) as answer:
                assert answer.status == status
                if status == 200:
                    await answer.content.readexactly(1000)
            await eventually(lambda: not provider.plane.register.gates[OWNER, FLOW].in_passage, "the stream goes on")
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1


async def test_a_source_that_does_not_show_that_its_data_is_the_same_is_delivered_once_for_a_use(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    async def reading(_: web.Request) -> web.Response:
        return web.Response(body=b"a reading")

    async with serving(reading) as backend:
        url, headers = url_and_token(
            await provider.serve({"kind": "http", "url": f"{backend}/now.txt"}, lease(max_uses=1))
        )
        for asked, status in (({}, 200), ({}, 403), ({"Range": "bytes=3-"}, 403)):
            async with http.get(url, headers={**headers, **asked}) as answer:
                assert answer.status == status
                await answer.read()


async def test_a_use_of_a_folder_delivers_what_was_in_it_when_it_began(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with side(tmp_path / "before") as before:
        for name in ("a.csv", "b.csv", "c.csv"):
            before.give(f"set/{name}", b"first")
        url, headers = url_and_token(await before.serve({"kind": "file", "path": "set"}, lease(max_uses=1)))
        for asked, status in (("a.csv", 200), ("new.csv", 403), ("b.csv", 200), ("c.csv", 403)):
            if asked != "b.csv":
                before.give(f"set/{asked}", b"other" if asked == "c.csv" else b"first") if status == 403 else None
            async with http.get(f"{url}/{asked}", headers=headers) as answer:
                assert (asked, answer.status) == (asked, status)
                await answer.read()
    async with side(tmp_path / "before", store=before.store, public_url=before.url) as after:
        url = url.replace(f":{before.port}", f":{after.port}")
        async with http.get(f"{url}/new.csv", headers=headers) as answer:
            assert answer.status == 403
        assert (await after.store.usage(OWNER, "agreement")).uses == 1


async def test_a_use_of_a_folder_that_an_earlier_release_has_stored_is_finished(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with side(tmp_path / "before") as before:
        for name in ("a.csv", "b.csv", "c.csv"):
            before.give(f"set/{name}", blob(100_000))
        url, headers = url_and_token(await before.serve({"kind": "file", "path": "set"}, lease(max_uses=1)))
        async with http.get(f"{url}/a.csv", headers=headers) as answer:
            await answer.read()
        (known,) = [part for part in await before.store.use_parts(OWNER, FLOW) if part.part == "a.csv"]
    # As the migration makes it of what was stored: entity tags had another form, and nobody kept what was in a folder.
    earlier = replace(known, version=EARLIER, sha256=None, state="", finished_at=None, sent=50_000)
    await before.store.commit([DropUseParts(OWNER, FLOW), PutUsePart(earlier)])
    async with side(tmp_path / "before", store=before.store, public_url=before.url) as after:
        url = url.replace(f":{before.port}", f":{after.port}")
        for name, part, status in (("b", "", 200), ("a", "bytes=50000-", 206), ("new", "", 403), ("c", "", 200)):
            if name == "new":
                after.give("set/new.csv", b"later")
            asked = {**headers, "Range": part} if part else headers
            async with http.get(f"{url}/{name}.csv", headers=asked) as answer:
                assert (name, answer.status) == (name, status)
                await answer.read()
        assert (await after.store.usage(OWNER, "agreement")).uses == 1


TOUCHES: dict[str, Callable[[Path], object]] = {
    "linked": lambda place: place.with_name("other").hardlink_to(place),
    "given other rights": lambda place: place.chmod(0o640),
    "replaced by a copy": lambda place: shutil.copy2(place, place.with_name(".c")).replace(place),
    "given another date": lambda place: os.utime(place, ns=(1, 1)),
}


@pytest.mark.parametrize("touch", TOUCHES)
async def test_a_use_of_a_folder_goes_on_when_its_files_are_touched_without_a_change_of_a_byte(
    provider: Side, http: aiohttp.ClientSession, touch: str
) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        provider.give(f"set/{name}", name.encode())
    url, headers = url_and_token(await provider.serve({"kind": "file", "path": "set"}, lease(max_uses=1)))
    for name in ("a.csv", "b.csv", "c.csv"):
        async with http.get(f"{url}/{name}", headers=headers) as answer:
            assert (answer.status, await answer.read()) == (200, name.encode())
        if name == "a.csv":
            for other in ("b.csv", "c.csv"):
                TOUCHES[touch](provider.folder / "out/set" / other)
                (provider.folder / "out/set/other").unlink(missing_ok=True)


async def test_members_of_a_folder_that_are_asked_for_at_once_are_one_use(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    for number in range(10):
        provider.give(f"set/{number}", bytes(10))
    url, headers = url_and_token(await provider.serve({"kind": "file", "path": "set"}, lease(max_uses=1)))

    async def fetch(number: int) -> int:
        async with http.get(f"{url}/{number}", headers=headers) as answer:
            await answer.read()
            return answer.status

    assert set(await asyncio.gather(*map(fetch, range(10)))) == {200}


async def test_ranges_at_the_same_time_are_bounded_like_ranges_one_after_the_other(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    size = 20_000_000
    url, headers = url_and_token(await provider.serve(provider.give("f", bytes(size)), lease(max_uses=1)))
    async with http.get(url, headers=headers) as answer:
        await answer.content.readexactly(10)

    async def count(_: int) -> int:
        async with http.get(url, headers={**headers, "Range": "bytes=1-"}) as answer:
            return len(await answer.read()) if answer.status == 206 else 0

    came = await asyncio.gather(*map(count, range(12)))
    assert size <= sum(came) <= 4 * size
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1
