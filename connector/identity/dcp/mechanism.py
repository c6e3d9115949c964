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
from connector.identity.dcp.methods import find_sealing_keys
from connector.identity.dcp.partners import PartnerLists, describe
from connector.identity.dcp.presented import TrustedIssuers, Verifier, name_missing, read_stated, verify_presentations
from connector.identity.dcp.resolver import DidResolver
from connector.identity.dcp.reviewing import CredentialReview
from connector.identity.dcp.self_issued import SelfIssued, verify_by_newest, verify_self_issued
from connector.identity.dcp.statuses import StatusLists, verify_by_documents
from connector.identity.jws import Rejected, open_signed
from connector.identity.keys import PEER_ALGORITHMS, SigningKey, VerificationKey
from connector.identity.listing.profile import TrustProfile, list_granted
from connector.identity.listing.seen import SeenLists
from connector.identity.listing.sources import RosterRejected
from connector.identity.roster import GRACE_MS, Member, Roster, RosterIdentity
from connector.identity.tokens import KIND, MAX_TOKEN, bearer, issue, make_replay_key, read_issuer
from connector.net.client import GuardedClient
from connector.ports.identity import (
    SHOWN_CLAIMS,
    AuthenticationUnavailable,
    Caller,
    Exclusion,
    Intent,
    ListInUse,
    Participant,
    ShownStatus,
    join_claims,
)
from connector.ports.seals import SealedHead
from connector.protocol.dcp.claims import PresentedCredential
from connector.protocol.dcp.document import DidDocument
from connector.protocol.dcp.scopes import Scope, ScopeKind

