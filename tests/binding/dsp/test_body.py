"""The body of a request: only JSON, uncompressed, within its size."""

from collections.abc import Mapping

import pytest
from starlette.requests import Request

from connector.binding.dsp.body import JSON, read_body
from connector.protocol.dsp.errors import RemoteProtocolError


def request(*parts: bytes, headers: Mapping[str, str] | None = None) -> Request:
    messages = [
        {"type": "http.request", "body": part, "more_body": number < len(parts)} for number, part in enumerate(parts, 1)
    ]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    sent = {"content-type": JSON, **(headers or {})}
    raw = [(name.encode(), value.encode()) for name, value in sent.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw}, receive)


@pytest.mark.parametrize("media_type", [JSON, "application/ld+json", "Application/JSON; charset=utf-8"])
async def test_a_body_in_parts_is_read_whole(media_type: str) -> None:
    assert await read_body(request(b"{", b"}", headers={"content-type": media_type})) == b"{}"


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
        await read_body(request(headers=headers), limit=4)
    assert (caught.value.status, caught.value.code) == (status, code)


async def test_the_limit_counts_what_arrives() -> None:
    assert await read_body(request(b"12", b"34"), limit=4) == b"1234"
    with pytest.raises(RemoteProtocolError) as caught:
        await read_body(request(b"12", b"345"), limit=4)
    assert caught.value.status == 413
