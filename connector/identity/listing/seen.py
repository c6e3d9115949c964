"""The newest status list that was seen at each place, also by processes before: an older one undoes a revocation."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from connector.identity.files import try_to_write
from connector.identity.tokens import LEEWAY_S

MAX_SEEN = 32
"""Of how many lists of one issuer the newest is remembered."""
MAX_SEEN_ISSUERS = 64


class SeenList(msgspec.Struct, frozen=True):
    """The newest list that was seen at a place: since when it is valid (ms), and the SHA-256 of its bits."""

    since: int
    digest: str


class SeenLists:
    """Remembers the newest list of each place, beyond this process: an older one would undo a revocation."""

    def __init__(
        self,
        seen: Mapping[str, Mapping[str, SeenList]] | None = None,
        remember: Callable[[Mapping[str, Mapping[str, SeenList]]], None] = lambda _: None,
    ) -> None:
        """`seen` is what `remember` has stored last: lists by their issuer and place, those noted longest ago first.

        What cannot be stored counts all the same, and the next list that is noted is the next attempt.
        """
        self._seen = {issuer: dict(places) for issuer, places in (seen or {}).items()}
        self._remember = remember
        self._unwritten = ""

    def is_undone(self, issuer: str, url: str, found: SeenList, now: int) -> bool:
        """Return whether a list is older than one seen before, and says something else.

        One with the same bits undoes nothing: processes that share an issuer sign for themselves. A list that was seen
        while a clock was ahead counts for nothing, or no later revocation would be seen.
        """
        newest = self._seen.get(issuer, {}).get(url)
        if newest is None or newest.since > now + LEEWAY_S * 1000:
            return False
        return found.since < newest.since and found.digest != newest.digest

    def note(self, issuer: str, url: str, found: SeenList, now: int) -> None:
        """Remember a list, which `is_undone` denies, if it says something else than what was seen at its place."""
        before = self._seen.get(issuer, {}).get(url)
        signed_anew = before is not None and found.digest == before.digest and before.since <= now + LEEWAY_S * 1000
        if signed_anew and not self._unwritten:
            return  # This is no reason to write.
        places = self._seen.pop(issuer, {})
        places.pop(url, None)
        self._seen[issuer] = {**places, url: found}
        # An issuer that names ever more lists pushes out its own alone.
        _drop_oldest(self._seen[issuer], MAX_SEEN)
        _drop_oldest(self._seen, MAX_SEEN_ISSUERS)
        self._unwritten = try_to_write(partial(self._remember, self._seen))


def _drop_oldest(noted: dict[str, Any], most: int) -> None:
    while len(noted) > most:
        del noted[next(iter(noted))]
