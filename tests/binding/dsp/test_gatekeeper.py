"""The entry of a route: each failure is an answer of the chapter, and the token of a refused request is used up."""

import json
from collections.abc import Awaitable, Callable

import pytest

from connector.binding.dsp.gatekeeper import Gatekeeper, endpoint
from connector.net.serving.messages import Disconnected, PeerRequest, Reply
from connector.ports.changes import Replayed, Unavailable
from connector.ports.entities import ReplayKey
from connector.ports.identity import AuthenticationUnavailable, Caller, Intent, Unauthenticated
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

    async def authenticate(self, authorization: str | None, intent: Intent) -> Caller:
        self.intents.append(intent)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


async def answered(
    handle: Callable[[PeerRequest, Caller, bytes], Awaitable[Reply]], guard: Guard | None = None
) -> tuple[Reply, MemoryStore]:
    store = MemoryStore()
    gatekeeper = Gatekeeper(identity=guard or Guard(), store=store)  # type: ignore[arg-type]
    route = endpoint(gatekeeper, ContractNegotiationError, Intent.NEGOTIATION, handle)
    return await route(PeerRequest(method="GET", path="/negotiations/x")), store


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
        (Replayed("The token was used before."), 401, "replayed"),
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
