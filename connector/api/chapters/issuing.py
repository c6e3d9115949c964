"""Endpoints for the operator of an issuer: requests of holders, and the credentials that were issued."""

from collections.abc import Awaitable
from typing import Annotated, TypeVar

from fastapi import Query, Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtIssuing, LimitQuery, page, read_page
from connector.api.frame.errors import ApiError
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.issuing import deciding, ending
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.ports.entities import CredentialRequest, IssuedCredential
from connector.ports.store_errors import Conflict
from connector.views.common import LONGEST_IDENTIFIER, Page, ReasonOrder
from connector.views.conversion import moment, to_view
from connector.views.issuing import CredentialOrder, CredentialRequestView, IssuedCredentialView, RequestState

router = ChapterRouter(tags=["issuer"])
HolderQuery = Annotated[str | None, Query(max_length=LONGEST_IDENTIFIER, description="Identifier of the holder.")]
_Done = TypeVar("_Done")


@router.get("/issuer/requests")
async def list_credential_requests(
    service: AtIssuing,
    state: RequestState | None = None,
    holder: HolderQuery = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[CredentialRequestView]:
    """List requests of holders and offers to them, newest first."""
    found = _require(service)
    context = found.context
    rows = context.store.credential_requests(context.owner, page(limit, after), state=state, holder=holder)
    return await read_page(rows, lambda row: _show_request(found, row))


@router.get("/issuer/requests/{id}")
async def show_credential_request(service: AtIssuing, id: str) -> CredentialRequestView:
    """Show one request of a holder."""
    found = _require(service)
    return _show_request(found, await deciding.find_request(found, id))


@router.post("/issuer/requests/{id}/approve")
async def approve_credential_request(service: AtIssuing, request: Request, id: str) -> CredentialRequestView:
    """Issue the credentials of a request that waits."""
    found = _require(service)
    return _show_request(found, await _finish(deciding.approve(found, id, by=request.state.key_id)))


@router.post("/issuer/requests/{id}/reject")
async def reject_credential_request(
    service: AtIssuing, request: Request, id: str, order: ReasonOrder
) -> CredentialRequestView:
    """Reject a request that waits; the holder is told the reason."""
    found = _require(service)
    return _show_request(found, await _finish(deciding.reject(found, id, order.reason, by=request.state.key_id)))


@router.post("/issuer/requests/{id}/send")
async def send_credentials_again(service: AtIssuing, id: str) -> CredentialRequestView:
    """Tell a holder again what became of its request."""
    found = _require(service)
    return _show_request(found, await _finish(deciding.send_again(found, id)))


@router.post("/issuer/offers", status_code=202)
async def offer_credentials(service: AtIssuing, request: Request, order: CredentialOrder) -> CredentialRequestView:
    """Offer credentials to a member: when it asks for them, it gets them at once."""
    found, by = _require(service), request.state.key_id
    made = deciding.offer(found, order.holder, order.types, order.profiles, order.reason, by=by)
    return _show_request(found, await made)


@router.get("/issuer/credentials")
async def list_issued_credentials(
    service: AtIssuing, holder: HolderQuery = None, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[IssuedCredentialView]:
    """List the credentials that were issued here, newest first."""
    found = _require(service)
    context = found.context
    rows = context.store.issued_credentials(context.owner, page(limit, after), holder=holder)
    return await read_page(rows, lambda row: _show_issued(found, row))


@router.post("/issuer/credentials")
async def issue_credentials(
    service: AtIssuing, request: Request, order: CredentialOrder
) -> tuple[IssuedCredentialView, ...]:
    """Issue credentials that are handed over in another way, and return them with their JWTs."""
    found, by = _require(service), request.state.key_id
    made = await _finish(deciding.issue_now(found, order.holder, order.types, order.profiles, by=by))
    return tuple(_show_issued(found, each, credential=each.secured) for each in made)


@router.get("/issuer/credentials/{id}")
async def show_issued_credential(service: AtIssuing, id: str) -> IssuedCredentialView:
    """Show one credential that was issued here, with its JWT."""
    found = _require(service)
    issued = await ending.find_issued(found, id)
    return _show_issued(found, issued, credential=issued.secured)


@router.post("/issuer/credentials/{id}/revoke")
async def revoke_credential(service: AtIssuing, request: Request, id: str, order: ReasonOrder) -> IssuedCredentialView:
    """End a credential for good."""
    found = _require(service)
    return _show_issued(found, await _finish(ending.revoke(found, id, order.reason, by=request.state.key_id)))


@router.post("/issuer/credentials/{id}/suspend")
async def suspend_credential(service: AtIssuing, request: Request, id: str, order: ReasonOrder) -> IssuedCredentialView:
    """End a credential for a time."""
    found = _require(service)
    return _show_issued(found, await _finish(ending.suspend(found, id, order.reason, by=request.state.key_id)))


@router.post("/issuer/credentials/{id}/reinstate")
async def reinstate_credential(
    service: AtIssuing, request: Request, id: str, order: ReasonOrder
) -> IssuedCredentialView:
    """Let a suspended credential count again."""
    found = _require(service)
    return _show_issued(found, await _finish(ending.reinstate(found, id, order.reason, by=request.state.key_id)))


async def _finish(act: Awaitable[_Done]) -> _Done:
    """Return what an act does. Raises ApiError if somebody else has changed its entity at the same time."""
    try:
        return await act
    except Conflict:
        raise ApiError(409, "changed", "It was changed at the same time: look at it, and try again.") from None


def _require(service: IssuerService | None) -> IssuerService:
    if service is None:
        raise NotAllowed("no-issuer", "This connector issues no credentials: its settings have no issuer.credentials.")
    return service


def _show_request(service: IssuerService, row: CredentialRequest) -> CredentialRequestView:
    named = {each.id: each.kind for each in service.list_supported()}
    return to_view(
        CredentialRequestView,
        row,
        holder_name=service.context.find_name(row.holder),
        types=tuple(dict.fromkeys(named.get(each, each) for each in row.objects)),
        next_at=None if row.due_at is None else moment(row.due_at),
    )


def _show_issued(service: IssuerService, row: IssuedCredential, credential: str = "") -> IssuedCredentialView:
    context = service.context
    return to_view(
        IssuedCredentialView,
        row,
        holder_name=context.find_name(row.holder),
        standing=ending.find_issued_standing(row, context.now()),
        credential=credential,
    )
