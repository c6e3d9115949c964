"""The status of credentials: signed lists, each fetched once for all its credentials (Bitstring Status List 1.0, 3.2).

A list is a credential of the issuer of the credential that names it. One that is unsigned, of somebody else or out of
date says nothing, and then nobody knows whether the credential is still good: the caller decides what that means.
"""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from weakref import WeakValueDictionary

from connector.identity.dcp.self_issued import Resolve, check_key_name, resolve_signer, verify_by
from connector.identity.jws import Opened, Rejected, about, open_signed
from connector.identity.keys import PEER_ALGORITHMS
from connector.identity.listing.seen import SeenList, SeenLists
from connector.identity.tokens import LEEWAY_S
from connector.net.client import GuardedClient
from connector.net.errors import OF_PEER, NetError
from connector.ports.credentials import CredentialKeys, CredentialRejected
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.claims import PresentedCredential, StatusEntry, read_claims
from connector.protocol.dcp.document import Relationship
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.status_list import (
    EDC_BYTES,
    HARMLESS,
    LIST_LIMIT,
    MIN_BYTES,
    StatusList,
    expand_status_list,
)

FRESH_MS = 300_000
"""How long a list is used without a look at its place, in ms: so late may a revocation be seen."""
LOOK_AGAIN_MS = 10_000
"""How long after a failed fetch the next one follows, in ms."""
MAX_LISTS = 64
MAX_KEPT_BYTES = 64 * 1024 * 1024
MAX_OF_ISSUER = 16
"""How many lists of one issuer are fetched at a time: where they hang, those of others still have places."""
FETCH_S = 5.0

_KINDS: Final = ("JWT", "vc+jwt")
"""The `typ` of credentials: in the profile with the data model 1.1, and in that with 2.0."""
_CONTENT: Final = "vc"
"""Their `cty`, if they have one."""

_LISTS: Final = {"BitstringStatusListCredential", "StatusList2021Credential"}
VerifyList = Callable[[bytes, str], Awaitable[bytes]]
"""Returns the payload of a signed list of an issuer; raises Rejected."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A verified list: what its bits mean and what is remembered of it; until when (ms) it is valid, and fresh."""

    purposes: frozenset[str]
    bits: StatusList
    seen: SeenList
    ends: int | None
    until: int


@dataclass(slots=True)
class _ListPlace:
    """`failed` is when (ms) the last look at the place failed, and how."""

    kept: _Kept | None = None
    failed: tuple[int, AuthenticationUnavailable | Rejected] | None = None
    fetching: asyncio.Lock = field(default_factory=asyncio.Lock)


