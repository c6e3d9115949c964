"""Data planes over the client."""

from collections.abc import Iterator

import httpx
import msgspec
import pytest

from connector.client import Connector
from tests.support.planes import PLANE


@pytest.fixture
def sent() -> list[httpx.Request]:
    return []


@pytest.fixture
def connector(sent: list[httpx.Request]) -> Iterator[Connector]:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        body = (PLANE,) if request.method == "GET" else PLANE
        return httpx.Response(200, content=msgspec.json.encode(body))

    with Connector("http://connector", "chief", transport=httpx.MockTransport(answer)) as made:
        yield made


def test_each_call_is_one_request(connector: Connector, sent: list[httpx.Request]) -> None:
    assert connector.dataplanes.list() == (PLANE,)
    assert connector.dataplanes.add("https://plane.example", "key", labels=["gold"]) == PLANE
    assert connector.dataplanes.drain(PLANE.id, drain=False) == PLANE
    assert connector.dataplanes.remove(PLANE.id, force=True) == PLANE
    assert [request.method for request in sent] == ["GET", "POST", "POST", "DELETE"]
    assert [request.url.raw_path.decode().rpartition("/v1")[2].replace("%3A", ":") for request in sent[1:]] == [
        "/dataplanes", "/dataplanes/urn:plane:1/drain", "/dataplanes/urn:plane:1?force=true",
    ]  # fmt: skip
    assert msgspec.json.decode(sent[1].content) == {
        "endpoint": "https://plane.example",
        "key": "key",
        "labels": ["gold"],
    }
    assert msgspec.json.decode(sent[2].content) == {"drain": False}
