"""A city that issues credentials: its Issuer Service on a memory store, and the requests of its members."""

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

from connector.controlplane.core.context import Context
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.usecases.issuing.lists import StatusPublisher
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.controlplane.usecases.issuing.rules import IssuingRule
from connector.identity.dcp.mechanism import DcpIdentity
from connector.identity.listing.profile import TrustProfile
from connector.identity.roster import Member
from connector.identity.tokens import issue
from connector.ports.identity import Caller, Intent
from connector.protocol.dcp.requests import AskedCredentials
from connector.store.memory.store import MemoryStore
from connector.views.issuing import Otherwise
from tests.identity.dcp.places import CITY, FIRM, KEYS, US, Places, make_mechanism
from tests.identity.lists import Board, document
from tests.identity.lists import signed as signed_list
from tests.support.holding import PROFILE

ADDRESS = "https://stadt.example/issuer"
STORAGE = "https://firma.example/credentials/credentials"
"""Where the firm takes credentials: its document names the base URL."""
RULES = (
    IssuingRule(type="MembershipCredential", claims=("name", "roles", "sector")),
    IssuingRule(type="UtilityCredential", role="utility"),
    IssuingRule(type="AuditorCredential", role="auditor", otherwise=Otherwise.REJECT),
)


@dataclass
class Issuing:
    """The city with its places; `service` is its Issuer Service, `board` has the list of members.

    `taken` is what the firm was sent, `answer` its word.
    """

    places: Places
    mechanism: DcpIdentity
    service: IssuerService
    board: Board
    taken: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    answer: int = 200

    def token(self, sender: str = FIRM, *, audience: str = CITY, jti: str = "j", **more: Any) -> str:
        """Return what `sender` puts into the Authorization header of a request to the city."""
        now_s = self.places.now_ms // 1000
        return "Bearer " + issue(KEYS[sender], issuer=sender, audience=audience, jti=jti, now_s=now_s, **more)

    async def caller(self, sender: str = FIRM, jti: str = "j", **more: Any) -> Caller:
        """Return a member as it is authenticated."""
        return await self.service.issuer.holders.authenticate(self.token(sender, jti=jti, **more), Intent.CATALOG)

    def ask(self, *types: str, pid: str = "p", profile: str = "vc20-bssl/jwt") -> AskedCredentials:
        """Return a request for credentials of these types."""
        return AskedCredentials(pid, tuple(f"{ADDRESS}/metadata#{kind}:{profile}" for kind in types))

    async def take(self, authorization: str, body: bytes) -> tuple[int, bytes]:
        """Take a message to the firm."""
        self.tokens.append(authorization)
        self.taken.append(json.loads(body))
        return self.answer, b""


async def found_issuer(places: Places | None = None, profile: TrustProfile = PROFILE) -> Issuing:
    """Return a city that has issued nothing yet."""
    places = places or Places()
    members = [
        Member(id=CITY, name="Stadt"),
        Member(id=FIRM, name="Firma", claims={"sector": ("heat",)}),
        Member(id=US, name="Amt", roles=("utility",)),
    ]
    board = Board(signed_list(document(1, members)))
    mechanism = await make_mechanism(places, CITY, KEYS[CITY], board, profile)
    serial = itertools.count(1)
    context = Context(
        owner="default",
        participant=CITY,
        address="https://stadt.example/dsp/2025-1",
        store=MemoryStore(),
        now=lambda: places.now_ms,
        new_id=lambda: f"urn:uuid:{next(serial)}",
        watch=ProcessWatch(),
        wake=lambda _: None,
    )
    lists = StatusPublisher(context, mechanism.issuer, ADDRESS)
    service = IssuerService(context, mechanism.issuer, mechanism, RULES, ADDRESS, lists)
    made = Issuing(places, mechanism, service, board)
    places.services[STORAGE] = made.take
    return made
