"""A document or message of somebody else as a JSON object, within its bound. Pure: standard library only."""

import re
from collections.abc import Mapping
from typing import Any

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.expanded import NAMESPACE, shorten
from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.errors import ProtocolError

MAX_TEXT = 512
# What is secured by a JWT, by its media type or one of drafts (RFC 2397); in base64 it would be another text.
_ENVELOPE = re.compile(
    r"data:application/(v[cp])(?:-ld|\+ld(?:\+json)?)?\+jwt(?:;(?!base64[;,])[^;,]*)*,", re.IGNORECASE
)
CONTEXT = NAMESPACE + "dcp.jsonld"


def read_object(body: bytes, limit: int, what: str) -> dict[str, Any]:
    """Read a JSON object of at most `limit` bytes; `what` names it in the sentence of a fault. Raises ClaimFault."""
    if len(body) > limit:
        raise ClaimFault(f"{what} is larger than {limit} bytes.")
    try:
        members = parse(body)
    except ProtocolError as error:
        raise ClaimFault(f"{what} cannot be read: {error.reason}") from None
    if not isinstance(members, dict):
        raise ClaimFault(f"{what} is not a JSON object.")
    return members


def read_message(body: bytes, limit: int, kind: str) -> dict[str, Any]:
    """Read a message whose `type` is `kind`, of at most `limit` bytes (DCP 1.0, 4.4); raises ClaimFault.

    Also in the expanded form of JSON-LD, which says the same without a context.
    """
    members = read_object(body, limit, f"The {kind}")
    if (expanded := shorten(members, kind)) is not None:
        return expanded
    if members.get("type") != kind:
        raise ClaimFault(f"The body is no {kind}.")
    contexts = members.get("@context")
    if not isinstance(contexts, list) or not all(isinstance(each, str) for each in contexts):
        raise ClaimFault(f"The @context of the {kind} is not a list of texts.")
    if CONTEXT not in contexts:
        raise ClaimFault(f"The @context of the {kind} does not contain {CONTEXT}.")
    return members


def open_envelope(entry: Mapping[str, Any]) -> str | None:
    """Return the presentation of an EnvelopedVerifiablePresentation (VC Data Model 2.0, 4.13), or None."""
    kinds = entry.get("type")
    is_envelope = "EnvelopedVerifiablePresentation" in (kinds if isinstance(kinds, list) else [kinds])
    return cut_envelope(entry.get("id"), "vp") if is_envelope else None


def cut_envelope(address: object, kind: str) -> str | None:
    """Return the JWT in a `data:` URL of a secured credential (`kind` is `vc`) or presentation (`vp`), or None.

    >>> cut_envelope("data:application/vc+jwt,e30.e30.e30", "vc")
    'e30.e30.e30'
    """
    found = _ENVELOPE.match(address) if isinstance(address, str) else None
    return found.string[found.end() :] if found and found[1].lower() == kind else None


def list_objects(members: Mapping[str, Any], name: str, limit: int) -> list[dict[str, Any]]:
    """Return a member that is a list of at most `limit` objects, empty if it is missing or null; raises ClaimFault."""
    found = members.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or len(found) > limit or not all(isinstance(entry, dict) for entry in found):
        raise ClaimFault(f"{name} is not a list of at most {limit} objects.")
    return found


def read_text(members: Mapping[str, Any], name: str, limit: int = MAX_TEXT, *, required: bool = True) -> str:
    """Return a member that is a text of at most `limit` characters; raises ClaimFault."""
    text = members.get(name)
    if text is None and not required:
        return ""
    if not isinstance(text, str) or len(text) > limit or not (text or not required):
        raise ClaimFault(f"{name} is not a text of 1 to {limit} characters.")
    return text
