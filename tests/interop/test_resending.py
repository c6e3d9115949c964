"""No peer can make us send more than the schedule allows, whatever it answers and does behind its answers.

The peer here is the deployed connector, with answers that lie: it may do what a message asks and deny it, do nothing
and confirm it, and name any pid and any state. Each attempt at one message comes later than the one before.
"""

import asyncio
import itertools
import json
import random
from collections import Counter, defaultdict
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from connector.controlplane.core.errors import NoSuchEntity, PeerFailed
from connector.controlplane.usecases import negotiation, transfer
from tests.interop.deployed import CTX, HTML, Deployed
from tests.interop.ours import DATASET, PEER, Ours, play
from tests.support.transport import InProcess

# The shortest pauses between attempts at one message, in seconds: a conflict passes soon, all else waits longer.
FIRST_S, MOST_S = 0.25, 2.0
# While a peer answers 409, one message is tried for three minutes; then it counts as refused.
MOST_SENDS = 110
# A peer that was busy once is looked at after this time, and gets what it has lost again, so many times.
LOOK_S, MOST_LOOKS = 5.0, 3

STATES = ["REQUESTED", "OFFERED", "ACCEPTED", "AGREED", "VERIFIED", "FINALIZED", "TERMINATED", "STARTED", "SUSPENDED"]
STATUSES = [400, 401, 404, 409, 409, 429, 500, 502, 503]
# What the peer does with a request, and what it answers.
KINDS = ["honest", "lost", "denied", "same pid", "wrong pid", "wrong state", "garbage", "empty", "wait"]


class Liar(Deployed):
    """The deployed connector, lying by a seed: `kinds` are the lies that it chooses from."""

    def __init__(self, wire: InProcess, seed: int, kinds: list[str]) -> None:
        super().__init__(wire)
        self.chance = random.Random(seed)
        self.kinds = kinds
        self.broken = ""
        self.times: dict[tuple[str, bytes], list[float]] = defaultdict(list)
        self.asked: Counter[str] = Counter()
        self.told: dict[str, list[float]] = defaultdict(list)

    async def _take(self, request: Request) -> Response:
        path, body, now = request.path_params["path"], await request.body(), asyncio.get_running_loop().time()
        if path.startswith("catalog"):
            return await super()._take(request)
        kind = self.chance.choice(self.kinds)
        if request.method == "GET":
            self.asked[path] += 1
            return self._contradict(path) if kind != "honest" else await super()._take(request)
        self.times[path, body].append(now)
        if self.broken and path.startswith(self.broken):
            return Response(HTML, 500)
        if kind in {"honest", "lost"}:
            answer = await super()._take(request)
            return answer if kind == "honest" else self._deny()
        return self._lie(kind, path, json.loads(body))

    def _contradict(self, path: str) -> Response:
        pid = path.rpartition("/")[2]
        if self.chance.random() < 0.3:
            return self._deny()
        document = {"providerPid": pid, "consumerPid": pid, "state": self.chance.choice(STATES), "@context": CTX}
        kind = "TransferProcess" if path.startswith("transfers") else "ContractNegotiation"
        return self._json({"@type": kind, **document})

    def _deny(self) -> Response:
        status = self.chance.choice(STATUSES)
        answer = self._error(status, "no") if self.chance.random() < 0.5 else Response(HTML, status)
        if status == 503 and self.chance.random() < 0.5:
            answer.headers["Retry-After"] = self.chance.choice(["0", "1", "x", "99999999"])
        return answer

    def _lie(self, kind: str, path: str, message: dict[str, Any]) -> Response:
        kind_of = "TransferProcess" if path.startswith("transfers") else "ContractNegotiation"
        state = self.chance.choice(STATES) if kind == "wrong state" else "REQUESTED"
        pids = {"providerPid": "p-same", "consumerPid": message.get("consumerPid", "")}
        match kind:
            case "garbage":
                return Response(self.chance.choice([HTML, b"{", b"[]" * 50, b"\xff\xfe", b'{"state": 7}']), 200)
            case "empty":
                return Response(b"", self.chance.choice([200, 201, 204]))
            case "wait":
                return Response(b"", 503, headers={"Retry-After": self.chance.choice(["0", "1", "3600"])})
            case "wrong pid":
                pids = {
                    name: self.chance.choice(["", "x" * 3000, "\ud800", "..", message.get("consumerPid", "x")])
                    for name in pids
                }
            case "denied":
                return self._deny()
            case _:
                pass
        return self._json({"@type": kind_of, **pids, "state": state, "@context": CTX})

    async def _send(self, row: Any, path: str, body: dict[str, Any], state: str, *, anew: bool) -> dict[str, Any]:
        self.told[row.own].append(asyncio.get_running_loop().time())
        return await super()._send(row, path, body, state, anew=anew)


