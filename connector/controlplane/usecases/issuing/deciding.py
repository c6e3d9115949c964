"""The operator of an issuer decides about requests, offers credentials, and issues them by hand."""

from collections.abc import Sequence

from msgspec.structs import replace

from connector.controlplane.core import commits
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.issuing.making import IssuerService, make_credentials
from connector.controlplane.usecases.issuing.receiving import MOST_REQUESTS, TELL
from connector.ports.changes import Change
from connector.ports.entities import CredentialRequest, IssuedCredential
from connector.ports.identity import Participant
from connector.ports.issuing_store import PutCredentialRequest
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.requests import SupportedCredential
from connector.views.issuing import RequestState

REISSUE = "reissue"


async def find_request(service: IssuerService, id: str) -> CredentialRequest:
    """Return one request. Raises NoSuchEntity."""
    found = await service.context.store.credential_request(service.context.owner, id)
    if found is None:
        raise NoSuchEntity("no-request", "No such request: list the requests to find its identifier.")
    return found


async def approve(service: IssuerService, id: str, *, by: str) -> CredentialRequest:
    """Issue the credentials of a request that waits. Raises NoSuchEntity, NotAllowed and Conflict."""
    context, known = service.context, await _find_waiting(service, id)
    member, objects = find_member(service, known.holder), list_objects(service, known)
    after = replace(
        known, version=known.version + 1, state=RequestState.ISSUED, reason="", due_at=context.now(), attempts=0
    )
    made = await make_credentials(service, member, objects, known.id)
    leaf = commits.record(context, "credentials issued for a holder", id, {"holder": member.id, "by": by})
    await context.store.commit([PutCredentialRequest(after, known.version), *made, leaf])
    context.watch.notify(TELL)
    return after


async def reject(service: IssuerService, id: str, reason: str, *, by: str) -> CredentialRequest:
    """Reject a request that waits; the holder is told the reason. Raises NoSuchEntity, NotAllowed and Conflict."""
    context, known = service.context, await _find_waiting(service, id)
    after = replace(
        known,
        version=known.version + 1,
        state=RequestState.REJECTED,
        reason=reason or "The operator of the issuer has rejected the request.",
        due_at=context.now(),
        attempts=0,
    )
    leaf = commits.record(context, "credentials rejected for a holder", id, {"holder": known.holder, "by": by})
    await context.store.commit([PutCredentialRequest(after, known.version), leaf])
    context.watch.notify(TELL)
    return after


async def send_again(service: IssuerService, id: str) -> CredentialRequest:
    """Tell a holder again what became of its request, or of an offer. Raises NoSuchEntity, NotAllowed and Conflict."""
    known = await find_request(service, id)
    if known.state is RequestState.RECEIVED:
        raise NotAllowed("wrong-state", "The request waits for a decision: approve or reject it.")
    after = replace(known, version=known.version + 1, due_at=service.context.now(), attempts=0, problem="")
    await service.context.store.commit([PutCredentialRequest(after, known.version)])
    service.context.watch.notify(TELL)
    return after


async def offer(
    service: IssuerService, holder: str, types: Sequence[str], profiles: Sequence[str], reason: str, *, by: str
) -> CredentialRequest:
    """Offer credentials to a member: when it asks for them, it gets them at once. Raises Invalid and NotAllowed."""
    context, member = service.context, find_member(service, holder)
    objects = choose_objects(service, types, profiles)
    if await context.store.count_credential_requests(context.owner, member.id) >= MOST_REQUESTS:
        raise NotAllowed("too-many", f"The limit of {MOST_REQUESTS} requests and offers of a holder is reached.")
    now = context.now()
    made = CredentialRequest(
        owner=context.owner,
        id=context.new_id().removeprefix("urn:uuid:"),
        version=1,
        holder=member.id,
        holder_pid="",
        objects=tuple(each.id for each in objects),
        state=RequestState.OFFERED,
        at=now,
        reason=reason or REISSUE,
        due_at=now,
    )
    leaf = commits.record(context, "credentials offered to a holder", made.id, {"holder": member.id, "by": by})
    await context.store.commit([PutCredentialRequest(made, None), leaf])
    context.watch.notify(TELL)
    return made


async def issue_now(
    service: IssuerService, holder: str, types: Sequence[str], profiles: Sequence[str], *, by: str
) -> Sequence[IssuedCredential]:
    """Issue credentials that are handed over in another way, and return them. Raises Invalid, NotAllowed, Conflict."""
    context, member = service.context, find_member(service, holder)
    made = await make_credentials(service, member, choose_objects(service, types, profiles))
    changes: list[Change] = [
        commits.record(context, "credential issued", each.credential.id, {"holder": member.id, "by": by})
        for each in made
    ]
    await context.store.commit([*made, *changes])
    return [each.credential for each in made]


def choose_objects(
    service: IssuerService, types: Sequence[str], profiles: Sequence[str]
) -> Sequence[SupportedCredential]:
    """Return what types stand for in profiles; without profiles, in the first one. Raises Invalid."""
    wanted = tuple(profiles) or (str(next(iter(ClaimsProfile))),)
    supported = service.list_supported()
    for kind in types:
        if not any(each.kind == kind for each in supported):
            known = ", ".join(rule.type for rule in service.rules)
            raise Invalid("unknown-type", f"{kind} is not issued here: use one of {known}.")
    for profile in wanted:
        if not any(each.profile == profile for each in supported):
            raise Invalid("unknown-profile", f"{profile} is no profile: use one of {', '.join(ClaimsProfile)}.")
    return [each for each in supported if each.kind in types and each.profile in wanted]


def find_member(service: IssuerService, holder: str) -> Participant:
    """Return a member of the data space. Raises NotAllowed."""
    member = service.members.participant(holder)
    if member is None:
        raise NotAllowed("no-member", f"{holder} is not on the participant list: add it there first.")
    return replace(member, id=holder)


def list_objects(service: IssuerService, request: CredentialRequest) -> Sequence[SupportedCredential]:
    """Return what a request asks for. Raises NotAllowed if something of it is not issued any more."""
    found = [service.find_supported(each) for each in request.objects]
    objects = [each for each in found if each is not None]
    if len(objects) < len(found):
        raise NotAllowed("unknown-type", "A credential of the request is not issued here any more: reject it.")
    return objects


async def _find_waiting(service: IssuerService, id: str) -> CredentialRequest:
    known = await find_request(service, id)
    if known.state is not RequestState.RECEIVED:
        raise NotAllowed("wrong-state", f"The request is {known.state}: only a request that waits can be decided.")
    return known
