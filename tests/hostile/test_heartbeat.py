"""Whatever callers send, the connector goes on: no step of its event loop takes long, and `/health` is answered.

What is measured is the processor time of each step of the loop, not the time that passes, so a busy machine changes
nothing.
"""

import asyncio
import contextlib
import gc
import itertools
import json
import time
import uuid
from abc import ABC, abstractmethod
from asyncio.events import Handle
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from msgspec.structs import replace

from connector.api.chapters import policies as chapter
from connector.app.connector import ConnectorServer, build
from connector.binding.dsp.client import HttpPeer
from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases import negotiation
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.offering import assets
from connector.identity.keys import SigningKey, generate
from connector.identity.tokens import issue
from connector.protocol.dsp.common import CONTEXT
from connector.views.assets import AssetOrder
from connector.views.policies import CompareOrder, ExplainOrder, LintOrder, TrialOrder
from tests.app.conftest import listening
from tests.hostile.memory import resident
from tests.hostile.test_answers import Known, Liar, dataset, lying
from tests.identity.dcp.test_partners import PARTNER, Other
from tests.identity.lists import CITY, CITY_KEY, Board, document, identity, member, signed
from tests.interop.ours import PEER
from tests.net.servers import client
from tests.pair.space import Space, host, participant

LONGEST_S = 0.05
BASE = "/dsp/2025-1"
MIB = 1024 * 1024
LISTENERS = ("protocol", "data", "management")


