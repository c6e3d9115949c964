"""Messages in the expanded form of JSON-LD, without a context: the hub and the Issuer Service of EDC send some so.

What is read of it are the terms of the protocol (JSON-LD 1.1, 4.1 and 4.2.2); nothing here follows a context.

Pure: standard library only.
"""

from collections.abc import Mapping
from typing import Any, Final

from connector.protocol.dcp.errors import ClaimFault

NAMESPACE: Final = "https://w3id.org/dspace-dcp/v1.0/"
_TERMS: Final = {"https://www.w3.org/2018/credentials#issuer": "issuer"}
"""The terms that are in another namespace by the context of the protocol."""
_LISTS: Final = frozenset({"bindingMethods", "credentials", "credentialsSupported", "presentation", "scope"})


def shorten(members: Mapping[str, Any], kind: str) -> dict[str, Any] | None:
    """Return the terms of a message whose type is `kind`; None if it is no such message in expanded form.

    Raises ClaimFault for a term that is there under two names.
    """
    if members.get("@type") not in (NAMESPACE + kind, [NAMESPACE + kind]):
        return None
    return {**_shorten_node(members), "type": kind}


def _shorten_node(node: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"id": node["@id"]} if "@id" in node else {}
    for name, value in node.items():
        term = name.removeprefix(NAMESPACE) if name.startswith(NAMESPACE) else _TERMS.get(name)
        if term in found:
            raise ClaimFault(f"{term} is there under two names.")
        if term is not None:
            found[term] = _shorten_list(value) if term in _LISTS else _shorten_value(value)
    return found


def _shorten_list(value: Any) -> Any:
    """Return the values of a term that has several, each shortened; a literal of JSON is a list itself."""
    entries = value if isinstance(value, list) else [value]
    only = entries[0] if len(entries) == 1 else None
    if isinstance(only, dict) and only.get("@type") == "@json" and not isinstance(only.get("@value"), str):
        return only.get("@value")
    # A list has objects, or texts as values: what is no value is an object, also one that has its identifier alone.
    is_node = [isinstance(entry, dict) and "@value" not in entry for entry in entries]
    pairs = zip(entries, is_node, strict=True)
    return [_shorten_node(entry) if node else _shorten_value(entry) for entry, node in pairs]


def _shorten_value(value: Any) -> Any:
    only = value[0] if isinstance(value, list) and len(value) == 1 else value
    if not isinstance(only, dict):
        return only
    if "@value" in only:
        return only["@value"]
    if only.keys() - {"@id", "@type"}:
        return _shorten_node(only)
    # A value of the protocol, such as a status, is a term of its own.
    name = only.get("@id")
    return name.removeprefix(NAMESPACE) if isinstance(name, str) else name
