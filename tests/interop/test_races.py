"""Deployed connectors do not lose a contract with us: 100 of 100, whoever begins and however its writes race.

A message of ours that comes while it still stores its own last step conflicts, is lost after its acknowledgement, or
makes it repeat itself with another agreement. A proxy delays its answers, so that this happens to almost all of them.
"""

import asyncio
import itertools
import json
import random
from collections import Counter
from typing import Any

import pytest
from starlette.responses import Response

from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.usecases import negotiation, transfer
from connector.ports.decider import HoldFor, Proceed, Wait
from connector.ports.entities import PageBounds
from connector.ports.store import AnyProcess
from tests.interop.deployed import CTX, Deployed, Row, pull_address
from tests.interop.ours import DATASET, HOME, OWNER, PEER, Ours, call, play
from tests.support.transport import InProcess

COUNT = 100
RACES = ["conflicts", "falls back", "repeats"]
# "In minutes": what a lost message may cost, in seconds of the virtual clock.
MINUTES_S = 600.0


def space(timing: str, proxy_s: float, races: list[str]) -> tuple[Ours, Deployed]:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)
    chance = random.Random(f"{timing} {proxy_s} {races}")
    peer.timing, peer.proxy_s = timing, proxy_s
    # A connector that races shows it by a conflict first.
    kinds = itertools.chain(["conflicts"] * 3, iter(lambda: chance.choice(races), ""))
    peer.races = lambda: next(kinds)
    return us, peer


async def all_finalized(us: Ours, peer: Deployed) -> None:
    """Wait until all processes are final on both sides, on the same agreements."""

    async def done() -> bool:
        rows = await us.negotiations()
        return len(rows) == COUNT and all(row.state in {"FINALIZED", "TERMINATED"} for row in rows)

    await us.until(done, MINUTES_S)
    await asyncio.sleep(MINUTES_S)
    ours = await us.negotiations()
    assert Counter(row.state for row in ours) == {"FINALIZED": COUNT}, Counter(str(row.ended) for row in ours)
    assert Counter(row.state for row in peer.rows.values()) == {"FINALIZED": COUNT}
    assert peer.final == []


@pytest.mark.parametrize("proxy_s", [0.0, 0.3])
@pytest.mark.parametrize("timing", ["before", "at once", "later"])
def test_every_contract_that_we_ask_for_is_final_on_both_sides(timing: str, proxy_s: float) -> None:
    us, peer = space(timing, proxy_s, RACES)

    async def scenario() -> None:
        async with us.working():
            for _ in range(COUNT):
                await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await all_finalized(us, peer)

    play(scenario())


@pytest.mark.parametrize("proxy_s", [0.0, 0.3])
@pytest.mark.parametrize("timing", ["before", "at once", "later"])
def test_every_contract_that_it_asks_for_is_final_on_both_sides(timing: str, proxy_s: float) -> None:
    us, peer = space(timing, proxy_s, RACES)

    async def scenario() -> None:
        async with us.working():
            offer_id = await us.offers()
            await asyncio.gather(*(peer.request(offer_id) for _ in range(COUNT)))
            await all_finalized(us, peer)

    play(scenario())


class Patient:
    """Decides by policy, but verifies no agreement before it has arrived under three identifiers."""

    def __init__(self, enforcer: Enforcer) -> None:
        self._by_policy = ByPolicy(enforcer)

    async def decide(self, process: AnyProcess, now: int) -> Proceed | HoldFor | Wait:
        if process.state == "AGREED" and len(getattr(process, "other_agreement_ids", ())) < 2:
            return Wait(now + 1_000)
        return await self._by_policy.decide(process, now)


async def arrives(us: Ours, peer: Deployed) -> None:
    """Request the data of the only agreement, and receive them."""
    peer.address = pull_address("https://deployed.example/public", "token-1")
    (agreement,) = (await us.store.agreements(OWNER, PageBounds(limit=10)))[0]
    begun = await transfer.request(us.rooms.enforcer, agreement.id)
    await us.reaches("transfer", "COMPLETED")
    assert us.disk.received_bytes == {begun.id: peer.content}


