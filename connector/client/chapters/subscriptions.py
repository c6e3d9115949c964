"""Subscriptions: get the data of agreements regularly."""

from dataclasses import dataclass
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.common import Page
from connector.views.subscriptions import RunOrder, SubscriptionOrder, SubscriptionRhythm, SubscriptionView


def _add(
    agreement: str,
    *,
    every: str = "day",
    at: str | None = None,
    weekday: int | None = None,
    sink: dict[str, Any] | None = None,
) -> ApiCall[SubscriptionView]:
    """Order the data of an agreement every `hour`, `day` or `week`, or on each `change`; the first time at once.

    `at` is a local time (`HH:MM`), `weekday` a day from 1 (Monday) to 7. Only what has changed is delivered.

    >>> print(connector.subscriptions.add("urn:agreement:2", every="week", at="06:30", weekday=1).every)
    week
    """
    order = SubscriptionOrder(agreement=agreement, every=SubscriptionRhythm(every), at=at, weekday=weekday, sink=sink)
    return ApiCall(method="POST", path=path_of("subscriptions"), answer=SubscriptionView, body=order)


def _list(
    *, state: str | None = None, agreement: str | None = None, limit: int = 50, after: str | None = None
) -> ApiCall[Page[SubscriptionView]]:
    """List one page of the subscriptions, newest first.

    >>> [found.deliveries for found in connector.subscriptions.list(state="active").items]
    [2]
    """
    query = {"state": state, "agreement": agreement, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("subscriptions"), answer=Page[SubscriptionView], query=query)


def _show(id: str) -> ApiCall[SubscriptionView]:
    """Show one subscription.

    >>> print(connector.subscriptions.show("urn:subscription:1").outcome)
    unchanged
    """
    return ApiCall(method="GET", path=path_of("subscriptions", id), answer=SubscriptionView)


def _at(id: str, verb: str, body: msgspec.Struct | None = None) -> ApiCall[SubscriptionView]:
    return ApiCall(method="POST", path=path_of("subscriptions", id, verb), answer=SubscriptionView, body=body)


def _pause(id: str) -> ApiCall[SubscriptionView]:
    """Pause a subscription; a delivery under way arrives.

    >>> print(connector.subscriptions.pause("urn:subscription:1").state)
    paused
    """
    return _at(id, "pause")


def _resume(id: str) -> ApiCall[SubscriptionView]:
    """Resume a paused subscription: it looks for changed data at once.

    >>> print(connector.subscriptions.resume("urn:subscription:1").state)
    active
    """
    return _at(id, "resume")


def _run(id: str, *, anyway: bool = False) -> ApiCall[SubscriptionView]:
    """Look for changed data now; `anyway` gets it also if it has not changed, which is a use.

    >>> connector.subscriptions.run("urn:subscription:1").next_at is None
    False
    """
    return _at(id, "run", RunOrder(anyway=anyway))


def _remove(id: str) -> ApiCall[SubscriptionView]:
    """Remove a subscription and return it; what was delivered stays.

    >>> connector.subscriptions.remove("urn:subscription:1").id
    'urn:subscription:1'
    """
    return ApiCall(method="DELETE", path=path_of("subscriptions", id), answer=SubscriptionView)


@dataclass(frozen=True)
class Subscriptions:
    """Standing orders for the data of agreements."""

    driver: Runs

    add = blocking(_add)
    list = blocking(_list)
    all = every(_list)
    show = blocking(_show)
    pause = blocking(_pause)
    resume = blocking(_resume)
    run = blocking(_run)
    remove = blocking(_remove)


@dataclass(frozen=True)
class AsyncSubscriptions:
    """Standing orders for the data of agreements."""

    driver: AsyncRuns

    add = asynchronous(_add)
    list = asynchronous(_list)
    all = every_async(_list)
    show = asynchronous(_show)
    pause = asynchronous(_pause)
    resume = asynchronous(_resume)
    run = asynchronous(_run)
    remove = asynchronous(_remove)
