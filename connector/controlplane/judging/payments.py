"""Payments as facts: the state of the payments of an agreement, and the amount that was paid."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from connector.policy.model.policy import ODRL
from connector.ports.entities import (
    Payment,
    PaymentState,
)

CURRENCY, DPI = "EUR", "http://dbpedia.org/resource/Dots_per_inch"
# What a state of the payments becomes once its time is over.
_AFTER = {PaymentState.SETTLED: PaymentState.DUE, PaymentState.DUE: PaymentState.OVERDUE}
COMPENSATE = ODRL + "compensate"
# What our people and programs tell us to be done, beside a receipt: payments are recorded.
TOLD = frozenset({COMPENSATE})


def find_payment_standing(payments: Sequence[Payment], now: int) -> tuple[PaymentState, int | None]:
    """Return where payments stand at `now` (ms), and until when (ms) if they stand otherwise after that."""
    if not payments:
        return PaymentState.NONE, None
    last = payments[-1]
    if last.until is None or now < last.until:
        return last.state, last.until
    return _AFTER.get(last.state, last.state), None


def sum_paid(payments: Iterable[Payment]) -> Decimal:
    """Return what was paid in all."""
    paid = (payment.amount for payment in payments if payment.state is PaymentState.SETTLED)
    return sum((Decimal(amount) for amount in paid if amount), Decimal(0))
