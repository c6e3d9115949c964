from typing import Any

import pytest

from connector.dataplane.sources.http import HttpSource
from connector.ports.flow import SourceError
from tests.dataplane.world import Side


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
