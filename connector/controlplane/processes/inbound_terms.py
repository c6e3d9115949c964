"""Checks the policy that a peer sent, before anything of it is kept: dataset, parties, identifier and time."""

from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.policy.model.policy import EVERYBODY
from connector.policy.vocabulary.names import expand
from connector.protocol.dsp.timestamps import read_timestamp

FUTURE_MS = 86_400_000
"""How far the clock of a peer may be ahead, or behind."""


class TermsFault(msgspec.Struct, frozen=True):
    """Why the terms of a peer are refused: a code for programs, a reason for the peer."""

    code: str
    reason: str


def find_offer_fault(offer: dict[str, Any], *, dataset: str, provider: str, consumer: str) -> TermsFault | None:
    """Return why an offer is refused, or None; it may leave out its target and its parties."""
    if offer.get("target", dataset) != dataset:
        return TermsFault(
            "wrong-target",
            "The target of the offer is not the dataset of this negotiation: send that dataset as target, "
            "or start a new negotiation for another dataset.",
        )
    assignee = offer.get("assignee", consumer)
    is_for_all = isinstance(assignee, str) and expand(assignee, {}) == EVERYBODY
    if offer.get("assigner", provider) != provider or not (is_for_all or assignee == consumer):
        return TermsFault(
            "wrong-party",
            "The offer names another party: expected the provider as assigner and the consumer as assignee.",
        )
    return None


def find_time_fault(agreement: dict[str, Any], now: int, *, since: int) -> TermsFault | None:
    """Return why the time of an agreement is refused, or None.

    Its provider cannot have made it in the future, nor before the negotiation, which began at `since`.
    """
    at = read_timestamp(str(agreement.get("timestamp")))
    if at is None or at > now + FUTURE_MS:
        return TermsFault(
            "wrong-timestamp",
            "The timestamp of the agreement is missing or in the future: expected the time at which it was made.",
        )
    if at < since - FUTURE_MS:
        return TermsFault(
            "wrong-timestamp",
            "The timestamp of the agreement is before its negotiation: expected the time at which it was made.",
        )
    return None


def is_same_agreement(one: bytes, other: bytes) -> bool:
    """Return whether two agreements say the same, apart from their identifier and time.

    The first one was decided on, and nobody decides on the other: its rules, names, parties and target are the same.
    """
    first, second = (msgspec.json.decode(document) for document in (one, other))
    return (
        all(first.get(name) == second.get(name) for name in ("@type", "assigner", "assignee", "target"))
        and documents.has_same_rules(one, other)
        and not documents.has_other_names(one, other)
    )
