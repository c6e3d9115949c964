"""The ODRL documents of a negotiation as lossless JSON: offer, request, agreement.

Documents are compared by their rules. Identifiers, parties, target and timestamp are the frame, which may differ: some
peers return an offer with a new identifier each time. Peers write the same rules in several ways (`policy.spell`), and
terms of ODRL short, prefixed or in full. What is made here has the one spelling of the protocol.
"""

from decimal import Decimal
from typing import Any

import msgspec

from connector.policy.vocabulary.names import KNOWN_CONTEXTS
from connector.protocol.dsp.codec import canonical
from connector.protocol.dsp.offer_ids import drop_serial
from connector.protocol.dsp.policy import shorten_term, spell
from connector.views.conversion import moment

FRAME = frozenset({"@context", "@id", "@type", "target", "assigner", "assignee", "timestamp"})
# Members whose empty list differs from a missing one: a comparison with no values, a choice among no constraints.
_COUNTS_EMPTY = frozenset({"and", "andSequence", "or", "xone", "rightOperand"})
# A list, because a context can be of a kind that no set takes.
_PLAIN_CONTEXTS = [{}, *KNOWN_CONTEXTS]
# A number keeps all its digits: two that differ only in the last one are not the same.
_DECODER = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_encode = msgspec.json.Encoder(decimal_format="number").encode
_TERMS = frozenset({"action", "leftOperand", "operator", "conflict"})


def make_message_offer(
    policy: bytes, *, offer_id: str, target: str, assigner: str, assignee: str | None = None
) -> bytes:
    """Return the Offer of a message: the rules of `policy` with identifier, target and parties set."""
    document = spell(drop_frame(policy))
    frame: dict[str, Any] = {"@type": "Offer", "@id": offer_id, "target": target, "assigner": assigner}
    if assignee is not None:
        frame["assignee"] = assignee
    return _encode(frame | document)


def make_catalog_offer(policy: bytes, *, offer_id: str) -> bytes:
    """Return the Offer of a catalogue, which has no target (Catalog Protocol, ACK - Dataset)."""
    return _encode({"@type": "Offer", "@id": offer_id} | spell(drop_frame(policy)))


def make_agreement(offer: bytes, *, agreement_id: str, target: str, assigner: str, assignee: str, now: int) -> bytes:
    """Return the Agreement on the rules of `offer`; `now` in ms becomes its timestamp, whole seconds in UTC."""
    stamp = moment(now).strftime("%Y-%m-%dT%H:%M:%SZ")
    frame = {
        "@type": "Agreement",
        "@id": agreement_id,
        "target": target,
        "assigner": assigner,
        "assignee": assignee,
        "timestamp": stamp,
    }
    return _encode(frame | spell(drop_frame(offer)))


def list_offers(dataset: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the offers of a Dataset as a peer returned it, and those of its distributions."""
    holders = [dataset, *_objects(dataset.get("distribution"))]
    return [offer for holder in holders for offer in _objects(holder.get("hasPolicy"))]


def find_offers(offers: list[dict[str, Any]], offer_id: str) -> list[dict[str, Any]]:
    """Return the offers with an identifier, the exact one first.

    If the peer changes the identifier of an offer with every answer, the constant part of the identifier selects it.
    """
    exact = [offer for offer in offers if offer.get("@id") == offer_id]
    lasting = drop_serial(offer_id)
    renewed = [offer for offer in offers if lasting != offer_id and drop_serial(str(offer.get("@id"))) == lasting]
    return exact + renewed


def _objects(value: Any) -> list[dict[str, Any]]:
    entries = value if isinstance(value, list) else [value]
    return [entry for entry in entries if isinstance(entry, dict)]


def has_same_rules(one: bytes, other: bytes) -> bool:
    """Return whether two policies have the same rules, apart from identifiers, parties, targets and timestamps."""
    # Most peers send rules as they have read them.
    if is_spelled_alike(one, other):
        return True
    return canonical(_plain(spell(drop_frame(one)))) == canonical(_plain(spell(drop_frame(other))))


def has_other_names(one: bytes, other: bytes) -> bool:
    """Return whether a policy gives names another meaning than the other one: the contexts inside of them differ.

    Nobody here has read the context at an unknown address, so it may give any meaning to prefixes and bare names.
    """
    first, second = (msgspec.json.decode(document).get("@context") for document in (one, other))
    return _list_meanings(first) != _list_meanings(second)


def _list_meanings(context: Any) -> list[bytes]:
    entries = context if isinstance(context, list) else [context]
    return [canonical(entry) for entry in entries if entry is not None and entry not in _PLAIN_CONTEXTS]


def is_spelled_alike(one: bytes, other: bytes) -> bool:
    """Return whether two policies state the same rules in the same words."""
    return _encode(drop_frame(one)) == _encode(drop_frame(other))


def read_member(document: bytes, name: str) -> str | None:
    """Return a string member of a policy document, or None."""
    value = msgspec.json.decode(document).get(name)
    return value if isinstance(value, str) else None


def drop_frame(policy: bytes) -> dict[str, Any]:
    """Return what a policy says apart from its frame, without empty lists."""
    document: dict[str, Any] = _DECODER.decode(policy)
    return {key: value for key, value in document.items() if key not in FRAME and value != []}


def _plain(value: Any) -> Any:
    """Return a policy in one spelling: short terms of ODRL, without empty lists that have no meaning."""
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    plain = {}
    for key, entry in value.items():
        name = shorten_term(key)
        if entry == [] and name not in _COUNTS_EMPTY:
            continue
        if name in plain:
            # The same member in two spellings is another policy than one with either of them.
            name = f"{name} as {key}"
        plain[name] = shorten_term(entry) if name in _TERMS and isinstance(entry, str) else _plain(entry)
    return plain
