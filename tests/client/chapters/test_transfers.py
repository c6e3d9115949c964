"""Transfers over the client."""

import asyncio

from connector.client import Connector
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import FlowState, TransferState
from tests.support.plane import Desk


def test_a_transfer_is_waited_for_in_a_state(connector: Connector, desk: Desk) -> None:
    asyncio.run(desk.agree())
    begun = connector.transfers.start("urn:agreement:1", keep=True)
    assert connector.transfers.wait(begun.id, timeout_s=0).state is None
    asyncio.run(desk.become(begun.id, "STARTED"))
    started = connector.transfers.wait(begun.id, timeout_s=60, states=["STARTED"])
    assert (started.state, started.keep, started.role) == (TransferState.STARTED, True, Role.CONSUMER)
    assert [entry.id for entry in connector.transfers.list(state="STARTED").items] == [begun.id]


def test_a_pull_tells_what_came(connector: Connector, desk: Desk) -> None:
    asyncio.run(desk.agree())
    begun = connector.transfers.start("urn:agreement:1", keep=True)
    asyncio.run(desk.become(begun.id, "STARTED", flow_wanted=FlowState.STARTED, flow_reported=FlowState.STARTED))
    assert connector.transfers.pull(begun.id).bytes_moved == 3
