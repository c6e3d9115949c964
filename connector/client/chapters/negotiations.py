"""Contract negotiations, and the processes that wait for a decision."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, ClientFlow, path_of, reason_order
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.common import Page
from connector.views.holds import HoldView
from connector.views.negotiations import ApproveOrder, CounterOrder, NegotiationOrder, NegotiationView, OfferOrder

_ONE_WAIT_S = 30.0
_FOR_THE_WAY_S = 10.0
ENDED = frozenset({"FINALIZED", "TERMINATED"})


def _at(id: str, verb: str, body: msgspec.Struct | None = None) -> ApiCall[NegotiationView]:
    return ApiCall(method="POST", path=path_of("negotiations", id, verb), answer=NegotiationView, body=body)


def begin(
    participant: str,
    dataset: str,
    *,
    offer: str | None = None,
    policy: dict[str, Any] | None = None,
    purpose: str | None = None,
) -> ApiCall[NegotiationView]:
    """Send a contract request for a dataset: for its first offer, a given one, or another policy.

    `purpose` is declared with the request, and the agreement states it.

    >>> negotiation = connector.negotiations.start("https://city.example", "urn:dataset:air")
    >>> print(negotiation.role, negotiation.offer_id)
    consumer urn:offer:1
    """
    order = NegotiationOrder(participant=participant, dataset=dataset, offer=offer, policy=policy, purpose=purpose)
    return ApiCall(method="POST", path=path_of("negotiations"), answer=NegotiationView, body=order, timeout_s=60.0)


def _offer(participant: str, asset: str, *, policy: dict[str, Any] | None = None) -> ApiCall[NegotiationView]:
    """Offer an asset to a participant that has sent no request.

    >>> _ = connector.assets.publish("urn:asset:1")
    >>> print(connector.negotiations.offer("https://city.example", "urn:asset:1").role)
    provider
    """
    order = OfferOrder(participant=participant, asset=asset, policy=policy)
    return ApiCall(method="POST", path=path_of("negotiations", "offer"), answer=NegotiationView, body=order)


def listing(
    *,
    state: str | None = None,
    peer: str | None = None,
    dataset: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> ApiCall[Page[NegotiationView]]:
    """List one page of the negotiations, newest first.

    >>> [negotiation.id for negotiation in connector.negotiations.list(state="OFFERED").items]
    ['urn:negotiation:1']
    """
    query = {"state": state, "peer": peer, "dataset": dataset, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("negotiations"), answer=Page[NegotiationView], query=query)


def show(id: str) -> ApiCall[NegotiationView]:
    """Show one negotiation with its recorded decisions.

    >>> print(connector.negotiations.show("urn:negotiation:1").state)
    OFFERED
    """
    return ApiCall(method="GET", path=path_of("negotiations", id), answer=NegotiationView)


def until(id: str, *, timeout_s: float = 60.0, states: Sequence[str] = ()) -> ClientFlow[NegotiationView]:
    """Wait until a negotiation has ended, waits for a decision here, or is in one of `states`, at most `timeout_s`.

    >>> negotiation = connector.negotiations.wait("urn:negotiation:1", timeout_s=10)
    >>> negotiation.hold.reason
    'A person decides.'
    """
    deadline = time.monotonic() + timeout_s
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        now = min(left, _ONE_WAIT_S)
        found: NegotiationView = yield ApiCall(
            method="GET",
            path=path_of("negotiations", id, "wait"),
            answer=NegotiationView,
            query={"timeout": now, "state": list(states)},
            timeout_s=now + _FOR_THE_WAY_S,
        )
        if left <= _ONE_WAIT_S or found.state in ENDED or found.hold or found.state in states:
            return found


def _approve(id: str, *, changed_offer: bool = False) -> ApiCall[NegotiationView]:
    """Approve the next step that a person decides.

    `changed_offer` agrees on what was asked for although the offer has other terms since the process waits; without it,
    that raises RequestRefused with the code `offer-changed`.

    >>> print(connector.negotiations.approve("urn:negotiation:1").pending.message)
    ContractNegotiationEventMessage:ACCEPTED
    """
    return _at(id, "approve", ApproveOrder(changed_offer=True) if changed_offer else None)


def _reject(id: str, *, reason: str | None = None) -> ApiCall[NegotiationView]:
    """Reject the next step: the negotiation ends, and the counterparty receives the reason.

    >>> connector.negotiations.reject("urn:negotiation:1", reason="No budget.").pending.message
    'ContractNegotiationTerminationMessage'
    """
    return _at(id, "reject", reason_order(reason))


def _counter(id: str, policy: dict[str, Any]) -> ApiCall[NegotiationView]:
    """Answer with another policy, an ODRL Offer.

    >>> policy = {"@type": "Offer", "permission": [{"action": "use"}]}
    >>> connector.negotiations.counter("urn:negotiation:1", policy).pending.message
    'ContractRequestMessage'
    """
    return _at(id, "counter", CounterOrder(policy=policy))


def _terminate(id: str, *, reason: str | None = None) -> ApiCall[NegotiationView]:
    """Terminate the negotiation; the counterparty receives the reason.

    >>> connector.negotiations.terminate("urn:negotiation:1", reason="No need.").pending.message
    'ContractNegotiationTerminationMessage'
    """
    return _at(id, "terminate", reason_order(reason))


def _holds(*, peer: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[HoldView]]:
    """List one page of the processes that wait for a decision, oldest first; those with `peer`, if it is given.

    >>> [hold.process_id for hold in connector.holds.list().items]
    ['urn:negotiation:1']
    """
    query = {"peer": peer, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("holds"), answer=Page[HoldView], query=query)


@dataclass(frozen=True)
class Negotiations:
    """Contract negotiations."""

    driver: Runs

    start = blocking(begin)
    offer = blocking(_offer)
    list = blocking(listing)
    all = every(listing)
    show = blocking(show)
    wait = blocking(until)
    approve = blocking(_approve)
    reject = blocking(_reject)
    counter = blocking(_counter)
    terminate = blocking(_terminate)


@dataclass(frozen=True)
class AsyncNegotiations:
    """Contract negotiations."""

    driver: AsyncRuns

    start = asynchronous(begin)
    offer = asynchronous(_offer)
    list = asynchronous(listing)
    all = every_async(listing)
    show = asynchronous(show)
    wait = asynchronous(until)
    approve = asynchronous(_approve)
    reject = asynchronous(_reject)
    counter = asynchronous(_counter)
    terminate = asynchronous(_terminate)


@dataclass(frozen=True)
class Holds:
    """The processes that wait for a decision, oldest first."""

    driver: Runs

    list = blocking(_holds)
    all = every(_holds)


@dataclass(frozen=True)
class AsyncHolds:
    """The processes that wait for a decision, oldest first."""

    driver: AsyncRuns

    list = asynchronous(_holds)
    all = every_async(_holds)
