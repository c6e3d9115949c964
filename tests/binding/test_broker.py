"""The client of the broker's API: a search, and one change notice for many changes."""

import asyncio
import json
from collections.abc import Callable

import pytest

from connector.binding.broker import Announcer, SearchClient
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed, PeerFailed, UseCaseError
from connector.language.catalogue import find_translated_sentence
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.errors import Unreachable
from connector.net.transport import HttpCall
from connector.ports.identity import Intent

BROKER = "urn:participant:broker"


class Answer:
    def __init__(self, status: int, body: bytes) -> None:
        self.status, self.headers, self._left = status, {"Content-Type": "application/json"}, [body]

    async def chunk(self) -> bytes:
        return self._left.pop() if self._left else b""

    def close(self) -> None:
        pass


class Wire:
    """A transport that notes each call and answers with a status, or with nothing."""

    def __init__(self, *statuses: int | None, body: bytes = b'{"total": 0, "hits": []}') -> None:
        self.calls: list[HttpCall] = []
        self.called = asyncio.Event()
        self._statuses = list(statuses)
        self._body = body

    async def send(self, call: HttpCall) -> Answer:
        self.calls.append(call)
        self.called.set()
        status = self._statuses.pop(0) if len(self._statuses) > 1 else self._statuses[0]
        if status is None:
            raise Unreachable("search.example cannot be reached.")
        return Answer(status, self._body)


class Firm:
    async def issue_token(self, audience: str, intent: Intent) -> str:
        assert (audience, intent) == (BROKER, Intent.SEARCH)
        return "Bearer token"


def client(wire: Wire) -> SearchClient:
    return SearchClient(GuardedClient(net_policy(), wire), Firm(), BROKER, "https://search.example/")  # type: ignore[arg-type]


async def test_a_search_is_one_authenticated_get() -> None:
    wire = Wire(200)
    assert json.loads(await client(wire).search({"q": "Bäume", "limit": "5"})) == {"total": 0, "hits": []}
    (call,) = wire.calls
    assert (call.method, call.endpoint.url) == ("GET", "https://search.example:443/v1/search?q=B%C3%A4ume&limit=5")
    assert call.headers["Authorization"] == "Bearer token"


@pytest.mark.parametrize("call", [lambda made: made.search({"q": "x"}), lambda made: made.nudge()])
@pytest.mark.parametrize("status", [500, None])
async def test_a_broker_that_fails_is_a_failed_peer(call: Callable[[SearchClient], object], status: int | None) -> None:
    with pytest.raises(PeerFailed) as caught:
        await call(client(Wire(status)))  # type: ignore[misc]
    assert "broker" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (401, NotAllowed, "not-accepted"),
        (422, NotAllowed, "query"),
        (429, PeerFailed, "broker-busy"),
        (503, PeerFailed, "broker-busy"),
        (502, PeerFailed, "broker-busy"),
    ],
)
async def test_a_broker_that_answers_is_not_called_silent(status: int, kind: type[UseCaseError], code: str) -> None:
    with pytest.raises(kind) as caught:
        await client(Wire(status)).search({"q": "x"})
    told = find_translated_sentence("de", caught.value.reason) or ""
    assert (caught.value.code, told.startswith("Der Broker ")) == (code, True)


async def test_what_the_broker_does_not_understand_is_told() -> None:
    reason = "bbox is 1: expected west,south,east,north in degrees, such as 7,51,7.5,51.6."
    wire = Wire(422, body=json.dumps({"error": {"code": "query", "reason": reason}}).encode())
    with pytest.raises(NotAllowed, match="refused the query: bbox is 1") as caught:
        await client(wire).search({"bbox": "1"})
    assert "West,Süd,Ost,Nord" in (find_translated_sentence("de", caught.value.reason) or "")


async def test_a_filter_with_several_values_is_sent_with_each() -> None:
    wire = Wire(200)
    await client(wire).search({"theme": ["ENVI", "TRAN"]})
    assert wire.calls[0].endpoint.url.endswith("/v1/search?theme=ENVI&theme=TRAN")


async def test_many_changes_are_one_notice_which_is_repeated_until_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connector.binding.broker.GATHER_S", 0.001)
    monkeypatch.setattr("connector.binding.broker.RETRY_S", (0.001,))
    wire = Wire(503, 202)
    announcer = Announcer(client(wire))
    task = asyncio.create_task(announcer.run())
    for _ in range(5):
        announcer.announce()
    while len(wire.calls) < 2:
        wire.called.clear()
        await wire.called.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [call.endpoint.path for call in wire.calls] == ["/v1/nudge", "/v1/nudge"]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(403, NotAllowed), (404, NoSuchEntity), (409, NotAllowed), (422, NotAllowed), (503, PeerFailed)],
)
async def test_a_refusal_of_the_broker_keeps_its_code_and_sentence(status: int, kind: type[UseCaseError]) -> None:
    wire = Wire(status, body=b'{"error": {"code": "limit", "reason": "You have 20 needs\\u202e already."}}')
    with pytest.raises(kind) as refused:
        await client(wire).ask("POST", "needs", body=b"{}")
    if status != 503:
        assert (refused.value.code, refused.value.reason) == ("limit", "You have 20 needs already.")
    assert (wire.calls[0].method, wire.calls[0].body) == ("POST", b"{}")
