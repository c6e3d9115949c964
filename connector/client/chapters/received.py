"""The folder of received data: list it, and remove what is not needed any more."""

from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.received import CleanedView, CleanOrder, ReceivedView


def _list(*, limit: int | None = None, after: str | None = None) -> ApiCall[ReceivedView]:
    """List the files in the folder of received data, oldest first: all, or at most `limit` after a cursor.

    >>> [file.partial for file in connector.received.list().items]
    [False]
    """
    return ApiCall(method="GET", path=path_of("received"), answer=ReceivedView, query={"limit": limit, "after": after})


def _clean(older_than_days: float, *, partial: bool = False, dry_run: bool = False) -> ApiCall[CleanedView]:
    """Remove the files that are older than this, or with `partial` only those of deliveries that are not complete.

    >>> len(connector.received.clean(30).files)
    0
    """
    order = CleanOrder(older_than_days=older_than_days, partial=partial, dry_run=dry_run)
    return ApiCall(method="POST", path=path_of("received", "clean"), answer=CleanedView, body=order)


@dataclass(frozen=True)
class ReceivedFiles:
    """The folder of received data."""

    driver: Runs

    list = blocking(_list)
    clean = blocking(_clean)


@dataclass(frozen=True)
class AsyncReceivedFiles:
    """The folder of received data."""

    driver: AsyncRuns

    list = asynchronous(_list)
    clean = asynchronous(_clean)
