"""The signed participant list ("roster") and the identity mechanism on top of it.

The list is a compact JWS (`typ` `roster+jws`) by the data space's operator: version, times, and for each member its
endpoint, claims and keys. It is checked before any work for a caller. A version that is older than the last accepted
one, or a different list with the same version, is refused.

An organisation has one identifier here, the first that it had in the data space. A list can state another one by which
it proves itself now; in a process, in a store and in an agreement it stays the same organisation.
"""

import asyncio
import hashlib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Annotated, Any

import msgspec

from connector.identity.credentials import ListedCredentialKeys
from connector.identity.files import try_to_write
from connector.identity.jws import Rejected, check_one_reading
from connector.identity.keys import KeyFault, SigningKey, VerificationKey, from_jwk
from connector.identity.listing.certificates import Signer, compare_signers, open_list
from connector.identity.listing.own import find_own_warning
from connector.identity.listing.partner import MAX_PARTNERS, Partner
from connector.identity.listing.profile import TrustProfile
from connector.identity.listing.sources import MAX_DOCUMENT, RosterRejected, RosterSource
from connector.identity.listing.successions import show_successors
from connector.identity.listing.verified import LastVerified, RootKeys
from connector.identity.seals import ListedSeals
from connector.identity.tokens import LEEWAY_S, Verified, bearer, issue, make_replay_key, verify
from connector.net.addresses import parse_url
from connector.net.aside import work_aside
from connector.net.errors import Blocked
from connector.ports.identity import AuthenticationUnavailable, Caller, Exclusion, Intent, ListInUse, Participant
from connector.ports.seals import SealedHead
from connector.views.conversion import moment

KIND = "roster+jws"
MAX_MEMBERS = 10_000
LOOK_AGAIN_MS = 10_000
SOON_MS = 5 * 86_400_000
_VERIFIED: "LastVerified[tuple[Signer, Roster]]" = LastVerified()
GRACE_MS = 86_400_000
# The rules of a token that a newer list can satisfy.
_RULES_OF_THE_LIST = frozenset({"member", "key"})

ParticipantId = Annotated[str, msgspec.Meta(min_length=1, max_length=512, pattern=r"^[\x21-\x7e]+\Z")]
_Word = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_Words = Annotated[tuple[_Word, ...], msgspec.Meta(max_length=64)]
DataUrls = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=2048)], ...], msgspec.Meta(max_length=16)]
_Moment = Annotated[datetime, msgspec.Meta(tz=True)]


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One member as listed. `keys` are public JWKs; two of them overlap while one replaces the other.

    `data` are the URLs of its data planes that have another origin than `address`. `former` are the identifiers that it
    had before `id`, the first one first. `by_document` is true if it proves itself by its document and its credentials
    alone, and `suspended` if it takes no part at present.
    """

    id: ParticipantId
    name: _Word
    address: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    data: DataUrls = ()
    roles: _Words = ("participant",)
    claims: Annotated[dict[_Word, _Words], msgspec.Meta(max_length=64)] = {}
    keys: Annotated[tuple[dict[str, str], ...], msgspec.Meta(max_length=8)] = ()
    former: Annotated[tuple[ParticipantId, ...], msgspec.Meta(max_length=4)] = ()
    by_document: bool = False
    suspended: bool = False

    @property
    def key(self) -> str:
        """The identifier by which processes and agreements know it: the first that it had."""
        return self.former[0] if self.former else self.id


class RosterDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The signed document. Times are RFC 3339 with a zone.

    `profile` says whose credentials count for what, and `partners` which other data spaces its members meet.
    """

    issuer: ParticipantId
    version: Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
    issued: _Moment
    expires: _Moment
    members: Annotated[tuple[Member, ...], msgspec.Meta(max_length=MAX_MEMBERS)]
    profile: TrustProfile | None = None
    partners: Annotated[tuple[Partner, ...], msgspec.Meta(max_length=MAX_PARTNERS)] = ()


