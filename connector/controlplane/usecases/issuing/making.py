"""Credentials are made: signed, with a place in the status lists that no other credential ever has."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.issuing.lists import StatusPublisher
from connector.controlplane.usecases.issuing.rules import IssuingRule, describe_member
from connector.ports.entities import STATUS_ENTRIES, IssuedCredential
from connector.ports.identity import Directory, Participant
from connector.ports.issuer import Issuer
from connector.ports.issuing_store import PutIssuedCredential
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.issued import CredentialDraft
from connector.protocol.dcp.requests import SupportedCredential

FULL = STATUS_ENTRIES // 2
"""From so many entries on, the next list begins: a free place is found by two attempts."""
_ATTEMPTS = 64
_DAY_MS = 86_400_000


@dataclass(frozen=True)
class IssuerService:
    """The values of the use cases: the context, the signature, the members and the rules of this issuer.

    `address` is the base URL of the service, `members` the participant list, `rules` the types of credentials. `listed`
    is set after each look at the list.
    """

    context: Context
    issuer: Issuer
    members: Directory
    rules: Sequence[IssuingRule]
    address: str
    lists: StatusPublisher
    listed: asyncio.Event = field(default_factory=asyncio.Event)

    def list_supported(self) -> Sequence[SupportedCredential]:
        """Return what can be asked for: each type in each profile."""
        return [
            SupportedCredential(
                id=f"{self.address}/metadata#{rule.type}:{profile}",
                kind=rule.type,
                profile=profile,
                schema=rule.schema or f"{self.address}/schemas/{rule.type}",
            )
            for rule in self.rules
            for profile in ClaimsProfile
        ]

    def find_supported(self, object_id: str) -> SupportedCredential | None:
        """Return what an identifier of the metadata stands for."""
        return next((each for each in self.list_supported() if each.id == object_id), None)

    def find_rule(self, kind: str) -> IssuingRule | None:
        """Return the rule of a type."""
        return next((rule for rule in self.rules if rule.type == kind), None)


async def make_credentials(
    service: IssuerService, member: Participant, objects: Sequence[SupportedCredential], request: str = ""
) -> list[PutIssuedCredential]:
    """Return the changes that store a new credential for each object. Raises NotAllowed for a type without a rule.

    A commit of them raises Conflict if another credential has taken one of their places meanwhile: make them again.
    """
    made: list[PutIssuedCredential] = []
    taken: set[int] = set()
    for each in objects:
        rule = service.find_rule(each.kind)
        if rule is None:
            raise NotAllowed("unknown-type", f"{each.kind} is not issued here: add it to issuer.credentials.")
        number, index = await _find_place(service.context, taken)
        taken.add(index)
        made.append(PutIssuedCredential(_sign(service, member, rule, each, (number, index), request), None))
    return made


def _sign(
    service: IssuerService,
    member: Participant,
    rule: IssuingRule,
    wanted: SupportedCredential,
    place: tuple[int, int],
    request: str,
) -> IssuedCredential:
    context, profile = service.context, ClaimsProfile(wanted.profile)
    now = context.now()
    draft = CredentialDraft(
        profile=profile,
        id=context.new_id(),
        issuer=context.participant,
        subject=member.id,
        types=(rule.type,),
        claims=describe_member(rule, member),
        valid_from=now,
        valid_until=now + int(rule.days * _DAY_MS),
        status=service.lists.locate(profile, *place),
        schema=rule.schema,
    )
    return IssuedCredential(
        owner=context.owner,
        id=draft.id,
        version=1,
        request=request,
        holder=member.id,
        type=rule.type,
        profile=profile,
        list=place[0],
        index=place[1],
        secured=service.issuer.sign_credential(draft),
        issued_at=now,
        valid_until=draft.valid_until,
    )


async def _find_place(context: Context, taken: set[int]) -> tuple[int, int]:
    """Return a list and a free index in it, drawn at random: the order of places tells nobody who came when.

    (Bitstring Status List 1.0, 5.1.)
    """
    in_use = await context.store.status_list_in_use(context.owner)
    number = 1 if in_use is None else in_use.number + (in_use.taken >= FULL)
    for _ in range(_ATTEMPTS):
        # A new identifier is random enough, and comes from the only source of identifiers.
        drawn = hashlib.sha256(context.new_id().encode()).digest()
        index = int.from_bytes(drawn[:8]) % STATUS_ENTRIES
        if index not in taken and not await context.store.is_index_taken(context.owner, number, index):
            return number, index
    raise NotAllowed("no-place", "No free place in the status list was found: try again.")
