"""Endpoints for agreements, their use and duties, and for the audit log."""

from typing import Annotated

from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtEvaluator,
    AtSeals,
    LimitQuery,
    TimeQuery,
    page,
    read_listing,
    read_number,
    read_page,
)
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing import receipts
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases import agreements, records
from connector.controlplane.usecases.proving import evidence, usage
from connector.controlplane.usecases.records import UseRecord
from connector.desk.agreements import view_agreement
from connector.ports.entities import Agreement, Leaf
from connector.protocol.dsp.agreement_keys import find_id
from connector.protocol.dsp.common import Role
from connector.protocol.evidence import AgreementEvidence
from connector.views.agreements import (
    AgreementView,
    AuditExportView,
    DutyEventView,
    DutyView,
    LeafView,
    MonthlyUsageView,
    ReceiptOrder,
    UsagePart,
    UsageView,
    UseView,
)
from connector.views.common import LONGEST_IDENTIFIER, Page, ReasonOrder
from connector.views.conversion import to_ms, to_view

router = ChapterRouter(tags=["agreements"])


async def _view(evaluator: Evaluator, agreement: Agreement) -> AgreementView:
    (found,) = await agreements.describe(evaluator, [agreement])
    return view_agreement(found)


def _duty(agreement: str, duty: receipts.DutySummary) -> DutyView:
    events = tuple(to_view(DutyEventView, event, transfer=event.occasion) for event in duty.events)
    return to_view(DutyView, duty, id=duty.duty, agreement_id=agreement, events=events)


def _use(record: UseRecord) -> UseView:
    use = record.use
    return to_view(
        UseView,
        use,
        role=Role.PROVIDER if use.providing else Role.CONSUMER,
        counterparty_name=record.counterparty_name,
        title=record.title,
        purposes=record.purposes,
        agreement_id=find_id(use.agreement_id),
        agreement_key=use.agreement_id,
        transfer=use.flow_id,
    )


def _sums(row: usage.DescribedUsage) -> MonthlyUsageView:
    role = Role.PROVIDER if row.sums.providing else Role.CONSUMER
    return to_view(MonthlyUsageView, row.sums, role=role, title=row.title, counterparty_name=row.counterparty_name)


def _leaf(leaf: Leaf) -> LeafView:
    return to_view(LeafView, leaf, hash=leaf.hash.hex())


@router.get("/agreements")
async def list_agreements(
    evaluator: AtEvaluator,
    dataset: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    counterparty: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AgreementView]:
    """List the agreements, newest first."""
    context = evaluator.context
    rows = context.store.agreements(context.owner, page(limit, after), dataset=dataset, counterparty=counterparty)
    found, following = await read_listing(rows)
    items = tuple(view_agreement(summary) for summary in await agreements.describe(evaluator, found))
    return Page(items=items, next=following)


# These precede the agreement itself: its identifier may contain slashes, so its path would match theirs too.
@router.get("/agreements/{id:path}/duties")
async def list_duties(evaluator: AtEvaluator, id: str) -> tuple[DutyView, ...]:
    """List the duties of an agreement with their states, in the order of its policy.

    The events are those of the agreement as a whole and of its newest 50 transfers.
    """
    return tuple(_duty(id, duty) for duty in await receipts.list_standings(evaluator, id))


@router.get("/agreements/{id:path}/evidence")
async def show_evidence(context: AtContext, seals: AtSeals, id: str) -> AgreementEvidence:
    """Return what both sides have signed of a final agreement, which `datenkontor agreement verify` checks offline."""
    return await evidence.make_evidence(context, seals, id)


@router.post("/agreements/{id:path}/duties/{duty:path}/receipt")
async def give_receipt(evaluator: AtEvaluator, id: str, duty: str, order: ReceiptOrder) -> DutyView:
    """Confirm that a duty was performed (data deleted, invoice paid); a repetition changes nothing."""
    return _duty(id, await receipts.record_receipt(evaluator, id, duty, order.note))


@router.post("/agreements/{id:path}/withdraw")
async def withdraw_from_agreement(evaluator: AtEvaluator, id: str, why: ReasonOrder) -> AgreementView:
    """Withdraw from an agreement: deliveries stop, running transfers end, and the consumer receives the reason."""
    return await _view(evaluator, await agreements.withdraw(evaluator, id, why.reason))


@router.get("/agreements/{id:path}")
async def show_agreement(evaluator: AtEvaluator, id: str) -> AgreementView:
    """Show one agreement."""
    return await _view(evaluator, await find_agreement(evaluator.context, id))


@router.get("/usage")
async def list_usage(
    evaluator: AtEvaluator,
    first: Annotated[
        str | None, Query(max_length=10, description="First month (2026-01); default: a year ago.")
    ] = None,
    last: Annotated[str | None, Query(max_length=10, description="Last month (2026-12); default: the present.")] = None,
    role: Annotated[Role, Query(description="Role of this connector.")] = Role.PROVIDER,
    dataset: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    counterparty: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    purpose: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    by: Annotated[tuple[UsagePart, ...], Query(max_length=4, description="Parts of a row; default: all.")] = (),
    sort: Annotated[str, Query(max_length=40, description="Part or count, with `-` in descending order.")] = "-month",
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[MonthlyUsageView]:
    """List who used what for which purpose, by month: agreements, deliveries, bytes and denied transfers."""
    begin, end = usage.find_period(evaluator.context.now(), evaluator)
    question = usage.UsageQuestion(
        first=first or begin,
        last=last or end,
        role=role,
        dataset=dataset,
        counterparty=counterparty,
        purpose=purpose,
        by=by or tuple(UsagePart),
        sort=sort,
    )
    found = usage.sum_up(await usage.read_sums(evaluator.context, question), question.by)
    rows = await usage.sort(evaluator, found, question.sort, "en")
    begun = read_number(after)
    shown = await usage.describe(evaluator, rows[begun : begun + limit])
    following = str(begun + limit) if begun + limit < len(rows) else None
    return Page(items=tuple(_sums(row) for row in shown), next=following)


@router.get("/usage/{agreement:path}")
async def show_usage(context: AtContext, agreement: str) -> UsageView:
    """Show the use under an agreement."""
    known = await find_agreement(context, agreement)
    return to_view(UsageView, await context.store.usage(known.owner, known.key), agreement_id=known.id)


@router.get("/uses")
async def list_uses(
    evaluator: AtEvaluator,
    agreement: Annotated[
        str | None, Query(max_length=LONGEST_IDENTIFIER, description="Only under this agreement.")
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[UseView]:
    """List who used what, when and for which purpose, oldest use first."""
    rows = records.list_uses(evaluator, page(limit, after), agreement_id=agreement)
    return await read_page(rows, _use)


@router.get("/audit/export", tags=["audit"])
async def export_audit(context: AtContext, start: TimeQuery = None, end: TimeQuery = None) -> AuditExportView:
    """Export the audit log of a period with its proofs (default: all)."""
    first, last = to_ms(start), to_ms(end)
    lines = await records.export_audit(context, first or 0, context.now() + 1 if last is None else last)
    return AuditExportView(lines=lines)


@router.get("/audit", tags=["audit"])
async def list_audit(
    context: AtContext,
    process: Annotated[
        str | None, Query(max_length=LONGEST_IDENTIFIER, description="Only this process or asset.")
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[LeafView]:
    """List the audit log, oldest entry first."""
    return await read_page(context.store.leaves(context.owner, page(limit, after), process_id=process), _leaf)
