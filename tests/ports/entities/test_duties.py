"""The ledger of an agreement: entries are values that cannot be changed."""

import msgspec
import pytest

from connector.ports.entities.duties import DutyEvent, Payment
from connector.views.agreements import DutyState
from connector.views.payments import PaymentState
from tests.contract.values import duty, payment


@pytest.mark.parametrize("entry", [duty("urn:duty:1"), payment(PaymentState.DUE, amount="12.50", currency="EUR")])
def test_an_entry_is_stored_whole_and_never_changed(entry: DutyEvent | Payment) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(entry), type=type(entry)) == entry
    with pytest.raises(AttributeError):
        entry.at = 5


def test_a_duty_is_about_the_agreement_as_a_whole_unless_it_names_a_transfer() -> None:
    event = DutyEvent(owner="default", agreement_id="a", duty="d", state=DutyState.ACTIVE, at=1)
    assert (event.occasion, event.deadline, event.evidence) == ("", None, b"{}")
