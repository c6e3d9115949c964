"""Transfer processes: start, follow, suspend and end them."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from connector.client.delivery import download, list_files
from connector.client.frame.flow import ApiCall, ClientFlow, Follow, path_of, reason_order
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.client.stream import StreamLine, StreamReading
from connector.views.common import Page
from connector.views.transfers import DeliveryView, TransferOrder, TransferView

_ONE_WAIT_S = 30.0
_FOR_THE_WAY_S = 10.0
_A_PULL_S = 3600.0
ENDED = frozenset({"COMPLETED", "TERMINATED"})


def begin(
    agreement: str,
    *,
    push: bool = False,
    sink: dict[str, Any] | None = None,
    keep: bool = False,
    choice: str = "",
    parameters: Mapping[str, str] | None = None,
    id: str | None = None,
) -> ApiCall[TransferView]:
    """Send a transfer request under an agreement; `keep` keeps a pull open, to pull from a live source again.

    `choice` chooses a form and rows, as a query such as `form=geojson&limit=10`. `parameters` are values for parameters
    of the data that its provider allows, by name.

    `id` is a new `urn:uuid:…`: the same request under it, after an answer that was lost, begins only one transfer.

    >>> transfer = connector.transfers.start("urn:agreement:2")
    >>> print(transfer.role, transfer.format)
    consumer HttpData-PULL
    """
    order = TransferOrder(
        agreement=agreement,
        push=push,
        sink=sink,
        keep=keep,
        choice=choice,
        parameters=dict(parameters or {}),
        id=id,
    )
    return ApiCall(method="POST", path=path_of("transfers"), answer=TransferView, body=order)


def listing(
    *,
    state: str | None = None,
    peer: str | None = None,
    agreement: str | None = None,
    limit: int = 50,
    after: str | None = None,
) -> ApiCall[Page[TransferView]]:
    """List one page of the transfers, newest first.

    >>> [transfer.id for transfer in connector.transfers.list(agreement="urn:agreement:2", state="STARTED").items]
    ['urn:transfer:1']
    """
    query = {"state": state, "peer": peer, "agreement": agreement, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("transfers"), answer=Page[TransferView], query=query)


def show(id: str) -> ApiCall[TransferView]:
    """Show one transfer.

    >>> print(connector.transfers.show("urn:transfer:1").state)
    STARTED
    """
    return ApiCall(method="GET", path=path_of("transfers", id), answer=TransferView)


def until(id: str, *, timeout_s: float = 60.0, states: Sequence[str] = ()) -> ClientFlow[TransferView]:
    """Wait until a transfer has ended, waits for a decision here, or is in one of `states`, at most `timeout_s`.

    Without `states`, a transfer that is kept open is ready after a delivery.

    >>> print(connector.transfers.wait("urn:transfer:2", timeout_s=10).state)
    COMPLETED
    """
    deadline = time.monotonic() + timeout_s
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        now = min(left, _ONE_WAIT_S)
        found: TransferView = yield ApiCall(
            method="GET",
            path=path_of("transfers", id, "wait"),
            answer=TransferView,
            query={"timeout": now, "state": list(states)},
            timeout_s=now + _FOR_THE_WAY_S,
        )
        if left <= _ONE_WAIT_S or _there(found, states):
            return found


def _there(found: TransferView, states: Sequence[str]) -> bool:
    delivered = found.keep and not states and found.progress is not None and found.progress.sha256 is not None
    return found.state in ENDED or found.state in states or found.hold is not None or delivered


def _pull(id: str) -> ApiCall[DeliveryView]:
    """Pull again under a transfer that is kept open; return after the data has arrived.

    >>> connector.transfers.pull("urn:transfer:1").bytes_moved
    3
    """
    return ApiCall(method="POST", path=path_of("transfers", id, "pull"), answer=DeliveryView, timeout_s=_A_PULL_S)


def follow(id: str, take: Callable[[StreamLine], bool], *, after: str = "") -> ClientFlow[StreamLine | None]:
    """Follow a stream: `take` receives each message and event, until it returns False or the connection ends.

    `after` is the identifier of the last message that arrived. Returns the last event, `end` or `interrupted`, whose
    `again` says whether to follow again; None if `take` returned False. Raises NotReachable if the connector goes away:
    follow again then too. Each message comes at least once; one that came twice has the same identifier.

    >>> end = connector.transfers.follow("urn:transfer:1", lambda line: line.event != "" or keep(line.data))
    """
    reading = StreamReading(take)
    yield Follow(path=path_of("transfers", id, "stream"), query={"after": after}, take=reading.feed)
    return reading.end


def _at(id: str, verb: str, body: msgspec.Struct | None = None) -> ApiCall[TransferView]:
    return ApiCall(method="POST", path=path_of("transfers", id, verb), answer=TransferView, body=body)


def _suspend(id: str, *, reason: str | None = None) -> ApiCall[TransferView]:
    """Suspend the transfer; the counterparty receives the reason.

    >>> connector.transfers.suspend("urn:transfer:1", reason="Maintenance.").pending.message
    'TransferSuspensionMessage'
    """
    return _at(id, "suspend", reason_order(reason))


def _resume(id: str) -> ApiCall[TransferView]:
    """Resume a transfer that this connector suspended.

    >>> connector.transfers.resume("urn:transfer:3").pending.message
    'TransferStartMessage'
    """
    return _at(id, "resume")


def _complete(id: str) -> ApiCall[TransferView]:
    """Complete the transfer.

    >>> connector.transfers.complete("urn:transfer:1").pending.message
    'TransferCompletionMessage'
    """
    return _at(id, "complete")


def _terminate(id: str, *, reason: str | None = None) -> ApiCall[TransferView]:
    """Terminate the transfer; the counterparty receives the reason.

    >>> connector.transfers.terminate("urn:transfer:1", reason="No need.").pending.message
    'TransferTerminationMessage'
    """
    return _at(id, "terminate", reason_order(reason))


@dataclass(frozen=True)
class Transfers:
    """Transfer processes."""

    driver: Runs

    start = blocking(begin)
    list = blocking(listing)
    all = every(listing)
    show = blocking(show)
    wait = blocking(until)
    pull = blocking(_pull)
    follow = blocking(follow)
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

    start = asynchronous(begin)
    list = asynchronous(listing)
    all = every_async(listing)
    show = asynchronous(show)
    wait = asynchronous(until)
    pull = asynchronous(_pull)
    follow = asynchronous(follow)
    suspend = asynchronous(_suspend)
    resume = asynchronous(_resume)
    complete = asynchronous(_complete)
    terminate = asynchronous(_terminate)
    files = asynchronous(list_files)
    download = asynchronous(download)
