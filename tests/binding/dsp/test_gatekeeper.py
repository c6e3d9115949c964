"""The entry of a route: each failure is an answer of the chapter, and the token of a refused request is used up."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import pytest

from connector.binding.dsp.gatekeeper import Gatekeeper, endpoint
from connector.net.serving.messages import Disconnected, PeerRequest, Reply
from connector.net.serving.rates import CallerRates
from connector.ports.changes import Change
from connector.ports.entities import ReplayKey
from connector.ports.identity import AuthenticationUnavailable, Caller, Intent, Unauthenticated
from connector.ports.store_errors import Replayed, Unavailable
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.negotiation import ContractNegotiationError
from connector.store.memory.store import MemoryStore

KEY = ReplayKey(owner="default", issuer="urn:participant:firm", jti="1", expires_at=1)
CALLER = Caller(participant="urn:participant:firm", claims={}, evidence={}, replay_key=KEY)


class Guard:
    """An identity mechanism that lets one caller in, or raises."""

    def __init__(self, outcome: Caller | Exception = CALLER) -> None:
        self.outcome = outcome
        self.intents: list[Intent] = []

    async def authenticate(self, authorization: str | None, intent: Intent, head: object = None) -> Caller:
        self.intents.append(intent)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def answered(
    handle: Callable[[PeerRequest, Caller, bytes], Awaitable[Reply]],
    guard: Guard | None = None,
    *,
    rates: CallerRates | None = None,
    request: PeerRequest = PeerRequest(method="GET", path="/negotiations/x"),  # noqa: B008 - frozen
) -> tuple[Reply, MemoryStore]:
    store = MemoryStore()
    gatekeeper = Gatekeeper(identity=guard or Guard(), store=store, rates=rates)  # type: ignore[arg-type]
    route = endpoint(gatekeeper, ContractNegotiationError, Intent.NEGOTIATION, handle)
    return await route(request), store


async def fine(*_: object) -> Reply:
    return Reply(status=200)


def raising(fault: Exception) -> Callable[..., Awaitable[Reply]]:
    async def handle(*_: object) -> Reply:
        raise fault

    return handle


async def test_the_handler_gets_the_caller_and_the_mechanism_the_intent() -> None:
    guard, callers = Guard(), []

    async def handle(_: PeerRequest, caller: Caller, body: bytes) -> Reply:
        callers.append((caller, body))
        return Reply(status=200)

    answer, _ = await answered(handle, guard)
    assert answer.status == 200
    assert callers == [(CALLER, b"")]
    assert guard.intents == [Intent.NEGOTIATION]


@pytest.mark.parametrize(
    ("outcome", "status", "code"),
    [
        (Unauthenticated("the signature does not verify"), 401, "unauthenticated"),
        (AuthenticationUnavailable("the list has expired"), 503, "busy"),
    ],
)
async def test_a_caller_who_is_not_authenticated_learns_no_reason(outcome: Exception, status: int, code: str) -> None:
    answer, _ = await answered(fine, Guard(outcome))
    body = json.loads(answer.body)
    assert (answer.status, body["code"]) == (status, code)
    assert str(outcome) not in answer.body.decode()
    assert ("Retry-After" in answer.headers) is (status == 503)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (RemoteProtocolError("It is wrong.", code="odd"), 400, "odd"),
        (Replayed("The token was used before."), 401, "unauthenticated"),
        (Unavailable("The disk is full."), 503, "busy"),
        (KeyError("canary-4711"), 503, "internal"),
    ],
)
async def test_each_failure_of_a_handler_has_its_status_and_no_inside(fault: Exception, status: int, code: str) -> None:
    answer, _ = await answered(raising(fault))
    assert (answer.status, json.loads(answer.body)["code"]) == (status, code)
    assert "canary" not in answer.body.decode()
    assert "disk" not in answer.body.decode()


async def test_a_caller_who_hangs_up_is_no_fault() -> None:
    assert (await answered(raising(Disconnected())))[0].status == 400


@pytest.mark.parametrize(("status", "used"), [(404, True), (200, False), (503, False)])
async def test_the_token_of_a_refused_request_is_used_up(status: int, used: bool) -> None:
    async def handle(*_: object) -> Reply:
        return Reply(status=status)

    _, store = await answered(handle)
    again = Gatekeeper(identity=Guard(), store=store)  # type: ignore[arg-type]
    if used:
        with pytest.raises(Replayed):
            await again.use_token(CALLER)
    else:
        await again.use_token(CALLER)


def posting(body: bytes, read: list[bytes]) -> PeerRequest:
    async def give() -> bytes:
        read.append(body)
        return body

    headers = {"content-type": "application/json"}
    return PeerRequest(method="POST", path="/negotiations/x", headers=headers, address="192.0.2.1", read=give)


async def test_a_body_is_not_read_before_its_sender_is_known() -> None:
    read: list[bytes] = []
    answer, _ = await answered(fine, Guard(Unauthenticated("no")), request=posting(b"{}", read))
    assert (answer.status, answer.headers["WWW-Authenticate"], read) == (401, "Bearer", [])
    assert (await answered(fine, request=posting(b"{}", read)))[0].status == 200
    assert read == [b"{}"]


async def test_a_refusal_names_the_pids_of_the_message() -> None:
    body = b'{"consumerPid": "urn:c", "providerPid": "urn:p"}'
    for fault in (RemoteProtocolError("It is wrong."), Unavailable("full"), KeyError("inside")):
        told = json.loads((await answered(raising(fault), request=posting(body, [])))[0].body)
        assert (told["consumerPid"], told["providerPid"]) == ("urn:c", "urn:p")


async def test_an_address_that_proves_nothing_is_put_off_before_it_is_looked_at() -> None:
    rates = CallerRates(failures_per_s=1, per_peer_s=100, now_ms=lambda: 0)
    guard, request = Guard(Unauthenticated("no")), posting(b"{}", [])
    statuses = [(await answered(fine, guard, rates=rates, request=request))[0].status for _ in range(5)]
    assert statuses == [401, 401, 503, 503, 503]
    assert len(guard.intents) == 2
    answer = (await answered(fine, rates=rates, request=request))[0]
    assert (answer.status, answer.headers["Retry-After"], json.loads(answer.body)["code"]) == (503, "2", "busy")


async def test_a_proof_that_holds_costs_its_address_nothing_and_a_peer_has_its_own_rate() -> None:
    rates = CallerRates(failures_per_s=1, per_peer_s=5, now_ms=lambda: 0)
    made = [(await answered(fine, rates=rates, request=posting(b"{}", [])))[0] for _ in range(12)]
    assert [answer.status for answer in made] == [200] * 10 + [503] * 2
    assert made[-1].headers["Retry-After"] == "1"


class Slow(MemoryStore):
    """A store whose disk is slow: a commit ends when `written` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.written = asyncio.Event()
        self.begun = False

    async def commit(self, group: Sequence[Change]) -> None:
        self.begun = True
        await self.written.wait()
        await super().commit(group)


async def test_an_answer_is_made_while_the_token_is_recorded_and_leaves_afterwards() -> None:
    store = Slow()
    gatekeeper = Gatekeeper(identity=Guard(), store=store)  # type: ignore[arg-type]
    made = asyncio.Event()

    async def answer() -> None:
        async with gatekeeper.using_token(CALLER):
            assert store.begun
            made.set()

    answering = asyncio.create_task(answer())
    await made.wait()
    await asyncio.sleep(0)
    assert not answering.done()
    store.written.set()
    await answering
    with pytest.raises(Replayed):
        await answer()


async def test_an_answer_that_cannot_be_made_uses_its_token_up_too() -> None:
    store = MemoryStore()
    gatekeeper = Gatekeeper(identity=Guard(), store=store)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        async with gatekeeper.using_token(CALLER):
            raise Unavailable("the disk is full")
    with pytest.raises(Replayed):
        await gatekeeper.use_token(CALLER)
