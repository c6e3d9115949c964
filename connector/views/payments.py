"""Payments of agreements."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta


class PaymentState(StrEnum):
    """The state of the payments for an agreement: nothing is owed, owed, paid, or not paid in time."""

    NONE = "none"
    DUE = "due"
    SETTLED = "settled"
    OVERDUE = "overdue"


class PaymentOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The new state of the payments of an agreement."""

    state: PaymentState
    amount: Annotated[
        Decimal | None,
        Meta(
            description="Amount that this entry pays (settled), or that is owed (due).",
            extra={"max_digits": 16, "decimal_places": 4},
        ),
    ] = None
    currency: Annotated[
        Annotated[str, Meta(max_length=3)] | None, Meta(description="EUR, the currency of policies.")
    ] = None
    until: Annotated[
        datetime | None, Meta(description="End of the state: a paid amount is due again, a due amount is overdue.")
    ] = None


class CorrectionOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A payment that is taken back: it stays on record, and does not count."""

    entry: Annotated[int, Meta(ge=1, description="Number of the entry, from 1 for the oldest.")]


class PaymentView(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the payments: `by` is the management key that recorded it.

    `corrects` is the number of the entry that this one takes back: neither counts.
    """

    state: PaymentState
    at: datetime
    by: str
    amount: str | None
    currency: str
    until: datetime | None
    corrects: int | None = None


class PaymentSummaryView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the payments of an agreement: `amount` is the total that was paid, `due` what is to be paid now."""

    agreement_id: str
    state: PaymentState
    until: datetime | None
    amount: str
    due: str | None = None
    currency: str
    entries: tuple[PaymentView, ...]
