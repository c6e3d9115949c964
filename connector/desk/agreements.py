"""Agreements as programs and readers of a file see them."""

import hashlib

import msgspec

from connector.controlplane.usecases.agreements import AgreementSummary
from connector.views.agreements import AgreementView
from connector.views.conversion import to_view


def view_agreement(found: AgreementSummary) -> AgreementView:
    """Return the view of an agreement, with the digest of the document that both sides have."""
    agreement = found.agreement
    return to_view(
        AgreementView,
        agreement,
        policy=msgspec.json.decode(agreement.document),
        sha256=hashlib.sha256(agreement.document).hexdigest(),
        state=found.state,
        expires_at=found.expires_at,
        title=found.title,
        counterparty_name=found.counterparty_name,
        because=found.because,
    )


def write_agreement(found: AgreementSummary) -> bytes:
    """Return the view of an agreement as JSON, each time the same bytes for the same agreement in the same state."""
    return msgspec.json.format(msgspec.json.encode(view_agreement(found), order="sorted"), indent=2) + b"\n"