class StatusLists:
    """Reads the status of credentials. One for a process."""

    def __init__(
        self,
        client: GuardedClient,
        verify: VerifyList,
        clock: Callable[[], int],
        budget: asyncio.Semaphore,
        seen: SeenLists | None = None,
        is_of_edc: Callable[[], bool] = lambda: False,
    ) -> None:
        """`clock` returns ms since the epoch, `budget` bounds the fetches at a time.

        `seen` has the newest lists, which several readers may share; without it, they are those of this reader.
        `is_of_edc` returns whether lists count too as the Issuer Service of EDC makes them, asked anew for each list.
        """
        self._is_of_edc = is_of_edc
        self._client = client
        self._verify = verify
        self._clock = clock
        self._budget = budget
        self._seen = seen or SeenLists()
        self._places: OrderedDict[tuple[str, str], _ListPlace] = OrderedDict()
        self._fetching: WeakValueDictionary[str, asyncio.Semaphore] = WeakValueDictionary()

    async def find_ended(self, issuer: str, statuses: Sequence[StatusEntry]) -> str | None:
        """Return the purpose of an entry of a credential of `issuer` that is set, such as `revocation`, or None.

        Raises Rejected for a list that says nothing about it, and AuthenticationUnavailable for one out of reach.
        """
        for entry in statuses:
            if entry.purpose not in HARMLESS and await self._is_set(entry, issuer):
                return entry.purpose
        return None

    def used_until(self, issuer: str, statuses: Sequence[StatusEntry]) -> int | None:
        """Return until when (ms) the lists that a credential needs are used without a fetch; None if it needs none.

        One that has made room for others meanwhile is used no longer.
        """
        needed = [entry.list_url for entry in statuses if entry.purpose not in HARMLESS]
        places = (self._places.get((issuer, url)) for url in needed)
        return min((place.kept.until if place and place.kept else 0 for place in places), default=None)

    def forget(self, issuer: str | None = None) -> None:
        """Forget the lists of an issuer, or all: the next caller fetches what it needs. For news of a revocation."""
        for name, place in self._places.items():
            if issuer in {None, name[0]}:
                place.failed = None
                # It stays as what no older list takes the place of.
                place.kept = replace(place.kept, until=0) if place.kept else None

    async def _is_set(self, entry: StatusEntry, issuer: str) -> bool:
        with about(f"the status list of {issuer}"):
            found = await self._find_list(entry.list_url, issuer)
            # Once more, now that it is known how large it is.
            self._make_room()
            if entry.purpose not in found.purposes:
                raise Rejected("status", f"it is not about {entry.purpose}.")
            try:
                return found.bits.is_set(entry.bit)
            except ClaimFault as fault:
                raise Rejected("status", fault.reason) from None

    async def _find_list(self, url: str, issuer: str) -> _Kept:
        place = self._places.setdefault((issuer, url), _ListPlace())
        self._places.move_to_end((issuer, url))
        self._make_room()
        async with place.fetching:
            now = self._clock()
            if place.kept is None or not now < place.kept.until <= now + FRESH_MS:
                if place.failed and 0 <= now - place.failed[0] < LOOK_AGAIN_MS:
                    raise place.failed[1].with_traceback(None)
                try:
                    found = await self._read_list(await self._fetch(url, issuer), issuer, url)
                    place.kept = self._choose_newer(place.kept, found, (issuer, url), now)
                except (AuthenticationUnavailable, Rejected) as fault:
                    place.failed = now, fault
                    raise
            return place.kept

    def _choose_newer(self, kept: _Kept | None, found: _Kept, place: tuple[str, str], now: int) -> _Kept:
        """Return the list that was found, or the one in use if that is newer; raises Rejected if neither counts."""
        if not self._seen.is_undone(*place, found.seen, now):
            self._seen.note(*place, found.seen, now)
            return found
        ended = kept is None or (kept.ends is not None and kept.ends <= now)
        if kept is None or ended or self._seen.is_undone(*place, kept.seen, now):
            raise Rejected("status", "it is older than one that was seen before.")
        return replace(kept, until=min(now + FRESH_MS, kept.ends or now + FRESH_MS))

    def _make_room(self) -> None:
        """Forget the lists that were used longest ago, and never the newest."""
        size = sum(len(place.kept.bits.bits) for place in self._places.values() if place.kept)
        while len(self._places) > 1 and (len(self._places) > MAX_LISTS or size > MAX_KEPT_BYTES):
            _, place = self._places.popitem(last=False)
            size -= len(place.kept.bits.bits) if place.kept else 0

    async def _fetch(self, url: str, issuer: str) -> bytes:
        of_issuer = self._fetching.setdefault(issuer, asyncio.Semaphore(MAX_OF_ISSUER))
        try:
            async with of_issuer, self._budget:
                response = await self._client.request("GET", url, timeout_s=FETCH_S, max_bytes=LIST_LIMIT)
        except OF_PEER as error:
            raise Rejected("status", f"it is refused: {error}") from error
        except NetError as error:
            raise AuthenticationUnavailable(f"The status list of {issuer} cannot be fetched: {error}") from error
        if response.status != 200:
            reason = f"The status list of {issuer} cannot be fetched: its place answers with status {response.status}."
            raise AuthenticationUnavailable(reason)
        return response.body.strip()

    async def _read_list(self, body: bytes, issuer: str, url: str) -> _Kept:
        """Verify a list as a credential of `issuer` that is found at `url`, and expand it; raises Rejected."""
        now, of_edc = self._clock(), self._is_of_edc()
        try:
            stated = read_claims(await self._verify(body, issuer), limit=LIST_LIMIT, bearer=True, of_edc=of_edc)
            encoded = stated.claims.get("encodedList")
            if not _LISTS & set(stated.types) or not isinstance(encoded, str):
                raise Rejected("status", "it is no status list.")
            if stated.issuer != issuer:
                raise Rejected("status", "it is that of another issuer.")
            if stated.id.startswith(("https://", "http://")) and stated.id != url:
                raise Rejected("status", f"it is the one of another address: {stated.id[:200]}.")
            if stated.valid_from is not None and stated.valid_from > now + LEEWAY_S * 1000:
                raise Rejected("status", "it is not valid yet: compare the clocks of both sides.")
            if stated.valid_until is not None and stated.valid_until <= now:
                raise Rejected("status", "it has expired: its issuer has to sign a new one.")
            bits, digest = await asyncio.to_thread(_expand, encoded, EDC_BYTES if of_edc else MIN_BYTES)
        except ClaimFault as fault:
            raise Rejected("status", fault.reason) from None
        return _Kept(
            purposes=_read_purposes(stated),
            bits=bits,
            seen=SeenList(stated.valid_from or 0, digest),
            ends=stated.valid_until,
            until=min(now + FRESH_MS, stated.valid_until or now + FRESH_MS),
        )


