"""Pages of JSON as one stream: three ways from page to page, and backends that lie about it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.sources.http import HttpSource
from connector.ports.flow import SourceError
from tests.dataplane.world import Side, serving

Answer = Callable[[web.Request, int], web.Response]


@asynccontextmanager
async def paged(answer: Answer) -> AsyncIterator[tuple[str, list[str]]]:
    seen: list[str] = []

    async def handler(request: web.Request) -> web.Response:
        seen.append(request.path_qs)
        return answer(request, int(request.query.get("page", "0")))

    async with serving(handler) as url:
        yield url, seen


async def read(consumer: Side, url: str, **paging: Any) -> bytes:
    address = {"kind": "http", "url": url, "paging": paging}
    source = HttpSource(consumer.client)
    source.check(address)
    async with source.open(address) as content:
        assert content.size is None
        return b"".join([chunk async for chunk in content.chunks])


def link(request: web.Request, page: int) -> web.Response:
    body = f'[{{"id": {2 * page}, "x": 1.50}},\n {{"id": {2 * page + 1}}}]'
    more = (
        {"Link": f'</p?page=0>; rel="first", </p?page={page + 1}>; title="a, b"; rel="next last"'} if page < 2 else {}
    )
    return web.Response(text=body, headers=more)


async def test_pages_follow_the_link_header(consumer: Side) -> None:
    async with paged(link) as (url, seen):
        whole = await read(consumer, url + "/p", kind="link")
        lines = (await read(consumer, url + "/p", kind="link", form="ndjson")).splitlines()
    assert [item["id"] for item in json.loads(whole)] == [0, 1, 2, 3, 4, 5]
    assert b"1.50" in whole, "a number stays as it is written"
    assert [json.loads(line) for line in lines] == json.loads(whole)
    assert seen[:3] == ["/p", "/p?page=1", "/p?page=2"]


async def test_pages_follow_a_member(consumer: Side) -> None:
    def answer(request: web.Request, page: int) -> web.Response:
        following = f"?page={page + 1}" if page < 3 else None
        return web.json_response({"data": {"items": [page], "links": {"next": following}}})

    async with paged(answer) as (url, seen):
        found = await read(consumer, url + "/p", kind="next", items="data.items", member="data.links.next")
    assert json.loads(found) == [0, 1, 2, 3]
    assert len(seen) == 4


async def test_pages_are_counted_by_an_offset(consumer: Side) -> None:
    def answer(request: web.Request, _: int) -> web.Response:
        first, size = int(request.query["from"]), int(request.query["limit"])
        return web.json_response(list(range(10))[first : first + size])

    async with paged(answer) as (url, seen):
        found = await read(consumer, url + "/p?a=1", kind="offset", offset="from", size=4)
        assert json.loads(found) == list(range(10))
        assert seen == [f"/p?a=1&from={n}&limit=4" for n in (0, 4, 8, 10)]
        assert json.loads(await read(consumer, url + "/p?a=1", kind="offset", offset="from", size=100)) == list(
            range(10)
        )


async def test_each_page_is_asked_for_with_the_key_in_the_query(consumer: Side) -> None:
    address = {"kind": "http", "auth": {"kind": "api-key", "secret": "air", "query": "key"}, "paging": {"kind": "link"}}
    async with paged(link) as (url, seen):
        source = HttpSource(consumer.client, lambda *_: "canary")
        async with source.open({**address, "url": url + "/p"}) as content:
            assert len([chunk async for chunk in content.chunks])
    assert seen == ["/p?key=canary", "/p?page=1&key=canary", "/p?page=2&key=canary"]


async def test_no_items_are_an_empty_array(consumer: Side) -> None:
    async with paged(lambda *_: web.Response(text="[]")) as (url, _):
        assert json.loads(await read(consumer, url, kind="link")) == []
        assert await read(consumer, url, kind="link", form="ndjson") == b""


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/p", "there before"),
        ("http://127.0.0.1:1/p?page=1", "another server"),
        ("https://evil.example/", "another server"),
        ("//evil.example/", "another server"),
        ("file:///etc/passwd", "another server"),
        ("/p?x=" + "y" * 1990, "cannot be requested"),
        ("http://[::1", "."),
    ],
)
async def test_a_next_page_elsewhere_is_not_followed(consumer: Side, target: str, reason: str) -> None:
    def answer(request: web.Request, page: int) -> web.Response:
        return web.json_response({"items": [1], "next": target})

    async with paged(answer) as (url, seen):
        with pytest.raises(SourceError, match=reason):
            await read(consumer, url + "/p", kind="next", items="items")
    assert len(seen) == 1


async def test_pages_without_an_end_are_an_error(consumer: Side) -> None:
    def answer(request: web.Request, page: int) -> web.Response:
        return web.json_response({"items": [page], "next": f"?page={page + 1}"})

    async with paged(answer) as (url, seen):
        with pytest.raises(SourceError, match="more than 5 pages"):
            await read(consumer, url + "/p", kind="next", items="items", most_pages=5)
    assert len(seen) == 5


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b'{"items": {}}',
        b'{"other": []}',
        b"[" * 100_000,
        b'{"items": [1], "next": 7}',
        b"\xff",
        b"null",
        b"[1",
    ],
)
@pytest.mark.parametrize("later", [False, True])
async def test_a_page_that_cannot_be_read_breaks_off(consumer: Side, body: bytes, later: bool) -> None:
    def answer(request: web.Request, page: int) -> web.Response:
        if later and page == 0:
            return web.json_response({"items": [1], "next": "?page=1"})
        return web.Response(body=body)

    async with paged(answer) as (url, _):
        with pytest.raises(SourceError):
            await read(consumer, url + "/p", kind="next", items="items")


async def test_a_page_that_is_too_large_or_an_error_breaks_off(consumer: Side) -> None:
    async with paged(lambda *_: web.Response(body=b"x" * 9_000_000)) as (url, _):
        with pytest.raises(SourceError):
            await read(consumer, url, kind="link")
    async with paged(lambda request, page: link(request, page) if page < 1 else web.Response(status=500)) as (url, _):
        with pytest.raises(SourceError, match="status 500"):
            await read(consumer, url + "/p", kind="link")


@pytest.mark.parametrize("paging", [{"kind": "cursor"}, {"kind": "link", "most_pages": 0}, {"kind": "link", "x": 1}, 7])
def test_an_unknown_way_of_paging_is_refused(consumer: Side, paging: object) -> None:
    with pytest.raises(SourceError):
        HttpSource(consumer.client).check({"kind": "http", "url": "http://127.0.0.1:1/", "paging": paging})
