"""The document of a decentralized identifier: its keys, what each may sign, and its services (DID Core 1.0, 4 and 5).

Read as plain JSON: nothing here follows a context. Methods and services of a kind that nobody here uses are left out,
because a document may have them for others; what makes two readings possible refuses the document.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import read_object
from connector.protocol.dsp.timestamps import read_timestamp

MAX_DOCUMENT = 64 * 1024
MAX_METHODS = 32
MAX_SERVICES = 32
MAX_ENDPOINT = 2048

CONTEXT = "https://www.w3.org/ns/did/v1"
KEY_CONTEXT = "https://w3id.org/security/suites/jws-2020/v1"
METHOD_TYPE = "JsonWebKey2020"
MULTIBASE = "publicKeyMultibase"
"""The member of a method of type Multikey that has its key as one text (Controlled Identifiers 1.0, 2.2.2)."""


class Relationship(StrEnum):
    """What a key may sign: each is an array of a document (DID Core 1.0, 5.3)."""

    TOKEN = "capabilityInvocation"  # noqa: S105 - the name of a member, no secret
    PRESENTATION = "authentication"
    CREDENTIAL = "assertionMethod"


class ServiceType(StrEnum):
    """The services that participants look for (DCP 1.0, 5.2 and 6.4; Dataspace Protocol 2025-1, discovery)."""

    CREDENTIALS = "CredentialService"
    ISSUER = "IssuerService"
    CATALOG = "CatalogService"
    DATA = "DataService"


class DidDocument(NamedTuple):
    """A document as it was read.

    `keys` are the public keys by the absolute name of their method: JWKs, and under `MULTIBASE` the texts of others.
    `relationships` has, for each relationship
    that the document states, the names of its methods; it is empty if the document states none at all. `services` are
    the addresses of services by type, the first of each.
    """

    id: str
    keys: Mapping[str, Mapping[str, Any]]
    relationships: Mapping[Relationship, frozenset[str]]
    services: Mapping[str, str]

    def may_sign(self, method: str, relationship: Relationship, *, take_missing: bool = False) -> bool:
        """Return whether a method of the document may sign what `relationship` is for.

        `take_missing` accepts each method of a document that states no relationship at all, or only empty ones, as
        some products write it. Of a document that states `authentication` alone, it accepts the methods there.
        """
        stated = {each for each, names in self.relationships.items() if names}
        if not stated:
            return take_missing
        if take_missing and stated == {Relationship.PRESENTATION}:
            relationship = Relationship.PRESENTATION
        return method in self.relationships.get(relationship, frozenset())


def read_document(body: bytes, did: str, now_ms: int | None = None) -> DidDocument:
    """Read the document of `did`; raises ClaimFault.

    Its `id` is `did`, and no two methods have one name. A member that is null is one that is missing. A method that has
    expired or was revoked at `now_ms` (ms since the epoch) has no key; without a time, none of them has.
    """
    members = read_object(body, MAX_DOCUMENT, f"The document of {did}")
    if members.get("id") != did:
        raise ClaimFault(f"The document found for {did} is that of another identifier, or of none.")
    methods = _list_objects(members, "verificationMethod", MAX_METHODS, did)
    relationships: dict[Relationship, frozenset[str]] = {}
    for relationship in Relationship:
        if members.get(relationship) is not None:
            names, inside = _read_relationship(members, relationship, did)
            relationships[relationship] = names
            methods = [*methods, *inside]
    return DidDocument(did, _read_methods(methods, did, now_ms), relationships, _read_services(members, did))


def write_document(
    did: str, keys: Sequence[tuple[str, Mapping[str, str]]], services: Iterable[tuple[str, ServiceType, str]]
) -> dict[str, Any]:
    """Return the document of `did` as JSON.

    Parameters:
        did: the identifier.
        keys: the fragment and the public JWK of each key; each may sign tokens, presentations and credentials.
        services: the fragment, the type and the base URL of each service.
    """
    names = [f"{did}#{fragment}" for fragment, _ in keys]
    methods = [
        {"id": name, "type": METHOD_TYPE, "controller": did, "publicKeyJwk": dict(jwk)}
        for name, (_, jwk) in zip(names, keys, strict=True)
    ]
    return {
        "@context": [CONTEXT, KEY_CONTEXT],
        "id": did,
        "verificationMethod": methods,
        **{str(relationship): names for relationship in Relationship},
        "service": [
            {"id": f"{did}#{fragment}", "type": str(kind), "serviceEndpoint": url} for fragment, kind, url in services
        ],
    }


def _list_objects(members: Mapping[str, Any], name: str, limit: int, did: str) -> list[Any]:
    found = members.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or len(found) > limit:
        raise ClaimFault(f"{name} in the document of {did} is not a list of at most {limit} entries.")
    return found


def _read_relationship(
    members: Mapping[str, Any], relationship: Relationship, did: str
) -> tuple[frozenset[str], list[Any]]:
    """Return the names that a relationship has, and the methods that are written inside it and nowhere else."""
    entries = _list_objects(members, relationship, MAX_METHODS, did)
    inside = [entry for entry in entries if isinstance(entry, dict)]
    named = (entry.get("id") if isinstance(entry, dict) else entry for entry in entries)
    return frozenset(_absolute(name, did) for name in named if isinstance(name, str)), inside


def _read_methods(methods: Sequence[Any], did: str, now_ms: int | None) -> dict[str, Mapping[str, Any]]:
    """Return the keys of methods by their names. One that is written out twice, the same each time, counts once."""
    keys: dict[str, Mapping[str, Any]] = {}
    seen: dict[str, Mapping[str, Any]] = {}
    for method in methods:
        if not isinstance(method, dict) or not isinstance(method.get("id"), str):
            raise ClaimFault(f"A verification method in the document of {did} has no id.")
        name = _absolute(method["id"], did)
        if seen.setdefault(name, {**method, "id": name}) != {**method, "id": name}:
            raise ClaimFault(f"Two verification methods in the document of {did} have the name {name[:100]}.")
        jwk = method.get("publicKeyJwk")
        if jwk is None and isinstance(method.get(MULTIBASE), str):
            jwk = {MULTIBASE: method[MULTIBASE]}
        own = name.startswith(f"{did}#") and method.get("controller") in (None, did)
        if isinstance(jwk, dict) and own and not _has_ended(method, now_ms):
            keys[name] = jwk
    return keys


def _has_ended(method: Mapping[str, Any], now_ms: int | None) -> bool:
    """Return whether a method has an end that is over, or that nobody can read (Controlled Identifiers 1.0, 2.2)."""
    if now_ms is None:
        return False
    for text in (method.get("revoked"), method.get("expires")):
        end = read_timestamp(text) if isinstance(text, str) else None
        if text is not None and (end is None or end <= now_ms):
            return True
    return False


def _read_services(members: Mapping[str, Any], did: str) -> dict[str, str]:
    services: dict[str, str] = {}
    for service in _list_objects(members, "service", MAX_SERVICES, did):
        kinds = service.get("type") if isinstance(service, dict) else None
        url = service.get("serviceEndpoint") if isinstance(service, dict) else None
        if isinstance(url, list):
            # An endpoint may be a set (DID Core 1.0, 5.4); its maps are for other protocols.
            url = next((each for each in url if isinstance(each, str)), None)
        # Paths are put behind a base URL (DCP 1.0.1, 5.2): behind a query, its owner would choose what is asked for.
        if not isinstance(url, str) or len(url) > MAX_ENDPOINT or "?" in url or "#" in url:
            continue
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            if isinstance(kind, str):
                services.setdefault(kind, url.rstrip("/"))
    return services


def _absolute(name: str, did: str) -> str:
    return f"{did}{name}" if name.startswith("#") else name
