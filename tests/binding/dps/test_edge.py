"""The entry of signaling routes: refusals have a sentence, and only a body that is there is read."""

import json

import pytest

from connector.binding.dps.edge import has_body, refuse_path
from connector.net.serving.messages import PeerRequest


@pytest.mark.parametrize(("status", "told"), [(404, 404), (405, 405), (500, 503), (503, 503), (431, 431)])
def test_what_no_route_takes_is_refused_with_a_sentence(status: int, told: int) -> None:
    reply = refuse_path("/any", status)
    assert reply.status == told
    assert set(json.loads(reply.body)) == {"error", "message"}
    assert ("Retry-After" in reply.headers) is (told == 503)


@pytest.mark.parametrize(
    ("method", "headers", "expected"),
    [
        ("POST", {"content-length": "2"}, True),
        ("PUT", {"transfer-encoding": "chunked"}, True),
        ("POST", {"content-length": "0"}, False),
        ("POST", {}, False),
        ("GET", {"content-length": "2"}, False),
    ],
)
def test_only_a_body_that_is_there_is_read(method: str, headers: dict[str, str], expected: bool) -> None:
    assert has_body(PeerRequest(method=method, path="/", headers=headers)) is expected
