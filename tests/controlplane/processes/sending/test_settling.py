"""A refused message is tried a few times and then terminates the process; a message in doubt is tried for longer."""

import logging

import msgspec
import pytest

from connector.controlplane.core.messages import plan_negotiation
from connector.controlplane.processes.sending import settling
from connector.controlplane.processes.sending.driver import ProcessDriver
from connector.ports.changes import PutProcess
from connector.ports.decider import Accept
from connector.ports.peer import InDoubt, Refused
from connector.protocol.dsp.machines.machine import Ended, Pending
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, FlowState, Transfer
from tests.controlplane.agreements import Clock, requested
from tests.controlplane.enforcing.test_agreements import Reporting
from tests.controlplane.processes.sending.test_reconcile import Waiting, offered_to_me
from tests.support.plane import CITY, Desk

REFUSED = Refused(status=400, reason="no")


async def accepting(desk: Desk, clock: Clock) -> tuple[ProcessDriver, Negotiation]:
    """Return a negotiation whose ACCEPTED is pending, while the peer still reports OFFERED."""
    peer = Reporting()
    peer.state = "OFFERED"
    driver = desk.rooms.but(peer=peer, now=clock).driver(Waiting())
    planned, _ = plan_negotiation(driver.context, offered_to_me(), Accept(), ())
    process = msgspec.structs.replace(planned, version=1)
    await driver.context.store.commit([PutProcess(process, None)])
    return driver, process


def pending(process: object) -> Pending:
    assert isinstance(process, Negotiation)
    assert process.pending is not None
    return process.pending


async def test_a_refused_message_is_tried_again_and_then_terminates(desk: Desk) -> None:
    clock = Clock()
    driver, process = await accepting(desk, clock)
    for refusals in range(1, driver.limits.refusals):
        process = await settling.settle_refusal(driver, process, NEGOTIATION, REFUSED, ())  # type: ignore[assignment]
        assert (pending(process).message, pending(process).refusals) == (pending(process).message, refusals)
        assert process.due_at is not None
        assert process.due_at > clock.ms
    ended = await settling.settle_refusal(driver, process, NEGOTIATION, REFUSED, ())
    assert ended.ended is not None
    assert ended.ended.code == "refused"
    assert ended.ended.reason.startswith("The counterparty answered 400 to ")
    assert ended.ended.reason.endswith(": no")


async def test_the_log_says_why_a_message_was_refused_and_why_its_process_ended(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "connector")
    driver, process = await accepting(desk, Clock())
    process = await settling.settle_refusal(driver, process, NEGOTIATION, REFUSED, ())  # type: ignore[assignment]
    last = msgspec.structs.replace(
        process, pending=msgspec.structs.replace(pending(process), message=NEGOTIATION.ending)
    )
    for _ in range(driver.limits.refusals):
        last = await settling.settle_refusal(driver, last, NEGOTIATION, REFUSED, ())  # type: ignore[assignment]
        if last.ended:
            break
    said = {record.getMessage(): getattr(record, "reason", "") for record in caplog.records}
    assert said["refused"] == "no"
    assert last.ended is not None
    assert said["ended refused"] == last.ended.reason


async def test_a_busy_process_is_tried_soon_and_does_not_delay_the_peer(desk: Desk) -> None:
    clock = Clock()
    driver, process = await accepting(desk, clock)
    doubt = InDoubt(reason="busy", unreachable=False)
    after = await settling.settle_doubt(driver, process, NEGOTIATION, doubt)
    assert pending(after).in_doubt
    assert after.due_at is not None
    assert clock.ms < after.due_at <= clock.ms + settling.SOON
    assert driver.backoff.find_pause_end(CITY) == 0


async def test_an_unreachable_peer_gets_a_back_off_and_is_given_up_after_the_limit(desk: Desk) -> None:
    clock = Clock()
    driver, process = await accepting(desk, clock)
    doubt = InDoubt(reason="no connection", unreachable=True)
    after = await settling.settle_doubt(driver, process, NEGOTIATION, doubt)
    assert after.due_at == driver.backoff.find_pause_end(CITY) > clock.ms
    assert after.updated_at == process.updated_at, "an attempt is not a change of the process"
    clock.ms += driver.limits.owed_for + 1
    often = msgspec.structs.replace(pending(after), attempts=driver.limits.refusals + 1)
    ended = await settling.settle_doubt(driver, msgspec.structs.replace(after, pending=often), NEGOTIATION, doubt)
    assert ended.ended is not None
    assert ended.ended.code == "unreachable"
    assert ended.ended.reason == "The counterparty did not answer for 168 hours: no connection"


async def test_conflicts_are_a_refusal_only_after_some_time(desk: Desk) -> None:
    clock = Clock()
    driver, process = await accepting(desk, clock)
    assert not settling.is_stuck(driver, process)
    often = msgspec.structs.replace(process, pending=msgspec.structs.replace(pending(process), attempts=99))
    assert not settling.is_stuck(driver, often)
    clock.ms += driver.limits.conflict + 1
    assert settling.is_stuck(driver, often)


def test_the_flow_of_a_transfer_ends_with_its_process(desk: Desk) -> None:
    ended = settling.end(requested(desk.rooms), TRANSFER, Ended("refused", "no", CITY), 5)
    assert isinstance(ended, Transfer)
    assert (ended.state, ended.flow_wanted) == ("TERMINATED", FlowState.TERMINATED)