class Steps:
    """The longest step of the event loop, and what it was."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.what = ""

    def note(self, seconds: float, handle: Handle) -> None:
        if seconds > self.longest_s:
            self.longest_s, self.what = seconds, repr(handle)[:300]


@contextlib.contextmanager
def watched() -> Iterator[Steps]:
    """Measure every step of the loop but those of the test itself."""
    steps, run, own = Steps(), Handle._run, asyncio.current_task()

    def measured(handle: Handle) -> None:
        task = getattr(handle._callback, "__self__", None)
        began = time.thread_time()
        run(handle)
        if task is not own:
            steps.note(time.thread_time() - began, handle)

    # What earlier tests of this process left behind is not collected in a step of this one.
    gc.collect()
    gc.freeze()
    Handle._run = measured  # type: ignore[method-assign]  # only here
    try:
        yield steps
    finally:
        gc.unfreeze()
        Handle._run = run  # type: ignore[method-assign]  # as it was


@dataclass(frozen=True)
class Member:
    """A member who means harm: its identifier, its key, and where it says that it is."""

    id: str
    key: SigningKey
    callback: str


class Target(ABC):
    """A whole connector at its addresses, what it offers, and a member who means harm."""

    def __init__(self, addresses: Mapping[str, str], id: str, offer: tuple[str, str], member: Member) -> None:
        self.addresses = addresses
        self.id = id
        self.offer, self.dataset = offer
        self.member = member
        self._serial = itertools.count()

    def token(self) -> str:
        jti, now = f"hostile-{uuid.uuid4()}", int(time.time())
        made = issue(self.member.key, issuer=self.member.id, audience=self.id, jti=jti, now_s=now)
        return f"Authorization: Bearer {made}\r\n"

    async def connect(self, listener: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        at = urlsplit(self.addresses[listener])
        return await asyncio.open_connection(at.hostname, at.port)

    async def say(self, listener: str, *parts: bytes) -> bytes:
        """Send parts until the connector has had enough; return the beginning of what it says."""
        reader, writer = await self.connect(listener)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            async with asyncio.timeout(20):
                return await reader.read(1000)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def post(self, path: str, body: bytes, *, token: str | None = None) -> bytes:
        shown = self.token() if token is None else token
        head = f"POST {BASE}{path} HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n{shown}"
        return await self.say("protocol", f"{head}Content-Length: {len(body)}\r\n\r\n".encode(), body)

    def request(self, **policy: Any) -> bytes:
        """Return a contract request with a policy."""
        offer = {"@type": "Offer", "@id": self.offer, "target": self.dataset, "assigner": self.id}
        return json.dumps(
            {
                "@context": [CONTEXT],
                "@type": "ContractRequestMessage",
                "consumerPid": f"urn:uuid:consumer-{next(self._serial)}",
                "offer": {**offer, "permission": [{"action": "use"}], **policy},
                "callbackAddress": self.member.callback,
            }
        ).encode()

    @abstractmethod
    async def is_decided(self, pid: str) -> bool:
        """Whether a negotiation was answered, ended or held for a person."""

    async def healthy(self) -> bool:
        return b" 200 OK" in await self.say("management", b"GET /health HTTP/1.1\r\nHost: city\r\n\r\n")


class Inside(Target):
    """A connector in this process."""

    def __init__(self, space: Space, city: ConnectorServer, offer: str) -> None:
        member = Member(participant("firm"), space.keys["firm"], f"{host('firm')}{BASE}")
        super().__init__(city.listeners.addresses, participant("city"), (offer, "urn:dataset:counts"), member)
        self.store = city.context.store
        self.evaluator = city.enforcer.evaluator

    async def is_decided(self, pid: str) -> bool:
        negotiation = await self.store.negotiation("default", pid)
        held = await self.store.holds_of("default", [pid])
        return bool(held) or negotiation is None or negotiation.state != "REQUESTED" or negotiation.pending is not None


@pytest.fixture
async def target(tmp_path: Path) -> AsyncIterator[Inside]:
    space = Space(tmp_path)
    space.found("city", "firm")
    chosen = listening(space, "city")
    limits = replace(chosen.limits, connections=64, held_bytes=8 * MIB)
    city = await build(replace(chosen, limits=limits), transport=space.wire)
    tmp_path.joinpath("city", "offered", "counts.csv").write_bytes(b"street;cars\n")
    source = {"kind": "file", "path": "counts.csv"}
    policy = {"permission": [{"action": "use"}]}
    draft = AssetOrder(title={"de": "Zählung"}, source=source, id="urn:dataset:counts", policy=policy)
    asset = await assets.publish(city.publisher, (await assets.add(city.publisher, draft)).id, release=True)
    await city.start()
    made = Inside(space, city, asset.offer_id)
    try:
        yield made
    finally:
        await city.stop()


def constrain(count: int) -> list[dict[str, Any]]:
    plain = {"leftOperand": "dk:securityLevel", "operator": "gteq"}
    return [{**plain, "rightOperand": str(number)} for number in range(count)]


async def endless_urls(target: Target) -> None:
    for listener in LISTENERS:
        await target.say(listener, b"GET /", *([b"a" * 65536] * 128))


async def floods_of_fields(target: Target) -> None:
    for listener in LISTENERS:
        await target.say(listener, b"GET / HTTP/1.1\r\nHost: a\r\n", *([b"X: y\r\n" * 10_000] * 64))
        await target.say(listener, b"GET / HTTP/1.1\r\nHost: a\r\nX: ", *([b"y" * 65536] * 128))


async def many_requests_at_once(target: Target) -> None:
    for listener in LISTENERS:
        await target.say(listener, *([b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n" * 2000] * 20))


async def bodies_of_strangers(target: Target) -> None:
    body = b"x" * MIB
    said = await asyncio.gather(*(target.post("/negotiations/request", body, token="") for _ in range(40)))
    assert all(b" 401 " in answer for answer in said if answer)


async def bodies_that_are_held(target: Target) -> None:
    held = [await target.connect("protocol") for _ in range(40)]
    head = f"POST {BASE}/negotiations/request HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n"
    for _, writer in held:
        writer.write(f"{head}{target.token()}Content-Length: {MIB}\r\n\r\n".encode() + b"[" * (MIB - 10))
        await writer.drain()
    assert await target.healthy()
    for _, writer in held:
        writer.close()


async def deep_and_wide_messages(target: Target) -> None:
    for body in (b"[" * MIB, b'{"a":' * 200_000, b"[" + b"[]," * 349_000 + b"0]", b"[" + b"0," * 500_000 + b"0]"):
        assert b" 413 " in await target.post("/negotiations/request", body)
    for body in (b"[" * 4_900, b'{"a":' * 4_000, b"[" + b"[]," * 2_400 + b"0]", b'{"a":"' + b"x" * (MIB - 100) + b'"}'):
        assert b" 400 " in await target.post("/negotiations/request", body)


async def chunks_without_end(target: Target) -> None:
    head = f"POST {BASE}/catalog/request HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n{target.token()}"
    for chunk in (b"1\r\n[\r\n", b"1;" + b"e" * 4000 + b"\r\n[\r\n"):
        start = f"{head}Transfer-Encoding: chunked\r\n\r\n".encode()
        await target.say("protocol", start, *([chunk * (65536 // len(chunk))] * 64))


def large_policies() -> list[dict[str, Any]]:
    alternatives = [
        {"and": [{**one, "operator": "gteq"}, {**other, "operator": "lt"}]}
        for one, other in itertools.pairwise(constrain(380))
    ]
    excluded = {"leftOperand": "dk:role", "operator": "isNoneOf", "rightOperand": [f"urn:x{n}" for n in range(4_000)]}
    constraints = (constrain(1_150), [{"or": alternatives}], [{"xone": constrain(1_100)}], [excluded])
    policies: list[dict[str, Any]] = [{"permission": [{"action": "use", "constraint": each}]} for each in constraints]
    policies += [
        {"permission": [{"action": "use", "constraint": constrain(1)} for _ in range(580)]},
        {"prohibition": [{"action": "sell", "constraint": constrain(1_150)}]},
        {"obligation": [{"action": "delete"} for _ in range(2_200)]},
    ]
    return policies


async def policies_that_take_long(target: Target) -> None:
    for policy in large_policies():
        said = await target.post("/negotiations/request", target.request(**policy))
        assert b" 201 " in said
        # What was taken is decided by the worker, on the same loop.
        pid = json.loads(said.partition(b"\r\n\r\n")[2])["providerPid"]
        async with asyncio.timeout(30):
            while not await target.is_decided(pid):  # noqa: ASYNC110 - a decision has no event
                await asyncio.sleep(0.01)


async def answers_that_nobody_reads(target: Target) -> None:
    held = [await target.connect("protocol") for _ in range(20)]
    for _, writer in held:
        writer.write(b"GET /.well-known/dspace-version HTTP/1.1\r\nHost: city\r\n\r\n" * 2000)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
    assert await target.healthy()
    for _, writer in held:
        writer.close()


async def many_connections(target: Target) -> None:
    for listener in ("protocol", "data"):
        held = [await target.connect(listener) for _ in range(200)]
        assert await target.healthy()
        for _, writer in held:
            writer.close()


HOSTILE: tuple[Callable[[Target], Awaitable[None]], ...] = (
    endless_urls,
    floods_of_fields,
    many_requests_at_once,
    bodies_of_strangers,
    bodies_that_are_held,
    deep_and_wide_messages,
    chunks_without_end,
    policies_that_take_long,
    answers_that_nobody_reads,
    many_connections,
)


@pytest.mark.parametrize("harm", HOSTILE)
async def test_no_step_takes_long_under_fire(target: Target, harm: Callable[[Target], Awaitable[None]]) -> None:
    with watched() as steps:
        await harm(target)
        assert await target.healthy()
    assert steps.longest_s <= LONGEST_S, steps.what


async def test_no_step_takes_long_when_staff_ask_about_large_policies(target: Inside) -> None:
    with watched() as steps:
        for policy in large_policies()[:2]:
            asked = (
                chapter.lint_policy(target.evaluator.context, target.evaluator, LintOrder(policy=policy)),
                chapter.explain_policies(target.evaluator, ExplainOrder(policies=(policy,))),
                chapter.compare_policies(target.evaluator, CompareOrder(old=policy, new=policy)),
                chapter.decide_policy(target.evaluator, TrialOrder(policy=policy)),
            )
            await asyncio.gather(*map(asyncio.create_task, asked))
    assert steps.longest_s <= LONGEST_S, steps.what


async def test_no_step_takes_long_when_a_dataset_has_many_large_offers(target: Inside) -> None:
    unknown = {"leftOperand": "urn:unknown", "operator": "eq", "rightOperand": "1"}
    large = [*constrain(110), unknown]
    policies: list[list[dict[str, Any]]] = [large, [{"xone": large}], [{"xone": constrain(110)}]]
    offers = [
        {"@type": "Offer", "@id": f"urn:o:{kind}:{number}", "permission": [{"action": "use", "constraint": constraint}]}
        for kind, constraint in enumerate(policies)
        for number in range(19)
    ]
    for named, chosen in ((offers[:19], False), (offers[19:38], False), ([*offers[:9], *offers[38:48]], True)):
        liar = Liar(dataset(hasPolicy=named), "compressed")
        with lying(liar) as port, watched() as steps:
            async with client() as net:
                known = Known(port)
                others = Counterparties(known, HttpPeer(net, known), lambda _, __: None)
                # As an endpoint of the management API does it: in a task.
                asking = asyncio.create_task(negotiation.request(target.evaluator, others, PEER, "urn:d"))
                if chosen:
                    assert (await asking).offer_id == "urn:o:2:0"
                else:
                    with pytest.raises(Invalid, match="urn:unknown"):
                        await asking
        assert liar.asked
        assert steps.longest_s <= LONGEST_S, steps.what


async def test_no_step_takes_long_when_a_list_with_very_many_members_is_read() -> None:
    keys = [generate() for _ in range(3_000)]
    members = [member(f"did:web:m{number}.example", key) for number, key in enumerate(keys)]
    other, board = Other(), Board()
    of_partner, own = other.lists(), await identity(board, CITY, CITY_KEY)
    for version, write in ((2, msgspec.json.encode), (3, lambda listed: b" " + msgspec.json.encode(listed))):
        other.content = board.content = signed(write(document(version, members)))
        with watched() as steps:
            assert await asyncio.create_task(of_partner.refresh([PARTNER]))
            assert await asyncio.create_task(own.refresh())
        assert steps.longest_s <= LONGEST_S, steps.what
    other.content = board.content = signed(document(4, [*members, member(CITY, CITY_KEY)]))
    with watched() as steps:
        assert await asyncio.create_task(own.look_again(own.roster))
    assert steps.longest_s <= LONGEST_S, steps.what


async def test_heads_without_end_and_bodies_that_are_held_take_little_memory(target: Target) -> None:
    await floods_of_fields(target)
    before = resident()
    for _ in range(3):
        await floods_of_fields(target)
        await endless_urls(target)
    assert resident() - before <= 8 * MIB
    held = [await target.connect("protocol") for _ in range(60)]
    head = f"POST {BASE}/negotiations/request HTTP/1.1\r\nHost: city\r\nContent-Type: application/json\r\n"
    for _, writer in held:
        writer.write(f"{head}{target.token()}Content-Length: {MIB}\r\n\r\n".encode())
        # Who is refused for want of room may be closed before it has sent everything.
        with contextlib.suppress(ConnectionError):
            for _ in range(15):
                writer.write(b" " * 65536)
                await writer.drain()
    # The budget of large bodies, and the small beginning of each: not 60 MiB.
    assert resident() - before <= (8 + 4 + 16) * MIB
    for _, writer in held:
        writer.close()
