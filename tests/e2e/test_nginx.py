"""A real nginx in front of the data listener, with the configuration that docs/operate.md shows."""

import io
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest

from connector.dataplane.backends.notices import ToldEntity
from connector.dataplane.files.folder import FolderListing
from connector.dataplane.listener.pull import Accel
from connector.dataplane.wire.fields import repr_digest
from connector.ports.entities import FlowDirection
from connector.ports.treatment import Records, Treatment
from connector.protocol.dsp.common import DataAddress
from tests.dataplane.records import TREATING, encoded
from tests.dataplane.world import FLOW, OWNER, Side, blob, flow_request, lease, sha256, side, url_and_token
from tests.docs.pages import marked
from tests.e2e.live import Live, environment
from tests.support import nginx
from tests.support.certificates import write_certificates

pytestmark = pytest.mark.nginx

DATA = blob(3_000_000)
KEPT = ("ETag", "Repr-Digest", "Content-Disposition", "Content-Type", "Cache-Control", "X-Content-Type-Options")


@dataclass(frozen=True)
class Front:
    """A data plane, the nginx before it, and a client that trusts its certificate."""

    plane: Side
    url: str
    http: aiohttp.ClientSession
    folder: Path

    async def serve(self, source: dict[str, str], **limits: Any) -> tuple[str, dict[str, str]]:
        """Serve a source; return where a peer pulls it and the headers it shows."""
        return url_and_token(await self.plane.serve(source, lease(**limits)))

    def logged(self) -> str:
        """Return everything that nginx has logged."""
        return "".join((self.folder / name).read_text("utf-8") for name in ("access.log", "error.log"))


def configuration(files: dict[str, str], port: int, data: int, offered: Path) -> str:
    """Return what the page shows, with the addresses and places of a test."""
    text = marked("docs/operate.md", "nginx")["server"].text
    for shown, here in (
        ("listen 8443", f"listen 127.0.0.1:{port}"),
        ("/etc/nginx/fullchain.pem", files["DATENKONTOR_NET__CERTIFICATE"]),
        ("/etc/nginx/tls-key.pem", files["DATENKONTOR_NET__KEY"]),
        ("127.0.0.1:7081", f"127.0.0.1:{data}"),
        ("/srv/datenkontor/offered/", f"{offered}/"),
    ):
        assert shown in text
        text = text.replace(shown, here)
    return text


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    files, port = write_certificates(tmp_path), nginx.free_port()
    url = f"https://127.0.0.1:{port}"
    trust = ssl.create_default_context(cafile=files["DATENKONTOR_NET__CA"])
    async with (
        side(tmp_path, accel=Accel("/stored"), public_url=url, treating=TREATING) as plane,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust)) as http,
    ):
        with nginx.running(tmp_path / "nginx", configuration(files, port, plane.port, tmp_path / "out"), port):
            yield Front(plane, url, http, tmp_path / "nginx")


async def test_nginx_sends_the_file_under_the_heads_that_the_connector_gives(front: Front) -> None:
    url, headers = await front.serve(front.plane.give("a/trees.csv", DATA))
    async with front.http.head(url, headers=headers) as told:
        assert told.status == 200
    async with front.http.get(url, headers=headers) as answer:
        assert (answer.status, sha256(await answer.read())) == (200, sha256(DATA))
    for name in KEPT:
        assert answer.headers.getall(name) == told.headers.getall(name)
    assert answer.headers["Content-Length"] == told.headers["Content-Length"] == str(len(DATA))
    assert answer.headers["Repr-Digest"] == repr_digest(sha256(DATA))
    assert "Last-Modified" in answer.headers, "it was not nginx that sent the file"
    assert "X-Accel-Redirect" not in answer.headers
    usage = await front.plane.store.usage(OWNER, "agreement")
    assert (usage.bytes_moved, usage.uses) == (len(DATA), 1)
    assert headers["Authorization"].removeprefix("Bearer ") not in front.logged()


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-3", 206, (0, 4)),
        ("bytes=2999990-", 206, (2_999_990, 3_000_000)),
        ("bytes=-3", 206, (2_999_997, 3_000_000)),
        ("bytes=2999999-9999999", 206, (2_999_999, 3_000_000)),
        ("bytes=3000000-", 416, None),
        ("bytes=0-1,3-4", 200, (0, 3_000_000)),
    ],
)
async def test_ranges_are_as_without_it(front: Front, asked: str, status: int, span: tuple[int, int] | None) -> None:
    url, headers = await front.serve(front.plane.give("f", DATA))
    async with front.http.get(url, headers={**headers, "Range": asked}) as answer:
        body = await answer.read()
        assert answer.status == status
        if span is None:
            assert answer.headers["Content-Range"] == "bytes */3000000"
            return
        assert sha256(body) == sha256(DATA[slice(*span)])
        if status == 206:
            assert answer.headers["Content-Range"] == f"bytes {span[0]}-{span[1] - 1}/3000000"
    assert (await front.plane.store.usage(OWNER, "agreement")).bytes_moved == len(body)


