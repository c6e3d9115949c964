"""Endpoints for the credentials that this participant holds and shows."""

from fastapi import Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtCredentials
from connector.api.frame.errors import ApiError
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases.holding import keeping
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.ports.entities import HeldCredential
from connector.ports.identity import AuthenticationUnavailable
from connector.views.conversion import to_view
from connector.views.credentials import CredentialImportOrder, CredentialView, IssuanceView

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
    return tuple(to_view(IssuanceView, issuance) for issuance in await context.store.issuances(context.owner))


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


def _require(service: CredentialService | None) -> CredentialService:
    if service is None:
        raise NotAllowed(
            "no-credentials", "This connector holds no credentials: its `identity.mechanism` is not `dcp`."
        )
    return service


def _show(service: CredentialService, held: HeldCredential, **more: object) -> CredentialView:
    standing = keeping.find_standing(held, service.context.now())
    return to_view(CredentialView, held, standing=standing, **more)
