"""Holders ask for credentials and for the state of their requests (DCP 1.0, 6.4 and 6.8)."""

from collections.abc import Sequence

from msgspec.structs import replace

from connector.controlplane.core import commits
from connector.controlplane.processes.inbound import use_token
from connector.controlplane.usecases.issuing.making import IssuerService, make_credentials
from connector.controlplane.usecases.issuing.rules import is_entitled
from connector.ports.changes import Change
from connector.ports.entities import CredentialRequest, PageBounds
from connector.ports.identity import Caller, Participant
from connector.ports.issuer import WRITE_TOKEN
from connector.ports.issuing_store import DropCredentialRequest, PutCredentialRequest
from connector.ports.store_errors import Conflict
from connector.protocol.dcp.requests import AskedCredentials, RequestStatus, SupportedCredential, ToldStatus
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.issuing import Otherwise, RequestState

MOST_REQUESTS = 64
"""The requests of one holder that are kept; each goes some months after its end."""
TELL = "holders to tell"
"""What is watched: a holder is to be told something."""
_TURNS = 8
_EVENTS = {
    RequestState.RECEIVED: "credentials received for a holder",
    RequestState.ISSUED: "credentials issued for a holder",
    RequestState.REJECTED: "credentials rejected for a holder",
}
_TOLD = {RequestState.ISSUED: RequestStatus.ISSUED, RequestState.REJECTED: RequestStatus.REJECTED}


async def receive_request(service: IssuerService, caller: Caller, asked: AskedCredentials) -> CredentialRequest:
    """Store a request with what is decided about it, and return it. Raises RemoteProtocolError.

    The same request may come again: its credentials are sent again, and no others are made.
    """
    context = service.context
    for _ in range(_TURNS):
        known = await context.store.credential_request_of(context.owner, caller.participant, asked.holder_pid)
        try:
            if known is not None:
                return await _repeat(service, caller, asked, known)
            return await _begin(service, caller, asked)
        except Conflict:
            # The same request at the same time, or a place in the status lists that was taken meanwhile.
            continue
    raise RemoteProtocolError("The request could not be stored: send it again later.", code="busy", status=503)


async def read_status(service: IssuerService, caller: Caller, id: str) -> ToldStatus:
    """Return the state of a request of the caller. Raises RemoteProtocolError, the same for a request of others."""
    context = service.context
    found = await context.store.credential_request(context.owner, id)
    if found is None or found.holder != caller.participant or found.state is RequestState.OFFERED:
        raise RemoteProtocolError("No such request was made: check its identifier.", code="not-found", status=404)
    await context.store.commit(use_token(caller))
    return ToldStatus(found.id, found.holder_pid, _TOLD.get(found.state, RequestStatus.RECEIVED))


async def _repeat(
    service: IssuerService, caller: Caller, asked: AskedCredentials, known: CredentialRequest
) -> CredentialRequest:
    if set(known.objects) != set(asked.objects):
        raise RemoteProtocolError(
            "Another request has this holderPid: send a request for other credentials under a new one.",
            code="wrong-state",
        )
    after = replace(known, version=known.version + 1, token=caller.evidence[WRITE_TOKEN])
    if known.state is not RequestState.RECEIVED:
        after = replace(after, due_at=service.context.now(), attempts=0, problem="")
    await service.context.store.commit([*use_token(caller), PutCredentialRequest(after, known.version)])
    service.context.watch.notify(TELL)
    return after


async def _begin(service: IssuerService, caller: Caller, asked: AskedCredentials) -> CredentialRequest:
    context = service.context
    found = [service.find_supported(each) for each in asked.objects]
    objects = [each for each in found if each is not None]
    if len(objects) < len(found):
        raise RemoteProtocolError("A credential that is asked for is not issued here: see the metadata.", code="object")
    listed = service.members.participant(caller.participant)
    if listed is None:
        raise RemoteProtocolError("The holder is no member of the data space.", code="not-found", status=404)
    # The credential is shown by who proves itself so: the list may know it by a former identifier.
    member = replace(listed, id=caller.participant)
    if await context.store.count_credential_requests(context.owner, member.id) >= MOST_REQUESTS:
        raise RemoteProtocolError(
            f"The limit of {MOST_REQUESTS} requests is reached: wait until earlier ones are forgotten.",
            code="too-many",
            status=429,
        )
    offer = await _find_offer(service, member, asked.objects)
    state, reason = (RequestState.ISSUED, "") if offer else _decide(service, member, objects)
    now = context.now()
    request = CredentialRequest(
        owner=context.owner,
        id=context.new_id().removeprefix("urn:uuid:"),
        version=1,
        holder=member.id,
        holder_pid=asked.holder_pid,
        objects=asked.objects,
        state=state,
        at=now,
        reason=reason,
        token=caller.evidence[WRITE_TOKEN],
        due_at=None if state is RequestState.RECEIVED else now,
    )
    changes: list[Change] = [*use_token(caller), PutCredentialRequest(request, None)]
    if state is RequestState.ISSUED:
        changes += await make_credentials(service, member, objects, request.id)
    if offer:
        changes.append(DropCredentialRequest(context.owner, offer.id))
    fields = {"holder": member.id, "types": [each.kind for each in objects]}
    changes.append(commits.record(context, _EVENTS[state], request.id, fields))
    await context.store.commit(changes)
    context.watch.notify(TELL)
    return request


async def _find_offer(service: IssuerService, member: Participant, objects: Sequence[str]) -> CredentialRequest | None:
    """Return an offer to a member that has all of these objects: a person has decided about them already."""
    context, first = service.context, PageBounds(limit=MOST_REQUESTS)
    offers, _ = await context.store.credential_requests(
        context.owner, first, state=RequestState.OFFERED, holder=member.id
    )
    return next((offer for offer in offers if set(objects) <= set(offer.objects)), None)


def _decide(
    service: IssuerService, member: Participant, objects: Sequence[SupportedCredential]
) -> tuple[RequestState, str]:
    """Return what becomes of a request by the rules, and why: it is one answer for all of its credentials."""
    lacking = [
        rule
        for rule in (service.find_rule(each.kind) for each in objects)
        if rule is not None and not is_entitled(rule, member)
    ]
    if not lacking:
        return RequestState.ISSUED, ""
    final = next((rule for rule in lacking if rule.otherwise is Otherwise.REJECT), None)
    rule = final or lacking[0]
    reason = f"{rule.type} is for members with the role {rule.role}, which the participant list does not name."
    return (RequestState.REJECTED if final else RequestState.RECEIVED), reason
