"""Answers of peers that mean harm: whatever comes back, it is read or refused in our words, and the event loop goes on.

By night, the heart of the loop is measured: a task notes the processor time of the loop's thread at each of its turns.
The time that other processes take does not count, so the figure does not depend on the load of the machine.
"""

import asyncio
import gzip
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import Queue
from threading import Thread

import pytest

from connector.api.chapters.catalog import fetch_catalog
from connector.binding.dsp.client import CATALOG_BYTES, DATASET_BYTES, HttpPeer
from connector.broker.crawl import Bounds, CrawlFailed, Found, crawl
from connector.controlplane.core.errors import PeerFailed
from connector.controlplane.usecases.counterparties import Counterparties
from connector.net.client import GuardedClient
from connector.ports.broker_store import CrawlSource
from connector.ports.identity import Participant
from connector.ports.peer import InDoubt
from connector.views.catalog import CatalogView
from tests.broker.world import dataset as offered
from tests.interop.ours import ME, PEER, MockIdentity
from tests.net.servers import NAME, client, spoken

CONTEXT = '["https://w3id.org/dspace/2025/1/context.jsonld"]'
START = f'{{"@context":{CONTEXT},"@type":"Catalog","@id":"urn:c","participantId":"{PEER}",'.encode()
HEART_S = 0.25


def dataset(**members: object) -> bytes:
    return json.dumps(offered("urn:d", **members)).encode()


def costly_offer(count: int) -> dict[str, object]:
    """Return an offer of which exactly one of many conditions has to be true."""
    plain = {"leftOperand": "dk:securityLevel", "operator": "gteq"}
    conditions = [{**plain, "rightOperand": str(number)} for number in range(count)]
    return {"@type": "Offer", "@id": "urn:o", "permission": [{"action": "use", "constraint": [{"xone": conditions}]}]}


def catalogue(datasets: bytes, *, more: bytes = b"") -> bytes:
    return START + more + b'"dataset":[' + datasets + b"]}"


