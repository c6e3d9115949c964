"""Bad input of the intake over real HTTP: each fails with a sentence that the operator reads, and holds up no other."""

import gzip
import json
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from connector.binding.dsp.client import HttpPeer
from connector.broker.crawl import Bounds
from connector.broker.operating.why import explain
from connector.language.catalogue import translate_text
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.ports.broker_store import Liveness
from connector.store.memory.record import MemoryBrokerStore
from tests.broker.crawling import crawler_of
from tests.broker.searching import make_searching
from tests.broker.world import CITY, Space, member, titled
from tests.net.servers import served

CONTEXT = ["https://w3id.org/dspace/2025/1/context.jsonld"]
BOUNDS = Bounds(pages=20, datasets=300)
TYPE = {"Content-Type": "application/json"}
Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


def catalog(name: str, *datasets: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return the catalogue of a member."""
    plain = {"@context": CONTEXT, "@id": "urn:c", "@type": "Catalog", "participantId": CITY + name}
    return plain | ({"dataset": list(datasets)} if datasets else {}) | changed


def say(document: dict[str, Any], **headers: str) -> web.Response:
    return web.Response(body=json.dumps(document).encode(), headers=TYPE | headers)


async def page_without_end(request: web.Request) -> web.StreamResponse:
    number = int(request.query.get("p", "0"))
    link = f"<{request.path}?p={number + 1}>; rel=next"
    return say(catalog("endless", titled(f"urn:endless:{number}", "Seite")), Link=link)


async def page_in_a_circle(request: web.Request) -> web.StreamResponse:
    return say(catalog("circle", titled("urn:circle", "Seite")), Link=f"<{request.path}?p=1>; rel=next")


async def send_a_gigabyte(request: web.Request) -> web.StreamResponse:
    answer = web.StreamResponse(headers=TYPE)
    await answer.prepare(request)
    try:
        await answer.write(b'{"a": "')
        for _ in range(1024):
            await answer.write(b"x" * 1024 * 1024)
    except ConnectionError:
        pass
    return answer


async def nest_deeply(_: web.Request) -> web.StreamResponse:
    return web.Response(body=b'{"a":' * 100_000 + b"1" + b"}" * 100_000, headers=TYPE)


async def inflate(_: web.Request) -> web.StreamResponse:
    packer = zlib.compressobj(9, wbits=31)
    packed = b"".join([*(packer.compress(b" " * 2**20) for _ in range(256)), packer.flush()])
    return web.Response(body=packed, headers=TYPE | {"Content-Encoding": "gzip"})


async def offer_a_hundred_thousand(request: web.Request) -> web.StreamResponse:
    number = int(request.query.get("p", "0"))
    datasets = [titled(f"urn:many:{number}:{row}", "Viele") for row in range(100)]
    return say(catalog("many", *datasets), Link=f"<{request.path}?p={number + 1}>; rel=next")


async def speak_for_another(_: web.Request) -> web.StreamResponse:
    return say(catalog("good", titled("urn:good:1", "Untergeschoben")))


async def lead_elsewhere(_: web.Request) -> web.StreamResponse:
    return web.Response(status=302, headers={"Location": "http://169.254.169.254/latest"})


async def say_no_json(_: web.Request) -> web.StreamResponse:
    return web.Response(
        body=gzip.compress(b"<html>"), headers={"Content-Type": "text/html", "Content-Encoding": "gzip"}
    )


async def behave(_: web.Request) -> web.StreamResponse:
    marked = titled("urn:good:1", "<script>alert(1)</script>\u202e\u0007 Wald")
    return say(catalog("good", marked, titled("urn:good:2", "Erst"), titled("urn:good:2", "Widerspruch")))


BAD: dict[str, tuple[Answering, str]] = {
    "endless": (page_without_end, "pages"),
    "circle": (page_in_a_circle, ""),
    "gigabyte": (send_a_gigabyte, "bytes"),
    "deep": (nest_deeply, ""),
    "bomb": (inflate, "bytes"),
    "many": (offer_a_hundred_thousand, "300"),
    "impostor": (speak_for_another, "participant"),
    "redirect": (lead_elsewhere, "redirect"),
    "html": (say_no_json, ""),
}


class HttpSpace(Space):
    """Members whose catalogues are read over HTTP from one listener."""

    def __init__(self, port: int) -> None:
        super().__init__()
        names = (*BAD, "good")
        self.members = [member(name, address=f"http://127.0.0.1:{port}/{name}") for name in names]
        policy = net_policy(hosts=["127.0.0.1:*"], plain_http=["127.0.0.1:*"])
        self.transport = SocketTransport(policy)
        self.peer = HttpPeer(GuardedClient(policy, self.transport), self)

    async def fetch_catalog(self, participant: str, address: str, **asked: Any) -> Any:  # type: ignore[override]  # passed on
        return await self.peer.fetch_catalog(participant, address, **asked)


@pytest.fixture
async def crawled() -> AsyncIterator[tuple[HttpSpace, MemoryBrokerStore]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        name = request.path.split("/")[1]
        return await (BAD[name][0] if name in BAD else behave)(request)

    record = MemoryBrokerStore()
    async with served(answer) as port:
        space = HttpSpace(port)
        crawler = crawler_of(space, record, bounds=BOUNDS, address_problem=lambda *_: None)
        await crawler.take_turn()
        await crawler.wait_settled()
        while await crawler.take_turn() is not None and crawler.count_active()[0]:
            await crawler.wait_settled()
        yield space, record
        await space.transport.close()


async def test_each_bad_source_fails_with_a_sentence_and_the_good_one_is_read(
    crawled: tuple[HttpSpace, MemoryBrokerStore],
) -> None:
    space, record = crawled
    searching = await make_searching(record, now=space.now)
    for name, (_, word) in BAD.items():
        source = await record.source(CITY + name)
        assert source is not None
        assert source.error, name
        assert source.error.endswith("."), source.error
        assert word in source.error, source.error
        assert source.liveness is not Liveness.ONLINE, name
        assert not await record.digests(CITY + name), name
        # `broker source show` and `broker why` say it, in German too.
        assert translate_text("de", source.error) != source.error, source.error
        steps = await explain(record, searching.index, participant=CITY + name, dataset="urn:x", now=space.now)
        assert steps[-1].code == "crawl-failed", name
    good = await record.source(CITY + "good")
    assert good is not None
    assert good.liveness is Liveness.ONLINE
    # A remark, and no failure.
    assert "the first counts" in (good.error or "")
    assert sorted(await record.digests(CITY + "good")) == ["urn:good:1", "urn:good:2"]
    await searching.index.close()


async def test_mark_up_and_signs_that_are_not_seen_stay_text_and_of_two_the_first_counts(
    crawled: tuple[HttpSpace, MemoryBrokerStore],
) -> None:
    _, record = crawled
    first, second = [await record.entry(CITY + "good", f"urn:good:{number}") for number in (1, 2)]
    assert first is not None
    assert second is not None
    assert first.titles["de"] == "<script>alert(1)</script> Wald"
    assert second.titles["de"] == "Erst"
    assert await record.view().claimants(["urn:good:1"]) == {"urn:good:1": CITY + "good"}
