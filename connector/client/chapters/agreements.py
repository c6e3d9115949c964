"""Agreements, their use and payments, and the audit log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connector.client.frame.flow import ApiCall, path_of, reason_order
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.protocol.dsp.common import Role
from connector.protocol.evidence import AgreementEvidence
from connector.views.agreements import (
    AgreementView,
    AuditExportView,
    DutyView,
    LeafView,
    MonthlyUsageView,
    ReceiptOrder,
    UsagePart,
    UsageView,
    UseView,
)
from connector.views.common import Page
from connector.views.payments import CorrectionOrder, PaymentOrder, PaymentSummaryView


def listing(
    *, dataset: str | None = None, counterparty: str | None = None, limit: int = 50, after: str | None = None
) -> ApiCall[Page[AgreementView]]:
    """List one page of the agreements, newest first.

    >>> [agreement.id for agreement in connector.agreements.list(dataset="urn:dataset:air").items]
    ['urn:agreement:2', 'urn:agreement:1']
    """
    query = {"dataset": dataset, "counterparty": counterparty, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("agreements"), answer=Page[AgreementView], query=query)


def show(id: str) -> ApiCall[AgreementView]:
    """Show one agreement.

    >>> print(connector.agreements.show("urn:agreement:1").role)
    provider
    """
    return ApiCall(method="GET", path=path_of("agreements", id), answer=AgreementView)


def _show_evidence(id: str) -> ApiCall[AgreementEvidence]:
    """Show what both sides have signed of a final agreement.

    >>> connector.agreements.show_evidence("urn:agreement:1").format
    'datenkontor-agreement-evidence-1'
    """
    return ApiCall(method="GET", path=path_of("agreements", id, "evidence"), answer=AgreementEvidence)


def _usage(id: str) -> ApiCall[UsageView]:
    """Show the use under an agreement.

    >>> connector.agreements.usage("urn:agreement:1").uses
    0
    """
    return ApiCall(method="GET", path=path_of("usage", id), answer=UsageView)


def _list_usage(
    *,
    first: str | None = None,
    last: str | None = None,
    role: Role = Role.PROVIDER,
    dataset: str | None = None,
    counterparty: str | None = None,
    purpose: str | None = None,
    by: Sequence[UsagePart] = (),
    sort: str = "-month",
    limit: int = 50,
    after: str | None = None,
) -> ApiCall[Page[MonthlyUsageView]]:
    """List one page of who used what for which purpose, by month, from `first` to `last` (default: the last twelve).

    `by` are the parts of a row (default: all); `sort` is a part or a count, with `-` in descending order.

    >>> connector.agreements.list_usage(first="2025-01", last="2025-02").items
    ()
    """
    narrowed = {"dataset": dataset, "counterparty": counterparty, "purpose": purpose}
    asked = {"first": first, "last": last, "role": role, **narrowed, "by": [str(part) for part in by], "sort": sort}
    query = {**asked, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("usage"), answer=Page[MonthlyUsageView], query=query)


def _withdraw(id: str, *, reason: str | None = None) -> ApiCall[AgreementView]:
    """Withdraw from an agreement: deliveries stop, and the consumer receives the reason.

    >>> connector.agreements.withdraw("urn:agreement:1", reason="The data was wrong.").withdrawn_at is not None
    True
    """
    return ApiCall(
        method="POST", path=path_of("agreements", id, "withdraw"), answer=AgreementView, body=reason_order(reason)
    )


def _duties(id: str) -> ApiCall[tuple[DutyView, ...]]:
    """List the duties of an agreement with their states, in the order of its policy.

    >>> [(duty.action, duty.state) for duty in connector.agreements.duties("urn:agreement:1")]
    [('http://www.w3.org/ns/odrl/2/delete', 'active')]
    """
    return ApiCall(method="GET", path=path_of("agreements", id, "duties"), answer=tuple[DutyView, ...])


def _receipt(id: str, duty: str, note: str = "") -> ApiCall[DutyView]:
    """Confirm that a duty was performed; the note stays in the ledger of this connector.

    >>> duty, = connector.agreements.duties("urn:agreement:1")
    >>> connector.agreements.receipt("urn:agreement:1", duty.id, "Confirmed by letter.").state
    'fulfilled'
    """
    path = path_of("agreements", id, "duties", duty, "receipt")
    return ApiCall(method="POST", path=path, answer=DutyView, body=ReceiptOrder(note=note))


def _payments(id: str) -> ApiCall[PaymentSummaryView]:
    """Show the state of the payments of an agreement with all entries.

    >>> print(connector.agreements.payments("urn:agreement:1").state)
    none
    """
    return ApiCall(method="GET", path=path_of("agreements", id, "payments"), answer=PaymentSummaryView)


def _pay(id: str, order: PaymentOrder) -> ApiCall[PaymentSummaryView]:
    """Record the state of the payments of an agreement; running transfers are decided again.

    >>> order = PaymentOrder(state=PaymentState.SETTLED, amount=Decimal("120.50"))
    >>> connector.agreements.pay("urn:agreement:1", order).amount
    '120.50'
    """
    return ApiCall(method="POST", path=path_of("agreements", id, "payments"), answer=PaymentSummaryView, body=order)


def _correct_payment(id: str, entry: int) -> ApiCall[PaymentSummaryView]:
    """Take a recorded payment back, by its number from 1: it stays on record and does not count.

    >>> order = PaymentOrder(state=PaymentState.SETTLED, amount=Decimal("120.50"))
    >>> number = len(connector.agreements.pay("urn:agreement:1", order).entries)
    >>> connector.agreements.correct_payment("urn:agreement:1", number).entries[-1].corrects == number
    True
    """
    order = CorrectionOrder(entry=entry)
    path = path_of("agreements", id, "payments/correct")
    return ApiCall(method="POST", path=path, answer=PaymentSummaryView, body=order)


def _audit(*, process: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[LeafView]]:
    """List one page of the audit log, of all processes or of one, oldest entry first.

    >>> [leaf.kind for leaf in connector.audit.list(process="urn:asset:1").items]
    ['asset drafted']
    """
    query = {"process": process, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("audit"), answer=Page[LeafView], query=query)


def _uses(*, agreement: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[UseView]]:
    """List one page of the uses, of all agreements or of one, oldest first: who used what, when and what for.

    >>> connector.agreements.uses(agreement="urn:agreement:1").items
    ()
    """
    query = {"agreement": agreement, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("uses"), answer=Page[UseView], query=query)


def _export(*, start: datetime | None = None, end: datetime | None = None) -> ApiCall[AuditExportView]:
    """Export the audit log of a period (default: all) with its proofs, line by line.

    >>> connector.audit.export().lines[0][:32]
    '{"format":"datenkontor-audit-1",'
    """
    query = {"start": start.isoformat() if start else None, "end": end.isoformat() if end else None}
    return ApiCall(method="GET", path=path_of("audit", "export"), answer=AuditExportView, query=query, timeout_s=3600.0)


@dataclass(frozen=True)
class Agreements:
    """Agreements as provider and as consumer."""

    driver: Runs

    list = blocking(listing)
    all = every(listing)
    show = blocking(show)
    usage = blocking(_usage)
    show_evidence = blocking(_show_evidence)
    list_usage = blocking(_list_usage)
    all_usage = every(_list_usage)
    withdraw = blocking(_withdraw)
    duties = blocking(_duties)
    receipt = blocking(_receipt)
    payments = blocking(_payments)
    pay = blocking(_pay)
    correct_payment = blocking(_correct_payment)
    uses = blocking(_uses)
    all_uses = every(_uses)


@dataclass(frozen=True)
class AsyncAgreements:
    """Agreements as provider and as consumer."""

    driver: AsyncRuns

    list = asynchronous(listing)
    all = every_async(listing)
    show = asynchronous(show)
    usage = asynchronous(_usage)
    show_evidence = asynchronous(_show_evidence)
    list_usage = asynchronous(_list_usage)
    all_usage = every_async(_list_usage)
    withdraw = asynchronous(_withdraw)
    duties = asynchronous(_duties)
    receipt = asynchronous(_receipt)
    payments = asynchronous(_payments)
    pay = asynchronous(_pay)
    correct_payment = asynchronous(_correct_payment)
    uses = asynchronous(_uses)
    all_uses = every_async(_uses)


@dataclass(frozen=True)
class Audit:
    """The audit log, oldest entry first."""

    driver: Runs

    list = blocking(_audit)
    all = every(_audit)
    export = blocking(_export)


@dataclass(frozen=True)
class AsyncAudit:
    """The audit log, oldest entry first."""

    driver: AsyncRuns

    list = asynchronous(_audit)
    all = every_async(_audit)
    export = asynchronous(_export)
