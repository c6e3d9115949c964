from typing import Any

import pytest
from aiohttp import web

from connector.dataplane.sources.http import HttpSource
from connector.ports.flow import SourceError
from tests.dataplane.world import Side, serving


@pytest.mark.parametrize(
    "address",
    [
        {},
        {"url": "file:///etc/passwd"},
        {"url": "https://city.example/\n"},
        {"url": "https://city.example/", "headers": ["X-Api-Key"]},
        {"url": "https://city.example/", "headers": {"X-Api-Key": "a\r\nb"}},
        {"url": "https://city.example/", "headers": {"range": "bytes=0-1"}},
    ],
)
async def test_an_address_that_cannot_be_sent_is_refused_without_its_values(
    consumer: Side, address: dict[str, Any]
) -> None:
    with pytest.raises(SourceError) as caught:
        HttpSource(consumer.client).check(address)
    assert "passwd" not in str(caught.value)


async def test_a_url_has_no_members(consumer: Side) -> None:
    with pytest.raises(SourceError, match="no members"):
        async with HttpSource(consumer.client).open({"url": "https://city.example/"}, part="a"):
            pytest.fail("opened")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/export/air.csv?key=secret", "air.csv"),
        ("/export/Stra%C3%9Fen%20heute.geojson", "Straßen heute.geojson"),
        ("/export/", None),
        ("/v1.2", None),
        ("/query?file=air.csv", None),
    ],
)
async def test_the_data_is_named_like_the_file_in_the_path(consumer: Side, path: str, name: str | None) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(body=b"data")

    async with serving(answer) as url, HttpSource(consumer.client).open({"url": url + path}) as content:
        assert content.name == name
