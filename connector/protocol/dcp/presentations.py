"""The two messages with which a verifier asks for presentations and gets them (DCP 1.0, 5.4).

Pure: standard library and msgspec only.
"""

from collections.abc import Sequence

import msgspec

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import CONTEXT, open_envelope, read_message
from connector.protocol.dcp.scopes import MAX_SCOPES, Scope, parse_scopes

QUERY_PATH = "/presentations/query"
MAX_QUERY = 64 * 1024
MAX_RESPONSE = 1024 * 1024
MAX_PRESENTATIONS = 8

_QUERY, _RESPONSE = "PresentationQueryMessage", "PresentationResponseMessage"


class DefinitionAsked(ClaimFault):
    """A query has a presentation definition instead of scopes: the answer is 501 (DCP 1.0, 5.4.1.1)."""


def write_query(scopes: Sequence[Scope], *, three_parts: bool = False, of_edc: bool = False) -> bytes:
    """Return a query for presentations of the credentials that `scopes` name, in the form of `Scope.write`."""
    written = [scope.write(three_parts=three_parts, of_edc=of_edc) for scope in scopes]
    return msgspec.json.encode({"@context": [CONTEXT], "type": _QUERY, "scope": written})


def read_query(body: bytes) -> tuple[Scope, ...]:
    """Read a query; raises DefinitionAsked for one by a presentation definition, and ClaimFault for a wrong one."""
    members = read_message(body, MAX_QUERY, _QUERY)
    definition = members.get("presentationDefinition")
    if definition is not None:
        if members.get("scope") is not None:
            raise ClaimFault("The query has a scope and a presentationDefinition: expected one of them.")
        if not definition or not isinstance(definition, dict):
            raise ClaimFault("presentationDefinition is not an object with members.")
        raise DefinitionAsked("Presentation definitions are not supported: ask with a scope.")
    asked = members.get("scope")
    if not isinstance(asked, list) or not 0 < len(asked) <= MAX_SCOPES:
        raise ClaimFault(f"scope is not a list of 1 to {MAX_SCOPES} scopes.")
    if not all(isinstance(text, str) for text in asked):
        raise ClaimFault("A scope of the query is not a string.")
    return parse_scopes(asked)


def write_response(presentations: Sequence[str]) -> bytes:
    """Return the answer with presentations, each a compact JWS."""
    return msgspec.json.encode({"@context": [CONTEXT], "type": _RESPONSE, "presentation": list(presentations)})


def read_response(body: bytes) -> tuple[str, ...]:
    """Read an answer and return its presentations, each a compact JWS that nobody has verified; raises ClaimFault.

    One in the form of an EnvelopedVerifiablePresentation is taken out of it. One with another proof is left out, if
    others have a proof by JWT: an answer may have both (DCP 1.0, 5.4.2).
    """
    found = read_message(body, MAX_RESPONSE, _RESPONSE).get("presentation")
    if not isinstance(found, list) or len(found) > MAX_PRESENTATIONS:
        raise ClaimFault(f"presentation is not a list of at most {MAX_PRESENTATIONS} presentations.")
    opened = (open_envelope(entry) if isinstance(entry, dict) else entry for entry in found)
    signed = tuple(entry for entry in opened if isinstance(entry, str))
    if found and not signed:
        raise ClaimFault("No presentation is a JWT: expected a profile with proofs by JWT.")
    return signed