def check(peer: Liar, seconds: float) -> None:
    """Check every message against the schedule.

    A message of the peer to the same process begins it again, and so does a look that shows that the peer has lost the
    message, which happens a few times in all.
    """
    for (path, body), times in peer.times.items():
        message = json.loads(body)
        pids = {message.get("consumerPid"), message.get("providerPid")}
        told = sorted(at for pid in pids for at in peer.told.get(pid or "", ()))
        attempts = looks = 0
        for before, after in itertools.pairwise(times):
            lost = after - before >= LOOK_S and looks < MOST_LOOKS
            looks += lost
            attempts = 0 if lost or any(before <= at <= after for at in told) else attempts + 1
            least = min(FIRST_S * 2 ** (attempts - 1), MOST_S) if attempts else 0.0
            assert after - before >= least - 0.002, (path, message["@type"], attempts, after - before)
        assert len(times) <= MOST_SENDS + seconds / 250 + len(told), (path, message["@type"], len(times))
    sent = sum(len(times) for times in peer.times.values())
    for path, count in peer.asked.items():
        assert count <= 2 * sent + seconds / 60 + 2, (path, count)


async def lied_to(seed: int, kinds: list[str], seconds: float) -> tuple[Ours, Liar]:
    """Open processes of both kinds and both roles at a liar, and let time pass."""
    wire = InProcess()
    us, peer = Ours(wire), Liar(wire, seed, kinds)
    await us.provides("urn:agreement:ours")
    await us.agreed("urn:agreement:theirs")
    async with us.working():
        for _ in range(2):
            await opened(us)
        await peer.request((await us.store.asset("default", DATASET)).offer_id)  # type: ignore[union-attr]  # it exists
        await peer.request_transfer("urn:agreement:ours")
        await asyncio.sleep(seconds)
    check(peer, seconds + 10)
    return us, peer


async def opened(us: Ours) -> None:
    try:
        await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
    except (PeerFailed, NoSuchEntity):
        return
    await transfer.request(us.rooms.enforcer, "urn:agreement:theirs")


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@example(27776658, ["wrong state", "wrong state", "wrong pid", "same pid", "honest", "wrong state"])
@given(st.integers(0, 2**32), st.lists(st.sampled_from(KINDS), min_size=1, max_size=6))
def test_no_answers_make_us_send_more_than_the_schedule_allows(seed: int, kinds: list[str]) -> None:
    play(lied_to(seed, kinds, 1800))


@pytest.mark.parametrize("kind", KINDS)
def test_a_peer_with_one_kind_of_answer_gets_few_messages(kind: str) -> None:
    play(lied_to(1, [kind], 7200))


def test_a_negotiation_acknowledged_with_the_pid_of_another_ends_with_the_reason() -> None:
    async def scenario() -> None:
        us, peer = await lied_to(1, ["same pid"], 600)
        ended = [row for row in await us.negotiations() if row.ended and row.ended.code == "pid-taken"]
        (second,) = ended
        assert second.ended is not None
        assert (second.state, second.ended.by, second.peer_pid) == ("TERMINATED", PEER, None)
        assert "pid of another process" in second.ended.reason
        assert [len(times) for (path, _), times in peer.times.items() if path == "negotiations/request"] == [1, 1]

    play(scenario())


def test_answers_to_other_processes_do_not_shorten_the_pauses_of_one() -> None:
    wire = InProcess()
    us, peer = Ours(wire), Liar(wire, 1, ["honest"])
    peer.timing = "later"

    async def scenario() -> None:
        async with us.working():
            for _ in range(200):
                await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
                await asyncio.sleep(1)
                peer.broken = f"negotiations/{next(iter(peer.rows))}/"
                await asyncio.sleep(4)
        check(peer, 1010)
        (tried,) = [len(times) for (path, _), times in peer.times.items() if path.startswith(peer.broken)]
        assert 10 < tried < 20
        done = [row.state for row in await us.negotiations()]
        assert done.count("FINALIZED") == 199

    play(scenario())
