"""The body of a request: only JSON, uncompressed, within its size."""

import asyncio
from collections.abc import Mapping

import pytest

from connector.binding.dsp.body import JSON, read_body, read_message
from connector.net.serving.messages import BodyFault, PeerRequest
from connector.protocol.dsp.catalog import CatalogRequestMessage
from connector.protocol.dsp.common import CONTEXT
from connector.protocol.dsp.errors import RemoteProtocolError


def request(body: bytes | BodyFault = b"", headers: Mapping[str, str] | None = None) -> PeerRequest:
    async def read() -> bytes:
        if isinstance(body, BodyFault):
            raise body
        return body

    return PeerRequest(method="POST", path="/", headers={"content-type": JSON, **(headers or {})}, read=read)


@pytest.mark.parametrize("media_type", [JSON, "application/ld+json", "Application/JSON; charset=utf-8"])
async def test_a_body_of_json_is_read(media_type: str) -> None:
    assert await read_body(request(b"{}", headers={"content-type": media_type})) == b"{}"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"content-type": "text/plain"}, 415, "media-type"),
        ({"content-encoding": "gzip"}, 415, "encoding"),
        ({"content-length": "5"}, 413, "too-large"),
        ({"content-length": "9" * 40}, 413, "too-large"),
    ],
)
async def test_what_the_headers_give_away_is_refused_before_a_byte_is_read(
    headers: Mapping[str, str], status: int, code: str
) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        await read_body(request(b"", headers), limit=4)
    assert (caught.value.status, caught.value.code) == (status, code)


async def test_the_limit_counts_what_arrives() -> None:
    assert await read_body(request(b"1234"), limit=4) == b"1234"
    with pytest.raises(RemoteProtocolError) as caught:
        await read_body(request(b"12345"), limit=4)
    assert caught.value.status == 413


@pytest.mark.parametrize(
    ("status", "code"), [(400, "malformed"), (408, "slow"), (413, "too-large"), (431, "malformed"), (503, "busy")]
)
async def test_a_body_that_does_not_arrive_has_a_sentence(status: int, code: str) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        await read_body(request(BodyFault(status)))
    assert (caught.value.status, caught.value.code) == (status, code)
    assert caught.value.reason


@pytest.mark.parametrize("body", [b"[" + b"[]," * 30_000 + b"0]", b'{"a":' * 30_000, b"[" + b"0," * 30_000 + b"0]"])
async def test_a_body_of_too_many_values_is_refused_before_it_is_parsed(body: bytes) -> None:
    with pytest.raises(RemoteProtocolError) as caught:
        await read_body(request(body))
    assert (caught.value.status, caught.value.code) == (413, "too-large")


async def test_a_long_text_is_no_number_of_values() -> None:
    text = b'{"reason": ["' + b"x" * 500_000 + b'"]}'
    assert await read_body(request(text)) == text


async def test_a_large_message_is_parsed_while_the_event_loop_goes_on_and_a_small_one_at_once() -> None:
    for size, at_once in ((10, True), (600_000, False)):
        body = b'{"@context":["%s"],"@type":"CatalogRequestMessage","filter":["%s"]}' % (CONTEXT.encode(), b"x" * size)
        reading = asyncio.create_task(read_message(CatalogRequestMessage, body))
        await asyncio.sleep(0)
        assert reading.done() is at_once
        assert (await reading).body == body