def fill(piece: bytes, size: int) -> bytes:
    """Return so many of a piece, with commas between, that they have about this size."""
    return b",".join([piece] * (size // (len(piece) + 1)))


def bodies(size: int) -> Iterator[tuple[str, bytes]]:
    """Yield documents of about `size` bytes, each costly in its own way."""
    for name, piece in {
        "lists": b"[]",
        "objects": b"{}",
        "members": b'{"a":{"b":[0]}}',
        "numbers": b"1.5e300",
        "texts": b'""',
        "deep lists": b"[" * 90 + b"]" * 90,
        "datasets": dataset(description="a, b, c " * 300),
        "datasets of large policies": dataset(hasPolicy=[costly_offer(400)] * 4),
        "small datasets": b'{"@id":"urn:d"}',
        "datasets of lists": dataset(x=[[]] * 40_000),
        "datasets of deep lists": dataset(x=json.loads("[" * 50 + "[1],[2]" + "]" * 50)),
    }.items():
        yield name, catalogue(fill(piece, size))
        yield f"{name} beside the datasets", catalogue(dataset(), more=b'"x":[' + fill(piece, size) + b"],")
    yield "one text", catalogue(dataset(description="x" * size))
    yield "escapes", catalogue(dataset()[:-1] + b',"x":"' + b"\\u0000" * (size // 6) + b'"}')
    yield "one number", catalogue(dataset()[:-1] + b',"x":' + b"9" * size + b"}")
    yield "one fraction", catalogue(dataset()[:-1] + b',"x":0.' + b"9" * size + b"}")
    yield "blanks", START + b" " * size + b'"dataset":[]}'
    yield "one name many times", START + fill(b'"a":0', size) + b"}"
    yield "many names", START + b",".join(b'"%d":0' % number for number in range(size // 12)) + b"}"
    yield "no end of depth", START + b'"dataset":' + b"[" * size
    yield "nested catalogues", START + b'"catalog":[' + fill(b'{"@type":"Catalog","dataset":[{}]}', size) + b"]}"
    yield "no UTF-8", START + b"\xff" * size
    yield "no JSON", b"<html>" + b"x" * size
    yield "no object", b"[" + fill(b"[]", size) + b"]"


def head(body: bytes, *fields: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *fields, b"\r\n"]
    return b"\r\n".join(lines) + body


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
GZIP = b"Content-Encoding: gzip"


def in_chunks(body: bytes, size: int) -> Iterator[bytes]:
    yield CHUNKED
    for at in range(0, len(body), size):
        yield b"%x\r\n%s\r\n" % (len(body[at : at + size]), body[at : at + size])
    yield b"0\r\n\r\n"


def without_end(start: bytes, piece: bytes) -> Iterator[bytes]:
    yield start
    while True:
        yield piece


MANNERS: dict[str, Callable[[bytes], Iterable[bytes]]] = {
    "plain": lambda body: [head(body)],
    "compressed": lambda body: [head(gzip.compress(body, 1), GZIP)],
    "compressed twice": lambda body: [head(gzip.compress(gzip.compress(body, 1)), GZIP)],
    "compressed and cut": lambda body: [head(gzip.compress(body, 1)[:-9], GZIP)],
    "in chunks": lambda body: in_chunks(body, 10_000),
    "in tiny chunks": lambda body: in_chunks(body[:100_000], 1),
    "twice": lambda body: [head(body) * 2],
    "endless": lambda _: without_end(CHUNKED, b"ffff\r\n" + b" " * 65535 + b"\r\n"),
    "interim answers": lambda _: without_end(b"", b"HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\n" * 100),
    "pages without end": lambda body: [head(body, b"Link: <?page=%d>; rel=next" % time.monotonic_ns())],
}


@dataclass
class Liar:
    """A peer with one body, told in one manner."""

    body: bytes
    manner: str
    asked: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            await reader.readuntil(b"\r\n\r\n")  # the head; the body before it is that of the last request
            self.asked += 1
            for piece in MANNERS[self.manner](self.body):
                writer.write(piece)
                await writer.drain()


@contextmanager
def lying(liar: Liar, port: int = 0) -> Iterator[int]:
    """Let a peer answer on a loop of its own, in another thread, at a port or a free one; yields its port."""
    ready: Queue[tuple[int, Callable[[], object]]] = Queue()

    async def serve() -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        async with spoken(liar, port=port) as bound:
            ready.put((bound, lambda: loop.call_soon_threadsafe(ended.set)))
            await ended.wait()

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    bound, end = ready.get(timeout=30)
    try:
        yield bound
    finally:
        end()
        thread.join()


class Known(MockIdentity):
    """An identity that knows one peer, at a port."""

    def __init__(self, port: int) -> None:
        super().__init__(ME)
        self.home = f"http://{NAME}:{port}/dsp"

    def participant(self, id: str) -> Participant:
        return Participant(id=id, name="Peer", address=self.home)


async def consume(net: GuardedClient, port: int) -> CatalogView | str:
    """Fetch one page as the management API does."""
    known = Known(port)
    try:
        return await fetch_catalog(Counterparties(known, HttpPeer(net, known), lambda _, __: None), PEER)
    except PeerFailed as error:
        return error.reason


async def know_nothing() -> dict[str, str]:
    """Return the digests of a source that was never crawled."""
    return {}


async def read_all(net: GuardedClient, port: int) -> Found | str:
    """Crawl all pages as the broker does."""
    known = Known(port)
    source = CrawlSource(participant=PEER, name="Peer", address=known.home)
    bounds = Bounds(pages=20)
    try:
        peer = HttpPeer(net, known)
        return await crawl(peer, source, know_nothing, now=0, bounds=bounds, address_problem=lambda _, __: None)
    except CrawlFailed as error:
        return error.reason


async def fetch_both(liar: Liar) -> tuple[CatalogView | str, Found | str]:
    with lying(liar) as port:
        async with client(keepalive_s=0.1) as net:
            return await consume(net, port), await read_all(net, port)


SMALL_BODIES = dict(bodies(60_000))


@pytest.mark.parametrize("name", SMALL_BODIES)
async def test_every_body_is_read_or_refused_in_a_sentence(name: str) -> None:
    for outcome in await fetch_both(Liar(SMALL_BODIES[name], "compressed")):
        assert not isinstance(outcome, str) or outcome.endswith("."), outcome


@pytest.mark.parametrize("manner", MANNERS)
async def test_every_manner_of_answering_ends(manner: str) -> None:
    page, found = await fetch_both(Liar(catalogue(dataset()), manner))
    if manner in {"plain", "compressed", "in chunks", "in tiny chunks", "twice"}:
        assert isinstance(page, CatalogView)
        assert isinstance(found, Found)
        assert ([item["@id"] for item in page.items], list(found.digests)) == (["urn:d"], ["urn:d"])
    elif manner == "pages without end":
        assert isinstance(page, CatalogView)
        assert found == "The pages of the catalogue form a cycle: the provider returned one page twice."
    else:
        assert isinstance(page, str)
        assert isinstance(found, str)


async def test_a_small_answer_that_would_be_millions_of_values_is_refused_before_they_are_built() -> None:
    body = catalogue(fill(b"[]", CATALOG_BYTES - 1000))
    assert len(gzip.compress(body)) < 20_000
    page, found = await fetch_both(Liar(body, "compressed"))
    assert "too many values" in str(page)
    assert "too many values" in str(found)


async def test_a_dataset_is_read_up_to_its_limit_and_not_beyond() -> None:
    for size, expected in ((DATASET_BYTES - 1000, bytes), (DATASET_BYTES + 1, InDoubt)):
        with lying(Liar(dataset(description="x" * size), "compressed")) as port:
            async with client() as net:
                known = Known(port)
                found = await HttpPeer(net, known).fetch_dataset(PEER, known.home, "urn:d")
        assert isinstance(found, expected), found


class Heart:
    """Notes the processor time that the loop's thread takes from one turn to the next; `longest` in seconds."""

    def __init__(self) -> None:
        self.longest = 0.0

    async def beat(self) -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            self.longest = max(self.longest, now - last)
            last = now


@pytest.mark.nightly
@pytest.mark.parametrize("manner", MANNERS)
async def test_no_answer_stops_the_heart_of_the_loop(manner: str) -> None:
    slow = {}
    for name, body in bodies(CATALOG_BYTES - 100_000):
        heart = Heart()
        with lying(Liar(body, manner)) as port:
            async with client(keepalive_s=0.1) as net:
                beating = asyncio.create_task(heart.beat())
                await asyncio.gather(consume(net, port), read_all(net, port))
                beating.cancel()
        if heart.longest > HEART_S:
            slow[name] = round(heart.longest, 3)
    assert slow == {}
