"""The Credential Service of a process: a connector and a broker both show credentials to those who verify them."""

from collections.abc import Callable

from connector.app.identities import find_holder, list_document_routes
from connector.app.parts import OWNER, Parts, make_rates, new_urn
from connector.binding.dcp import credential_service
from connector.binding.dsp.routing import Route
from connector.controlplane.core.context import Context
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.usecases.credentials import CredentialService
from connector.settings import Settings


def build_credential_service(parts: Parts, context: Context) -> CredentialService | None:
    """Return the Credential Service, if the identity mechanism has credentials."""
    holder = find_holder(parts.identity)
    return CredentialService(context, holder) if holder else None


def make_holding_context(parts: Parts, now: Callable[[], int]) -> Context:
    """Return the context of a process that holds credentials and has no processes."""
    return Context(
        owner=OWNER,
        participant=parts.settings.participant.id,
        address=parts.address,
        store=parts.store,
        now=now,
        new_id=new_urn,
        watch=ProcessWatch(),
        wake=lambda _: None,
    )


def list_identity_routes(settings: Settings, service: CredentialService | None) -> list[Route]:
    """Return the routes that prove who this participant is: its document, and its Credential Service if it has one.

    Raises KeyFault for a key file that cannot be read.
    """
    shown = credential_service.routes(service, make_rates(settings)) if service else []
    return [*list_document_routes(settings), *shown]
