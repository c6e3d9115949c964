"""Transfer processes: ask for the data of an agreement, follow, pause, end."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connector.client.chapters.negotiations import Ended, Hold, Pending
from connector.client.delivery import download, list_files
from connector.client.frame.flow import ApiCall, ClientFlow, Page, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking, every, every_awaited

_ONE_WAIT_S = 30.0
_FOR_THE_WAY_S = 10.0
_A_PULL_S = 3600.0
ENDED = frozenset({"COMPLETED", "TERMINATED"})


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What the data plane says: bytes so far, size and SHA-256 (hex) where known, and what went wrong."""

    bytes_moved: int = 0
    size: int | None = None
    sha256: str | None = None
    error: str | None = None


class Transfer(msgspec.Struct, frozen=True, kw_only=True):
    """A transfer process. `state` is None until the counter-party has acknowledged the request."""

    id: str
    role: str
    state: str | None
    peer: str
    peer_pid: str | None
    agreement_id: str
    dataset: str
    format: str
    keep: bool
    sink: dict[str, Any] | None
    flow_wanted: str
    flow_reported: str
    suspended_by: str | None
    progress: Delivery | None
    pending: Pending | None
    hold: Hold | None
    ended: Ended | None
    created_at: datetime
    updated_at: datetime


def begin(
    agreement: str, *, push: bool = False, sink: Mapping[str, Any] | None = None, keep: bool = False
) -> ApiCall[Transfer]:
    """Ask for the data of an agreement; `keep` leaves a pull open, to pull again from a live source."""
    body = {"agreement": agreement, "push": push, "sink": sink, "keep": keep}
    return ApiCall(method="POST", path=place("transfers"), answer=Transfer, body=body)


def _list(
    *,
    state: str | None = None,
    peer: str | None = None,
    agreement: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> ApiCall[Page[Transfer]]:
    """List a page of the transfers, newest first."""
    query = {"state": state, "peer": peer, "agreement": agreement, "limit": limit, "after": after}
    return ApiCall(method="GET", path=place("transfers"), answer=Page[Transfer], query=query)


def _show(id: str) -> ApiCall[Transfer]:
    """Show one transfer."""
    return ApiCall(method="GET", path=place("transfers", id), answer=Transfer)


def until(id: str, *, timeout_s: float = 60.0, states: Sequence[str] = ()) -> ClientFlow[Transfer]:
    """Wait until the transfer has ended, waits for somebody here, or is in one of `states`; or the time is up.

    Without `states`, a transfer that is kept open is waited for until something was delivered.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        now = min(left, _ONE_WAIT_S)
        found: Transfer = yield ApiCall(
            method="GET",
            path=place("transfers", id, "wait"),
            answer=Transfer,
            query={"timeout": now, "state": list(states)},
            timeout_s=now + _FOR_THE_WAY_S,
        )
        if left <= _ONE_WAIT_S or _there(found, states):
            return found


def _there(found: Transfer, states: Sequence[str]) -> bool:
    delivered = found.keep and not states and found.progress is not None and found.progress.sha256 is not None
    return found.state in ENDED or found.state in states or found.hold is not None or delivered


def _pull(id: str) -> ApiCall[Delivery]:
    """Fetch once more for a transfer that is kept open; returns when the data has arrived."""
    return ApiCall(method="POST", path=place("transfers", id, "pull"), answer=Delivery, timeout_s=_A_PULL_S)


def _at(id: str, verb: str, reason: str | None = None) -> ApiCall[Transfer]:
    return ApiCall(method="POST", path=place("transfers", id, verb), answer=Transfer, body={"reason": reason})


def _suspend(id: str, *, reason: str | None = None) -> ApiCall[Transfer]:
    """Pause the transfer; the counter-party is told the reason."""
    return _at(id, "suspend", reason)


def _resume(id: str) -> ApiCall[Transfer]:
    """Go on with a transfer that was suspended here."""
    return _at(id, "resume")


def _complete(id: str) -> ApiCall[Transfer]:
    """Say that the transfer is done."""
    return _at(id, "complete")


def _terminate(id: str, *, reason: str | None = None) -> ApiCall[Transfer]:
    """End the transfer for good; the counter-party is told the reason."""
    return _at(id, "terminate", reason)


@dataclass(frozen=True)
class Transfers:
    """Transfer processes."""

    driver: Runs

    start = blocking(begin)
    list = blocking(_list)
    all = every(_list)
    show = blocking(_show)
    wait = blocking(until)
    pull = blocking(_pull)
    suspend = blocking(_suspend)
    resume = blocking(_resume)
    complete = blocking(_complete)
    terminate = blocking(_terminate)
    files = blocking(list_files)
    download = blocking(download)


@dataclass(frozen=True)
class AsyncTransfers:
    """Transfer processes."""

    driver: AsyncRuns

    start = awaited(begin)
    list = awaited(_list)
    all = every_awaited(_list)
    show = awaited(_show)
    wait = awaited(until)
    pull = awaited(_pull)
    suspend = awaited(_suspend)
    resume = awaited(_resume)
    complete = awaited(_complete)
    terminate = awaited(_terminate)
    files = awaited(list_files)
    download = awaited(download)
