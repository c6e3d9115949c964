import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from yarl import URL

from connector.dataplane.files.folder import FOLDER_TYPE, FolderListing
from connector.dataplane.listener.serve import Accel
from connector.dataplane.sources.file import FileSource
from connector.dataplane.wire.fields import repr_digest
from connector.ports.changes import AddUsage, Change
from connector.ports.entities import FlowDirection
from connector.ports.flow import Content
from connector.protocol.dsp.common import DataAddress, authorization
from tests.dataplane.world import FLOW, OWNER, Side, blob, eventually, flow_request, lease, sha256, side, url_and_token


@pytest.fixture
async def provider(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path) as made:
        yield made


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as session:
        yield session


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


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-3", 206, (0, 4)),
        ("bytes=6-", 206, (6, 10)),
        ("bytes=-3", 206, (7, 10)),
        ("bytes=-99", 206, (0, 10)),
        ("bytes=2-99", 206, (2, 10)),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=0-1,3-4", 200, (0, 10)),
        ("bytes=" + ",".join(["0-"] * 1500), 200, (0, 10)),
        ("bytes=nonsense", 200, (0, 10)),
        ("bytes=" + "9" * 400 + "-", 200, (0, 10)),
    ],
)
async def test_ranges(
    provider: Side, http: aiohttp.ClientSession, asked: str, status: int, span: tuple[int, int] | None
) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"0123456789")))
    async with http.get(url, headers={**headers, "Range": asked}) as answer:
        body = await answer.read()
        assert answer.status == status
        if span is None:
            assert answer.headers["Content-Range"] == "bytes */10"
            return
        assert body == b"0123456789"[slice(*span)]
        if status == 206:
            assert answer.headers["Content-Range"] == f"bytes {span[0]}-{span[1] - 1}/10"


async def test_a_range_of_an_older_state_gets_the_whole_new_one(provider: Side, http: aiohttp.ClientSession) -> None:
    address = provider.give("f", b"old old old")
    url, headers = url_and_token(await provider.serve(address))
    async with http.head(url, headers=headers) as answer:
        tag = answer.headers["ETag"]
    async with http.get(url, headers={**headers, "Range": "bytes=4-", "If-Range": tag}) as answer:
        assert (answer.status, await answer.read()) == (206, b"old old")
    provider.give("f", b"new new")
    async with http.get(url, headers={**headers, "Range": "bytes=4-", "If-Range": tag}) as answer:
        assert (answer.status, await answer.read()) == (200, b"new new")


async def test_an_unknown_flow_and_a_wrong_token_look_the_same(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"secret")))
    other = url.replace("7f0c", "8f0c")
    seen = set()
    for place, shown in [
        (url, {}),
        (url, {"Authorization": "Bearer " + "x" * 43}),
        (url, {"Authorization": "Basic dTpw"}),
        (other, headers),
        (other, {"Authorization": "Bearer " + "x" * 43}),
    ]:
        async with http.get(place, headers=shown) as answer:
            seen.add((answer.status, await answer.text(), answer.headers["WWW-Authenticate"]))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 401


async def test_the_bare_token_is_taken_as_well(provider: Side, http: aiohttp.ClientSession) -> None:
    address = await provider.serve(provider.give("f", b"data"))
    url, _ = url_and_token(address)
    async with http.get(url, headers={"Authorization": authorization(address) or ""}) as answer:
        assert await answer.read() == b"data"


async def test_a_new_start_gives_a_new_token_and_kills_the_old(provider: Side, http: aiohttp.ClientSession) -> None:
    source = provider.give("f", b"data")
    url, old = url_and_token(await provider.serve(source))
    _, new = url_and_token(await provider.serve(source, lease(2)))
    async with http.get(url, headers=old) as answer:
        assert answer.status == 401
    async with http.get(url, headers=new) as answer:
        assert answer.status == 200


