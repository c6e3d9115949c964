"""A repeated request returns the same process, and a peer's reasons become one bounded line."""

from typing import Any

import pytest

from connector.controlplane.processes.inbound import Declined, ProcessAnswer
from connector.controlplane.processes.inbound_shared import answer_again, format_reason
from connector.ports.identity import Caller
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from tests.controlplane.processes.bargain import requested, terms
from tests.support.plane import CITY, Desk

CALLER = Caller(participant=CITY, claims={}, evidence={}, replay_key=None)


async def test_a_repeated_request_gets_the_first_answer_again(desk: Desk) -> None:
    known = requested(terms("dpv:Marketing"), state=NegotiationState.AGREED, request_digest="same")
    answer = await answer_again(desk.rooms.context, CALLER, known, "same")
    assert isinstance(answer, ProcessAnswer)
    assert (answer.state, answer.created, answer.woken) == (NegotiationState.REQUESTED, True, False)


async def test_another_request_with_the_same_pid_is_refused(desk: Desk) -> None:
    known = requested(terms("dpv:Marketing"), request_digest="same")
    answer = await answer_again(desk.rooms.context, CALLER, known, "other")
    assert isinstance(answer, Declined)
    assert (answer.status, answer.code, answer.consumer_pid) == (400, "pid-in-use", "urn:theirs")


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ((), ""),
        (("no \n  rows", {"@value": "keine", "@language": "de"}), "no rows keine"),
        ((7, ["a"], {"b": 1}), "7 ['a'] {'b': 1}"),
        (("bell\x07",), "bell"),
        (("x" * 900,), "x" * 500),
        (tuple("abcdefg"), "a b c d e"),
    ],
)
def test_reasons_become_one_bounded_line(reason: tuple[Any, ...], line: str) -> None:
    assert format_reason(reason) == line