async def test_a_range_of_an_older_state_gets_the_whole_new_one(front: Front) -> None:
    url, headers = await front.serve(front.plane.give("f", b"old old old"))
    async with front.http.get(url, headers=headers) as answer:
        tag = answer.headers["ETag"]
    asked = {**headers, "Range": "bytes=4-", "If-Range": tag}
    async with front.http.get(url, headers=asked) as answer:
        assert (answer.status, await answer.read()) == (206, b"old old")
    front.plane.give("f", b"new new")
    async with front.http.get(url, headers=asked) as answer:
        assert (answer.status, await answer.read()) == (200, b"new new")


@pytest.mark.parametrize(
    "name",
    [
        "a b.csv",
        "Straße 100%.csv",
        "a+b&c=d;e,f.csv",
        "x#1 'q' (2).csv",
        "%2e%2e%2fsecret",
        "ü/木/é.csv",
        "$uri ~ [x]",
        "flows/a",
        "x/features/a",
    ],
)
async def test_odd_names_lead_to_their_file(front: Front, name: str) -> None:
    url, headers = await front.serve(front.plane.give(name, name.encode()))
    async with front.http.get(url, headers=headers) as answer:
        assert (answer.status, await answer.read()) == (200, name.encode())
        assert "Last-Modified" in answer.headers


async def test_a_folder_is_a_listing_from_the_connector_and_members_from_nginx(front: Front) -> None:
    front.plane.give("set/a b.csv", b"a")
    url, headers = await front.serve({"kind": "file", "path": "set"})
    async with front.http.get(url, headers=headers) as answer:
        listing = msgspec.json.decode(await answer.read(), type=FolderListing)
    async with front.http.get(f"{url}/{listing.members[0].path}", headers=headers) as answer:
        assert (await answer.read(), "Last-Modified" in answer.headers) == (b"a", True)


async def test_the_stored_files_cannot_be_asked_for_from_outside(front: Front) -> None:
    url, headers = await front.serve(front.plane.give("f", b"secret"))
    for place in (
        "/stored/f",
        "/flows/../stored/f",
        "/stored/",
        "//stored/f",
        "/stored/flows/f",
        "/flows/..%2fstored/f",
    ):
        for shown in (headers, {**headers, "X-Accel-Redirect": "/stored/f"}):
            async with front.http.get(front.url + place, headers=shown) as answer:
                assert (answer.status, b"secret" in await answer.read()) == (404, False), place
    async with front.http.get(url, headers={"X-Accel-Redirect": "/stored/f"}) as answer:
        assert (answer.status, b"secret" in await answer.read()) == (401, False)


async def test_refusals_pass_through(front: Front) -> None:
    url, headers = await front.serve(front.plane.give("f", b"data"))
    await front.plane.plane.suspend(OWNER, FLOW, "pause")
    async with front.http.get(url, headers=headers) as answer:
        assert (answer.status, (await answer.json())["error"]) == (409, "suspended")


