"""What is sent to the Credential Service and the Issuer Service: size, depth and encoding are bounded at each door."""

import gzip
import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from connector.binding.dcp import credential_service, issuer_service
from connector.binding.dsp.listener import make_refusals
from connector.binding.dsp.routing import Route, dispatcher
from connector.net.serving.messages import PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.ports.changes import Change
from connector.protocol.dcp.issuance import MAX_MESSAGE
from connector.protocol.dcp.presentations import MAX_QUERY
from connector.protocol.dcp.requests import MAX_REQUEST
from connector.store.memory.store import MemoryStore
from tests.binding.dcp.test_credential_service import MESSAGE, OFFER, QUERY, opened
from tests.binding.dcp.test_issuer_service import REQUEST
from tests.identity.dcp.places import CITY
from tests.support.holding import hold
from tests.support.issuing import found_issuer

RATES = CallerRates(failures_per_s=100, per_peer_s=100, now_ms=lambda: 0)


class At(NamedTuple):
    """A door: its path, the limit of its bodies in bytes, and a message that it takes."""

    path: str
    limit: int
    message: dict[str, Any]


DOORS = {
    "query": At("/dcp/presentations/query", MAX_QUERY, json.loads(QUERY)),
    "credentials": At("/dcp/credentials", MAX_MESSAGE, MESSAGE),
    "offers": At("/dcp/offers", MAX_MESSAGE, OFFER),
    "requests": At("/issuer/credentials", MAX_REQUEST, REQUEST),
}
JSON = {"content-type": "application/json"}
DEEP = ("[" * 4_900 + "]" * 4_900, '{"a":' * 2_400 + "1" + "}" * 2_400, '{"scope":' + "[" * 100 + "]" * 100 + "}")
UNREADABLE = (
    b"",
    b"[]",
    b"null",
    b"7",
    b'"text"',
    b"{",
    b"\xff\xfe{}",
    b'{"a":NaN}',
    b'{"a":1e999}',
    b'{"a":"\\ud800"}',
)


class Sender:
    """Whom the door knows; each request has a token of its own. `read` counts bodies, `stored` what was stored."""

    def __init__(self, at: At, routes: Sequence[Route], token: Callable[[str], str], store: MemoryStore) -> None:
        self.at, self.token, self.store = at, token, store
        self.serve = dispatcher(routes, make_refusals("/dsp"))
        self.read, self.stored = 0, list[Change]()
        commit = store.commit

        async def noted(group: Sequence[Change]) -> None:
            self.stored += group
            await commit(group)

        store.commit = noted  # type: ignore[method-assign]  # what it stores is counted

    async def post(self, body: bytes, **headers: str) -> Reply:
        async def read() -> bytes:
            self.read += 1
            return body

        given = {"authorization": self.token(f"token-{len(self.stored)}"), **JSON}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.serve.answer(PeerRequest(method="POST", path=self.at.path, headers=given, read=read))

    async def refused(self, status: int, body: bytes, **headers: str) -> str:
        """Hold that a body is refused in the form of this protocol, and only the number of its token is stored.

        Returns the reason.
        """
        before = len(self.stored)
        answer = await self.post(body, **headers)
        told = json.loads(answer.body)
        assert (answer.status, set(told)) == (status, {"code", "reason"}), body[:80]
        assert [type(each).__name__ for each in self.stored[before:]] == ["UseReplayKey"]
        return str(told["reason"])


@pytest.fixture(params=DOORS)
async def sender(request: pytest.FixtureRequest) -> Sender:
    at = DOORS[request.param]
    if at.path.startswith("/issuer"):
        city = await found_issuer()
        routes = issuer_service.routes(city.service, RATES)
        return Sender(at, routes, lambda jti: city.token(jti=jti), city.service.context.store)
    firm = await hold()
    routes = credential_service.routes(firm.service, RATES)
    issuer = at.path != DOORS["query"].path
    token = (lambda jti: firm.token(CITY, jti=jti)) if issuer else (lambda jti: opened(firm, jti))
    return Sender(at, routes, token, firm.service.context.store)


async def test_every_door_that_takes_a_body_is_tried() -> None:
    firm, city = await hold(), await found_issuer()
    routes = [*credential_service.routes(firm.service, RATES), *issuer_service.routes(city.service, RATES)]
    assert {at.path for at in DOORS.values()} == {each.path for each in routes if each.method == "POST"}


async def test_a_body_that_is_announced_as_too_large_is_not_read(sender: Sender) -> None:
    for announced in (str(sender.at.limit + 1), "9" * 40):
        await sender.refused(413, b"{}", content_length=announced)
    assert sender.read == 0


async def test_a_body_that_turns_out_too_large_is_refused(sender: Sender) -> None:
    await sender.refused(413, b" " * (sender.at.limit + 1))
    await sender.refused(413, b"[" + b"[]," * 5_001 + b"0]")


@pytest.mark.parametrize("nest", DEEP, ids=["lists", "objects", "one level too many"])
async def test_a_body_that_is_nested_too_deeply_is_refused(sender: Sender, nest: str) -> None:
    assert "nested too deeply" in await sender.refused(400, nest.encode())


async def test_a_body_that_is_no_strict_json_in_utf8_is_refused(sender: Sender) -> None:
    for body in UNREADABLE:
        await sender.refused(400, body)
    text = json.dumps(sender.at.message)
    await sender.refused(400, text.replace("{", '{"type":"First",', 1).encode())
    await sender.refused(400, text.encode("utf-16"))


async def test_a_compressed_body_and_another_media_type_are_refused_unread(sender: Sender) -> None:
    body = json.dumps(sender.at.message).encode()
    for encoding in ("gzip", "deflate", "br", "identity, gzip", "unknown"):
        await sender.refused(415, gzip.compress(body), content_encoding=encoding)
    for media_type in ("text/plain", "multipart/form-data", "json", ""):
        await sender.refused(415, body, content_type=media_type)
    assert sender.read == 0
    # Without the header it is no JSON.
    await sender.refused(400, gzip.compress(body))


async def test_nothing_of_a_body_is_read_before_its_sender_is_known(sender: Sender) -> None:
    answer = await sender.post(json.dumps(sender.at.message).encode(), authorization="Bearer e30.e30.AAAA")
    assert (answer.status, sender.read, sender.stored) == (401, 0, [])
