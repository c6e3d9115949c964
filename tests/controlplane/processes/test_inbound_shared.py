"""A repeated request returns the same process, and a peer's reasons become one bounded line for each language."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.core import messages
from connector.controlplane.processes.inbound import Declined, ProcessAnswer
from connector.controlplane.processes.inbound_shared import answer_again, read_end
from connector.ports.identity import Caller
from connector.protocol.dsp.machines.machine import Ended
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
    ("reason", "line", "reasons"),
    [
        ((), "", {}),
        (("no \n  rows", {"@value": "keine", "@language": "de"}), "no rows", {"en": "no rows", "de": "keine"}),
        (({"@value": "keine", "@language": "de-AT"},), "keine", {"de": "keine"}),
        (({"@value": "rien", "@language": "fr"}, {"@value": "none", "@language": ["en"]}), "rien none", {}),
        (({"@value": "keine", "@language": "de"}, {"@value": "none", "@language": "en"}), "none", None),
        ((7, ["a"], {"b": 1}), "7 ['a'] {'b': 1}", {}),
        (("bell\x07",), "bell", {}),
        (("x" * 900,), "x" * 500, {}),
        (({"@value": "x" * 900, "@language": "de"},), "x" * 500, {"de": "x" * 500}),
        (tuple("abcdefg"), "a b c d e", {}),
    ],
)
def test_the_reasons_of_a_peer_become_one_bounded_line_for_each_language_that_it_names(
    reason: tuple[Any, ...], line: str, reasons: dict[str, str] | None
) -> None:
    both = {"en": "none", "de": "keine"} if reasons is None else reasons
    assert read_end("no", reason, "urn:peer") == Ended("no", line, "urn:peer", both)


LINES = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=500)


@given(LINES, LINES)
def test_a_reason_in_two_languages_arrives_as_it_was_sent(english: str, german: str) -> None:
    sent = messages.write_reasons(english, {"en": english, "de": german})
    got = read_end(None, sent, "urn:peer")
    assert (got.code, got.reason) == ("terminated", english)
    assert got.reasons == ({} if english == german else {"en": english, "de": german})
