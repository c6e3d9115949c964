"""Payments of agreements: people and programs record them, and policies refer to them.

The connector moves no money. Entries are appended and never changed: a correction is an entry that takes another one
back. A payment fulfils duties to pay, and the policies of active transfers under the agreement are evaluated again
immediately. A duty that a payment fulfilled stays fulfilled when that payment is taken back: what is missing is taken
from the next one.
"""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing import receipts, renewals
from connector.controlplane.judging import payments
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.changes import Change, RecordPayment
from connector.ports.entities import Agreement, Payment, PaymentState
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import Role

MOST = 10_000
# With each attempt that fails, another entry was recorded.
_ATTEMPTS = 50
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,4})?", re.ASCII)
_LIMITED = frozenset({PaymentState.SETTLED, PaymentState.DUE})


class PaymentSummary(msgspec.Struct, frozen=True, kw_only=True):
    """The payments of an agreement: the state now, its end (ms) if known, the sum, and all entries.

    `amount` is the sum that was paid, and `due` what is to be paid now if it was said: decimal numbers as text, in
    `currency`.
    """

    agreement_id: str
    state: PaymentState
    until: int | None
    amount: str
    due: str | None
    currency: str
    entries: tuple[Payment, ...]


async def show_payments(context: Context, agreement_id: str) -> PaymentSummary:
    """Return the payments of an agreement. Raises NoSuchEntity."""
    agreement = await find_agreement(context, agreement_id)
    return _paid(context, agreement, await context.store.payments(context.owner, agreement.key))


async def record(
    evaluator: Evaluator,
    agreement_id: str,
    state: PaymentState,
    *,
    by: str,
    amount: str | None = None,
    currency: str | None = None,
    until: int | None = None,
    seen: int | None = None,
) -> PaymentSummary:
    """Record the state of the payments of an agreement from now on. Raises NoSuchEntity, NotAllowed, Invalid.

    `amount` was paid with this entry (state `settled`) or is owed (`due`), in `currency` (default: euros). At `until`
    (ms), a settled payment is due again, and a due payment is overdue. `by` names the person or program that records.
    `seen` is the number of entries that a person saw: an order that is sent twice is recorded once then, and one that
    crosses with another entry is refused.
    """
    context = evaluator.context
    agreement = await _find_ours(context, agreement_id)
    _check(context, state, amount, currency, until)
    payment = Payment(
        owner=context.owner,
        agreement_id=agreement.key,
        state=state,
        at=context.now(),
        by=by,
        amount=amount,
        currency=payments.CURRENCY if amount else "",
        until=until,
    )
    leaf = commits.record(context, f"payment {state}", agreement.key, {"by": by, "until": until})

    def make(before: Sequence[Payment]) -> Payment | None:
        if seen is None or len(before) == seen:
            return payment
        if len(before) > seen and msgspec.structs.replace(before[seen], at=payment.at) == payment:
            return None
        raise NotAllowed("changed", "Another payment was recorded meanwhile: read the payments again, then repeat.")

    await _append(evaluator, agreement, make, leaf)
    return await show_payments(context, agreement_id)


async def correct(evaluator: Evaluator, agreement_id: str, entry: int, *, by: str) -> PaymentSummary:
    """Take an entry back, by its number from 1; a repeat changes nothing. Raises NoSuchEntity, NotAllowed, Invalid."""
    context = evaluator.context
    agreement = await _find_ours(context, agreement_id)

    def make(before: Sequence[Payment]) -> Payment | None:
        if not 0 < entry <= len(before) or before[entry - 1].corrects is not None:
            raise Invalid(
                "entry", f"There is no payment with the number {entry}: show the payments to see their numbers."
            )
        if any(known.corrects == entry for known in before):
            return None
        state = before[entry - 1].state
        return Payment(
            owner=context.owner, agreement_id=agreement.key, state=state, at=context.now(), by=by, corrects=entry
        )

    leaf = commits.record(context, "payment corrected", agreement.key, {"by": by, "entry": entry})
    await _append(evaluator, agreement, make, leaf)
    return await show_payments(context, agreement_id)


async def _append(
    evaluator: Evaluator,
    agreement: Agreement,
    make: Callable[[Sequence[Payment]], Payment | None],
    leaf: Change,
) -> None:
    """Append the entry that `make` returns for those before it, if any, with the duties that it fulfils.

    It is made again if another entry was recorded meanwhile. Raises Conflict if that happens time after time.
    """
    store, owner = evaluator.context.store, evaluator.context.owner
    for left in reversed(range(_ATTEMPTS)):
        before = await store.payments(owner, agreement.key)
        payment = make(before)
        if payment is None:
            return
        _check_number(before)
        changes: list[Change] = [RecordPayment(payment, len(before) + 1), leaf]
        if payment.state is PaymentState.SETTLED and payment.corrects is None:
            entries = await store.duties(owner, agreement.key)
            changes += receipts.settle_paid(evaluator, agreement, [*before, payment], entries)
        try:
            await store.commit(changes)
            break
        except Conflict:
            if not left:
                raise
    await renewals.look_again(evaluator, agreement=agreement.key)


async def _find_ours(context: Context, agreement_id: str) -> Agreement:
    """Return a final agreement of ours as the provider. Raises NoSuchEntity, NotAllowed."""
    agreement = await find_agreement(context, agreement_id)
    if agreement.role is not Role.PROVIDER:
        raise NotAllowed(
            "not-provider", "Only the provider, who receives the money, can record payments: ask the provider."
        )
    if agreement.finalized_at is None:
        raise NotAllowed(
            "not-finalized", "The agreement is not finalized: record payments after its negotiation is finalized."
        )
    return agreement


def _check_number(before: Sequence[Payment]) -> None:
    if len(before) >= MOST:
        raise NotAllowed(
            "too-many", f"The limit of {MOST} payment entries of an agreement is reached: negotiate a new agreement."
        )


def _check(context: Context, state: PaymentState, amount: str | None, currency: str | None, until: int | None) -> None:
    if amount is not None and (not _AMOUNT.fullmatch(amount) or not Decimal(amount)):
        raise Invalid("amount", "The amount is not a number above zero: write it as 12.50.")
    if amount is not None and state not in _LIMITED:
        raise Invalid("amount", f"The state {state} has no amount: give an amount only with settled or due.")
    if currency not in {None, payments.CURRENCY}:
        raise Invalid("currency", f"The currency is not supported: convert the amount to {payments.CURRENCY}.")
    if until is not None and state not in _LIMITED:
        raise Invalid("until", f"The state {state} has no end: give `until` only with settled or due.")
    if until is not None and until <= context.now():
        raise Invalid("until", "The end of the state is in the past: give a later time, or record the present state.")


def _paid(context: Context, agreement: Agreement, entries: Sequence[Payment]) -> PaymentSummary:
    state, until = payments.find_payment_standing(entries, context.now())
    amount, valid = payments.sum_paid(entries), payments.list_valid(entries)
    is_due = valid and valid[-1].state is PaymentState.DUE
    return PaymentSummary(
        agreement_id=agreement.id,
        state=state,
        until=until,
        amount=f"{amount:f}",
        due=valid[-1].amount if is_due else None,
        currency=payments.CURRENCY,
        entries=tuple(entries),
    )
