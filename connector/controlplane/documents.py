"""The ODRL documents that a negotiation passes to and fro, as JSON that loses nothing: offer, request, agreement.

What the parties agree on is compared by content: identifiers, parties, target and time stamp are the frame, the rules
are the picture. Frames differ for good reasons (offer identifiers that change with every answer), pictures must not.
"""

from datetime import UTC, datetime
from typing import Any

import msgspec

from connector.protocol.dsp.codec import canonical

_FRAME = frozenset({"@context", "@id", "@type", "target", "assigner", "assignee", "timestamp"})


def message_offer(policy: bytes, *, offer_id: str, target: str, assigner: str, assignee: str | None = None) -> bytes:
    """Return the Offer of a message: the rules of `policy` with identifier, target and parties set."""
    document = _rules(policy)
    frame: dict[str, Any] = {"@type": "Offer", "@id": offer_id, "target": target, "assigner": assigner}
    if assignee is not None:
        frame["assignee"] = assignee
    return msgspec.json.encode(frame | document)


def catalog_offer(policy: bytes, *, offer_id: str) -> bytes:
    """Return the Offer of a catalogue, which has no target (Catalog Protocol, ACK - Dataset)."""
    return msgspec.json.encode({"@type": "Offer", "@id": offer_id} | _rules(policy))


def agreement(offer: bytes, *, agreement_id: str, target: str, assigner: str, assignee: str, now: int) -> bytes:
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


def same_rules(one: bytes, other: bytes) -> bool:
    """Tell whether two policies say the same, whatever their identifiers, parties, targets and time stamps."""
    return canonical(_rules(one)) == canonical(_rules(other))


def member(document: bytes, name: str) -> str | None:
    """Return a string member of a policy document, or None."""
    value = msgspec.json.decode(document).get(name)
    return value if isinstance(value, str) else None


def _rules(policy: bytes) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(policy)
    return {key: value for key, value in document.items() if key not in _FRAME and value != []}
