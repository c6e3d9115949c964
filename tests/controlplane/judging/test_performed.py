"""What the ledger knows of duties, in general and for one transfer, and which duties are performed here."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from connector.controlplane.enforcing.executors.table import build_executors
from connector.controlplane.judging.performed import find_performed, is_performed_here, read_parameters
from connector.policy.compiling.compiled import Compiled, CompiledDuty
from connector.ports.entities import DutyEvent, DutyState
from tests.controlplane.agreements import LIBRARY, USE, atom

ADDRESS = atom("dk:notifyAddress", "eq", "https://a.example")


def event(state: DutyState, at: int, occasion: str = "") -> DutyEvent:
    return DutyEvent(owner="o", agreement_id="a", duty="d", state=state, at=at, occasion=occasion)


def compiled(duty: dict[str, Any]) -> CompiledDuty:
    document = {"@type": "Offer", "@id": "urn:o", "permission": [USE], "obligation": [duty]}
    policy = LIBRARY.compile(msgspec.json.encode(document))
    assert isinstance(policy, Compiled)
    return policy.obligations[0]


def test_entries_of_another_transfer_and_active_ones_do_not_count() -> None:
    ledger = [event(DutyState.ACTIVE, 1000), event(DutyState.FULFILLED, 2000, "urn:t:1")]
    assert find_performed(ledger, "urn:t:2") == {}
    assert find_performed(ledger, "urn:t:1")["d"].fulfilled_at == datetime.fromtimestamp(2, UTC)


def test_a_violation_and_a_later_receipt_are_both_known() -> None:
    found = find_performed([event(DutyState.VIOLATED, 1000), event(DutyState.SETTLED, 2000)], "")["d"]
    assert (found.violated_at, found.fulfilled_at) == (datetime.fromtimestamp(1, UTC), datetime.fromtimestamp(2, UTC))


@pytest.mark.parametrize(
    ("duty", "here"),
    [
        ({"action": "dk:log"}, True),
        ({"action": "odrl:inform", "constraint": [ADDRESS]}, True),
        ({"action": "odrl:inform"}, False),
        ({"action": "odrl:delete"}, False),
        ({"action": "odrl:compensate"}, False),
    ],
)
def test_the_executor_states_whether_it_performs_a_duty(duty: dict[str, Any], here: bool) -> None:
    assert is_performed_here(compiled(duty), build_executors()) is here
    assert not is_performed_here(compiled(duty), {})


def test_parameters_are_texts_by_their_short_name() -> None:
    duty = compiled({"action": "odrl:inform", "constraint": [ADDRESS]})
    assert read_parameters(duty) == {"notifyAddress": ("https://a.example",)}
