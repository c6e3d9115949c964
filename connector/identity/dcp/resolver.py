"""Documents of identifiers, fetched where the identifier says, kept for minutes, and used for an hour at most.

Nobody is looked up who is not on the participant list or an issuer that the data space names: the callers see to it.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from connector.net.client import GuardedClient
from connector.net.errors import OF_PEER, NetError
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.document import MAX_DOCUMENT, DidDocument, read_document
from connector.protocol.dcp.errors import ClaimFault

FRESH_MS = 600_000
"""How long a document is used without a look at its place, in ms: so long may a key be in use that was taken out."""
KEPT_MS = 3_600_000
"""How long a document is used while its place cannot be reached, in ms."""
LOOK_AGAIN_MS = 10_000
"""How long after a fetch in vain the next one follows, in ms. Anybody can name a key that a document lacks."""
MAX_KEPT = 1_000
FETCH_S = 5.0

_MEDIA_TYPES = frozenset(
    {"application/did+json", "application/did+ld+json", "application/did", "application/json", "application/ld+json"}
)


@dataclass(slots=True)
class _DocumentPlace:
    """What is known of one identifier: its document, and when it was fetched (ms).

    `failed_at` is when its place did not answer, or with something wrong, which `fault` says; `asked_at` is when a key
    that the document lacks was looked for.
    """

    document: DidDocument | None = None
    fetched_at: int = 0
    failed_at: int | None = None
    fault: str | None = None
    asked_at: int | None = None
    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)


class DidResolver:
    """Resolves identifiers of the method `web`. One for a process."""

    def __init__(
        self, client: GuardedClient, clock: Callable[[], int], budget: asyncio.Semaphore, *, of_kit: bool = False
    ) -> None:
        """`clock` returns ms since the epoch, and `budget` bounds the fetches at a time.

        A document is fetched over https, or over plain HTTP from where the client may do so. `of_kit` reads documents
        as the conformance kit serves them: over plain HTTP, and without a media type.
        """
        self._client = client
        self._clock = clock
        self._budget = budget
        self._choose_scheme = (lambda _: "http") if of_kit else client.choose_scheme
        self._media_types = _MEDIA_TYPES | {""} if of_kit else _MEDIA_TYPES
        self._places: OrderedDict[str, _DocumentPlace] = OrderedDict()

    async def resolve(self, did: str, *, having: str | None = None) -> DidDocument:
        """Return the document of an identifier; with the name of a key, one that has this key if there is any.

        Raises ClaimFault for a document that is wrong, and AuthenticationUnavailable for one that cannot be fetched.
        """
        place = self._find_place(did)
        if (kept := self._kept(place, having)) is not None:
            return kept
        # Callers that come together share one fetch.
        async with place.fetching:
            if (kept := self._kept(place, having)) is not None:
                return kept
            return await self._renew(did, place, having)

    def find(self, did: str) -> DidDocument | None:
        """Return the document of an identifier if it was fetched a moment ago; fetches nothing."""
        place = self._places.get(did)
        return self._kept(place, None) if place else None

    def forget(self, did: str) -> None:
        """Forget the document of an identifier: the next caller fetches it."""
        self._places.pop(did, None)

    def _find_place(self, did: str) -> _DocumentPlace:
        place = self._places.setdefault(did, _DocumentPlace())
        self._places.move_to_end(did)
        if len(self._places) > MAX_KEPT:
            self._places.popitem(last=False)
        return place

    def _kept(self, place: _DocumentPlace, having: str | None) -> DidDocument | None:
        """Return the kept document if it needs no fetch, or if one was in vain a moment ago."""
        document, age = place.document, self._clock() - place.fetched_at
        if document is None or not 0 <= age < KEPT_MS:
            return None
        if self._was_now(place.failed_at):
            return document
        known = having is None or having in document.keys or self._was_now(place.asked_at)
        return document if age < FRESH_MS and known else None

    def _was_now(self, moment: int | None) -> bool:
        return moment is not None and 0 <= self._clock() - moment < LOOK_AGAIN_MS

    async def _renew(self, did: str, place: _DocumentPlace, having: str | None) -> DidDocument:
        now = self._clock()
        if self._was_now(place.failed_at):
            if place.fault is not None:
                raise ClaimFault(place.fault)
            raise AuthenticationUnavailable(f"The document of {did} could not be fetched a moment ago.")
        try:
            place.document = read_document(await self._fetch(did), did, now)
        except (NetError, _Missing) as error:
            place.failed_at, place.fault = now, None
            if place.document is not None and 0 <= now - place.fetched_at < KEPT_MS:
                return place.document
            raise AuthenticationUnavailable(f"The document of {did} cannot be fetched: {error}") from error
        except ClaimFault as wrong:
            place.document, place.failed_at, place.fault = None, now, wrong.reason
            raise
        place.fetched_at, place.failed_at, place.fault = now, None, None
        if having is not None and having not in place.document.keys:
            place.asked_at = now
        return place.document

    async def _fetch(self, did: str) -> bytes:
        place = parse_web_did(did)
        url = place.locate_document(self._choose_scheme(place.authority))
        headers = {"Accept": ", ".join(sorted(_MEDIA_TYPES))}
        try:
            async with self._budget:
                response = await self._client.request(
                    "GET", url, headers=headers, timeout_s=FETCH_S, max_bytes=MAX_DOCUMENT
                )
        except OF_PEER as error:
            raise ClaimFault(f"The document of {did} is refused: {error}") from error
        if response.status != 200:
            raise _Missing(f"its place answers with status {response.status}.")
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in self._media_types:
            raise ClaimFault(f"The document of {did} is served as {kind or 'nothing'}: expected application/did+json.")
        return response.body


class _Missing(Exception):
    """The place of a document answers, and not with the document."""
