"""Endpoints for subscriptions: order data again and again, see what came of it, pause, go on, remove."""

from typing import Annotated

from fastapi import Query, Request

from connector.api.chapters.assets import hide_secrets
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import (
    AfterQuery,
    AtContext,
    AtCounterparties,
    AtEnforcer,
    LimitQuery,
    page,
    read_listing,
)
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_key
from connector.controlplane.usecases.subscribing import subscriptions
from connector.ports.entities import Subscription
from connector.views.common import LONGEST_IDENTIFIER, Page
from connector.views.conversion import moment, to_view
from connector.views.subscriptions import RunOrder, SubscriptionOrder, SubscriptionState, SubscriptionView

router = ChapterRouter(tags=["subscriptions"])


def _view(context: Context, found: Subscription) -> SubscriptionView:
    return to_view(
        SubscriptionView,
        found,
        counterparty_name=context.find_name(found.counterparty),
        at=f"{found.minute // 60:02d}:{found.minute % 60:02d}",
        weekday=found.weekday + 1,
        sink=hide_secrets(found.sink) if found.sink else None,
        next_at=None if found.due_at is None else moment(found.due_at),
    )


@router.post("/subscriptions", status_code=201)
async def add_subscription(
    enforcer: AtEnforcer, counterparties: AtCounterparties, request: Request, order: SubscriptionOrder
) -> SubscriptionView:
    """Order the data of an agreement regularly, the first time at once; only what has changed is delivered."""
    made = await subscriptions.add(enforcer, counterparties, order, by=request.state.key_id)
    return _view(enforcer.context, made)


@router.get("/subscriptions")
async def list_subscriptions(
    context: AtContext,
    state: SubscriptionState | None = None,
    agreement: Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER)] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[SubscriptionView]:
    """List the subscriptions, newest first."""
    key = None if agreement is None else await find_agreement_key(context, agreement)
    reading = context.store.subscriptions(context.owner, page(limit, after), state=state, agreement_key=key)
    rows, following = await read_listing(reading)
    return Page(items=tuple(_view(context, row) for row in rows), next=following)


@router.post("/subscriptions/{id:path}/pause")
async def pause_subscription(context: AtContext, id: str) -> SubscriptionView:
    """Pause a subscription; a delivery under way arrives."""
    return _view(context, await subscriptions.pause(context, id))


@router.post("/subscriptions/{id:path}/resume")
async def resume_subscription(context: AtContext, id: str) -> SubscriptionView:
    """Resume a paused subscription: it looks for changed data at once."""
    return _view(context, await subscriptions.resume(context, id))


@router.post("/subscriptions/{id:path}/run")
async def run_subscription(context: AtContext, id: str, order: RunOrder) -> SubscriptionView:
    """Look for changed data now; the answer comes at once, the run continues by itself."""
    return _view(context, await subscriptions.run(context, id, anyway=order.anyway))


@router.get("/subscriptions/{id:path}")
async def show_subscription(context: AtContext, id: str) -> SubscriptionView:
    """Show one subscription."""
    return _view(context, await subscriptions.find(context, id))


@router.delete("/subscriptions/{id:path}")
async def remove_subscription(context: AtContext, id: str) -> SubscriptionView:
    """Remove a subscription; a delivery under way arrives, and what was delivered stays."""
    return _view(context, await subscriptions.remove(context, id))
