"""The holder: who may read or write the credentials of this participant, and presentations of them.

It answers peers that wait for it while they verify this participant. So it has documents, status lists, a budget and a
deadline of its own, and waits for nothing that the other direction waits for: two connectors that verify each other
always come to an end, also when both are at their limit.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar

from connector.identity.dcp.access import AccessTokens
from connector.identity.dcp.presented import Verifier, open_credential, verify_credential
from connector.identity.dcp.resolver import DidResolver
from connector.identity.dcp.self_issued import ListKeys, SelfIssued, verify_by_newest, verify_self_issued
from connector.identity.dcp.statuses import StatusLists
from connector.identity.jws import Rejected, sign
from connector.identity.keys import SigningKey
from connector.identity.tokens import bearer, make_replay_key
from connector.ports.claims_peer import ClaimsPeer
from connector.ports.entities import HeldCredential
from connector.ports.holder import GRANTED, CredentialRefused, ExaminedCredential
from connector.ports.identity import AuthenticationUnavailable, Caller, Intent
from connector.ports.seals import SealedHead
from connector.protocol.dcp.claims import ClaimsProfile, PresentedCredential, read_claims, write_presentation
from connector.protocol.dcp.document import DidDocument
from connector.protocol.dcp.errors import ClaimFault
from connector.views.credentials import CredentialStanding

NESTED_S: Final = 4.0
"""How long the holder may take for one caller, in s: less than a verifier waits for its answer."""
MAX_NESTED: Final = 64
"""How many fetches the holder makes at a time, beside those of the mechanism."""
PRESENTED_S: Final = 120
"""How long a presentation is valid, in s."""

Answered = TypeVar("Answered")

_STANDINGS = {
    None: CredentialStanding.VALID,
    "revocation": CredentialStanding.REVOKED,
    "suspension": CredentialStanding.SUSPENDED,
}


@dataclass(frozen=True)
class CallerGate:
    """Authenticates callers of the Credential Service by their self-issued tokens. Implements `Authenticator`.

    `is_known` is the gate before any fetch, `describe` returns the evidence of a caller beside the usual; it may raise
    Rejected. `takes_missing` and `list_keys` say, by the list in use, what `verify_self_issued` takes, and `look_again`
    is as for `verify_by_newest`.
    """

    owner: str
    audience: str
    resolver: DidResolver
    clock: Callable[[], int]
    is_known: Callable[[str], bool]
    describe: Callable[[SelfIssued], Mapping[str, Any]]
    takes_missing: Callable[[], bool]
    list_keys: ListKeys
    look_again: Callable[[], Awaitable[bool]]

    async def authenticate(
        self,
        authorization: str | None,
        intent: Intent,  # noqa: ARG002 - one purpose each
        head: SealedHead | None = None,  # noqa: ARG002 - no seals
    ) -> Caller:
        """Verify the token of a caller; raises Unauthenticated or AuthenticationUnavailable."""
        verify = partial(self._verify, bearer(authorization))
        sent = await run_nested(verify_by_newest(verify, self.look_again))
        evidence = {"mechanism": "dcp", "kid": sent.key.kid, **self.describe(sent)}
        key = make_replay_key(self.owner, sent.claims)
        return Caller(participant=sent.claims.iss, claims={}, evidence=evidence, replay_key=key)

    async def _verify(self, token: str) -> SelfIssued:
        return await verify_self_issued(
            token,
            audience=self.audience,
            is_member=self.is_known,
            resolve=self._resolve,
            now_s=self.clock() / 1000,
            take_missing=self.takes_missing(),
            list_keys=self.list_keys,
        )

    async def _resolve(self, did: str, having: str | None) -> DidDocument:
        return await self.resolver.resolve(did, having=having)


async def run_nested(work: Awaitable[Answered]) -> Answered:
    """Return what the holder does for a caller that waits; raises AuthenticationUnavailable after `NESTED_S`."""
    try:
        async with asyncio.timeout(NESTED_S):
            return await work
    except TimeoutError:
        raise AuthenticationUnavailable(f"The caller could not be answered within {NESTED_S:g} s.") from None


class DcpHolder:
    """Reads and shows the credentials of this participant. Implements `Holder`."""

    def __init__(
        self,
        *,
        id: str,
        key: SigningKey,
        verifier: Verifier,
        statuses: StatusLists,
        verifiers: CallerGate,
        issuers: CallerGate,
        clock: Callable[[], int],
        peer: ClaimsPeer,
    ) -> None:
        """`verifier` and `statuses` are those of the holder, `verifiers` and `issuers` the gates of its callers.

        `peer` sends messages to issuers.
        """
        self.peer = peer
        self.verifiers = verifiers
        self.issuers = issuers
        self._id = id
        self._key = key
        self._verifier = verifier
        self._statuses = statuses
        self._clock = clock

    def trusts(self, issuer: str, kind: str) -> bool:
        """Return whether the data space trusts an issuer for a type of credentials."""
        return kind in self._verifier.trust.issuers.get(issuer, frozenset())

    def list_types(self) -> Sequence[str]:
        """Return the types of credentials that the data space trusts anybody for."""
        return sorted({kind for kinds in self._verifier.trust.issuers.values() for kind in kinds})

    def follow(self, verifier: Verifier) -> None:
        """Trust from now on as another verifier does: what the profile of the data space says."""
        self._verifier = self._verifier._replace(
            trust=verifier.trust, take_missing=verifier.take_missing, of_edc=verifier.of_edc
        )

    def forget(self, issuers: Sequence[str]) -> None:
        """Forget the documents of issuers, and all status lists."""
        for issuer in issuers:
            self.verifiers.resolver.forget(issuer)
        self._statuses.forget()

    async def examine(self, secured: str) -> ExaminedCredential:
        """Verify a credential by the rules by which others verify it when it is shown."""
        try:
            found = await run_nested(verify_credential(secured, self._id, self._verifier, self._clock()))
        except Rejected as fault:
            raise CredentialRefused(f"The credential is refused ({fault.rule}): {fault.problem}") from None
        return ExaminedCredential(
            issuer=found.issuer,
            id=found.id,
            types=found.types,
            profile=str(found.profile),
            claims=found.claims,
            valid_from=found.valid_from,
            valid_until=found.valid_until,
        )

    def read_claims(self, secured: str) -> Mapping[str, Any]:
        """Return what a stored credential says."""
        return self._read(secured).claims

    async def read_standing(self, credential: HeldCredential) -> CredentialStanding | None:
        """Return what the status list says, from the kept list if it is fresh."""
        try:
            read = self._read(credential.secured)
            ended = await run_nested(self._statuses.find_ended(read.issuer, read.statuses))
        except (AuthenticationUnavailable, Rejected, ClaimFault):
            return None
        return _STANDINGS[ended]

    def present(self, credentials: Sequence[HeldCredential], audience: str) -> Sequence[str]:
        """Return one presentation for each profile: a presentation has one data model and one proof (DCP 1.0, 7.2)."""
        now_s = self._clock() // 1000
        presented = []
        for profile in ClaimsProfile:
            texts = [each.secured for each in credentials if each.profile == profile]
            if texts:
                payload = write_presentation(
                    profile,
                    texts,
                    holder=self._id,
                    audience=audience,
                    id=f"urn:jti:{secrets.token_urlsafe(16)}",
                    now_s=now_s,
                    until_s=now_s + PRESENTED_S,
                )
                presented.append(sign(self._key, payload, kind="vp+jwt" if profile is ClaimsProfile.VC20 else "JWT"))
        return presented

    def _read(self, secured: str) -> PresentedCredential:
        verifier = self._verifier
        return read_claims(open_credential(secured).payload, of_kit=verifier.of_kit, of_edc=verifier.of_edc)


def grant(access: AccessTokens, sent: SelfIssued) -> Mapping[str, Any]:
    """Return what the access token of a verifier grants, as evidence; raises Rejected."""
    return {GRANTED: [scope.write() for scope in access.read(sent.claims.token, sent.claims.iss)]}
