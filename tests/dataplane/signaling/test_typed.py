"""What an offer's media type excludes does not leave, and costs no use."""

from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from connector.ports.entities import FlowDirection
from connector.ports.treatment import Records, TransformStep
from connector.protocol.dsp.common import DataAddress
from tests.dataplane.records import TREATING, encoded, treat
from tests.dataplane.world import OWNER, Side, flow_request, lease, serving, side, url_and_token

PAGE = b"<!DOCTYPE html>\n<html><body>Your session has expired.</body></html>"
DROP = treat(Records(format="csv"), TransformStep(name="drop", fields=("b",)))


class Backend:
    """A backend that first answers with a page to log in, and then with data."""

    def __init__(self, pages: int, page: bytes = PAGE, stated: str = "text/html", status: int = 200) -> None:
        self.pages, self.page, self.stated, self.status = pages, page, stated, status

    async def answer(self, _: web.Request) -> web.StreamResponse:
        self.pages -= 1
        if self.pages >= 0:
            return web.Response(body=self.page, content_type=self.stated)
        return web.Response(body=b"a,b\n1,2\n", content_type="text/csv", status=self.status)


@pytest.mark.parametrize("treated", [False, True])
@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=0-3"}, {"Range": "bytes=3-"}])
async def test_a_page_to_log_in_is_not_delivered_for_the_data(
    tmp_path: Path, http: aiohttp.ClientSession, treated: bool, asked: dict[str, str]
) -> None:
    async with (
        serving(Backend(8).answer) as backend,
        side(tmp_path, treating=TREATING) as made,
    ):
        source = {"kind": "http", "url": f"{backend}/f.csv"}
        granted = lease(max_uses=1, treatment=encoded(DROP) if treated else b"")
        url, headers = url_and_token(await made.serve(source, granted, media_type="text/csv"))
        async with http.get(url, headers={**headers, **asked}) as answer:
            assert answer.status == 503
            assert b"session" not in await answer.read()
        assert "a web page" in next(iter(made.plane.register.list_failing().values()))
        assert (await made.store.usage(OWNER, "agreement")).uses == 0


@pytest.mark.parametrize(
    ("page", "stated"),
    [
        (b"<!-- " + b"licence " * 400 + b"-->\n<html>", "text/plain"),
        (b"<head><title>Login</title></head>", "text/html"),
        (b"window.location='/login';", "application/javascript"),
        (b"Unauthorized", "text/html"),
    ],
)
async def test_a_page_that_begins_otherwise_costs_no_use(
    provider: Side, http: aiohttp.ClientSession, page: bytes, stated: str
) -> None:
    async with serving(Backend(2, page, stated, 203).answer) as backend:
        source = {"kind": "http", "url": f"{backend}/f.csv"}
        url, headers = url_and_token(await provider.serve(source, lease(max_uses=1), media_type="text/csv"))
        for status in (503, 503, 200):
            async with http.get(url, headers=headers) as answer:
                assert answer.status == status
                await answer.read()
    assert (await provider.store.usage(OWNER, "agreement")).uses == 1


async def test_a_push_waits_until_the_source_has_data_again(provider: Side, consumer: Side) -> None:
    ready = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "f"}))
    await consumer.plane.renew(lease())
    async with serving(Backend(3).answer) as backend:
        source, endpoint = {"kind": "http", "url": f"{backend}/f.csv"}, ready.data_address
        start = flow_request(FlowDirection.PUSH, source=source, endpoint=endpoint, media_type="text/csv")
        await provider.plane.start(start)
        await provider.plane.renew(lease(max_uses=1))
        assert (await provider.wait_for_end()).cause is None
    assert consumer.got("f") == b"a,b\n1,2\n"


async def test_a_file_that_became_something_else_is_refused_at_any_byte_and_a_member_is_not(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f.csv", b"a,b\n1,2\n" * 9), media_type="text/csv"))
    for asked, status in (({}, 200), ({"Range": "bytes=5-"}, 503), ({}, 503)):
        async with http.get(url, headers={**headers, **asked}) as answer:
            assert answer.status == status
            await answer.read()
        provider.give("f.csv", PAGE)


async def test_data_of_no_stated_type_leaves_as_the_type_of_its_name(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    for name, status in (("page.html", 200), ("page", 200), ("page.csv", 503)):
        source = provider.give(name, PAGE)
        report = await provider.plane.start(flow_request(FlowDirection.SERVE, source=source, flow_id=f"urn:{name}"))
        assert report.data_address
        granted = msgspec.structs.replace(lease(), flow_id=f"urn:{name}")
        await provider.plane.renew(granted)
        url, headers = url_and_token(msgspec.json.decode(report.data_address, type=DataAddress))
        async with http.get(url, headers=headers) as answer:
            assert (name, answer.status) == (name, status)
