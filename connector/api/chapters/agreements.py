"""Agreements, what was used under them, what they oblige to, and the audit trail of what led there."""

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtJudging,
    LimitQuery,
    Listing,
    Order,
    Reason,
    moment,
    moment_or_none,
    page,
    parse_json,
    read_listing,
)
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity
from connector.controlplane.enforcing import duties
from connector.controlplane.usecases import agreements
from connector.ports.entities import Agreement, DutyState, Leaf
from connector.protocol.dsp.common import Role

router = APIRouter(tags=["agreements"])


class AgreementAnswer(BaseModel):
    """A usage contract; `policy` is the ODRL Agreement as both sides hold it, `sha256` the digest of its bytes."""

    id: str
    role: Role
    counterparty: str
    dataset: str
    negotiation_id: str
    policy: dict[str, Any]
    sha256: str
    agreed_at: datetime
    finalized_at: datetime | None
    withdrawn_at: datetime | None


class UsageAnswer(BaseModel):
    """What was used under an agreement: bytes delivered and accesses begun."""

    agreement_id: str
    bytes_moved: int
    uses: int


class DutyEventAnswer(BaseModel):
    """An entry of the duty ledger; `transfer` is empty where it is about the agreement as a whole."""

    state: DutyState
    at: datetime
    transfer: str
    evidence: dict[str, str]


class DutyAnswer(BaseModel):
    """A duty of an agreement and where it stands; `by_person` if it is confirmed by a receipt, not done by itself."""

    id: str
    agreement_id: str
    role: Literal["obligation", "duty", "remedy", "consequence"]
    action: str
    state: Literal["inactive", "active", "fulfilled", "violated", "settled"]
    assignee: str
    deadline: datetime | None
    by_person: bool
    events: list[DutyEventAnswer]


class Receipt(Order):
    """That a duty was done; the note stays in our ledger and goes to nobody."""

    note: str = Field("", max_length=1000)


class LeafAnswer(BaseModel):
    """An entry of the audit trail: states, identifiers and hashes, never payload."""

    id: str
    at: datetime
    kind: str
    process_id: str
    body: Any
    hash: str


def _answer(agreement: Agreement) -> AgreementAnswer:
    return AgreementAnswer(
        id=agreement.id,
        role=agreement.role,
        counterparty=agreement.counterparty,
        dataset=agreement.dataset,
        negotiation_id=agreement.negotiation_id,
        policy=parse_json(agreement.document),
        sha256=hashlib.sha256(agreement.document).hexdigest(),
        agreed_at=moment(agreement.agreed_at),
        finalized_at=moment_or_none(agreement.finalized_at),
        withdrawn_at=moment_or_none(agreement.withdrawn_at),
    )


def _duty(agreement: str, standing: duties.DutySummary) -> DutyAnswer:
    return DutyAnswer.model_validate(
        {
            "id": standing.duty,
            "agreement_id": agreement,
            "role": standing.role,
            "action": standing.action,
            "state": standing.state,
            "assignee": standing.assignee,
            "deadline": moment_or_none(standing.deadline),
            "by_person": standing.by_person,
            "events": [
                DutyEventAnswer(
                    state=event.state, at=moment(event.at), transfer=event.occasion, evidence=parse_json(event.evidence)
                )
                for event in standing.events
            ],
        }
    )


def _leaf(leaf: Leaf) -> LeafAnswer:
    return LeafAnswer(
        id=leaf.id,
        at=moment(leaf.at),
        kind=leaf.kind,
        process_id=leaf.process_id,
        body=parse_json(leaf.body),
        hash=leaf.hash.hex(),
    )


async def _known(context: Context, id: str) -> Agreement:
    agreement = await context.store.agreement(context.owner, id)
    if agreement is None:
        raise NoSuchEntity("no-agreement", f"There is no agreement {id}: list them to see which there are.")
    return agreement


@router.get("/agreements")
async def list_agreements(
    context: AtContext,
    dataset: Annotated[str | None, Query(max_length=1000)] = None,
    counterparty: Annotated[str | None, Query(max_length=1000)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Listing[AgreementAnswer]:
    """List the agreements, newest first."""
    store, owner = context.store, context.owner
    rows, following = await read_listing(
        store.agreements(owner, page(limit, after), dataset=dataset, counterparty=counterparty)
    )
    return Listing(items=[_answer(row) for row in rows], next=following)


# Before the agreement itself: its identifier may contain slashes, so that its path would take in these two.
@router.get("/agreements/{id:path}/duties")
async def list_duties(judging: AtJudging, id: str) -> list[DutyAnswer]:
    """List the duties of an agreement and where each stands, in the order of its policy."""
    return [_duty(id, standing) for standing in await duties.list_standings(judging, id)]


@router.post("/agreements/{id:path}/duties/{duty:path}/receipt")
async def give_receipt(judging: AtJudging, id: str, duty: str, order: Receipt) -> DutyAnswer:
    """Confirm that a duty was done (data deleted, invoice paid); a repeat changes nothing."""
    return _duty(id, await duties.record_receipt(judging, id, duty, order.note))


@router.post("/agreements/{id:path}/withdraw")
async def withdraw_from_agreement(judging: AtJudging, id: str, why: Reason) -> AgreementAnswer:
    """Deliver nothing more under an agreement; running transfers end, and the consumer is told the reason."""
    return _answer(await agreements.withdraw(judging, id, why.reason))


@router.get("/agreements/{id:path}")
async def show_agreement(context: AtContext, id: str) -> AgreementAnswer:
    """Show one agreement."""
    return _answer(await _known(context, id))


@router.get("/usage/{agreement:path}")
async def show_usage(context: AtContext, agreement: str) -> UsageAnswer:
    """Show what was used under an agreement."""
    known = await _known(context, agreement)
    usage = await context.store.usage(known.owner, known.id)
    return UsageAnswer(agreement_id=known.id, bytes_moved=usage.bytes_moved, uses=usage.uses)


@router.get("/audit", tags=["audit"])
async def list_audit(
    context: AtContext,
    process: Annotated[str | None, Query(max_length=1000, description="Only this process or asset.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Listing[LeafAnswer]:
    """List the audit trail, oldest first."""
    store, owner = context.store, context.owner
    rows, following = await read_listing(store.leaves(owner, page(limit, after), process_id=process))
    return Listing(items=[_leaf(row) for row in rows], next=following)
