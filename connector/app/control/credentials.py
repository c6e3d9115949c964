"""The services of credentials of one participant: what it holds, and what it issues."""

from functools import partial

from connector.app.identities import (
    find_holder,
    find_issuer,
)
from connector.app.parts import Parts, Work
from connector.binding.dcp.issuer_service import ISSUER_SERVICE
from connector.controlplane.core.context import Context
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.controlplane.usecases.holding.requesting import ask_due
from connector.controlplane.usecases.issuing.delivering import deliver_due, keep_clean
from connector.controlplane.usecases.issuing.following import follow_list
from connector.controlplane.usecases.issuing.lists import StatusPublisher
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.controlplane.usecases.issuing.rules import IssuingRule
from connector.protocol.dcp.status_list import PURPOSES


def build_credential_service(parts: Parts, context: Context) -> CredentialService | None:
    """Return the Credential Service, if the identity mechanism has credentials."""
    holder = find_holder(parts.identity)
    return CredentialService(context, holder, parts.settings.identity.of_kit) if holder else None


def build_issuer_service(parts: Parts, context: Context) -> IssuerService | None:
    """Return the Issuer Service, if the settings name credentials that this process issues."""
    issuer, chosen = find_issuer(parts.identity), parts.settings.issuer.credentials
    if issuer is None or not chosen:
        return None
    address = parts.settings.protocol.public_url.rstrip("/") + ISSUER_SERVICE
    rules = [
        IssuingRule(
            type=each.type,
            role=each.role,
            otherwise=each.otherwise,
            claims=each.claims,
            days=each.days,
            schema=each.schema or "",
        )
        for each in chosen
    ]
    of_kit = parts.settings.identity.of_kit
    lists = StatusPublisher(context, issuer, address, purposes=PURPOSES[:1] if of_kit else PURPOSES)
    return IssuerService(context, issuer, parts.identity, rules, address, lists, parts.issuing_wanted)


def list_credential_work(
    credentials: CredentialService | None, issuing: IssuerService | None
) -> list[tuple[str, Work]]:
    """Return what asks issuers and tells holders until it is cancelled, each with its name."""
    work: list[tuple[str, Work]] = [("requests for credentials", partial(ask_due, credentials))] if credentials else []
    if issuing:
        work += [
            ("holders", partial(deliver_due, issuing)),
            ("ended credentials", partial(keep_clean, issuing)),
            ("credentials of members", partial(follow_list, issuing)),
        ]
    return work
