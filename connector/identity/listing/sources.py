"""Where a signed participant list comes from: a file, or a URL; and the faults of a list."""

import itertools
from collections.abc import Awaitable, Callable
from pathlib import Path

from connector.identity.files import FileFault, read_bounded
from connector.identity.listing.clocks import find_difference
from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.identity import RefreshFailed

MAX_DOCUMENT = 8 * 1024 * 1024


class RosterRejected(RefreshFailed):
    """A participant list cannot be used; the list in use stays in use."""


class ListAway(RosterRejected):
    """The place of a participant list does not answer with it now: a later look can find it."""


RosterSource = Callable[[], Awaitable[bytes]]
"""Fetches the signed list; raises RosterRejected, of which ListAway is a kind."""


def file_source(path: Path) -> RosterSource:
    """Read the list from a file."""

    async def fetch() -> bytes:
        try:
            return read_bounded(path, MAX_DOCUMENT)
        except FileFault as fault:
            raise RosterRejected(str(fault)) from None

    return fetch


def url_source(
    client: GuardedClient,
    url: str,
    *,
    timeout_s: float = 20.0,
    first_s: float | None = None,
    clock: Callable[[], int] | None = None,
    note_ahead: Callable[[float], None] = lambda _: None,
) -> RosterSource:
    """Fetch the list from a URL through the guarded client; `first_s` is the timeout of the first fetch, in seconds.

    `note_ahead` is told by how many seconds `clock` (ms since the epoch) is ahead of the one there, 0 if it is close.
    """
    limits = itertools.chain([first_s or timeout_s], itertools.repeat(timeout_s))

    async def fetch() -> bytes:
        sent = clock() if clock else 0
        try:
            response = await client.request("GET", url, timeout_s=next(limits), max_bytes=MAX_DOCUMENT)
        except NetError as error:
            raise ListAway(f"The participant list could not be fetched: {error}") from error
        if clock is not None:
            note_ahead(find_difference(response.headers, sent / 1000, clock() / 1000))
        if response.status != 200:
            raise ListAway(f"The participant list could not be fetched: status {response.status}.")
        return response.body

    return fetch