@pytest.mark.parametrize("kept", [0, 1, 2, -1])
def test_data_is_requested_under_the_identifier_that_the_provider_has_kept(kept: int) -> None:
    us, peer = space("later", 0.0, RACES)
    peer.keeps = kept

    async def scenario() -> None:
        async with us.working(Patient):
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", "AGREED")
            (row,) = peer.rows.values()
            for _ in range(2):
                await peer.agree(row, "AGREED")
            await us.reaches("negotiation", "FINALIZED")
            await arrives(us, peer)

    play(scenario())
    asked = peer.sent_to("transfers/request")
    assert len({message["agreementId"] for message in asked}) == len(asked) <= 3
    assert peer.final == []


@pytest.mark.parametrize("state", ["VERIFIED", "FINALIZED"])
@pytest.mark.parametrize("falls_back", [True, False])
def test_an_agreement_that_comes_again_when_we_have_gone_on_is_no_end(state: str, falls_back: bool) -> None:
    """The peer decided to repeat it before our verification came, and stores its repeat over what came after that."""
    us, peer = space("later", 0.0, RACES)
    peer.keeps = -1 if falls_back else 0

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", state)
            (row,) = peer.rows.values()
            await peer.agree(row, "AGREED" if falls_back else row.state)
            await asyncio.sleep(MINUTES_S)
            ours = await us.reaches("negotiation", "FINALIZED")
            assert row.state == "FINALIZED"
            assert {ours.agreement_id, *ours.other_agreement_ids} == set(row.agreements)
            await arrives(us, peer)

    play(scenario())
    assert peer.final == []


def test_an_agreement_comes_under_few_identifiers_and_a_repeat_leaves_no_trace() -> None:
    us, peer = space("later", 0.0, RACES)

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", "FINALIZED")
            (row,) = peer.rows.values()
            for _ in range(3):
                await peer.agree(row, "FINALIZED")
            (ours,) = await us.negotiations()
            pids = {"providerPid": row.own, "consumerPid": ours.id}
            again = {"@type": "ContractAgreementMessage", **pids, "agreement": json.loads(ours.agreement or b"")}
            named = [{**again, "agreement": {**again["agreement"], "@id": f"agreement-{n}"}} for n in range(1, 6)]
            heard: list[int] = []
            for body, status in [(again, 200)] * 12 + [(one, 200) for one in named[:4]] * 2 + [(named[4], 400)]:
                url = f"{HOME}/negotiations/{ours.id}/agreement"
                answer = await call(us.app, "POST", url, {**body, "@context": CTX})
                assert answer.status_code == status
                await asyncio.sleep(MINUTES_S)
                heard.append(len((await us.store.leaves(OWNER, PageBounds(limit=500)))[0]))
            # The verification is sent again a few times, and then no more.
            assert heard[-1] == heard[-12]

    play(scenario())


def test_an_identifier_that_another_agreement_has_got_since_is_not_used_for_the_first() -> None:
    us, peer = space("later", 0.0, RACES)
    peer.keeps = 5

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", "FINALIZED")
            (row,) = peer.rows.values()
            await peer.agree(row, "FINALIZED")
            await us.agreed(row.agreements[1])
            peer.keeps = 1
            begun = await transfer.request(us.rooms.enforcer, row.agreements[0])
            await us.reaches("transfer", "TERMINATED")
            assert begun.agreement_id == row.agreements[0]

    play(scenario())
    assert [message["agreementId"] for message in peer.sent_to("transfers/request")] == ["agreement-1"]


class Overlapping(Deployed):
    """Repeats its verification while our FINALIZED is on its way, and stores the repeat over it: without any 409."""

    lost = 0

    async def _update(self, row: Row, message: dict[str, Any]) -> Response:
        row.leased = False
        if message.get("eventType") != "FINALIZED" or self.lost:
            return await super()._update(row, message)
        self.lost += 1
        await self._verify(row)
        return Response(b"", 200)


def test_a_finalization_that_is_lost_under_a_repeat_is_sent_again_though_the_peer_never_was_busy() -> None:
    wire = InProcess()
    us, peer = Ours(wire), Overlapping(wire)

    async def scenario() -> None:
        offer_id = await us.offers()
        async with us.working():
            row = await peer.request(offer_id)
            await us.reaches("negotiation", "FINALIZED")
            await asyncio.sleep(MINUTES_S)
            assert (peer.lost, row.state) == (1, "FINALIZED")
            await us.reaches("negotiation", "FINALIZED")

    play(scenario())
    assert len(peer.sent_to("events")) <= 3