async def test_every_state_has_its_answer(provider: Side, http: aiohttp.ClientSession) -> None:
    provider.give("f", b"data")
    url, headers = url_and_token(await _address(provider))

    async def status() -> tuple[int, str | None]:
        async with http.get(url, headers=headers) as answer:
            body = await answer.read()
            assert headers["Authorization"][7:].encode() not in body
            return answer.status, answer.headers.get("Retry-After")

    assert await status() == (503, "2"), "a lease that is still on its way is worth another try"
    await provider.plane.renew(lease(1, seconds=0))
    assert await status() == (403, None)
    await provider.plane.renew(lease(2))
    assert await status() == (200, None)
    await provider.plane.suspend(OWNER, FLOW, "pause")
    assert await status() == (409, None)
    await provider.plane.terminate(OWNER, FLOW, "over")
    assert await status() == (401, None)


async def _address(provider: Side) -> DataAddress:
    report = await provider.plane.start(flow_request(FlowDirection.SERVE, source={"kind": "file", "path": "f"}))
    return msgspec.json.decode(report.data_address or b"", type=DataAddress)


async def test_an_access_waits_for_a_lease_that_is_on_its_way(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with side(tmp_path, patience_s=10) as provider:
        provider.give("f", b"data")
        url, headers = url_and_token(await _address(provider))
        pull = asyncio.create_task(http.get(url, headers=headers))
        await asyncio.sleep(0.02)
        assert not pull.done()
        await provider.plane.renew(lease())
        async with await pull as answer:
            assert await answer.read() == b"data"


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
    for asked, status in [("bytes=0-4", 206), ("bytes=0-", 403)]:
        async with http.get(url, headers={**headers, "Range": asked}) as answer:
            assert answer.status == status
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1


async def test_a_use_goes_on_from_before_it_is_counted(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"0123456789"), lease(max_uses=2)))
    commit = provider.store.commit
    seen = []

    async def observed(group: Sequence[Change]) -> None:
        await commit(group)
        if any(isinstance(change, AddUsage) and change.uses for change in group):
            report = await provider.plane.report(OWNER, FLOW)
            seen.append(report is not None and report.in_use)

    provider.store.commit = observed  # type: ignore[method-assign]  # looks where a use was counted and nobody knows yet
    async with http.get(url, headers=headers) as answer:
        assert await answer.read() == b"0123456789"
    assert seen == [True]


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


async def test_hostile_requests_are_errors_and_nothing_else(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"data")))
    async with http.get(url, headers={**headers, "X-Long": "y" * 20_000}) as answer:
        assert answer.status == 400
    async with http.get(url, headers=[("Authorization", "a"), ("Authorization", headers["Authorization"])]) as answer:
        assert answer.status == 401
    for method, status in [("PUT", 405), ("POST", 405), ("DELETE", 405)]:
        async with http.request(method, url, headers=headers, data=b"x") as answer:
            assert answer.status == status
            assert "error" in await answer.json()
    async with http.get(provider.url + "/other") as answer:
        assert (answer.status, "error" in await answer.json()) == (404, True)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_what_a_listener_holds_ends_with_the_request(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", bytes(24 * 1024 * 1024))))
    before = _open_files()
    answer = await http.get(url, headers=headers)
    await answer.content.readexactly(10)
    answer.close()
    await eventually(lambda: _open_files() <= before, "the file stayed open after the peer had gone")


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
    class Treated(FileSource):
        """Serves a file with its values blotted out."""

        @asynccontextmanager
        async def open(self, address: dict[str, Any], **asked: Any) -> AsyncIterator[Content]:
            async with super().open(address, **asked) as content:
                chunks = (b"#" * len(chunk) async for chunk in content.chunks)
                yield Content(chunks=chunks, media_type=content.media_type)

    async with side(tmp_path, accel=Accel("/internal")) as provider:
        provider.plane.sources = {"file": Treated(provider.folder / "out")}
        url, headers = url_and_token(await provider.serve(provider.give("f", bytes(2_000_000))))
        async with http.get(url, headers=headers) as answer:
            assert "X-Accel-Redirect" not in answer.headers
            assert await answer.read() == b"#" * 2_000_000
