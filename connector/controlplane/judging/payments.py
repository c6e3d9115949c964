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


def find_payment_standing(payments: Sequence[Payment], now: int) -> tuple[PaymentState, int | None]:
    """Return the state of payments at `now` (ms), and its end (ms) if the state changes by time alone."""
    if not payments:
        return PaymentState.NONE, None
    last = payments[-1]
    if last.until is None or now < last.until:
        return last.state, last.until
    return _AFTER.get(last.state, last.state), None


def sum_paid(payments: Iterable[Payment]) -> Decimal:
    """Return the sum of all settled payments."""
    paid = (payment.amount for payment in payments if payment.state is PaymentState.SETTLED)
    return sum((Decimal(amount) for amount in paid if amount), Decimal(0))
