"""A state that differs at the peer settles a doubt, waits for some time, and then terminates the negotiation."""

import msgspec

from connector.controlplane.core.messages import plan_negotiation
from connector.controlplane.processes.sending import reconcile
from connector.ports.decider import Accept, Terminate, Wait
from connector.ports.peer import Refused
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TRANSFER
from tests.controlplane.agreements import Clock, requested
from tests.controlplane.enforcing.test_agreements import Reporting
from tests.controlplane.processes.bargain import counter_offer, terms
from tests.support.plane import Desk
from tests.support.rooms import Rooms


class Waiting:
    """A Decider that always waits."""

    async def decide(self, process: AnyProcess, now: int) -> Wait:
        return Wait()


def offered_to_me(state: str = NegotiationState.OFFERED) -> Negotiation:
    return msgspec.structs.replace(counter_offer(None, terms("dpv:Marketing")), state=state)


def rooms_of(desk: Desk, peer: Reporting) -> tuple[Rooms, Clock]:
    clock = Clock()
    return desk.rooms.but(peer=peer, now=clock), clock


async def test_a_doubt_ends_with_the_state_that_the_message_leads_to(desk: Desk) -> None:
    peer = Reporting()
    rooms, _ = rooms_of(desk, peer)
    pending, _ = plan_negotiation(rooms.context, offered_to_me(), Accept(), ())
    peer.state = "ACCEPTED"
    settled = await reconcile.ask(rooms.driver(Waiting()), pending, NEGOTIATION, sure=True)
    assert settled is not None
    assert (settled.state, settled.pending) == ("ACCEPTED", None)


async def test_a_state_that_is_unavailable_settles_nothing(desk: Desk) -> None:
    peer = Reporting()
    rooms, _ = rooms_of(desk, peer)
    driver = rooms.driver(Waiting())
    assert await reconcile.ask(driver, offered_to_me(), NEGOTIATION, sure=True) is None
    no_pid = msgspec.structs.replace(offered_to_me(), peer_pid=None)
    peer.state = "TERMINATED"
    assert await reconcile.ask(driver, no_pid, NEGOTIATION, sure=True) is None


async def test_a_provider_cannot_ask_for_the_state_of_a_transfer(desk: Desk) -> None:
    peer = Reporting()
    peer.state = "TERMINATED"
    rooms, _ = rooms_of(desk, peer)
    process = requested(rooms)
    assert process.role is Role.PROVIDER
    assert await reconcile.ask(rooms.driver(Waiting()), process, TRANSFER, sure=True) is None


async def test_states_that_differ_for_too_long_terminate_the_negotiation(desk: Desk) -> None:
    peer = Reporting()
    rooms, clock = rooms_of(desk, peer)
    driver, process = rooms.driver(Waiting()), offered_to_me()
    peer.state = "OFFERED"
    assert await reconcile.look(driver, process, NEGOTIATION) is None
    peer.state = "VERIFIED"
    noticed = await reconcile.look(driver, process, NEGOTIATION)
    assert isinstance(noticed, Negotiation)
    assert noticed.unequal is not None
    assert (noticed.state, noticed.unequal.state, noticed.unequal.at) == ("OFFERED", "VERIFIED", clock.ms)
    assert reconcile.find_unequal(noticed) == noticed.unequal
    changed = msgspec.structs.replace(noticed, updated_at=noticed.updated_at + 1)
    assert reconcile.find_unequal(changed) is None
    clock.ms += 2 * (driver.limits.look + driver.limits.retry_most)
    ended = await reconcile.look(driver, noticed, NEGOTIATION)
    assert isinstance(ended, Terminate)
    assert (ended.code, ended.reason) == ("out-of-step", "The state here is OFFERED, and the peer reports VERIFIED.")


async def test_a_refused_request_of_the_state_settles_nothing(desk: Desk) -> None:
    class Refusing(Reporting):
        async def fetch_state(self, *_: object) -> Refused:
            return Refused(status=404, reason="unknown")

    rooms, _ = rooms_of(desk, Refusing())
    assert await reconcile.look(rooms.driver(Waiting()), offered_to_me(), NEGOTIATION) is None