def _expand(encoded: str, least: int) -> tuple[StatusList, str]:
    """Return the bits of a list of at least `least` bytes, and their SHA-256; raises ClaimFault."""
    found = expand_status_list(encoded, least=least)
    return found, hashlib.sha256(found.bits).hexdigest()


def take_stated() -> bool:
    """Return that a document has to state its relationships."""
    return False


def verify_by_documents(resolve: Resolve, *, takes_missing: Callable[[], bool] = take_stated) -> VerifyList:
    """Return what verifies a list by the document of its issuer.

    `takes_missing` returns `take_missing` of `verify_self_issued`, asked anew for each list.
    """

    async def verify(body: bytes, issuer: str) -> bytes:
        opened = open_issued(body.decode("ascii", "replace"), LIST_LIMIT)
        check_key_name(opened, issuer)
        document = await resolve_signer(resolve, issuer, opened)
        verify_by(opened, document, Relationship.CREDENTIAL, take_missing=takes_missing())
        return opened.payload

    return verify


def open_issued(text: str, limit: int) -> Opened:
    """Take apart what an issuer signs, a credential or a list of at most `limit` bytes, as `open_signed`."""
    return open_signed(
        text,
        limit=limit,
        kinds=_KINDS,
        content=_CONTENT,
        algorithms=PEER_ALGORITHMS,
        of_others=True,
    )


def verify_by_keys(keys: CredentialKeys) -> VerifyList:
    """Return what verifies a list by the keys that the participant list has of its issuer."""

    async def verify(body: bytes, issuer: str) -> bytes:
        try:
            return keys.verify_list(body, issuer)
        except CredentialRejected as rejected:
            raise Rejected("status", rejected.reason) from None

    return verify


def verify_by_either(first: VerifyList, second: VerifyList) -> VerifyList:
    """Return what verifies a list in the first way, or else in the second."""

    async def verify(body: bytes, issuer: str) -> bytes:
        try:
            return await first(body, issuer)
        except Rejected:
            return await second(body, issuer)

    return verify


def _read_purposes(stated: PresentedCredential) -> frozenset[str]:
    said = stated.claims.get("statusPurpose")
    return frozenset(each for each in (said if isinstance(said, list) else [said]) if isinstance(each, str))