DEADLINE_S = 12.0
"""How long the authentication of one caller may take, in s: less than peers wait for an answer."""
BESIDE_S = 2.0
"""How long a look at the own list waits for what others publish, in s."""
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
        profile: TrustProfile | None,
        client: GuardedClient,
        clock: Callable[[], int],
        of_kit: bool = False,
        partners: PartnerLists | None = None,
        grace_ms: int = GRACE_MS,
        seen_lists: SeenLists | None = None,
    ) -> None:
        """`id` is the did:web identifier of this participant, and `key` has the name that its document gives it.

        `members` keeps the participant list. `clock` returns ms since the epoch. `of_kit` takes what the conformance
        kit publishes on one machine: documents over plain HTTP, its credentials, and each presentation once. `profile`
        counts for a list without one. `members` also speaks with those that are known by the keys of the list, while
        the data space moves over. `partners` keeps the lists of other data spaces. `grace_ms` is how long what runs
        goes on while the status of a credential is unknown. `seen_lists` has the newest status lists.
        """
        self._owner = owner
        self._id = id
        self._key = key
        self._members = members
        self._partners = partners
        self._grace_ms = grace_ms
        self._own_profile = profile
        self._profile = profile or TrustProfile()
        self._client = client
        self._clock = clock
        self._shown_ms = 0 if of_kit else SHOWN_MS
        self._access = AccessTokens(key, clock)
        self.seen_lists = seen_lists or SeenLists()
        """The newest status lists, for every reader of this process."""
        self._budget = asyncio.Semaphore(MAX_FETCHES)
        self._resolver, self._verifier = self._make_verifier(self._budget, of_kit=of_kit)
        self._statuses = self._verifier.statuses
        self._review = CredentialReview(self._statuses, clock, grace_ms)
        self._used: Roster | None = None
        self._beside: asyncio.Task[bool] | None = None
        self._shown: OrderedDict[tuple[str, tuple[str, ...]], _Shown] = OrderedDict()
        self._issue = partial(issue, key, issuer=id, seals_messages=members.seals.of_all)
        self.seals = members.seals.add_documents(id, self._find_sealing_keys)
        """The keys of the list in force and of documents, for seals."""
        self.holder = self._make_holder(of_kit=of_kit)
        self.issuer = self._make_issuer(of_kit=of_kit)

    def _make_verifier(self, budget: asyncio.Semaphore, *, of_kit: bool) -> tuple[DidResolver, Verifier]:
        """Return documents, and what verifies by them: all that waits for `budget`."""
        profile, client, clock = self._profile, self._client, self._clock
        resolver = DidResolver(client, clock, budget, of_kit=of_kit)

        async def resolve(did: str, having: str | None) -> DidDocument:
            return await resolver.resolve(did, having=having)

        verify = verify_by_documents(resolve, takes_missing=self._takes_missing)
        lists = StatusLists(client, verify, clock, budget, self.seen_lists, lambda: self._profile.of_edc)
        verifier = Verifier(self._id, self._find_trust(), resolve, lists, profile.without_relationships, of_kit)
        return resolver, verifier._replace(of_edc=profile.of_edc)

    def _find_trust(self) -> TrustedIssuers:
        """Return who is trusted for what: by the profile, and of the partners as far as the list says."""
        issuers = {issuer: frozenset(names) for issuer, names in self._profile.issuers.items()}
        for partner in self._members.roster.document.partners if self._members.roster else ():
            issuers[partner.authority] = frozenset(partner.types)
        return TrustedIssuers(issuers, frozenset(self._profile.schemas))

    def _use_list(self) -> None:
        """Use the profile and the partners of the list in use; what callers showed is looked at again.

        Raises RosterRejected if nobody has said whose credentials count.
        """
        roster = self._members.roster
        profile = roster.document.profile if roster and roster.document.profile else self._own_profile
        if profile is None:
            raise RosterRejected(
                "The participant list contains no profile of the data space, and identity.profile does not exist: ask "
                "the data-space operator for one of them."
            )
        self._used, self._profile = roster, profile
        # Who uses the holder and the issuer has them since before the first list: they stay, and follow the profile.
        self._verifier = self._verifier._replace(
            trust=self._find_trust(), take_missing=profile.without_relationships, of_edc=profile.of_edc
        )
        self.holder.follow(self._verifier)
        # The news may be that a key of an issuer was stolen, or a credential revoked.
        for issuer in self._verifier.trust.issuers:
            self._resolver.forget(issuer)
        self.holder.forget(tuple(self._verifier.trust.issuers))
        self._statuses.forget()
        self._shown.clear()

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
        return DcpIssuer(self._key, gate, self._make_peer(of_kit=of_kit), lambda: of_kit or self._profile.of_edc)

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
            takes_missing=self._takes_missing,
            list_keys=self._list_keys,
            look_again=self._look_again,
        )

    def _takes_missing(self) -> bool:
        """Return whether the profile takes documents that state no relationship."""
        return self._profile.without_relationships

    async def issue_token(self, audience: str, intent: Intent) -> str:
        """Return `Bearer` and a fresh token that `audience` alone will take, once.

        If the profile asks for credentials, an access token goes along that grants these to `audience`.
        """
        entry = self._find_entry(audience)
        if self._is_listed_by_keys(entry):
            return await self._members.issue_token(audience, intent)
        scopes = [Scope(ScopeKind.TYPE, name) for name in list_granted(self._profile, intent)]
        return f"Bearer {self.issue_for(entry.id if entry else audience, scopes)}"

    def issue_for(self, audience: str, scopes: Sequence[Scope]) -> str:
        """Return a fresh token for `audience`, with an access token for `scopes` if there are any (DCP 1.0, 4.3.2)."""
        token = self._access.issue(audience, scopes) if scopes else None
        return self._make_token(audience, token=token)

    async def authenticate(self, authorization: str | None, intent: Intent, head: SealedHead | None = None) -> Caller:
        """Verify the token of a member and, where the profile asks for credentials, what it shows.

        Raises Unauthenticated, or AuthenticationUnavailable if the participant list has expired or something that is
        needed is out of reach.
        """
        token = bearer(authorization)
        if not self._members.in_force:
            raise AuthenticationUnavailable("The participant list is missing or has expired: get a newer one.")
        try:
            async with asyncio.timeout(DEADLINE_S):
                if self._profile.moving_over and self._is_by_key(token):
                    return await self._members.authenticate(authorization, intent, head)
                sender = await verify_by_newest(partial(self._verify, token, head), self._look_again)
                shown = await self._find_shown(sender, self._profile.show.get(intent, ()))
        except TimeoutError:
            raise AuthenticationUnavailable(f"The caller could not be verified within {DEADLINE_S:g} s.") from None
        return self._make_caller(sender, shown)

    async def refresh(self) -> bool:
        """Fetch the participant list, then those of partners and the status of what was shown; return what changed.

        The own list counts at once, and nobody else can delay it: others are waited for `BESIDE_S`, and a look that
        takes longer goes on. Nor does a list that is refused keep the others from being looked at.
        """
        changed, refused = False, None
        try:
            changed = await self._members.refresh()
        except RosterRejected as fault:
            if self._members.roster is None:
                raise
            refused = fault
        if changed or self._members.roster is not self._used:
            self._use_list()
        if changed and self._beside is not None:
            # It looks at what the list of before said.
            self._beside.cancel()
            self._beside = None
        if self._beside is None:
            self._beside = asyncio.create_task(self._look_beside())
        await asyncio.wait({self._beside}, timeout=BESIDE_S)
        if self._beside.done():
            beside, self._beside = self._beside, None
            changed = beside.result() or changed
        if refused is not None:
            raise refused
        return changed

    async def _look_beside(self) -> bool:
        """Fetch the lists of partners, and read the status of what was shown; return whether a list changed."""
        roster, changed = self._members.roster, False
        if self._partners is not None and roster is not None:
            changed = await self._partners.refresh(roster.document.partners)
        if changed:
            self._use_list()
        await self._review.look()
        return changed

    @property
    def authority(self) -> str | None:
        """The authority that gives this participant its credential, if one has signed the list."""
        roster, entry = self._members.roster, self._members.entry(self._id)
        if roster is None or entry is None or entry.suspended or not entry.by_document:
            return None
        issuer = roster.document.issuer
        return issuer if self._profile.issuers.get(issuer) else None

    @property
    def suspended_by(self) -> str | None:
        """The issuer of the list if that says that this participant is suspended."""
        roster, entry = self._members.roster, self._members.entry(self._id)
        return roster.document.issuer if roster and entry and entry.suspended else None

    @property
    def credentials(self) -> ListedCredentialKeys:
        """The keys of the list in force, for self-descriptions."""
        return self._members.credentials

    def _find_sealing_keys(self, participant: str) -> Mapping[str, VerificationKey]:
        """Return the keys of the document by which a participant has just proved itself."""
        entry = self._find_entry(participant)
        document = self._resolver.find(entry.id if entry else participant)
        return find_sealing_keys(document) if document else {}

    async def verify_list(self, body: bytes, issuer: str) -> bytes:
        """Return the payload of a status list that a trusted issuer signed; raises Rejected."""
        if issuer not in self._verifier.trust.issuers:
            raise Rejected("status", f"{issuer} is no trusted issuer of credentials any more.")
        verify = verify_by_documents(self._verifier.resolve, takes_missing=self._takes_missing)
        return await verify(body, issuer)

    def list_in_use(self) -> ListInUse | None:
        """Return the version and the end of the list in use."""
        return self._members.list_in_use()

    def problem(self) -> str | None:
        """Return why no token can be verified now."""
        return self._members.problem()

    def warning(self) -> str | None:
        """Return that a list expires soon or cannot be renewed, or that the status of a credential cannot be read."""
        of_partners = self._partners.warning() if self._partners else None
        return self._members.warning() or self._review.warning() or of_partners

    def exclude(self, id: str) -> Exclusion | None:
        """Return why nothing may be delivered to a participant any more: by the lists, then by its credentials."""
        found = self._members.exclude(id)
        if found is Exclusion.NOT_LISTED and self._find_of_partner(id, late_ms=self._grace_ms) is not None:
            found = None
        return found or self._review.exclude(id)

    def participant(self, id: str) -> Participant | None:
        """Return a member, or one of a partner, by any identifier that it has or had."""
        found = self._find_of_partner(id)
        return describe(*found) if found else self._members.participant(id)

    def participants(self) -> Sequence[Participant]:
        """Return all members, then those of partners."""
        others = self._partners.participants() if self._partners else ()
        return (*self._members.participants(), *(each for each in others if self._find_of_partner(each.id)))

    def _find_of_partner(self, id: str, *, late_ms: int = 0) -> tuple[str, Member] | None:
        """Return a member of a partner, with its authority; None if one of its identifiers is that of an own member.

        `late_ms` is how long after the end of its list.
        """
        if self._partners is None or self._members.entry(id) is not None:
            return None
        found = self._partners.find(id, late_ms=late_ms)
        names = (found[1].id, *found[1].former) if found else ()
        return found if all(self._members.entry(name) is None for name in names) else None

    def _find_entry(self, id: str) -> Member | None:
        """Return the entry of a member, or of one of a partner."""
        found = self._find_of_partner(id)
        return found[1] if found else self._members.entry(id)

    def _is_listed_by_keys(self, entry: Member | None) -> bool:
        """Return whether a member is known by the keys of the list still, in a data space that moves over."""
        return self._profile.moving_over and entry is not None and not entry.by_document

    def _is_by_key(self, token: str) -> bool:
        """Return whether a token, which is not verified here, is one by the keys of the list of such a member."""
        opened = open_signed(token, limit=MAX_TOKEN, kinds=(KIND,), algorithms=PEER_ALGORITHMS, of_others=True)
        if opened.kid is None or "#" in opened.kid:
            return False
        entry = self._find_entry(read_issuer(opened))
        if entry is not None and entry.by_document:
            raise Rejected("moved", "the issuer is known by its document: it has to sign as its identifier says.")
        return True

    def _make_token(self, audience: str, *, token: str | None) -> str:
        jti, now_s = secrets.token_urlsafe(16), self._clock() // 1000
        return self._issue(audience=audience, jti=jti, now_s=now_s, token=token)

    def _is_member(self, did: str) -> bool:
        return self.participant(did) is not None

    async def _look_again(self) -> bool:
        """Fetch the own list, and those of partners that were out of reach, every few seconds at most."""
        changed = await self._members.look_again(self._members.roster)
        roster = self._members.roster
        if self._partners is not None and roster is not None:
            changed = await self._partners.look_again(roster.document.partners) or changed
        if changed:
            self._use_list()
        return changed

    async def _verify(self, token: str, head: SealedHead | None) -> SelfIssued:
        return await verify_self_issued(
            token,
            audience=self._id,
            is_member=self._is_member,
            resolve=self._verifier.resolve,
            now_s=self._clock() / 1000,
            take_missing=self._profile.without_relationships,
            list_keys=self._list_keys,
            find_proof=partial(self.seals.find_proof, head, self.participant),
        )

    def _list_keys(self, id: str) -> Sequence[VerificationKey]:
        """Return the keys that the list of a member, or that of its partner, has of it."""
        if self._partners is not None and self._find_of_partner(id) is not None:
            return self._partners.list_keys(id)
        return self._members.list_keys(id)

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
                self._client,
                sender,
                scopes,
                self._make_token,
                three_parts=self._profile.three_part_scopes,
                of_edc=self._profile.of_edc,
            )
        found, fault = await verify_presentations(texts, sender, self._verifier, now)
        self._check_partner(sender.claims.iss, found)
        missing = name_missing(found, frozenset(types))
        if missing:
            raise fault or Rejected("shown", f"the caller shows no {missing[0]}.")
        used = [self._statuses.used_until(each.issuer, each.statuses) for each in found]
        ends = [end for end in (*(each.valid_until for each in found), *used) if end is not None]
        return found, min([now + self._shown_ms, *ends])

    def _check_partner(self, holder: str, credentials: Sequence[PresentedCredential]) -> None:
        """Check that the authority of another data space speaks of its own members alone; raises Rejected."""
        roster = self._members.roster
        partners = {partner.authority for partner in roster.document.partners} if roster else set()
        found = self._find_of_partner(holder)
        for each in credentials:
            if each.issuer in partners and each.issuer != (found[0] if found else None):
                raise Rejected("partner", f"{each.issuer} has issued a credential for somebody who is not its member.")

    def _make_caller(self, sender: SelfIssued, shown: Sequence[PresentedCredential]) -> Caller:
        claims, listed = sender.claims, self.participant(sender.claims.iss)
        participant = listed.id if listed else claims.iss
        roster = self._members.roster
        if shown:
            self._review.note(participant, shown)
        evidence: dict[str, Any] = {
            "mechanism": "dcp",
            "proved_as": claims.iss,
            "kid": sender.key.kid,
            "roster_version": roster.document.version if roster else 0,
            "credentials": [{"id": each.id, "issuer": each.issuer, "types": list(each.types)} for each in shown],
        }
        stated = read_stated(self._profile, shown)
        if shown:
            evidence[SHOWN_CLAIMS] = stated
        return Caller(
            participant=participant,
            claims=join_claims(listed.claims if listed else {}, stated),
            evidence=evidence,
            replay_key=make_replay_key(self._owner, claims),
            shown=tuple(ShownStatus(each.issuer, entry) for each in shown for entry in each.statuses),
            seals=claims.seals_messages is True,
            seal=sender.seal,
        )
