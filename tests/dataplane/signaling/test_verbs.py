import pytest

from connector.dataplane.control.tokens import hash_token
from connector.dataplane.signaling.verbs import VERBS, make_flow, needs_token
from connector.ports.entities import FlowDirection
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.world import flow_request

SERVE, RECEIVE, FETCH, PUSH = FlowDirection.SERVE, FlowDirection.RECEIVE, FlowDirection.FETCH, FlowDirection.PUSH
SINK = {"kind": "file", "path": "x"}


def test_a_verb_can_be_repeated() -> None:
    for states in VERBS.values():
        assert all(states[wanted] == wanted for wanted in states.values())


@pytest.mark.parametrize(
    ("verb", "direction", "expected"),
    [
        ("start", SERVE, True),
        ("prepare", SERVE, False),
        ("prepare", RECEIVE, True),
        ("start", RECEIVE, True),
        ("start", FETCH, False),
        ("start", PUSH, False),
    ],
)
def test_only_a_flow_that_a_peer_reaches_needs_a_token(verb: str, direction: FlowDirection, expected: bool) -> None:
    assert needs_token(verb, direction, None) is expected


def test_a_receiving_flow_keeps_its_token_and_its_addresses_when_it_is_started() -> None:
    prepared = make_flow(flow_request(RECEIVE, sink=SINK), None, FlowState.PREPARED, "token", 1)
    assert not needs_token("start", RECEIVE, prepared)
    started = make_flow(flow_request(RECEIVE), prepared, FlowState.STARTED, None, 2)
    assert (started.token_hash, started.sink) == (hash_token("token"), SINK)
    assert (started.state, started.updated_at) == (FlowState.STARTED, 2)
