"""The steps of a process follow its state; their times are those of the audit log."""

import pytest

from connector.ports.entities import Leaf
from connector.protocol.dsp.machines.machine import Ended
from connector.web.showing.steps import DELIVERY_STEPS, StepState, list_delivery_steps, list_request_steps
from tests.web.getting import make_delivery, make_request

DONE, ON, COMING = StepState.DONE, StepState.ON, StepState.COMING
BROKEN, MISSED = StepState.BROKEN, StepState.MISSED


def leaf(kind: str, at: int) -> Leaf:
    return Leaf(owner="default", id=kind, salt=b"", at=at, kind=kind, process_id="", body=b"{}", hash=b"")


@pytest.mark.parametrize(
    ("state", "states"),
    [
        (None, [ON, COMING, COMING, COMING]),
        ("REQUESTED", [DONE, DONE, ON, COMING]),
        ("OFFERED", [DONE, DONE, DONE, ON]),
        ("ACCEPTED", [DONE, DONE, ON, COMING]),
        ("AGREED", [DONE, DONE, DONE, ON]),
        ("FINALIZED", [DONE, DONE, DONE, DONE]),
    ],
)
def test_a_request_shows_what_is_done_and_what_comes(state: str | None, states: list[StepState]) -> None:
    assert [step.state for step in list_request_steps(make_request(state=state), [])] == states


def test_a_step_has_the_time_of_its_event() -> None:
    leaves = [leaf("decided request", 5), leaf("acknowledged ContractRequestMessage", 7)]
    steps = list_request_steps(make_request(), leaves)
    assert [step.at for step in steps] == [5, 7, None, None]


def test_a_request_that_ended_is_broken_off_behind_what_happened() -> None:
    ended = make_request(state="TERMINATED", ended=Ended("refused", "No.", "urn:p"))
    steps = list_request_steps(ended, [leaf("decided request", 5)])
    assert [step.state for step in steps] == [DONE, BROKEN, MISSED, MISSED]


@pytest.mark.parametrize(
    ("state", "done"), [(None, 0), ("REQUESTED", 2), ("STARTED", 3), ("SUSPENDED", 3), ("COMPLETED", 4)]
)
def test_a_delivery_shows_what_is_done(state: str | None, done: int) -> None:
    steps = list_delivery_steps(make_delivery(state=state), [])
    assert [step.key for step in steps] == list(DELIVERY_STEPS)
    assert [step.state for step in steps].count(DONE) == done


def test_a_step_of_a_suspended_delivery_is_paused_and_not_on() -> None:
    steps = list_delivery_steps(make_delivery(state="SUSPENDED"), [])
    assert [step.state for step in steps] == [DONE, DONE, DONE, StepState.PAUSED]
