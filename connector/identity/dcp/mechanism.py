"""The identity mechanism `dcp`: a caller proves its identifier, and shows the credentials that the profile asks for.

The participant list is the gate: of a caller that is not on it, nothing is fetched. What is fetched, its document, its
presentations and the status lists of their issuers, has one deadline and a bounded number of callers at a time. None of
it waits for another caller to be authenticated, so two connectors that verify each other do not wait for each other.
"""

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from connector.identity.credentials import ListedCredentialKeys
from connector.identity.dcp.access import AccessTokens
from connector.identity.dcp.asking import ask_presentations
from connector.identity.dcp.holding import MAX_NESTED, CallerGate, DcpHolder, grant
from connector.identity.dcp.issuing import DcpIssuer, keep_token
from connector.identity.dcp.messaging import DcpPeer
from connector.identity.dcp.presented import TrustedIssuers, Verifier, name_missing, verify_presentation
from connector.identity.dcp.profile import TrustProfile
from connector.identity.dcp.resolver import DidResolver
from connector.identity.dcp.self_issued import SelfIssued, verify_self_issued
from connector.identity.dcp.statuses import StatusLists, verify_by_documents
from connector.identity.jws import Rejected
from connector.identity.keys import SigningKey
from connector.identity.roster import RosterIdentity, bearer
from connector.identity.seals import ListedSeals
from connector.identity.tokens import issue, make_replay_key
from connector.net.client import GuardedClient
from connector.ports.identity import (
    AuthenticationUnavailable,
    Caller,
    Intent,
    ListInUse,
    Participant,
)
from connector.protocol.dcp.claims import PresentedCredential
from connector.protocol.dcp.document import DidDocument
from connector.protocol.dcp.scopes import Scope, ScopeKind

DEADLINE_S = 12.0
"""How long the authentication of one caller may take, in s: less than peers wait for an answer."""
MAX_FETCHES = 64
"""How many fetches there are at a time; a caller of whom all is known waits for none."""
MAX_SENT = 16
"""How many documents are fetched at a time to send messages about credentials."""
SHOWN_MS = 300_000
"""How long a presentation counts, in ms, if the status of its credentials is not to be looked at before."""
MAX_SHOWN = 4_096


@dataclass(slots=True)
class _Shown:
    """What a caller showed for one intent, and until when it counts (ms). Requests that come together ask once."""

    credentials: tuple[PresentedCredential, ...] = ()
    until: int = 0
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)


