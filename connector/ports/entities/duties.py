"""The ledger of an agreement: its duties and its payments."""

import msgspec

from connector.views.agreements import DutyState
from connector.views.payments import PaymentState


class DutyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the duty ledger: a duty of an agreement came into a state; it is never changed or removed.

    `duty` is the uid of the duty in the agreement, `occasion` the transfer it was performed for, empty where the entry
    is about the agreement as a whole. `deadline` (ms) goes with `active`: the first instant at which it is too late.
    `evidence` (JSON) says what the entry stands on: who confirmed it, which address was notified, what failed.
    """

    owner: str
    agreement_id: str
    duty: str
    state: DutyState
    at: int
    occasion: str = ""
    deadline: int | None = None
    evidence: bytes = b"{}"


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the payments of an agreement, as the accounts say; it is never changed or removed.

    `amount` is a decimal number as text in `currency` (ISO 4217), `until` (ms) the first instant at which the state is
    over: what was paid for a time is due again then, what was due is overdue. `by` names the key that recorded it.
    """

    owner: str
    agreement_id: str
    state: PaymentState
    at: int
    by: str
    amount: str | None = None
    currency: str = ""
    until: int | None = None
