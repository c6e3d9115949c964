"""The members of a parsed Dataset, under each name that deployed connectors give them, as values within bounds.

Dataspace Protocol 2025-1, Catalog Protocol: the compact form by its schema, with prefixed names or full IRIs beside it.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from connector.protocol.dsp.errors import clean
from connector.semantic.statements import LiteralTerm, is_iri, is_web_address, read_time

MOST_VALUES = 32
TEXT_LENGTH = 2000

DCT = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
FOAF = "http://xmlns.com/foaf/0.1/"
VCARD = "http://www.w3.org/2006/vcard/ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
ADMS = "http://www.w3.org/ns/adms#"
SPDX = "http://spdx.org/rdf/terms#"
ODRL = "http://www.w3.org/ns/odrl/2/"
DCATAP = "http://data.europa.eu/r5r/"

PREFIXES: Mapping[str, str] = {
    "dct": DCT,
    "dcat": DCAT,
    "foaf": FOAF,
    "vcard": VCARD,
    "skos": SKOS,
    "rdfs": RDFS,
    "adms": ADMS,
    "spdx": SPDX,
    "odrl": ODRL,
    "dcatap": DCATAP,
}
"""The prefixes of the serialisations, and of the names in this room."""

_LABELS = ("@value", "skos:prefLabel", "rdfs:label", "foaf:name", "vcard:fn", "dct:title")

MemberMap = Mapping[str, Any]


@cache
def _spell(name: str) -> tuple[str, ...]:
    """Return the names under which a member may stand: prefixed, as a full IRI, and bare."""
    prefix, _, local = name.partition(":")
    if not local:
        return (name,)
    other = (f"dcterms:{local}",) if prefix == "dct" else ()
    return (name, *other, PREFIXES[prefix] + local, local)


def find_values(members: MemberMap, name: str, most: int = MOST_VALUES) -> list[Any]:
    """Return the first values of a member, such as `dct:license`, under the first of its names that occurs."""
    for spelled in _spell(name):
        value = members.get(spelled)
        if value is not None:
            return value[:most] if isinstance(value, list) else [value]
    return []


def find_nodes(members: MemberMap, name: str) -> Iterator[MemberMap]:
    """Yield the values of a member that are objects; an IRI is one with its `@id`."""
    for value in find_values(members, name):
        if isinstance(value, dict):
            yield value
        elif isinstance(value, str):
            yield {"@id": value} if is_iri(value) else {"@value": value}


def read_text(value: Any) -> str:
    """Return the text of a value, cleaned and cut: its own, or the label of an object; empty if it has none."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        return next(filter(None, (_read_label(value, name) for name in _LABELS)), "")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value), TEXT_LENGTH)


def _read_label(node: MemberMap, name: str) -> str:
    found = next(iter(find_values(node, name)), None)
    if isinstance(found, dict):
        found = found.get("@value")
    return clean(found, TEXT_LENGTH) if isinstance(found, str) else ""


def find_text(members: MemberMap, name: str) -> str:
    """Return the first text of a member, or an empty one."""
    return next(filter(None, map(read_text, find_values(members, name))), "")


def read_iri(value: Any) -> str | None:
    """Return the IRI of a value, or None if it has none."""
    if isinstance(value, dict):
        value = value.get("@id", value.get("@value"))
    return value if isinstance(value, str) and is_iri(value) else None


def find_iris(members: MemberMap, name: str) -> tuple[str, ...]:
    """Return the IRIs of a member, each once."""
    return tuple(dict.fromkeys(filter(None, map(read_iri, find_values(members, name)))))


def find_addresses(members: MemberMap, name: str) -> tuple[str, ...]:
    """Return the IRIs of a member that a browser can open, each once."""
    return tuple(filter(is_web_address, find_iris(members, name)))


def find_time(members: MemberMap, name: str) -> LiteralTerm | None:
    """Return the first day or instant of a member, or None."""
    return next(filter(None, (read_time(read_text(value)) for value in find_values(members, name, 4))), None)
