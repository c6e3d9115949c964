"""The ODRL documents that a negotiation passes to and fro, as JSON that loses nothing: offer, request, agreement.

What the parties agree on is compared by content: identifiers, parties, target and time stamp are the frame, the rules
are the picture. Frames differ for good reasons (offer identifiers that change with every answer), pictures must not.
Peers write the same picture in several ways: with or without empty lists, terms of ODRL short, prefixed or in full.
"""

from base64 import b64decode
from datetime import UTC, datetime
from typing import Any

import msgspec

from connector.protocol.dsp.codec import canonical

_FRAME = frozenset({"@context", "@id", "@type", "target", "assigner", "assignee", "timestamp"})
_ODRL = ("odrl:", "http://www.w3.org/ns/odrl/2/")
# Members whose empty list is not the same as none: a comparison with no values, a choice among no constraints.
_COUNTS_EMPTY = frozenset({"and", "andSequence", "or", "xone", "rightOperand"})
_TERMS = frozenset({"action", "leftOperand", "operator", "conflict"})


def make_message_offer(
    policy: bytes, *, offer_id: str, target: str, assigner: str, assignee: str | None = None
) -> bytes:
    """Return the Offer of a message: the rules of `policy` with identifier, target and parties set."""
    document = _rules(policy)
    frame: dict[str, Any] = {"@type": "Offer", "@id": offer_id, "target": target, "assigner": assigner}
    if assignee is not None:
        frame["assignee"] = assignee
    return msgspec.json.encode(frame | document)


def make_catalog_offer(policy: bytes, *, offer_id: str) -> bytes:
    """Return the Offer of a catalogue, which has no target (Catalog Protocol, ACK - Dataset)."""
    return msgspec.json.encode({"@type": "Offer", "@id": offer_id} | _rules(policy))


def make_agreement(offer: bytes, *, agreement_id: str, target: str, assigner: str, assignee: str, now: int) -> bytes:
    """Return the Agreement on the rules of `offer`; `now` in ms becomes its timestamp, whole seconds in UTC."""
    stamp = datetime.fromtimestamp(now // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    frame = {
        "@type": "Agreement",
        "@id": agreement_id,
        "target": target,
        "assigner": assigner,
        "assignee": assignee,
        "timestamp": stamp,
    }
    return msgspec.json.encode(frame | _rules(offer))


def choose_offer(dataset: dict[str, Any], offer_id: str | None) -> dict[str, Any] | None:
    """Return the offer with this identifier, else the first one, of a Dataset as a peer answered it.

    Offers may stand at the dataset and at each of its distributions. Deployed connectors make a new identifier for
    every answer, in which only the last of three parts changes; such an offer is found by the other two.
    """
    holders = [dataset, *_objects(dataset.get("distribution"))]
    offers = [offer for holder in holders for offer in _objects(holder.get("hasPolicy"))]
    if offer_id is None:
        return next(iter(offers), None)
    lasting = _parse_lasting(offer_id)
    exact = [offer for offer in offers if offer.get("@id") == offer_id]
    alike = [offer for offer in offers if lasting is not None and _parse_lasting(offer.get("@id")) == lasting]
    return next(iter(exact + alike), None)


def _parse_lasting(offer_id: Any) -> tuple[bytes, bytes] | None:
    """Return what lasts of an identifier of the form base64(definition):base64(dataset):base64(serial), or None."""
    parts = offer_id.split(":") if isinstance(offer_id, str) else []
    try:
        definition, dataset, _ = [b64decode(part, validate=True) for part in parts]
    except ValueError:
        return None
    return definition, dataset


def _objects(value: Any) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def has_same_rules(one: bytes, other: bytes) -> bool:
    """Tell whether two policies say the same, whatever their identifiers, parties, targets and time stamps."""
    return canonical(_plain(_rules(one))) == canonical(_plain(_rules(other)))


def read_member(document: bytes, name: str) -> str | None:
    """Return a string member of a policy document, or None."""
    value = msgspec.json.decode(document).get(name)
    return value if isinstance(value, str) else None


def _rules(policy: bytes) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(policy)
    return {key: value for key, value in document.items() if key not in _FRAME and value != []}


def _plain(value: Any) -> Any:
    """Return a policy in one spelling: terms of ODRL short, lists left out where empty says as much as absent."""
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    plain = {}
    for key, held in value.items():
        name = _short(key)
        if held == [] and name not in _COUNTS_EMPTY:
            continue
        plain[name] = _short(held) if name in _TERMS and isinstance(held, str) else _plain(held)
    return plain


def _short(term: str) -> str:
    for prefix in _ODRL:
        term = term.removeprefix(prefix)
    return term
