"""The terms that a form states: the sentences that were written, else the template that is chosen."""

from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.policy_input import DRAFT, encode_policy, write_draft
from connector.policy.model.dump import dump
from connector.policy.reading.load import load
from connector.policy.vocabulary.registry import Registry
from connector.ports.entities import OfferForm
from connector.web.offering.template_cards import read_policy


def write_policy(form: OfferForm) -> dict[str, Any]:
    """Return the policy of a form. Raises Invalid if a parameter of the template is missing or wrong."""
    if form.policy is not None:
        found: dict[str, Any] = msgspec.json.decode(form.policy)
        return found
    return read_policy(form.answers)


def write_document(registry: Registry, policy: dict[str, Any]) -> bytes:
    """Return a policy as the offer that others would read. Raises Invalid if it cannot be read."""
    return documents.make_catalog_offer(encode_policy(policy, registry), offer_id=DRAFT)


def find_policy(form: OfferForm) -> dict[str, Any] | None:
    """Return the policy of a form; None if a parameter of the template is missing or wrong."""
    try:
        return write_policy(form)
    except Invalid:
        return None


def normalise(policy: dict[str, Any]) -> dict[str, Any]:
    """Return a policy in the one form in which it is edited: compact, without a context. Raises PolicyError."""
    return dict(dump(load(write_draft(policy))))