class DcpIdentity:
    """Members sign tokens with the keys of their documents, and show credentials. Implements `Mechanism`."""

    def __init__(
        self,
        *,
        owner: str,
        id: str,
        key: SigningKey,
        members: RosterIdentity,
        profile: TrustProfile,
        client: GuardedClient,
        clock: Callable[[], int],
        of_kit: bool = False,
    ) -> None:
        """`id` is the identifier of this participant, and `key` has the name that its document gives it.

        `members` keeps the participant list. `clock` returns ms since the epoch. `of_kit` takes what the conformance
        kit publishes on one machine: documents over plain HTTP, its credentials, and each presentation once.
        """
        self._owner = owner
        self._id = id
        self._key = key
        self._members = members
        self._profile = profile
        self._client = client
        self._clock = clock
        self._shown_ms = 0 if of_kit else SHOWN_MS
        self._access = AccessTokens(key, clock)
        self._budget = asyncio.Semaphore(MAX_FETCHES)
        self._resolver, self._verifier = self._make_verifier(self._budget, of_kit=of_kit)
        self._statuses = self._verifier.statuses
        self._shown: OrderedDict[tuple[str, tuple[str, ...]], _Shown] = OrderedDict()
        self.holder = self._make_holder(of_kit=of_kit)
        self.issuer = self._make_issuer(of_kit=of_kit)

    def _make_verifier(self, budget: asyncio.Semaphore, *, of_kit: bool) -> tuple[DidResolver, Verifier]:
        """Return documents, and what verifies by them: all that waits for `budget`."""
        profile, client, clock = self._profile, self._client, self._clock
        resolver = DidResolver(client, clock, budget, of_kit=of_kit)

        async def resolve(did: str, having: str | None) -> DidDocument:
            return await resolver.resolve(did, having=having)

        verify = verify_by_documents(resolve, take_missing=profile.without_relationships)
        lists = StatusLists(client, verify, clock, budget)
        issuers = {issuer: frozenset(names) for issuer, names in profile.issuers.items()}
        trust = TrustedIssuers(issuers, frozenset(profile.schemas))
        return resolver, Verifier(self._id, trust, resolve, lists, profile.without_relationships, of_kit)

    def _make_holder(self, *, of_kit: bool) -> DcpHolder:
        """Return what shows the credentials of this participant; it shares no fetch with this mechanism."""
        resolver, verifier = self._make_verifier(asyncio.Semaphore(MAX_NESTED), of_kit=of_kit)

        return DcpHolder(
            id=self._id,
            key=self._key,
            verifier=verifier,
            statuses=verifier.statuses,
            verifiers=self._make_gate(resolver, self._is_member, partial(grant, self._access)),
            issuers=self._make_gate(resolver, lambda did: did in self._profile.issuers, lambda _: {}),
            clock=self._clock,
            peer=self._make_peer(of_kit=of_kit),
        )

    def _make_issuer(self, *, of_kit: bool) -> DcpIssuer:
        """Return what signs credentials; it shares no fetch with this mechanism either."""
        resolver = DidResolver(self._client, self._clock, asyncio.Semaphore(MAX_NESTED), of_kit=of_kit)
        gate = self._make_gate(resolver, self._is_member, keep_token)
        return DcpIssuer(self._key, gate, self._make_peer(of_kit=of_kit))

    def _make_peer(self, *, of_kit: bool) -> DcpPeer:
        resolver = DidResolver(self._client, self._clock, asyncio.Semaphore(MAX_SENT), of_kit=of_kit)
        return DcpPeer(self._client, resolver, lambda audience, token: self._make_token(audience, token=token))

    def _make_gate(
        self,
        resolver: DidResolver,
        is_known: Callable[[str], bool],
        describe: Callable[[SelfIssued], Mapping[str, Any]],
    ) -> CallerGate:
        return CallerGate(
            owner=self._owner,
            audience=self._id,
            resolver=resolver,
            clock=self._clock,
            is_known=is_known,
            describe=describe,
            take_missing=self._profile.without_relationships,
        )

    async def issue_token(self, audience: str, intent: Intent) -> str:
        """Return `Bearer` and a fresh token that `audience` alone will take, once.

        If the profile asks for credentials, an access token goes along that grants these to `audience`.
        """
        scopes = [Scope(ScopeKind.TYPE, name) for name in self._profile.show.get(intent, ())]
        return f"Bearer {self.issue_for(audience, scopes)}"

    def issue_for(self, audience: str, scopes: Sequence[Scope]) -> str:
        """Return a fresh token for `audience`, with an access token for `scopes` if there are any (DCP 1.0, 4.3.2)."""
        token = self._access.issue(audience, scopes) if scopes else None
        return self._make_token(audience, token=token)

    async def authenticate(self, authorization: str | None, intent: Intent) -> Caller:
        """Verify the token of a member and, where the profile asks for credentials, what it shows.

        Raises Unauthenticated, or AuthenticationUnavailable if the participant list has expired or something that is
        needed is out of reach.
        """
        token = bearer(authorization)
        if not self._members.in_force:
            raise AuthenticationUnavailable("The participant list is missing or has expired: get a newer one.")
        try:
            async with asyncio.timeout(DEADLINE_S):
                sender = await self._verify_token(token)
                shown = await self._find_shown(sender, self._profile.show.get(intent, ()))
        except TimeoutError:
            raise AuthenticationUnavailable(f"The caller could not be verified within {DEADLINE_S:g} s.") from None
        return self._make_caller(sender, shown)

    async def refresh(self) -> bool:
        """Fetch the participant list. A new one may tell of a revocation: what callers showed is looked at again."""
        changed = await self._members.refresh()
        if changed:
            self._statuses.forget()
            self._shown.clear()
        return changed

    @property
    def credentials(self) -> ListedCredentialKeys:
        """The keys of the list in force, for self-descriptions."""
        return self._members.credentials

    @property
    def seals(self) -> ListedSeals:
        """The keys of the list in force, for seals."""
        return self._members.seals

    def list_in_use(self) -> ListInUse | None:
        """Return the version and the end of the list in use."""
        return self._members.list_in_use()

    def problem(self) -> str | None:
        """Return why no token can be verified now."""
        return self._members.problem()

    def warning(self) -> str | None:
        """Return that the list expires soon."""
        return self._members.warning()

    def participant(self, id: str) -> Participant | None:
        """Return a member."""
        return self._members.participant(id)

    def participants(self) -> Sequence[Participant]:
        """Return all members."""
        return self._members.participants()

    def _make_token(self, audience: str, *, token: str | None) -> str:
        jti, now_s = secrets.token_urlsafe(16), self._clock() // 1000
        return issue(self._key, issuer=self._id, audience=audience, jti=jti, now_s=now_s, token=token)

    def _is_member(self, did: str) -> bool:
        return self._members.participant(did) is not None

    async def _verify_token(self, token: str) -> SelfIssued:
        """Verify a token; a caller that the list does not know may be on one that was published a moment ago."""
        try:
            return await self._verify(token)
        except Rejected as fault:
            if fault.rule != "member" or not await self._members.look_again(self._members.roster):
                raise
            return await self._verify(token)

    async def _verify(self, token: str) -> SelfIssued:
        sender = await verify_self_issued(
            token,
            audience=self._id,
            is_member=self._is_member,
            resolve=self._verifier.resolve,
            now_s=self._clock() / 1000,
            take_missing=self._profile.without_relationships,
        )
        pinned = self._members.list_keys(sender.claims.iss)
        if pinned and not any(sender.key.public == key.public for key in pinned):
            raise Rejected("pinned", "the key of the token is not one of those on the participant list.")
        return sender

    async def _find_shown(self, sender: SelfIssued, types: tuple[str, ...]) -> tuple[PresentedCredential, ...]:
        """Return the credentials of the wanted types that the caller showed a moment ago, or shows now."""
        if not types:
            return ()
        wanted = (sender.claims.iss, types)
        kept = self._shown.setdefault(wanted, _Shown())
        self._shown.move_to_end(wanted)
        if len(self._shown) > MAX_SHOWN:
            self._shown.popitem(last=False)
        async with kept.asking:
            now = self._clock()
            if not now < kept.until <= now + self._shown_ms:
                kept.credentials, kept.until = await self._ask(sender, types, now)
            return kept.credentials

    async def _ask(
        self, sender: SelfIssued, types: tuple[str, ...], now: int
    ) -> tuple[tuple[PresentedCredential, ...], int]:
        """Return what the caller shows now, and until when it counts (ms)."""
        scopes = [Scope(ScopeKind.TYPE, name) for name in types]
        async with self._budget:
            texts = await ask_presentations(
                self._client, sender, scopes, self._make_token, three_parts=self._profile.three_part_scopes
            )
        found = [each for text in texts for each in await verify_presentation(text, sender, self._verifier, now)]
        missing = name_missing(found, frozenset(types))
        if missing:
            raise Rejected("shown", f"the caller shows no {missing[0]}.")
        used = [self._statuses.used_until(each.issuer, each.statuses) for each in found]
        ends = [end for end in (*(each.valid_until for each in found), *used) if end is not None]
        return tuple(found), min([now + self._shown_ms, *ends])

    def _make_caller(self, sender: SelfIssued, shown: Sequence[PresentedCredential]) -> Caller:
        claims, listed = sender.claims, self._members.participant(sender.claims.iss)
        roster = self._members.roster
        evidence: dict[str, Any] = {
            "mechanism": "dcp",
            "kid": sender.key.kid,
            "roster_version": roster.document.version if roster else 0,
            "credentials": [{"id": each.id, "issuer": each.issuer, "types": list(each.types)} for each in shown],
        }
        return Caller(
            participant=claims.iss,
            claims=self._read_claims(shown, listed.claims if listed else {}),
            evidence=evidence,
            replay_key=make_replay_key(self._owner, claims),
        )

    def _read_claims(
        self, shown: Sequence[PresentedCredential], listed: Mapping[str, tuple[str, ...]]
    ) -> dict[str, tuple[str, ...]]:
        """Return what policies are told: what the list confirms, and what the profile takes from credentials."""
        claims = {name: list(values) for name, values in listed.items()}
        for each in shown:
            for kind in each.types:
                for name, member in self._profile.claims.get(kind, {}).items():
                    said = each.claims.get(member)
                    values = said if isinstance(said, list) else [said]
                    claims.setdefault(name, []).extend(value for value in values if isinstance(value, str))
        return {name: tuple(dict.fromkeys(values)) for name, values in claims.items() if values}
