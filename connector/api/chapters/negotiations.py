"""Contract negotiations: begin, follow, and answer where a person is asked."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtCounterparties,
    AtEnforcing,
    AtJudging,
    Document,
    EndedAnswer,
    HoldAnswer,
    LimitQuery,
    Listing,
    Order,
    PendingAnswer,
    Reason,
    WaitQuery,
    ended_answer,
    hold_answer,
    moment,
    page,
    parse_json,
    pending_answer,
    read_listing,
    wait,
)
from connector.controlplane.core.context import Context
from connector.controlplane.usecases import negotiation
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState

router = APIRouter(tags=["negotiations"])


class NegotiationOrder(Order):
    """Ask a provider for a contract on one of its datasets."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"participant": "https://city.example/participants/environment", "dataset": "urn:uuid:7f…"}]
        },
    )

    participant: str = Field(description="The provider, by its identifier.")
    dataset: str = Field(description="The dataset, by its identifier.")
    offer: str | None = Field(None, description="Which of its offers; left out, the first.")
    policy: Document | None = Field(None, description="Other terms than the offer's, as an ODRL Offer.")


class OfferOrder(Order):
    """Offer one of our assets to a participant that did not ask."""

    participant: str = Field(description="The consumer, by its identifier.")
    asset: str = Field(description="The asset, by its identifier.")
    policy: Document | None = Field(None, description="Other terms than the asset's, as an ODRL Offer.")


class CounterOrder(Order):
    """Answer with other terms."""

    policy: Document = Field(description="The terms, as an ODRL Offer.")


class DecisionAnswer(BaseModel):
    """A decision by policy that is on record: what came of it, and in sentences why, by language.

    `record` has the hash of the policy, the version of the engine, the verdict of each rule and the values used.
    """

    at: datetime
    event: str
    record: dict[str, Any]
    texts: dict[str, list[str]]


class NegotiationAnswer(BaseModel):
    """A contract negotiation. `state` is null until the counter-party has acknowledged the first message.

    `decisions` are told where one negotiation is shown, oldest first.
    """

    id: str
    role: Role
    state: NegotiationState | None
    peer: str
    peer_pid: str | None
    dataset: str
    offer_id: str
    offer: dict[str, Any]
    offered_by: Role
    rounds: int
    agreement_id: str | None
    agreement: dict[str, Any] | None
    pending: PendingAnswer | None
    hold: HoldAnswer | None
    ended: EndedAnswer | None
    decisions: list[DecisionAnswer] = []
    created_at: datetime
    updated_at: datetime


async def _answer(context: Context, process: Negotiation) -> NegotiationAnswer:
    over = process.state in NEGOTIATION.terminal
    return NegotiationAnswer(
        id=process.id,
        role=process.role,
        state=NegotiationState(process.state) if process.state else None,
        peer=process.peer,
        peer_pid=process.peer_pid,
        dataset=process.dataset,
        offer_id=process.offer_id,
        offer=parse_json(process.offer),
        offered_by=process.offered_by,
        rounds=process.rounds,
        agreement_id=process.agreement_id,
        agreement=parse_json(process.agreement),
        pending=pending_answer(process),
        hold=None if over else hold_answer(await context.store.hold(process.owner, process.id)),
        ended=ended_answer(process),
        created_at=moment(process.created_at),
        updated_at=moment(process.updated_at),
    )


@router.post("/negotiations", status_code=202)
async def start_negotiation(
    context: AtContext, counterparties: AtCounterparties, order: NegotiationOrder
) -> NegotiationAnswer:
    """Ask a provider for a contract; the answer comes at once, the negotiation goes on by itself."""
    begun = await negotiation.request(
        context, counterparties, order.participant, order.dataset, offer_id=order.offer, policy=order.policy
    )
    return await _answer(context, begun)


@router.post("/negotiations/offer", status_code=202)
async def offer_negotiation(context: AtContext, judging: AtJudging, order: OfferOrder) -> NegotiationAnswer:
    """Offer an asset of ours to a participant that did not ask."""
    begun = await negotiation.offer(judging, order.participant, order.asset, policy=order.policy)
    return await _answer(context, begun)


@router.get("/negotiations")
async def list_negotiations(
    context: AtContext,
    state: NegotiationState | None = None,
    peer: Annotated[str | None, Query(max_length=1000)] = None,
    dataset: Annotated[str | None, Query(max_length=1000)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Listing[NegotiationAnswer]:
    """List the negotiations, newest first."""
    store, owner = context.store, context.owner
    rows, following = await read_listing(
        store.negotiations(owner, page(limit, after), state=state, peer=peer, dataset=dataset)
    )
    return Listing(items=[await _answer(context, row) for row in rows], next=following)


@router.get("/negotiations/{id:path}/wait")
async def wait_for_negotiation(
    context: AtContext,
    id: str,
    timeout: WaitQuery = 30.0,  # noqa: ASYNC109 - it bounds the wait, not the call, which answers in any case
    state: Annotated[list[NegotiationState] | None, Query(description="Answer also in one of these states.")] = None,
) -> NegotiationAnswer:
    """Answer when the negotiation has ended, waits for somebody here, or the time is up: as it then is."""
    wanted = {*NEGOTIATION.terminal, *(state or ())}

    async def read() -> NegotiationAnswer:
        return await _answer(context, await negotiation.get(context, id))

    return await wait(context.watch, id, timeout, read, lambda found: found.state in wanted or found.hold is not None)


@router.post("/negotiations/{id:path}/approve")
async def approve_negotiation(context: AtContext, enforcing: AtEnforcing, id: str) -> NegotiationAnswer:
    """Say yes where a person is asked: agree, accept, verify or finalize, as the state has it."""
    return await _answer(context, await negotiation.approve(enforcing, id))


@router.post("/negotiations/{id:path}/reject")
async def reject_negotiation(context: AtContext, enforcing: AtEnforcing, id: str, order: Reason) -> NegotiationAnswer:
    """Say no: the negotiation is terminated and the counter-party is told the reason."""
    return await _answer(context, await negotiation.reject(enforcing, id, order.reason))


@router.post("/negotiations/{id:path}/counter")
async def counter_negotiation(
    context: AtContext, enforcing: AtEnforcing, id: str, order: CounterOrder
) -> NegotiationAnswer:
    """Answer with other terms: a provider offers, a consumer requests."""
    return await _answer(context, await negotiation.counter(enforcing, id, order.policy))


@router.post("/negotiations/{id:path}/terminate")
async def terminate_negotiation(
    context: AtContext, enforcing: AtEnforcing, id: str, order: Reason
) -> NegotiationAnswer:
    """End the negotiation; the counter-party is told the reason."""
    return await _answer(context, await negotiation.terminate(enforcing, id, order.reason))


@router.get("/negotiations/{id:path}")
async def show_negotiation(context: AtContext, judging: AtJudging, id: str) -> NegotiationAnswer:
    """Show one negotiation, with what was decided in it by policy."""
    shown = await _answer(context, await negotiation.get(context, id))
    shown.decisions = [
        DecisionAnswer.model_validate(msgspec.structs.asdict(entry) | {"at": moment(entry.at)})
        for entry in await negotiation.decisions(judging, id)
    ]
    return shown
