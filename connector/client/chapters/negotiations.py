"""Contract negotiations, and what waits for somebody."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, ClientFlow, Page, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking, every, every_awaited

Json = Mapping[str, Any]


_ONE_WAIT_S = 30.0
_FOR_THE_WAY_S = 10.0
ENDED = frozenset({"FINALIZED", "TERMINATED"})


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """The message that is owed to the counter-party; `in_doubt` when a try ended without an answer."""

    message: str
    attempts: int
    refusals: int
    in_doubt: bool


class Ended(msgspec.Struct, frozen=True, kw_only=True):
    """Why a process ended, and who said so; `reasons` says why by language, where the connector decided it."""

    code: str
    reason: str
    by: str
    reasons: dict[str, str] = {}


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A process that waits for somebody: why, for whom, and until when at the latest."""

    process_id: str
    process_kind: str
    reason: str
    who: str
    created_at: datetime
    until: datetime | None
    reasons: dict[str, str] = {}


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision by policy that is on record: what came of it, and in sentences why, by language."""

    at: datetime
    event: str
    record: dict[str, Any]
    texts: dict[str, tuple[str, ...]]


class Negotiation(msgspec.Struct, frozen=True, kw_only=True):
    """A contract negotiation. `state` is None until the counter-party has acknowledged the first message.

    `decisions` are told where one negotiation is shown.
    """

    id: str
    role: str
    state: str | None
    peer: str
    peer_pid: str | None
    dataset: str
    offer_id: str
    offer: dict[str, Any]
    offered_by: str
    rounds: int
    agreement_id: str | None
    agreement: dict[str, Any] | None
    pending: Pending | None
    hold: Hold | None
    ended: Ended | None
    decisions: tuple[Decision, ...] = ()
    created_at: datetime
    updated_at: datetime


def _at(id: str, verb: str, body: Json | None = None) -> ApiCall[Negotiation]:
    return ApiCall(method="POST", path=place("negotiations", id, verb), answer=Negotiation, body=body)


def begin(
    participant: str, dataset: str, *, offer: str | None = None, policy: Json | None = None
) -> ApiCall[Negotiation]:
    """Ask a provider for a contract on a dataset, on its first offer, a named one, or other terms."""
    body = {"participant": participant, "dataset": dataset, "offer": offer, "policy": policy}
    return ApiCall(method="POST", path=place("negotiations"), answer=Negotiation, body=body, timeout_s=60.0)


def _offer(participant: str, asset: str, *, policy: Json | None = None) -> ApiCall[Negotiation]:
    """Offer an asset of ours to a participant that did not ask."""
    body = {"participant": participant, "asset": asset, "policy": policy}
    return ApiCall(method="POST", path=place("negotiations", "offer"), answer=Negotiation, body=body)


def listing(
    *,
    state: str | None = None,
    peer: str | None = None,
    dataset: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> ApiCall[Page[Negotiation]]:
    """List a page of the negotiations, newest first."""
    query = {"state": state, "peer": peer, "dataset": dataset, "limit": limit, "after": after}
    return ApiCall(method="GET", path=place("negotiations"), answer=Page[Negotiation], query=query)


def _show(id: str) -> ApiCall[Negotiation]:
    """Show one negotiation."""
    return ApiCall(method="GET", path=place("negotiations", id), answer=Negotiation)


def until(id: str, *, timeout_s: float = 60.0, states: Sequence[str] = ()) -> ClientFlow[Negotiation]:
    """Wait until the negotiation has ended, waits for somebody here, or is in one of `states`; or the time is up."""
    deadline = time.monotonic() + timeout_s
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        now = min(left, _ONE_WAIT_S)
        found: Negotiation = yield ApiCall(
            method="GET",
            path=place("negotiations", id, "wait"),
            answer=Negotiation,
            query={"timeout": now, "state": list(states)},
            timeout_s=now + _FOR_THE_WAY_S,
        )
        if left <= _ONE_WAIT_S or found.state in ENDED or found.hold or found.state in states:
            return found


def _approve(id: str) -> ApiCall[Negotiation]:
    """Say yes where a person is asked."""
    return _at(id, "approve")


def _reject(id: str, *, reason: str | None = None) -> ApiCall[Negotiation]:
    """Say no; the counter-party is told the reason."""
    return _at(id, "reject", {"reason": reason})


def _counter(id: str, policy: Json) -> ApiCall[Negotiation]:
    """Answer with other terms."""
    return _at(id, "counter", {"policy": policy})


def _terminate(id: str, *, reason: str | None = None) -> ApiCall[Negotiation]:
    """End the negotiation; the counter-party is told the reason."""
    return _at(id, "terminate", {"reason": reason})


def _holds(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[Hold]]:
    """List a page of what waits for somebody, oldest first."""
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=place("holds"), answer=Page[Hold], query=query)


@dataclass(frozen=True)
class Negotiations:
    """Contract negotiations."""

    driver: Runs

    start = blocking(begin)
    offer = blocking(_offer)
    list = blocking(listing)
    all = every(listing)
    show = blocking(_show)
    wait = blocking(until)
    approve = blocking(_approve)
    reject = blocking(_reject)
    counter = blocking(_counter)
    terminate = blocking(_terminate)


@dataclass(frozen=True)
class AsyncNegotiations:
    """Contract negotiations."""

    driver: AsyncRuns

    start = awaited(begin)
    offer = awaited(_offer)
    list = awaited(listing)
    all = every_awaited(listing)
    show = awaited(_show)
    wait = awaited(until)
    approve = awaited(_approve)
    reject = awaited(_reject)
    counter = awaited(_counter)
    terminate = awaited(_terminate)


@dataclass(frozen=True)
class Holds:
    """What waits for somebody, oldest first."""

    driver: Runs

    list = blocking(_holds)
    all = every(_holds)


@dataclass(frozen=True)
class AsyncHolds:
    """What waits for somebody, oldest first."""

    driver: AsyncRuns

    list = awaited(_holds)
    all = every_awaited(_holds)
