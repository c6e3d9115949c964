"""Credentials are requested from issuers: by a person, or because an issuer offers them (DCP 1.0, 6.4, 6.6 and 6.8).

A request is stored before it is sent, and sent until its issuer has taken it. Then the issuer hands the credentials
over by itself; a slow look at its status is the safety net for a message that was lost.
"""

import logging
from collections.abc import Sequence

from msgspec.structs import replace

from connector.controlplane.core import commits
from connector.controlplane.core.due import BUSY, MOST_ATTEMPTS, find_retry, perform_due
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.ports.changes import Change, DropIssuance, PutIssuance
from connector.ports.claims_peer import NotReached, ServiceAnswer
from connector.ports.entities import Issuance
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.document import ServiceType
from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.issuance import CREDENTIALS_PATH
from connector.protocol.dcp.requests import (
    METADATA_PATH,
    REQUESTS_PATH,
    RequestStatus,
    SupportedCredential,
    read_metadata,
    read_status,
    write_credential_request,
)
from connector.views.credentials import IssuanceState

log = logging.getLogger(__name__)

ASK = "issuers to ask"
"""What is watched: a request or an offer has a next step."""
MOST_KEPT = 256
LOOK_MS = 900_000
LONGEST_LOOK_MS = 86_400_000
MOST_LOOKS = 60
"""The looks at one request, the last ones a day apart: who approves may be on holiday."""

_TAKEN = "-"
"""Stands for the name of a request at its issuer, if that has taken it and named no place (`Location`)."""


