"""The ledger of an agreement: its duties and its payments."""

import msgspec

from connector.views.agreements import DutyState
from connector.views.payments import PaymentState

DONE = frozenset({DutyState.FULFILLED, DutyState.SETTLED})
"""The states of a duty that was performed, in time or with its consequences."""


class DutyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the duty ledger: the new state of a duty of an agreement; it is never changed or removed.

    `agreement_id` is the key of the agreement at this side, `duty` the uid of the duty in the agreement. `occasion` is
    the transfer for which it was performed, empty if the entry is about the agreement as a whole. `deadline` (ms) of an
    `active` duty is the first instant that is too late; `here` marks one that a person of this participant performs.
    `evidence` (JSON) contains the reasons of the entry: the confirming person, the notified address, the failure.
    """

    owner: str
    agreement_id: str
    duty: str
    state: DutyState
    at: int
    occasion: str = ""
    deadline: int | None = None
    here: bool = False
    evidence: bytes = b"{}"


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the payments of an agreement, from the accounts; it is never changed or removed.

    `amount` is a decimal number as text in `currency` (ISO 4217), `until` (ms) the instant at which the state ends:
    then a payment for a period is due again, and a due payment is overdue. `by` names the management key. An entry that
    `corrects` another one (its number, from 1) takes it back: neither counts.
    """

    owner: str
    agreement_id: str
    state: PaymentState
    at: int
    by: str
    amount: str | None = None
    currency: str = ""
    until: int | None = None
    corrects: int | None = None
