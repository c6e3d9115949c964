"""Requests to portals: the rate of a host, and one sentence for each way to have no answer."""

import gzip

import pytest

from connector.broker.crawl import CrawlFailed
from connector.broker.harvesting.portal import BURST, PortalClient, find_media_type
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient, Response
from tests.broker.portals import HOME, FakePortal, make_client, say_turtle


async def fetch(portal: FakePortal, path: str = "/x") -> Response:
    return await make_client(portal).fetch(HOME + path, accept="text/turtle")


async def test_each_host_is_asked_at_a_bounded_rate() -> None:
    portal = FakePortal()
    portal.pages["/x"] = say_turtle("")
    waited: list[float] = []
    at = 0

    async def wait(seconds: float) -> None:
        nonlocal at
        waited.append(seconds)
        at += int(seconds * 1000) + 1

    client = PortalClient(GuardedClient(net_policy(), portal), now=lambda: at, sleep=wait)
    for _ in range(BURST + 5):
        await client.fetch(f"{HOME}/x", accept="text/turtle")
    assert len(portal.asked) == BURST + 5
    assert 0.9 < sum(waited) <= 1.1


@pytest.mark.parametrize(
    ("answer", "reason", "wait"),
    [
        ((503, {"Retry-After": "60"}, b""), "status 503", 60_000),
        ((429, {"Retry-After": "999999999"}, b""), "status 429", None),
        ((429, {"Retry-After": "99999999"}, b""), "status 429", 3_600_000),
        ((404, {"Retry-After": "60"}, b""), "status 404", None),
        ((304, {}, b""), "status 304", None),
        ((301, {"Location": "https://other.example/c"}, b""), "It leads to https://other.example/c: enter that", None),
        ((308, {"Location": "/catalog/"}, b""), "It leads to https://portal.example/catalog/: enter that", None),
        ((302, {"Location": "//[a\n"}, b""), r"never followed\.$", None),
        ((303, {}, b""), r"never followed\.$", None),
        ((200, {"Content-Length": str(10**9)}, b""), "more than the 67108864 bytes", None),
        ((200, {"Content-Encoding": "gzip"}, gzip.compress(bytes(70 * 1024 * 1024))), "more than 67108864 bytes", None),
        ((200, {"Content-Encoding": "br"}, b"x"), "an encoding that was not asked for", None),
    ],
)
async def test_what_is_no_answer_is_one_sentence(
    answer: tuple[int, dict[str, str], bytes], reason: str, wait: int | None
) -> None:
    portal = FakePortal()
    portal.pages["/x"] = answer
    with pytest.raises(CrawlFailed, match=reason) as failed:
        await fetch(portal)
    assert failed.value.retry_after == wait


async def test_addresses_that_peers_must_not_name_are_not_asked() -> None:
    portal = FakePortal()
    for url in ("http://portal.example/x", "https://127.0.0.1/x", "file:///etc/passwd"):
        with pytest.raises(CrawlFailed, match="The portal was not asked"):
            await make_client(portal).fetch(url, accept="text/turtle")
    assert portal.asked == []


def test_the_media_type_has_no_parameters() -> None:
    assert find_media_type(Response(200, {"Content-Type": "Text/Turtle; charset=utf-8"}, b"")) == "text/turtle"
    assert find_media_type(Response(200, {}, b"")) == "application/octet-stream"
