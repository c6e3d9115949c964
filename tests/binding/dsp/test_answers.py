"""Answers to a peer: the state as it is seen from its side, one 404 for every stranger, and a wake-up afterwards."""

import json
from typing import Any

import pytest

from connector.binding.dsp.answers import answer_outcome, answer_state, encode_process, read_pids, refuse
from connector.controlplane.processes.inbound import Declined, ProcessAnswer
from connector.ports.identity import Caller
from connector.protocol.dsp.catalog import CatalogError
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.negotiation import ContractNegotiationError
from connector.protocol.dsp.transfer import TransferError
from tests.contract.values import negotiation, transfer

PEER = "urn:participant:firm"


def caller(participant: str = PEER) -> Caller:
    return Caller(participant=participant, claims={}, evidence={}, replay_key=None)


@pytest.mark.parametrize("make", [negotiation, transfer])
@pytest.mark.parametrize(
    ("role", "own", "other"),
    [(Role.PROVIDER, "providerPid", "consumerPid"), (Role.CONSUMER, "consumerPid", "providerPid")],
)
def test_a_process_names_both_pids_by_role(make: Any, role: Role, own: str, other: str) -> None:
    process = make("urn:uuid:ours", role=role, peer_pid="urn:uuid:theirs", peer=PEER)
    document = json.loads(encode_process(process, "REQUESTED"))
    assert (document[own], document[other]) == ("urn:uuid:ours", "urn:uuid:theirs")
    assert document["state"] == "REQUESTED"


def test_the_state_is_shown_to_the_counterparty_and_the_same_404_to_everybody_else() -> None:
    process = negotiation("urn:uuid:ours", peer=PEER, state="REQUESTED")
    shown = answer_state(ContractNegotiationError, process, caller())
    assert (shown.status, json.loads(shown.body)["state"]) == (200, "REQUESTED")
    foreign = answer_state(ContractNegotiationError, process, caller("urn:participant:other"))
    unknown = answer_state(ContractNegotiationError, None, caller())
    assert foreign.status == unknown.status == 404
    assert foreign.body == unknown.body


def test_the_worker_is_woken_after_the_answer_and_only_if_there_is_work() -> None:
    process, woken = transfer("urn:uuid:ours", peer=PEER), []
    answer = answer_outcome(
        woken.append, TransferError, ProcessAnswer(process=process, state="REQUESTED", created=True)
    )
    assert (answer.status, woken) == (201, [])
    assert answer.after is not None
    answer.after()
    assert woken == [process]
    idle = ProcessAnswer(process=process, state="REQUESTED", woken=False)
    assert answer_outcome(woken.append, TransferError, idle).after is None


@pytest.mark.parametrize("errors", [CatalogError, ContractNegotiationError, TransferError])
def test_a_refusal_has_the_form_of_its_chapter(errors) -> None:
    declined = Declined(status=429, code="quota", reason="Too many processes.", retry_after_s=7)
    answer = answer_outcome(lambda _: None, errors, declined)
    body = json.loads(answer.body)
    assert (answer.status, answer.headers["Retry-After"], body["@type"]) == (429, "7", errors.__name__)
    assert (body["code"], body["reason"]) == ("quota", ["Too many processes."])


def test_an_answer_says_how_to_prove_who_calls_and_when_to_come_again() -> None:
    refusal = refuse(CatalogError, RemoteProtocolError("Who is it?", code="x", status=401))
    assert refusal.headers == {"WWW-Authenticate": "Bearer"}
    busy = refuse(CatalogError, RemoteProtocolError("It is busy.", code="x", status=503), retry_after_s=3)
    assert busy.headers == {"Retry-After": "3"}
    unproven = Declined(status=401, code="unauthenticated", reason="Who is it?")
    assert answer_outcome(lambda _: None, TransferError, unproven).headers == {"WWW-Authenticate": "Bearer"}


@pytest.mark.parametrize(
    ("body", "pids"),
    [
        (b'{"consumerPid": "urn:c", "providerPid": "urn:p", "more": [1]}', ("urn:c", "urn:p")),
        (b'{"consumerPid": "urn:c"}', ("urn:c", "")),
        (b'{"consumerPid": 7, "providerPid": "urn:p"}', ("", "urn:p")),
        (b'{"consumerPid": "..", "providerPid": ""}', ("", "")),
        (b'{"consumerPid": "' + b"x" * 5000 + b'"}', ("", "")),
        (b'["consumerPid"]', ("", "")),
        (b'{"consumerPid": "urn:c"', ("", "")),
        (b"[" * 100_000, ("", "")),
        (b"\xff", ("", "")),
        (b"", ("", "")),
    ],
)
def test_a_refusal_names_the_pids_that_the_message_states(body: bytes, pids: tuple[str, str]) -> None:
    answer = refuse(TransferError, RemoteProtocolError("It is wrong."), pids=read_pids(body))
    told = json.loads(answer.body)
    assert (told["consumerPid"], told["providerPid"]) == pids
