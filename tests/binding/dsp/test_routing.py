"""The endpoints' paths are found as they stand in the bindings, with their names, and nothing is redirected."""

from typing import Any

import httpx
import pytest

from connector.binding.dsp.listener import make_refusals
from connector.binding.dsp.routing import Route, dispatcher
from connector.net.serving.messages import PeerRequest, Reply
from tests.support.asgi import as_asgi


def _says(word: str) -> Any:
    async def endpoint(request: PeerRequest) -> Reply:
        return Reply(body=f"{word} {request.names}".encode())

    return endpoint


ROUTES = [
    Route("POST", "/dsp/negotiations/request", _says("begin")),
    Route("GET", "/dsp/negotiations/{pid}", _says("show")),
    Route("POST", "/dsp/negotiations/{pid}/request", _says("counter")),
    Route("POST", "/dsp/negotiations/{pid}/agreement", _says("agreement")),
    Route("POST", "/dsp/negotiations/{pid}/agreement/verification", _says("verification")),
    Route("GET", "/dsp/catalog/datasets/{id:path}", _says("dataset")),
]


async def _ask(method: str, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(as_asgi(dispatcher(ROUTES, make_refusals("/dsp"))))
    async with httpx.AsyncClient(transport=transport, base_url="http://here") as client:
        return await client.request(method, path)


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("POST", "/dsp/negotiations/request", "begin {}"),
        ("GET", "/dsp/negotiations/request", "show {'pid': 'request'}"),
        ("GET", "/dsp/negotiations/urn:uuid:1", "show {'pid': 'urn:uuid:1'}"),
        ("POST", "/dsp/negotiations/a%20b/request", "counter {'pid': 'a b'}"),
        ("POST", "/dsp/negotiations/1/agreement", "agreement {'pid': '1'}"),
        ("POST", "/dsp/negotiations/1/agreement/verification", "verification {'pid': '1'}"),
        ("GET", "/dsp/catalog/datasets/https://city.example/a/b", "dataset {'id': 'https://city.example/a/b'}"),
    ],
)
async def test_a_path_leads_to_its_endpoint(method: str, path: str, said: str) -> None:
    assert (await _ask(method, path)).text == said


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/dsp",
        "/dsp/negotiations",
        "/dsp/negotiations/",
        "/dsp/negotiations//request",
        "/dsp/negotiations/1/",
        "/dsp/negotiations/1/agreement/",
        "/dsp/negotiations/1/agreement/verification/more",
        "/dsp/catalog/datasets/",
        "/negotiations/request",
    ],
)
async def test_every_other_path_is_nowhere(path: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        answer = await _ask(method, path)
        assert answer.status_code == 404, (method, path)


async def test_another_method_is_told_which_there_are() -> None:
    answer = await _ask("DELETE", "/dsp/negotiations/request")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")
    assert (await _ask("PUT", "/dsp/negotiations/1/agreement")).headers["allow"] == "POST"


async def test_a_head_is_answered_where_a_get_is() -> None:
    assert (await _ask("HEAD", "/dsp/negotiations/1")).status_code == 200
