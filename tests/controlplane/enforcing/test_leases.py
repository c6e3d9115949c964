"""A lease ends in time, and is decided again before it ends unless a message is about to change the state."""

import msgspec
import pytest

from connector.controlplane.core.messages import plan_transfer
from connector.controlplane.enforcing import leases
from connector.controlplane.enforcing.leases import Denied
from connector.ports.decider import Suspend
from connector.ports.entities import Lease
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import FlowState, TransferState
from tests.controlplane.agreements import USE, atom, conclude, requested
from tests.support.plane import NOW
from tests.support.rooms import Rooms

MINUTE = 60_000


async def test_a_providers_lease_is_bounded_and_each_has_a_later_epoch(rooms: Rooms) -> None:
    await conclude(rooms, permission=[USE])
    lease = await leases.grant_lease(rooms.enforcer, requested(rooms))
    assert isinstance(lease, Lease)
    assert lease.valid_until == NOW + rooms.enforcer.limits.lease
    assert leases.find_next_decision(rooms.enforcer, lease) == NOW + rooms.enforcer.limits.lease * 3 // 4


async def test_a_lease_ends_when_the_policy_changes_its_verdict(rooms: Rooms) -> None:
    until = {"@value": "2025-11-24T16:01:00Z", "@type": "xsd:dateTime"}
    await conclude(rooms, permission=[{**USE, "constraint": [atom("odrl:dateTime", "lt", until)]}])
    lease = await leases.grant_lease(rooms.enforcer, requested(rooms))
    assert isinstance(lease, Lease)
    assert lease.valid_until == NOW + MINUTE
    assert leases.find_next_decision(rooms.enforcer, lease) == lease.valid_until


async def test_without_an_agreement_there_is_no_lease_for_a_provider_and_one_for_a_consumer(rooms: Rooms) -> None:
    process = requested(rooms)
    assert isinstance(await leases.grant_lease(rooms.enforcer, process), Denied)
    consumer = msgspec.structs.replace(process, role=Role.CONSUMER)
    lease = await leases.grant_lease(rooms.enforcer, consumer)
    assert isinstance(lease, Lease)
    assert lease.valid_until is None


@pytest.mark.parametrize(
    ("lease_until", "due"), [(NOW, True), (NOW + 1, False), (None, False), (NOW + 86_400_000, True)]
)
def test_a_lease_is_renewed_when_it_is_due(rooms: Rooms, lease_until: int | None, due: bool) -> None:
    process = msgspec.structs.replace(
        requested(rooms), state=TransferState.STARTED, flow_wanted=FlowState.STARTED, lease_until=lease_until
    )
    assert leases.is_to_renew(rooms.enforcer, process) is due
    assert leases.find_renewal(process) == lease_until
    leaving = plan_transfer(rooms.context, process, Suspend("a pause"))
    assert not leases.is_to_renew(rooms.enforcer, leaving)
    assert leases.is_to_renew(rooms.enforcer, leases.make_due(rooms.context, process))