class _Refused(Exception):
    """The issuer refuses, or does not issue what is wanted: nothing of it can be other later."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


async def request(
    service: CredentialService, issuer: str, types: Sequence[str], profiles: Sequence[str], *, by: str
) -> Issuance:
    """Ask an issuer for credentials; it is sent at once, and by itself until the issuer has taken it.

    The same request that is still under way is sent again under its name. Raises Invalid and NotAllowed.
    """
    context, wanted = service.context, tuple(dict.fromkeys(types))
    _check(service, issuer, wanted, profiles)
    rows, now = await context.store.issuances(context.owner), context.now()
    known = next((row for row in rows if _is_same(row, issuer, wanted, profiles)), None)
    if known is not None:
        again = replace(known, due_at=now, attempts=0)
        await context.store.commit([PutIssuance(again, known)])
        context.watch.notify(ASK)
        return again
    made = Issuance(
        owner=context.owner,
        id=context.new_id(),
        issuer=issuer,
        types=wanted,
        state=IssuanceState.REQUESTED,
        at=now,
        profiles=tuple(profiles),
        due_at=now,
    )
    leaf = commits.record(context, "credentials requested", made.id, {"issuer": issuer, "by": by})
    answered = [
        DropIssuance(row.owner, row.id) for row in rows if row.state is IssuanceState.OFFERED and row.issuer == issuer
    ]
    await context.store.commit([*_make_room(rows), *answered, PutIssuance(made), leaf])
    context.watch.notify(ASK)
    return made


async def find_issuance(service: CredentialService, id: str) -> Issuance:
    """Return one request or offer. Raises NoSuchEntity."""
    found = await service.context.store.issuance(service.context.owner, id)
    if found is None:
        raise NoSuchEntity("no-request", "No such request: list the requests to find its identifier.")
    return found


async def ask_due(service: CredentialService) -> None:
    """Send requests and answer offers, until cancelled. It goes on where the last process ended."""
    context = service.context

    async def list_next(limit: int) -> Sequence[Issuance]:
        due = [row for row in await context.store.issuances(context.owner) if row.due_at is not None]
        return sorted(due, key=lambda row: row.due_at or 0)[:limit]

    async def step(row: Issuance) -> None:
        await take_step(service, row)

    await perform_due(context, ASK, list_next, step)


async def take_step(service: CredentialService, due: Issuance) -> None:
    """Do the next step of a request or an offer, and store what became of it. Raises Conflict."""
    context = service.context
    known = await context.store.issuance(context.owner, due.id)
    if known is None or known.due_at is None:
        return
    try:
        if known.state is IssuanceState.OFFERED:
            await _answer_offer(service, known)
        elif known.issuer_pid not in {"", _TAKEN}:
            await _look(service, known)
        else:
            known = known if known.objects else await _choose_objects(service, known)
            await _send(service, known)
    except NotReached as fault:
        await _retry(service, known, fault.reason)
    except _Refused as fault:
        await _store(service, known, replace(known, state=IssuanceState.REJECTED, reason=fault.reason, due_at=None))


async def _choose_objects(service: CredentialService, known: Issuance) -> Issuance:
    """Store what a request asks for, before it is sent: sent again, it is the same. Raises NotReached and _Refused."""
    supported = await _read_metadata(service, known.issuer)
    objects = tuple(each.id for kind in known.types for each in _choose(supported, kind, known.profiles))
    after = replace(known, objects=objects)
    await _store(service, known, after)
    return after


async def _send(service: CredentialService, known: Issuance) -> None:
    """Send a request that its issuer has not taken yet. Raises NotReached and _Refused."""
    answer = await service.holder.peer.send(
        known.issuer, ServiceType.ISSUER, CREDENTIALS_PATH, write_credential_request(known.id, known.objects)
    )
    _check_answer(answer)
    # Only the last segment counts: no issuer leads this side to another place than its own.
    issuer_pid = answer.location.rstrip("/").rpartition("/")[2][:512]
    now = service.context.now()
    # Without a place there is nothing to look at: the credentials come, or a person sends the request again.
    due_at = now + LOOK_MS if issuer_pid else None
    after = replace(known, issuer_pid=issuer_pid or _TAKEN, due_at=due_at, attempts=0, reason="")
    await _store(service, known, after)


async def _look(service: CredentialService, known: Issuance) -> None:
    """Look what became of a request whose credentials have not come. Raises NotReached and _Refused."""
    path = f"{REQUESTS_PATH}/{known.issuer_pid}"
    answer = await service.holder.peer.send(known.issuer, ServiceType.ISSUER, path)
    _check_answer(answer)
    try:
        told = read_status(answer.body)
    except ClaimFault as fault:
        raise NotReached(fault.reason) from None
    if told.status is RequestStatus.REJECTED:
        raise _Refused("The issuer has rejected the request.")
    looks, now = known.attempts + 1, service.context.now()
    if told.status is RequestStatus.ISSUED:
        # Its message was lost: the same request brings the same credentials.
        after = replace(known, issuer_pid="", due_at=now)
    else:
        due_at = now + min(LOOK_MS << min(looks, 20), LONGEST_LOOK_MS)
        after = replace(known, attempts=looks, due_at=due_at if looks < MOST_LOOKS else None)
    await _store(service, known, after)


async def _answer_offer(service: CredentialService, known: Issuance) -> None:
    """Request what is offered if the data space trusts the issuer for all of it; else a person decides."""
    context = service.context
    supported = await _read_metadata(service, known.issuer)
    named = {each.id: each.kind for each in supported}
    types = tuple(dict.fromkeys(named.get(each, "") for each in known.objects))
    if not all(service.holder.trusts(known.issuer, kind) for kind in types):
        await _store(service, known, replace(known, due_at=None))
        return
    now = context.now()
    new = {"id": context.new_id(), "types": types, "state": IssuanceState.REQUESTED, "reason": "", "attempts": 0}
    made = replace(known, at=now, due_at=now, **new)
    leaf = commits.record(context, "credentials requested", made.id, {"issuer": known.issuer, "by": "offer"})
    kept = PutIssuance(replace(known, due_at=None), known)
    rows = await context.store.issuances(context.owner)
    await context.store.commit([kept, DropIssuance(known.owner, known.id), *_make_room(rows), PutIssuance(made), leaf])


async def _read_metadata(service: CredentialService, issuer: str) -> Sequence[SupportedCredential]:
    """Return what an issuer can issue. Raises NotReached and _Refused."""
    answer = await service.holder.peer.send(issuer, ServiceType.ISSUER, METADATA_PATH)
    _check_answer(answer)
    try:
        return read_metadata(answer.body, issuer)
    except ClaimFault as fault:
        raise _Refused(f"The metadata of the issuer cannot be used: {fault.reason}") from None


def _choose(
    supported: Sequence[SupportedCredential], kind: str, profiles: Sequence[str]
) -> Sequence[SupportedCredential]:
    """Return the objects of a type: one in each wanted profile, or in the first one that both sides have.

    If none is wanted, also one without a profile: what comes is judged when it comes.
    """
    found = {each.profile: each for each in reversed(supported) if each.kind == kind}
    wanted = profiles or [profile for profile in (*ClaimsProfile, "") if profile in found][:1]
    if not wanted or not all(profile in found for profile in wanted):
        raise _Refused(f"The issuer does not issue {kind} in the profile that is wanted.")
    return [found[profile] for profile in wanted]


def _check_answer(answer: ServiceAnswer) -> None:
    """Raise NotReached for an answer that can be another one later, and _Refused for a final refusal."""
    if answer.status >= 500 or answer.status in BUSY:
        raise NotReached(f"The issuer answers with status {answer.status}.")
    if not 200 <= answer.status < 300:
        raise _Refused(f"The issuer refuses with status {answer.status}.")


async def _retry(service: CredentialService, known: Issuance, reason: str) -> None:
    attempts, now = known.attempts + 1, service.context.now()
    log.info("an issuer could not be asked: %s", reason, extra={"pid": known.id, "peer": known.issuer})
    after = replace(known, attempts=attempts, reason=reason, due_at=find_retry(attempts, now))
    if attempts >= MOST_ATTEMPTS:
        sent = known.issuer_pid or known.state is IssuanceState.OFFERED
        after = replace(after, due_at=None, state=known.state if sent else IssuanceState.FAILED)
    await _store(service, known, after)


async def _store(service: CredentialService, known: Issuance, after: Issuance) -> None:
    context = service.context
    await context.store.commit([PutIssuance(after, known)])
    context.watch.notify(known.id)


def _check(service: CredentialService, issuer: str, types: Sequence[str], profiles: Sequence[str]) -> None:
    for kind in types:
        if not service.holder.trusts(issuer, kind):
            raise Invalid("issuer", f"The data space does not trust {issuer} for {kind}: see its profile.")
    for profile in profiles:
        if profile not in tuple(ClaimsProfile):
            raise Invalid("unknown-profile", f"{profile} is no profile: use one of {', '.join(ClaimsProfile)}.")


def _is_same(row: Issuance, issuer: str, types: Sequence[str], profiles: Sequence[str]) -> bool:
    under_way = row.state is IssuanceState.REQUESTED and row.issuer == issuer
    return under_way and set(row.types) == set(types) and set(row.profiles) == set(profiles)


def _make_room(rows: Sequence[Issuance]) -> list[Change]:
    """Return what removes the oldest request that has ended, if there are too many. Raises NotAllowed."""
    if len(rows) < MOST_KEPT:
        return []
    ended = [row for row in rows if row.state not in {IssuanceState.REQUESTED, IssuanceState.OFFERED}]
    if not ended:
        raise NotAllowed("too-many", f"The limit of {MOST_KEPT} requests is reached: wait for the answers of issuers.")
    oldest = min(ended, key=lambda row: row.at)
    return [DropIssuance(oldest.owner, oldest.id)]
