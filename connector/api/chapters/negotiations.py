"""Endpoints for contract negotiations: start, follow, and decide for a person."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtCounterparties,
    AtEnforcer,
    AtEvaluator,
    LimitQuery,
    WaitQuery,
    page,
    read_hold,
    read_processes,
    view_pending,
    wait,
)
from connector.controlplane.core.context import Context
from connector.controlplane.usecases import negotiation
from connector.controlplane.usecases.negotiation import RecordedDecision
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState
from connector.views.common import LONGEST_IDENTIFIER, Page, ReasonOrder
from connector.views.conversion import to_view
from connector.views.holds import HoldView
from connector.views.negotiations import (
    ApproveOrder,
    CounterOrder,
    NegotiationOrder,
    NegotiationView,
    OfferOrder,
    RecordedDecisionView,
)

router = ChapterRouter(tags=["negotiations"])


def _view(
    context: Context, process: Negotiation, hold: HoldView | None, decisions: Sequence[RecordedDecision] = ()
) -> NegotiationView:
    shown = None if process.state in NEGOTIATION.terminal else hold
    views = tuple(to_view(RecordedDecisionView, decision) for decision in decisions)
    return to_view(
        NegotiationView,
        process,
        counterparty_name=context.find_name(process.peer),
        pending=view_pending(process),
        hold=shown,
        decisions=views,
    )


async def _read(context: Context, process: Negotiation) -> NegotiationView:
    return _view(context, process, await read_hold(context, process))


@router.post("/negotiations", status_code=202)
async def start_negotiation(
    evaluator: AtEvaluator, counterparties: AtCounterparties, order: NegotiationOrder
) -> NegotiationView:
    """Send a contract request to a provider; the answer comes at once, the negotiation continues by itself."""
    begun = await negotiation.request(
        evaluator,
        counterparties,
        order.participant,
        order.dataset,
        offer_id=order.offer,
        policy=order.policy,
        purpose=order.purpose,
    )
    return await _read(evaluator.context, begun)


@router.post("/negotiations/offer", status_code=202)
async def offer_negotiation(context: AtContext, evaluator: AtEvaluator, order: OfferOrder) -> NegotiationView:
    """Offer an asset to a participant that has sent no request."""
    begun = await negotiation.offer(evaluator, order.participant, order.asset, policy=order.policy)
    return await _read(context, begun)


@router.get("/negotiations")
async def list_negotiations(
    context: AtContext,
    state: NegotiationState | None = None,
    peer: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    dataset: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[NegotiationView]:
    """List the negotiations, newest first."""
    bounds = page(limit, after)
    rows = context.store.negotiations(context.owner, bounds, state=state, peer=peer, dataset=dataset)
    return await read_processes(context, rows, _view)


@router.get("/negotiations/{id:path}/wait")
async def wait_for_negotiation(
    context: AtContext,
    id: str,
    timeout: WaitQuery = 30.0,  # noqa: ASYNC109 - it limits the wait, not the call, which always answers
    state: Annotated[list[NegotiationState] | None, Query(description="Answer in these states too.")] = None,
) -> NegotiationView:
    """Wait until the negotiation has ended or waits for a decision here, at most for the timeout."""
    wanted = {*NEGOTIATION.terminal, *(state or ())}

    async def read() -> Negotiation:
        return await negotiation.get(context, id)

    # The view is made once, of what ended the wait.
    return await _read(context, await wait(context.watch, id, timeout, read, lambda it: it.state in wanted or it.held))


@router.post("/negotiations/{id:path}/approve")
async def approve_negotiation(
    context: AtContext, enforcer: AtEnforcer, id: str, order: ApproveOrder | None = None
) -> NegotiationView:
    """Approve the next step that a person decides: agree, accept, verify or finalize.

    Refused if the offer was withdrawn; if it has other terms since the process waits, unless `changed_offer` is set.
    """
    changed = order is not None and order.changed_offer
    return await _read(context, await negotiation.approve(enforcer, id, changed_offer=changed))


@router.post("/negotiations/{id:path}/reject")
async def reject_negotiation(context: AtContext, enforcer: AtEnforcer, id: str, order: ReasonOrder) -> NegotiationView:
    """Reject the next step: the negotiation ends, and the counterparty receives the reason."""
    return await _read(context, await negotiation.reject(enforcer, id, order.reason))


@router.post("/negotiations/{id:path}/counter")
async def counter_negotiation(
    context: AtContext, enforcer: AtEnforcer, id: str, order: CounterOrder
) -> NegotiationView:
    """Answer with another policy: a provider sends an offer, a consumer a request."""
    return await _read(context, await negotiation.counter(enforcer, id, order.policy))


@router.post("/negotiations/{id:path}/terminate")
async def terminate_negotiation(
    context: AtContext, enforcer: AtEnforcer, id: str, order: ReasonOrder
) -> NegotiationView:
    """Terminate the negotiation; the counterparty receives the reason."""
    return await _read(context, await negotiation.terminate(enforcer, id, order.reason))


@router.get("/negotiations/{id:path}")
async def show_negotiation(context: AtContext, evaluator: AtEvaluator, id: str) -> NegotiationView:
    """Show one negotiation with its recorded decisions."""
    process = await negotiation.get(context, id)
    return _view(context, process, await read_hold(context, process), await negotiation.decisions(evaluator, id))
