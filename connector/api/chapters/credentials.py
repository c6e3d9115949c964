"""Endpoints for the credentials that this participant holds and shows."""

from fastapi import Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtCredentials, WaitQuery, wait
from connector.api.frame.errors import ApiError
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.holding import keeping, requesting
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.ports.entities import HeldCredential, Issuance
from connector.ports.identity import AuthenticationUnavailable
from connector.views.conversion import moment, to_view
from connector.views.credentials import (
    CredentialImportOrder,
    CredentialView,
    IssuanceOrder,
    IssuanceState,
    IssuanceView,
)

router = ChapterRouter(tags=["credentials"])


@router.get("/credentials")
async def list_credentials(service: AtCredentials) -> tuple[CredentialView, ...]:
    """List the credentials in the store, ordered by key."""
    found = _require(service)
    context = found.context
    return tuple(_show(found, held) for held in await context.store.credentials(context.owner))


@router.get("/issuances")
async def list_issuances(service: AtCredentials) -> tuple[IssuanceView, ...]:
    """List what issuers offer, and what they were asked for."""
    context = _require(service).context
    return tuple(_show_issuance(issuance) for issuance in await context.store.issuances(context.owner))


@router.post("/issuances", status_code=202)
async def request_credentials(service: AtCredentials, request: Request, order: IssuanceOrder) -> IssuanceView:
    """Ask an issuer for credentials; the answer comes at once, the credentials come by themselves."""
    by = request.state.key_id
    return _show_issuance(await requesting.request(_require(service), order.issuer, order.types, order.profiles, by=by))


@router.get("/issuances/{id}")
async def show_issuance(service: AtCredentials, id: str) -> IssuanceView:
    """Show one request or offer."""
    return _show_issuance(await requesting.find_issuance(_require(service), id))


@router.get("/issuances/{id}/wait")
async def wait_for_issuance(
    service: AtCredentials,
    id: str,
    timeout: WaitQuery = 30.0,  # noqa: ASYNC109 - it limits the wait, not the call, which always answers
) -> IssuanceView:
    """Wait until the issuer has answered a request, at most for the timeout."""
    found = _require(service)
    row = await wait(
        found.context.watch,
        id,
        timeout,
        lambda: requesting.find_issuance(found, id),
        lambda row: row.state is not IssuanceState.REQUESTED,
    )
    return _show_issuance(row)


@router.get("/credentials/{key}")
async def show_credential(service: AtCredentials, key: str) -> CredentialView:
    """Show one credential, with what it says about this participant."""
    found = _require(service)
    held = await keeping.find(found, key)
    return _show(found, held, claims=dict(keeping.read_claims(found, held)))


@router.post("/credentials")
async def import_credential(service: AtCredentials, request: Request, order: CredentialImportOrder) -> CredentialView:
    """Verify and store a credential; one that it renews goes."""
    found = _require(service)
    try:
        held = await keeping.add(found, order.credential, by=request.state.key_id)
    except AuthenticationUnavailable as fault:
        raise ApiError(503, "unavailable", f"The credential cannot be verified now: {fault.reason}") from None
    return _show(found, held)


@router.delete("/credentials/{key}")
async def remove_credential(service: AtCredentials, request: Request, key: str) -> CredentialView:
    """Remove a credential: it is shown to nobody any more."""
    found = _require(service)
    held = await keeping.remove(found, key, by=request.state.key_id)
    return _show(found, held)


def _show_issuance(issuance: Issuance) -> IssuanceView:
    return to_view(IssuanceView, issuance, next_at=None if issuance.due_at is None else moment(issuance.due_at))


def _require(service: CredentialService | None) -> CredentialService:
    if service is None:
        raise NotAllowed(
            "no-credentials", "This connector holds no credentials: its `identity.mechanism` is not `dcp`."
        )
    return service


def _show(service: CredentialService, held: HeldCredential, **more: object) -> CredentialView:
    standing = keeping.find_standing(held, service.context.now())
    return to_view(CredentialView, held, standing=standing, **more)
