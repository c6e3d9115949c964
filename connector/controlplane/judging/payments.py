"""Payments as facts: the state of the payments of an agreement, and the amount that was paid."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from connector.policy.model.policy import ODRL
from connector.ports.entities import (
    Payment,
    PaymentState,
)

CURRENCY = "EUR"
# The state of the payments after the end of another.
_AFTER = {PaymentState.SETTLED: PaymentState.DUE, PaymentState.DUE: PaymentState.OVERDUE}
COMPENSATE = ODRL + "compensate"
# Actions that are known as performed from recorded payments, without a receipt.
TOLD = frozenset({COMPENSATE})


def list_valid(payments: Iterable[Payment]) -> list[Payment]:
    """Return the entries that count: without those that were taken back, and without the corrections."""
    entries = list(payments)
    taken_back = {entry.corrects for entry in entries}
    return [entry for number, entry in enumerate(entries, 1) if entry.corrects is None and number not in taken_back]


def find_payment_standing(payments: Sequence[Payment], now: int) -> tuple[PaymentState, int | None]:
    """Return the state of payments at `now` (ms), and its end (ms) if the state changes by time alone."""
    valid = list_valid(payments)
    if not valid:
        return PaymentState.NONE, None
    last = valid[-1]
    if last.until is None or now < last.until:
        return last.state, last.until
    return _AFTER.get(last.state, last.state), None


def sum_paid(payments: Iterable[Payment]) -> Decimal:
    """Return the sum of all settled payments."""
    paid = (payment.amount for payment in list_valid(payments) if payment.state is PaymentState.SETTLED)
    return sum((Decimal(amount) for amount in paid if amount), Decimal(0))
