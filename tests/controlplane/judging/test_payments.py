"""The state of payments changes with time, and what was paid adds up."""

from decimal import Decimal

import pytest

from connector.controlplane.judging.payments import find_payment_standing, sum_paid
from connector.ports.entities import Payment, PaymentState


def entry(state: PaymentState, amount: str | None = None, until: int | None = None) -> Payment:
    return Payment(owner="o", agreement_id="a", state=state, at=1, by="k", amount=amount, until=until)


def test_without_entries_nothing_is_known() -> None:
    assert find_payment_standing([], 5) == (PaymentState.NONE, None)
    assert sum_paid([]) == 0


@pytest.mark.parametrize(
    ("state", "after"),
    [(PaymentState.SETTLED, PaymentState.DUE), (PaymentState.DUE, PaymentState.OVERDUE)],
)
def test_a_term_that_ends_changes_the_state_at_its_first_instant(state: PaymentState, after: PaymentState) -> None:
    entries = [entry(state, until=10)]
    assert find_payment_standing(entries, 9) == (state, 10)
    assert find_payment_standing(entries, 10) == (after, None)


def test_only_settled_entries_count_as_paid() -> None:
    entries = [
        entry(PaymentState.SETTLED, "0.10"),
        entry(PaymentState.DUE, "5"),
        entry(PaymentState.SETTLED, "0.20"),
        entry(PaymentState.SETTLED),
    ]
    assert sum_paid(entries) == Decimal("0.30")
