"""A peer that moves is reached at its new address, and one that is away holds up nobody else."""

import asyncio
import json

from connector.controlplane.usecases import negotiation, transfer
from connector.ports.identity import Participant
from tests.interop.deployed import Deployed, pull_address
from tests.interop.ours import DATASET, PEER, PEER_HOME, Ours, play
from tests.support.transport import InProcess

OLD, NEW = "https://deployed.example:443", "https://moved.example:443"
NEW_HOME = "https://moved.example/protocol/2025-1"


def move(us: Ours) -> None:
    """Let the peer move: the participant list has its new address, and nobody answers at the old one."""
    us.identity.known[PEER] = Participant(id=PEER, name="Deployed", address=NEW_HOME)
    us.wire.apps[NEW] = us.wire.apps.pop(OLD)


def test_a_negotiation_that_was_begun_before_goes_on_at_the_new_address() -> None:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)
    peer.timing = "later"

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", "REQUESTED")
            move(us)
            await us.reaches("negotiation", "FINALIZED")
        (row,) = peer.rows.values()
        assert row.state == "FINALIZED"

    play(scenario())


def test_an_agreement_that_was_made_before_is_used_at_the_new_address() -> None:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            move(us)
            peer.address = pull_address("https://moved.example/public", "token-0")
            await transfer.request(us.rooms.enforcer, "agreement-1")
            await us.reaches("transfer", "COMPLETED")
        assert all(request.url.host == "moved.example" for request in wire.sent)

    play(scenario())


def test_an_address_at_the_listed_origin_stays() -> None:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)

    async def scenario() -> None:
        async with us.working():
            await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)
            await us.reaches("negotiation", "FINALIZED")
        sent = [request for request in wire.sent if request.method == "POST"]
        assert {str(request.url).startswith(PEER_HOME) for request in sent} == {True}
        assert all(json.loads(request.content) for request in sent)
        assert peer.final == []

    play(scenario())


def test_a_peer_that_is_away_holds_up_nobody_else() -> None:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)

    async def scenario() -> None:
        async with us.working():
            us.identity.known["gone"] = Participant(id="gone", name="Gone", address="https://gone.example/dsp")
            terms = {"@type": "Offer", "permission": [{"action": "use"}]}
            for _ in range(200):
                await negotiation.request(
                    us.rooms.evaluator, us.rooms.counterparties, "gone", DATASET, offer_id="urn:o", policy=terms
                )
            await asyncio.sleep(1)
            began = asyncio.get_running_loop().time()
            here = await negotiation.request(us.rooms.evaluator, us.rooms.counterparties, PEER, DATASET)

            async def done() -> bool:
                row = await us.store.negotiation("default", here.id)
                return row is not None and row.state == "FINALIZED"

            await us.until(done, seconds=10)
            assert asyncio.get_running_loop().time() - began < 10
        assert peer.final == []

    play(scenario())
