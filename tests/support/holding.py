"""A firm that holds credentials of the city: its Credential Service on a memory store, and the requests of others."""

import itertools
from dataclasses import dataclass
from typing import Any

from connector.controlplane.core.context import Context
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.identity.dcp.mechanism import DcpIdentity
from connector.identity.listing.profile import parse_profile
from connector.identity.roster import Member
from connector.identity.tokens import issue
from connector.ports.identity import Caller, Intent
from connector.protocol.dcp.scopes import Scope, ScopeKind
from connector.store.memory.store import MemoryStore
from tests.identity.dcp.places import CITY, FIRM, KEYS, US, Places, credential, make_mechanism, signed
from tests.identity.lists import Board, document
from tests.identity.lists import signed as signed_list

PROFILE = parse_profile(
    """
    [issuers]
    "did:web:stadt.example" = ["MembershipCredential", "CompanyCredential"]
    [show]
    catalog = ["MembershipCredential"]
    transfer = ["MembershipCredential", "CompanyCredential"]
    """
)
MEMBERSHIP = Scope(ScopeKind.TYPE, "MembershipCredential")
COMPANY = Scope(ScopeKind.TYPE, "CompanyCredential")


@dataclass
class Holding:
    """The firm with its places; `service` is its Credential Service, `mechanism` its identity."""

    places: Places
    mechanism: DcpIdentity
    service: CredentialService

    def token(self, sender: str = US, *, token: str | None = None, audience: str = FIRM, jti: str = "j") -> str:
        """Return what `sender` puts into the Authorization header of a request to the firm."""
        now_s = self.places.now_ms // 1000
        return "Bearer " + issue(KEYS[sender], issuer=sender, audience=audience, jti=jti, now_s=now_s, token=token)

    async def grant(self, *scopes: Scope, to: str = US) -> Caller:
        """Return a verifier as it is authenticated, with an access token of the firm for `scopes`."""
        opened = self.mechanism._access.issue(to, scopes)
        return await self.service.holder.verifiers.authenticate(self.token(to, token=opened), Intent.CATALOG)

    async def issuer(self) -> Caller:
        """Return the city as it is authenticated."""
        return await self.service.holder.issuers.authenticate(self.token(CITY), Intent.CATALOG)


async def hold(places: Places | None = None) -> Holding:
    """Return a firm without a credential."""
    places = places or Places()
    members = [Member(id=did, name=did) for did in (US, FIRM)]
    board = Board(signed_list(document(1, members)))
    mechanism = await make_mechanism(places, FIRM, KEYS[FIRM], board, PROFILE)
    serial = itertools.count(1)
    context = Context(
        owner="default",
        participant=FIRM,
        address="https://firma.example/dsp/2025-1",
        store=MemoryStore(),
        now=lambda: places.now_ms,
        new_id=lambda: f"urn:id:{next(serial)}",
        watch=ProcessWatch(),
        wake=lambda _: None,
    )
    return Holding(places, mechanism, CredentialService(context, mechanism.holder))


def member(kind: str = "MembershipCredential", **members: Any) -> str:
    """Return a credential of the firm, signed by the city."""
    return signed(credential(type=["VerifiableCredential", kind], **members))
