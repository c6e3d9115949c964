"""Payments of agreements as our accounts have them: recorded by people and programs, asked for by policies.

The connector moves no money. An entry is appended and never changed; what was paid fulfils duties to pay, and transfers
that run under the agreement are decided again at once.
"""

import re
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.enforcing import receipts, renewals
from connector.controlplane.judging import payments
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.changes import Change, RecordPayment
from connector.ports.entities import Agreement, Payment, PaymentState
from connector.protocol.dsp.common import Role

MOST = 10_000
_AMOUNT = re.compile(r"\d{1,12}(?:\.\d{1,4})?", re.ASCII)
_LIMITED = frozenset({PaymentState.SETTLED, PaymentState.DUE})


class PaymentSummary(msgspec.Struct, frozen=True, kw_only=True):
    """Where the payments of an agreement stand: now, until when (ms) if that is known, in all, and how it came to be.

    `amount` is what was paid, a decimal number as text, in `currency`.
    """

    agreement_id: str
    state: PaymentState
    until: int | None
    amount: str
    currency: str
    entries: tuple[Payment, ...]


async def show_payments(context: Context, agreement_id: str) -> PaymentSummary:
    """Return where the payments of an agreement stand. Raises NotFound."""
    agreement = await _agreement(context, agreement_id)
    return _paid(context, agreement, await context.store.payments(context.owner, agreement_id))


async def record(
    evaluator: Evaluator,
    agreement_id: str,
    state: PaymentState,
    *,
    by: str,
    amount: str | None = None,
    currency: str | None = None,
    until: int | None = None,
) -> PaymentSummary:
    """Record where the payments of an agreement stand from now on. Raises NotFound, NotAllowed, Invalid.

    `amount` was paid with this entry (state `settled`) or is owed, in `currency`, by default euros. `until` (ms): what
    is paid is due again from then on, what is due is overdue. `by` names who records it.
    """
    agreement = await _agreement(evaluator.context, agreement_id)
    if agreement.role is not Role.PROVIDER:
        raise NotAllowed("not-provider", "Only the provider records payments: it is the one who is paid.")
    if agreement.finalized_at is None:
        raise NotAllowed("not-finalized", "The agreement is not finalized: there is nothing to be paid yet.")
    _check(evaluator.context, state, amount, currency, until)
    before = await evaluator.context.store.payments(evaluator.context.owner, agreement_id)
    if len(before) >= MOST:
        raise NotAllowed("too-many", f"An agreement has at most {MOST} entries of payments: conclude a new one.")
    payment = Payment(
        owner=evaluator.context.owner,
        agreement_id=agreement_id,
        state=state,
        at=evaluator.context.now(),
        by=by,
        amount=amount,
        currency=payments.CURRENCY if amount else "",
        until=until,
    )
    leaf = commits.record(evaluator.context, f"payment {state}", agreement_id, {"by": by, "until": until})
    changes: list[Change] = [RecordPayment(payment), leaf]
    if state is PaymentState.SETTLED:
        amount_paid = payments.sum_paid([*before, payment])
        changes += receipts.settle_paid(
            evaluator,
            agreement,
            amount_paid,
            await evaluator.context.store.duties(evaluator.context.owner, agreement_id),
        )
    await evaluator.context.store.commit(changes)
    await renewals.look_again(evaluator, agreement=agreement_id)
    return await show_payments(evaluator.context, agreement_id)


def _check(context: Context, state: PaymentState, amount: str | None, currency: str | None, until: int | None) -> None:
    if amount is not None and (not _AMOUNT.fullmatch(amount) or not Decimal(amount)):
        raise Invalid("amount", "The amount is no number above zero: write it as 12.50.")
    if amount is not None and state not in _LIMITED:
        raise Invalid("amount", f"The state {state} has no amount: one is paid (settled) or owed (due).")
    if currency not in {None, payments.CURRENCY}:
        raise Invalid(
            "currency", f"Policies count in {payments.CURRENCY} alone: convert the amount before recording it."
        )
    if until is not None and state not in _LIMITED:
        raise Invalid("until", f"The state {state} has no end: settled and due have one.")
    if until is not None and until <= context.now():
        raise Invalid("until", "The end of the state lies in the past: name a later one, or record what holds now.")


def _paid(context: Context, agreement: Agreement, entries: Sequence[Payment]) -> PaymentSummary:
    state, until = payments.find_payment_standing(entries, context.now())
    amount = payments.sum_paid(entries)
    return PaymentSummary(
        agreement_id=agreement.id,
        state=state,
        until=until,
        amount=f"{amount:f}",
        currency=payments.CURRENCY,
        entries=tuple(entries),
    )


async def _agreement(context: Context, agreement_id: str) -> Agreement:
    agreement = await context.store.agreement(context.owner, agreement_id)
    if agreement is None:
        raise NoSuchEntity("no-agreement", f"There is no agreement {agreement_id}: list them to see which there are.")
    return agreement