async def test_an_agreement_that_counts_is_served_by_the_connector(front: Front) -> None:
    url, headers = await front.serve(front.plane.give("f", DATA), max_bytes=len(DATA) + 10)
    async with front.http.get(url, headers=headers) as answer:
        assert sha256(await answer.read()) == sha256(DATA)
        assert "Last-Modified" not in answer.headers
    async with front.http.get(url, headers=headers) as answer:
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    assert (await front.plane.store.usage(OWNER, "agreement")).bytes_moved == len(DATA) + 10


async def test_rows_for_map_programs_pass_through_it(front: Front) -> None:
    source = front.plane.give("trees.csv", b"x,y,kind\n7.2,51.5,oak\n7.3,51.6,lime\n")
    treatment = Treatment(
        records=Records(format="csv", decimal=".", geometry=("x", "y"), crs="OGC:CRS84"), forms=("features",)
    )
    url, headers = await front.serve(source, treatment=encoded(treatment))
    place = f"{url.replace('/flows/', '/features/')}/collections/rows/items"
    async with front.http.get(place, headers=headers, params={"limit": 1}) as answer:
        assert answer.status == 200, await answer.text()
        page = await answer.json(content_type=None)
    [following] = [link["href"] for link in page["links"] if link["rel"] == "next"]
    assert following.startswith(f"{front.url}/features/")
    async with front.http.get(following, headers=headers) as answer:
        assert [row["properties"]["kind"] for row in (await answer.json(content_type=None))["features"]] == ["lime"]
    async with front.http.get(place) as answer:
        assert (answer.status, (await answer.json())["error"]) == (401, "unauthorized")


async def test_what_a_context_broker_tells_arrives_through_it(front: Front) -> None:
    arrived: list[bytes] = []

    def read(body: bytes) -> tuple[ToldEntity, ...]:
        arrived.append(body)
        return ()

    with front.plane.plane.notices.open("datenkontor-0123456789ab", read, lambda _: None) as place:
        assert place.url.startswith(f"{front.url}/notifications/")
        for token, status in (("wrong", 401), (place.token, 204)):
            shown = {"Authorization": f"Bearer {token}"}
            async with front.http.post(place.url, data=b"a tree", headers=shown) as answer:
                assert answer.status == status, await answer.text()
    assert arrived == [b"a tree"]


async def test_a_push_arrives_through_it(front: Front) -> None:
    request = flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "got"})
    report = await front.plane.plane.prepare(request)
    await front.plane.plane.renew(lease())
    url, headers = url_and_token(msgspec.json.decode(report.data_address or b"", type=DataAddress))
    async with front.http.put(url, headers=headers, data=io.BytesIO(DATA)) as answer:
        assert answer.status == 201, await answer.text()
    assert front.plane.got("got") == DATA


def test_a_company_gets_a_file_of_the_city_through_it(tmp_path: Path) -> None:
    files, port, live = write_certificates(tmp_path), nginx.free_port(), Live(tmp_path)
    (live.data / "counts.csv").write_bytes(DATA)
    text = configuration(files, port, live.stage.actors["city"].ports["data"], live.data)
    try:
        with nginx.running(tmp_path / "nginx", text, port):
            with environment(
                DATENKONTOR_DATA__ACCEL="/stored", DATENKONTOR_DATA__PUBLIC_URL=f"https://127.0.0.1:{port}"
            ):
                live.start("city")
            # The participant list has the city's own data address, not that of the proxy.
            origins = f'[{{participant = "{live.city_id}", urls = ["https://127.0.0.1:{port}"]}}]'
            with environment(DATENKONTOR_NET__CA=files["DATENKONTOR_NET__CA"], DATENKONTOR_NET__DATA_ORIGINS=origins):
                live.start("firm")
            begun = live.firm.transfers.start(live.agree(live.offer("counts.csv")))
            live.completed(begun.id)
            saved = live.firm.transfers.download(begun.id, tmp_path / "got.csv")
            assert saved.files[0].sha256 == sha256(DATA)
        assert f" 200 {len(DATA)} " in (tmp_path / "nginx" / "access.log").read_text("utf-8")
    finally:
        live.close()
