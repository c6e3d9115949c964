"""The steps of people and programs in subscriptions: order one, pause it, go on, run it now, remove it."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.usecases import catalog
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.standing import find_standings
from connector.ports.changes import DropSubscription, PutSubscription
from connector.ports.entities import Agreement, PageBounds, Subscription
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import Role
from connector.protocol.stated import read_stated
from connector.views.agreements import AgreementState
from connector.views.conversion import in_zone, moment
from connector.views.subscriptions import SubscriptionOrder, SubscriptionRhythm, SubscriptionState

MOST_SUBSCRIPTIONS, ATTEMPTS = 200, 5
OVER = frozenset({AgreementState.EXPIRED, AgreementState.WITHDRAWN, AgreementState.USED_UP, AgreementState.UNUSABLE})
"""The states of an agreement under which no data comes any more."""
CHANGED = "subscriptions"
"""What the watch of the context calls a change of any subscription: whoever runs them looks for what is due."""


async def add(
    enforcer: Enforcer, counterparties: Counterparties, order: SubscriptionOrder, *, by: str = ""
) -> Subscription:
    """Order the data of an agreement again and again, the first time at once; `by` is who orders it.

    The same order again returns the subscription that there is. Raises NoSuchEntity, NotAllowed, Invalid, PeerFailed.
    """
    context = enforcer.context
    agreement = await find_agreement(context, order.agreement, Role.CONSUMER)
    await _check_agreement(enforcer, agreement)
    sink = order.sink
    if sink is not None and order.every is SubscriptionRhythm.STREAM:
        sink = follow_into(sink)
    if sink is not None and (problem := enforcer.dataplane.supports(None, sink)):
        raise Invalid("sink", problem)
    made = _make(enforcer, agreement, order, by)
    rows, more = await context.store.subscriptions(context.owner, PageBounds(limit=MOST_SUBSCRIPTIONS))
    others = [row for row in rows if row.state is not SubscriptionState.ENDED and row.agreement == agreement.key]
    if known := next((row for row in others if row.sink == made.sink), None):
        if (known.every, known.minute, known.weekday) == (made.every, made.minute, made.weekday):
            return known
        reason = f"The subscription {known.id} has this data at another time: remove it first, or name another place."
        raise NotAllowed("subscribed", reason)
    if more is not None or len(rows) >= MOST_SUBSCRIPTIONS:
        reason = f"There are {MOST_SUBSCRIPTIONS} subscriptions: remove some that have ended first."
        raise NotAllowed("too-many-subscriptions", reason)
    if order.every is SubscriptionRhythm.CHANGE:
        await _check_version(counterparties, agreement)
    fields = {"agreement": agreement.id} | ({"by": by} if by else {})
    leaf = commits.record(context, "subscription added", made.id, fields)
    await context.store.commit([PutSubscription(made, None), leaf])
    context.watch.notify(CHANGED)
    return made


def follow_into(sink: dict[str, Any]) -> dict[str, Any]:
    """Return the address of a place that takes the messages of a stream as they arrive."""
    return {**sink, "follow": True}


async def find(context: Context, id: str) -> Subscription:
    """Return a subscription. Raises NoSuchEntity."""
    found = await context.store.subscription(context.owner, id)
    if found is None:
        reason = f"Unknown subscription {id[:200]}: list the subscriptions to find its identifier."
        raise NoSuchEntity("no-subscription", reason)
    return found


async def list_failing(context: Context) -> list[Subscription]:
    """Return the subscriptions whose last runs have failed, those that fail the longest first."""
    bounds = PageBounds(limit=MOST_SUBSCRIPTIONS)
    rows, _ = await context.store.subscriptions(context.owner, bounds, state=SubscriptionState.ACTIVE)
    return sorted((row for row in rows if row.failing_since), key=lambda row: row.failing_since or 0)


async def pause(context: Context, id: str) -> Subscription:
    """Let a subscription run no more until it is resumed; a delivery under way arrives. Raises NoSuchEntity."""

    def act(found: Subscription) -> Subscription:
        _require_not_ended(found)
        return msgspec.structs.replace(found, state=SubscriptionState.PAUSED, due_at=None)

    return await change(context, id, act)


async def resume(context: Context, id: str) -> Subscription:
    """Let a paused subscription go on: at once, so that what it has missed is caught up. Raises NoSuchEntity."""

    def act(found: Subscription) -> Subscription:
        _require_not_ended(found)
        if found.state is SubscriptionState.ACTIVE:
            return found
        due_at = None if found.transfer else context.now()
        return msgspec.structs.replace(found, state=SubscriptionState.ACTIVE, due_at=due_at)

    return await change(context, id, act)


async def run(context: Context, id: str, *, anyway: bool = False) -> Subscription:
    """Let a subscription look for changed data now; `anyway` gets the data in any case. Raises NotAllowed."""

    def act(found: Subscription) -> Subscription:
        _require_not_ended(found)
        if found.state is SubscriptionState.PAUSED:
            raise NotAllowed("paused", "The subscription is paused: resume it first.")
        if found.transfer:
            raise NotAllowed("running", "A delivery of the subscription is under way: wait for its end.")
        return msgspec.structs.replace(found, due_at=context.now(), anyway=anyway)

    return await change(context, id, act)


async def remove(context: Context, id: str) -> Subscription:
    """Remove a subscription and return it; a delivery under way arrives. Raises NoSuchEntity, NotAllowed."""
    for _ in range(ATTEMPTS):
        found = await find(context, id)
        leaf = commits.record(context, "subscription removed", id, {"agreement": found.agreement})
        try:
            await context.store.commit([DropSubscription(context.owner, id, found.version), leaf])
        except Conflict:
            continue
        context.watch.notify(CHANGED)
        context.watch.notify(found.transfer or id)
        return found
    raise _busy()


async def change(context: Context, id: str, act: Callable[[Subscription], Subscription]) -> Subscription:
    """Store what `act` makes of a subscription; return it. Raises NoSuchEntity, NotAllowed."""
    for _ in range(ATTEMPTS):
        before = await find(context, id)
        after = act(before)
        if after == before:
            return before
        after = msgspec.structs.replace(after, version=before.version + 1)
        try:
            await context.store.commit([PutSubscription(after, before.version)])
        except Conflict:
            continue
        context.watch.notify(CHANGED)
        context.watch.notify(after.transfer or id)
        return after
    raise _busy()


def _make(enforcer: Enforcer, agreement: Agreement, order: SubscriptionOrder, by: str) -> Subscription:
    context = enforcer.context
    now = context.now()
    local = in_zone(moment(now), enforcer.evaluator.library.operands.zone)
    hours, _, minutes = (order.at or f"{local:%H:%M}").partition(":")
    return Subscription(
        owner=context.owner,
        id=context.new_id(),
        version=1,
        agreement=agreement.key,
        counterparty=agreement.counterparty,
        dataset=agreement.dataset,
        title=agreement.title,
        every=order.every,
        minute=int(hours) * 60 + int(minutes),
        weekday=local.weekday() if order.weekday is None else order.weekday - 1,
        created_at=now,
        due_at=now,
        # A delivery takes the place of the one before.
        sink={"overwrite": True, **order.sink} if order.sink and order.sink.get("kind") == "file" else order.sink,
        by=by,
    )


async def _check_agreement(enforcer: Enforcer, agreement: Agreement) -> None:
    if agreement.finalized_at is None:
        raise NotAllowed("not-finalized", "The agreement is not finalized: wait until its negotiation is finalized.")
    (standing,) = await find_standings(enforcer.evaluator, [agreement])
    if standing.state in OVER:
        raise NotAllowed("agreement-over", "The agreement has ended or is used up: ask for a new one first.")


async def _check_version(counterparties: Counterparties, agreement: Agreement) -> None:
    """Raise Invalid if nobody can see that the data has changed."""
    look: Awaitable[dict[str, object]] = catalog.fetch_dataset(
        counterparties, agreement.counterparty, agreement.dataset
    )
    if not read_stated(await look).is_datable:
        reason = (
            "The provider states neither a digest nor a date of this data, so that nobody sees a change: choose an "
            "hour, a day or a week."
        )
        raise Invalid("no-version", reason)


def _require_not_ended(found: Subscription) -> None:
    if found.state is SubscriptionState.ENDED:
        raise NotAllowed("subscription-ended", "The subscription has ended with its agreement: order a new one.")


def _busy() -> NotAllowed:
    return NotAllowed("busy", "Other requests changed the subscription repeatedly: read it again, then retry.")