class AcceptedRoster(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest accepted list, stored across restarts: its version and the SHA-256 (hex) of its text.

    `root` names the key behind it and `number` the certificate of its signer. `successors` are the roots (public JWKs)
    that the pinned ones have named behind the last of them, whose name is `pinned`. `partners` are the newest lists of
    other data spaces, by their authority.
    """

    version: int
    digest: str
    root: str = ""
    number: int = 0
    pinned: str = ""
    successors: tuple[dict[str, str], ...] = ()
    partners: dict[str, "AcceptedRoster"] = {}


@dataclass(frozen=True, slots=True)
class Roster:
    """A verified list, ready for use: who takes part, by participant id, and keys by every identifier of a member.

    `known` are those who take part, and `entries` all members, by every identifier that they have or had. `ends` (ms)
    is when the list, or the certificate of the key that signed it, expires.
    """

    document: RosterDocument
    seen: AcceptedRoster
    participants: Mapping[str, Participant]
    known: Mapping[str, Participant]
    keys: Mapping[str, tuple[VerificationKey, ...]]
    entries: Mapping[str, Member]
    ends: int

    def is_expired(self, now_ms: int) -> bool:
        """Return whether the list's end has passed."""
        return self.ends <= now_ms


def read_roster(
    signed: bytes,
    *,
    operator: Sequence[VerificationKey],
    now_ms: int,
    seen: AcceptedRoster | None,
    take_expired: bool = False,
) -> Roster:
    """Verify a signed list: size, signature by one of the pinned `operator` keys, form, times, and a version
    that is not older than `seen`, the newest accepted list.

    `take_expired` returns a list although its end has passed; nobody can be authenticated by it.
    Raises RosterRejected with the reason.
    """
    try:
        roots = _add_successors(operator, seen)
        signer, roster = _VERIFIED.find(signed, roots, tuple(operator), _open_roster)
    except (KeyFault, Rejected) as fault:
        problem = fault.problem if isinstance(fault, Rejected) else str(fault)
        raise RosterRejected(f"The participant list is refused: {problem}") from None
    document = roster.document
    if signer.authority not in (None, document.issuer):
        raise RosterRejected(f"The key that signed the participant list is not one of {document.issuer}.")
    if document.issued.timestamp() * 1000 > now_ms + LEEWAY_S * 1000:
        raise RosterRejected("The participant list was issued in the future: compare the clocks.")
    if roster.is_expired(now_ms) and not take_expired:
        end = moment(roster.ends)
        raise RosterRejected(f"The participant list expired at {end.isoformat()}: get a newer list.")
    if seen is not None:
        _refuse_older(roster.seen, seen, [key.kid for key in signer.roots])
    return roster


def _add_successors(pinned: Sequence[VerificationKey], seen: AcceptedRoster | None) -> tuple[VerificationKey, ...]:
    """Return the pinned roots, and those that they have named before; raises KeyFault."""
    if seen is None or not pinned or seen.pinned != pinned[-1].kid:
        return tuple(pinned)
    return (*pinned, *map(from_jwk, seen.successors))


def _refuse_older(found: AcceptedRoster, seen: AcceptedRoster, roots: Sequence[str]) -> None:
    """Raise RosterRejected unless `found` follows `seen`: by the key behind it, then by its version."""
    order = compare_signers((seen.root, seen.number), (found.root, found.number), roots)
    if order < 0:
        raise RosterRejected("The participant list is signed with a key of the authority that was replaced.")
    if order > 0:
        return
    if found.version < seen.version:
        raise RosterRejected(f"Version {found.version} of the participant list is older than {seen.version}.")
    if found.version == seen.version and found.digest != seen.digest:
        raise RosterRejected(f"There are two participant lists of version {seen.version}: ask the data-space operator.")


def check_members(members: Sequence[Member]) -> dict[str, tuple[VerificationKey, ...]]:
    """Return the keys by participant; raises RosterRejected if ids or keys repeat or an address has a bad form."""
    keys: dict[str, tuple[VerificationKey, ...]] = {}
    owners: dict[str, str] = {}
    names: set[str] = set()
    for member in members:
        for name in (member.id, *member.former):
            if name in names:
                raise RosterRejected(f"{name} is listed twice.")
            names.add(name)
        try:
            keys[member.id] = tuple(from_jwk(jwk) for jwk in member.keys)
            for url in (member.address, *member.data):
                if url is not None:
                    parse_url(url)
        except (KeyFault, Blocked) as fault:
            raise RosterRejected(f"The entry of {member.id} is refused: {fault}") from None
        for key in keys[member.id]:
            if owners.setdefault(key.kid, member.id) != member.id:
                raise RosterRejected(f"{member.id} and {owners[key.kid]} are listed with the same key.")
    return keys


class RosterIdentity:
    """The mechanism `roster`: members sign tokens with keys of the participant list. Implements `Mechanism`."""

    def __init__(
        self,
        *,
        owner: str,
        id: str,
        key: SigningKey,
        operator: Sequence[VerificationKey],
        source: RosterSource,
        clock: Callable[[], int],
        seen: AcceptedRoster | None = None,
        remember: Callable[[AcceptedRoster], None] = lambda _: None,
        needs_key: bool = True,
        grace_ms: int = GRACE_MS,
        keep: Callable[[bytes], None] = lambda _: None,
        find_kept: Callable[[], bytes | None] = lambda: None,
        seals_all: bool = True,
    ) -> None:
        """`id` is this participant's identifier, and `clock` returns ms since the epoch.

        `remember` stores the version of each list that comes into use, and `seen` is the version that it stored last:
        after a restart, an older list is refused. No participant is known before the first `refresh`. Without
        `needs_key` a list without any key of this participant is as good as one with its key. `grace_ms` is how long
        what runs goes on after the end of the list. `keep` stores the text of each list that comes into use, and
        `find_kept` returns the one that it stored last: the first `refresh` uses it if the source does not answer.
        What cannot be stored is in use all the same, and each `refresh` tries again. `seals_all` is whether all
        messages are sealed, not only those that say yes to an agreement.
        """
        self._owner = owner
        self._id = id
        self._key = key
        self._operator = tuple(operator)
        self._source = source
        self._clock = clock
        self._seen = seen
        self._remember = remember
        self._needs_key = needs_key
        self._grace_ms = grace_ms
        self._keep = keep
        self._find_kept = find_kept
        self._fault, self._unwritten = "", ""
        self._roster: Roster | None = None
        self._text: bytes | None = None
        self._looked_at: int | None = None
        self._looking = asyncio.Lock()
        self._issue = partial(issue, key, issuer=id, seals_messages=seals_all)
        self.credentials = ListedCredentialKeys(key, self._list_keys)
        """The keys of the list in force, for credentials."""
        self.seals = ListedSeals(key, self._list_keys, clock, of_all=seals_all)
        """The keys of the list in force, for seals."""

    def _list_keys(self) -> Mapping[str, Sequence[VerificationKey]] | None:
        return self._roster.keys if self._roster and self.in_force else None

    @property
    def roster(self) -> Roster | None:
        """The list in use."""
        return self._roster

    @property
    def in_force(self) -> bool:
        """True if there is a list that has not expired."""
        return self._roster is not None and not self._roster.is_expired(self._clock())

    async def refresh(self) -> bool:
        """Fetch the list, use it from now on, and return whether it differs from the list before.

        The first list may have expired: the process starts, its own records can be read, and nobody is authenticated.
        If the first look finds none, the list that was kept last is used. Raises RosterRejected; then the list in use
        stays in use until it expires.
        """
        try:
            changed = await self._use_aside(await self._source())
        except RosterRejected as fault:
            self._fault = str(fault)
            if not self._use_kept():
                raise
            return True
        self._fault = ""
        return changed

    def _use_kept(self) -> bool:
        """Use the list that was kept last, if there is none in use yet; return whether it is in use."""
        kept = self._find_kept() if self._roster is None else None
        try:
            return kept is not None and self._use(kept)
        except RosterRejected:
            return False  # it is older than what was accepted last, or of other roots

    async def _use_aside(self, signed: bytes) -> bool:
        # One of thousands of members takes a second; what is newer by then counts.
        await work_aside(len(signed), partial(self._read, signed))
        return self._use(signed)

    def _read(self, signed: bytes) -> Roster:
        now, first = self._clock(), self._roster is None
        return read_roster(signed, operator=self._operator, now_ms=now, seen=self._seen, take_expired=first)

    def _use(self, signed: bytes) -> bool:
        roster = self._read(signed)
        self._text = hashlib.sha256(signed).digest()
        # A second refresh may have overtaken this one while it was fetching.
        changed = self._roster is None or roster.seen != self._seen
        self._roster, self._seen = roster, roster.seen
        if changed or self._unwritten:
            self._unwritten = try_to_write(partial(self._store, signed, roster.seen))
        return changed

    def _store(self, signed: bytes, seen: AcceptedRoster) -> None:
        # The text comes first: after a crash in between, it is not older than what is remembered.
        self._keep(signed)
        self._remember(seen)

    async def look_again(self, before: Roster | None) -> bool:
        """Fetch the list between two refreshes, for a caller that it does not know; return whether it is another one.

        Anybody can cause this, so it happens at most once in `LOOK_AGAIN_MS`, and an unchanged list is not verified.
        Callers that come together share one fetch.
        """
        async with self._looking:
            if self._roster is not before:
                return True
            if self._looked_at is not None and 0 <= self._clock() - self._looked_at < LOOK_AGAIN_MS:
                return False
            try:
                signed = await self._source()
                changed = hashlib.sha256(signed).digest() != self._text and await self._use_aside(signed)
            except RosterRejected:
                return False
            else:
                self._fault = ""
                return changed
            finally:
                self._looked_at = self._clock()

    def list_in_use(self) -> ListInUse | None:
        """Return the version and the end of the list in use."""
        if self._roster is None:
            return None
        document = self._roster.document
        return ListInUse(
            version=document.version,
            expires_at=self._roster.ends,
            key=self._key.kid,
            has_key=self._has_key(self._roster),
        )

    def _has_key(self, listed: Roster) -> bool:
        keys = listed.keys.get(self._id, ())
        return any(key.kid == self._key.kid for key in keys) or not (keys or self._needs_key)

    def problem(self) -> str | None:
        """Return why no token can be verified now: the list is missing or has expired."""
        if self.in_force:
            return None
        if self._roster is None:
            return f"There is no participant list yet, and nobody is authenticated before there is one: {self._fault}"
        return "The participant list has expired: authentication fails until a newer list is published."

    def warning(self) -> str | None:
        """Return what a person has to do about the own entry, the own key or the end of the list, which is near."""
        if self._roster is None or not self.in_force:
            return None
        entry, has_key = self.entry(self._id), self._has_key(self._roster)
        is_suspended = entry is not None and entry.suspended
        if told := find_own_warning(
            self._id, self._key.kid, has_entry=entry is not None, is_suspended=is_suspended, has_key=has_key
        ):
            return told
        end = moment(self._roster.ends)
        if fault := self._fault or self._unwritten:
            version = self._roster.document.version
            return f"Version {version} of the participant list is in use until {end:%Y-%m-%d %H:%M} UTC: {fault}"
        if not self._roster.is_expired(self._clock() + SOON_MS):
            return None
        return f"The participant list expires on {end:%Y-%m-%d}: the data-space operator has to publish the next one."

    async def issue_token(self, audience: str, intent: Intent) -> str:  # noqa: ARG002 - this mechanism needs no intent
        """Return `Bearer` and a fresh token that `audience` alone will take, once."""
        return "Bearer " + self._issue(audience=audience, jti=os.urandom(16).hex(), now_s=self._clock() // 1000)

    async def authenticate(
        self,
        authorization: str | None,
        intent: Intent,  # noqa: ARG002 - as above
        head: SealedHead | None = None,
    ) -> Caller:
        """Verify a token by the newest list; raises Unauthenticated, and AuthenticationUnavailable without a list."""
        token, before = bearer(authorization), self._roster
        try:
            roster, verified = self._verify(token, head)
        except (Rejected, AuthenticationUnavailable) as fault:
            of_list = not isinstance(fault, Rejected) or fault.rule in _RULES_OF_THE_LIST
            if not of_list or not await self.look_again(before):
                raise
            roster, verified = self._verify(token, head)
        claims, known = verified.claims, roster.known[verified.claims.iss]
        evidence: dict[str, Any] = {
            "mechanism": "roster",
            "roster_issuer": roster.document.issuer,
            "roster_version": roster.document.version,
            "kid": verified.kid,
        }
        return Caller(
            participant=known.id,
            claims=known.claims,
            evidence=evidence,
            replay_key=make_replay_key(self._owner, claims),
            seals=claims.seals_messages is True,
            seal=verified.seal,
        )

    def _verify(self, token: str, head: SealedHead | None) -> tuple[Roster, Verified]:
        roster, now = self._roster, self._clock()
        if roster is None or roster.is_expired(now):
            raise AuthenticationUnavailable("The participant list is missing or has expired: get a newer one.")
        proof = partial(self.seals.find_proof, head, roster.known.get)
        return roster, verify(token, audience=self._id, keys_of=roster.keys.get, now_s=now / 1000, find_proof=proof)

    def list_keys(self, id: str) -> tuple[VerificationKey, ...]:
        """Return the keys of a member; none without a list."""
        return self._roster.keys.get(id, ()) if self._roster else ()

    def entry(self, id: str) -> Member | None:
        """Return the entry of a member, suspended or not, by any identifier that it has or had."""
        return self._roster.entries.get(id) if self._roster else None

    def participant(self, id: str) -> Participant | None:
        """Return a member that takes part, by any identifier that it has or had."""
        return self._roster.known.get(id) if self._roster else None

    def exclude(self, id: str) -> Exclusion | None:
        """Return why nothing may be delivered to a participant any more, or None."""
        if self._roster is not None and self._roster.is_expired(self._clock() - self._grace_ms):
            return Exclusion.LIST_EXPIRED
        if self.participant(id):
            return None
        entry = self.entry(id)
        return Exclusion.SUSPENDED if entry is not None and entry.suspended else Exclusion.NOT_LISTED

    def participants(self) -> Sequence[Participant]:
        """Return all members."""
        return tuple(self._roster.participants.values()) if self._roster else ()


def _open_roster(signed: bytes, roots: RootKeys, pinned: RootKeys) -> tuple[Signer, Roster]:
    """Verify and parse a list, whatever its times; raises KeyFault, Rejected and RosterRejected."""
    signer = open_list(signed, kind=KIND, roots=roots, limit=MAX_DOCUMENT)
    try:
        document = msgspec.json.decode(signer.payload, type=RosterDocument)
        if msgspec.json.encode(document) != signer.payload:
            check_one_reading(signer.payload, "form")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RosterRejected(f"The participant list does not have the expected form: {error}") from None
    keys = check_members(document.members)
    entries = {name: member for member in document.members for name in (member.id, *member.former)}
    participants = {
        member.key: Participant(
            id=member.key,
            name=member.name,
            address=member.address,
            data=member.data,
            roles=member.roles,
            claims=member.claims,
        )
        for member in document.members
        if not member.suspended
    }
    successors = show_successors(signer.roots, pinned)
    seen = AcceptedRoster(
        version=document.version,
        digest=hashlib.sha256(signer.payload).hexdigest(),
        root=signer.root,
        number=signer.number,
        pinned=pinned[-1].kid if successors else "",
        successors=successors,
    )
    ends = int(document.expires.timestamp() * 1000)
    return signer, Roster(
        document=document,
        seen=seen,
        participants=participants,
        known={name: participants[member.key] for name, member in entries.items() if not member.suspended},
        keys={name: keys[member.id] for name, member in entries.items() if not member.suspended},
        entries=entries,
        ends=ends if signer.until is None else min(ends, signer.until),
    )
