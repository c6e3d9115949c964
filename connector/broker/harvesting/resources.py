"""The Datasets of a catalogue in RDF, as JSON in the names of DCAT-AP 3.0.1, like those of a participant. Pure.

What is read of a Dataset is a list of terms: nobody's policies, and no links to other datasets. Values, their length
and their depth are bounded, so that a graph of a million statements makes no large Dataset.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from connector.broker.harvesting.texts import strip_markup
from connector.broker.normalise import DESCRIPTION_LENGTH
from connector.broker.reading.members import TEXT_LENGTH
from connector.broker.reading.namespaces import ADMS, DCAT, DCATDE, DCT, FOAF, LOCN, PREFIXES, VCARD
from connector.protocol.dsp.errors import clean
from connector.semantic.statements import (
    RDF,
    TYPE,
    BlankTerm,
    IriTerm,
    LiteralTerm,
    RdfNode,
    RdfTerm,
    Statement,
    is_iri,
    is_web_address,
    mend_iri,
)

HYDRA = "http://www.w3.org/ns/hydra/core#"
_PREFIXES = {**PREFIXES, "dcatde": DCATDE}
_SCHEMA = ("http://schema.org/", "https://schema.org/")

RdfGraph: TypeAlias = dict[RdfNode, dict[str, list[RdfTerm]]]
"""The statements about each node that are read: the values of each predicate."""

_VALUES, _DISTRIBUTIONS, _DEEPEST = 64, 100, 3
_GEOMETRY_LENGTH = 64 * 1024
_LONG = frozenset({DCT + "description", DCT + "abstract"})
_TEXTS = _LONG | {DCT + "title"}
_GEO = "http://www.opengis.net/ont/geosparql#"
_FORMS = frozenset(_GEO + name for name in ("asWKT", "asGeoJSON", "asGML"))
_GEOMETRIES = frozenset({DCAT + "bbox", DCAT + "centroid", LOCN + "geometry", *_FORMS})
_TIME = "http://www.w3.org/2006/time#"
# What a browser opens.
_ADDRESSES = frozenset(
    {
        *(DCAT + name for name in ("accessURL", "downloadURL", "landingPage", "endpointURL", "endpointDescription")),
        FOAF + "page",
        VCARD + "hasURL",
    }
)
_SINGLE = frozenset({DCT + "format"})
_TERMS = {
    "dct": (
        *("accessRights", "accrualPeriodicity", "conformsTo", "description", "format", "identifier", "issued"),
        *("language", "license", "modified", "provenance", "publisher", "rights", "rightsHolder"),
        *("spatial", "temporal", "title"),
    ),
    "dcat": (
        *("accessService", "accessURL", "bbox", "byteSize", "centroid", "compressFormat", "contactPoint"),
        *("distribution", "downloadURL", "endDate", "endpointDescription", "endpointURL", "keyword", "landingPage"),
        *("mediaType", "packageFormat", "spatialResolutionInMeters", "startDate", "temporalResolution", "theme"),
        "version",
    ),
    "dcatap": ("applicableLegislation", "availability", "hvdCategory"),
    "dcatde": (
        *("contributorID", "geocodingDescription", "legalBasis", "licenseAttributionByText"),
        *("politicalGeocodingLevelURI", "politicalGeocodingURI"),
    ),
    "foaf": ("name", "page"),
    "vcard": ("fn", "hasEmail", "hasTelephone", "hasURL", "organization-name"),
    "skos": ("prefLabel",),
    "rdfs": ("label",),
    "adms": ("versionNotes",),
    "spdx": ("algorithm", "checksum", "checksumValue"),
}
_OLDER = {"email": "hasEmail", "tel": "hasTelephone", "telephone": "hasTelephone", "url": "hasURL"}
# Predicates by their IRI, with the name of the member. DCAT-AP 1 took the ends of a period from schema.org.
_NAMES: Mapping[str, str] = {
    **{_PREFIXES[prefix] + name: f"{prefix}:{name}" for prefix, names in _TERMS.items() for name in names},
    # Before DCAT-AP, a format was a node with its name as its value; vCard has such nodes too.
    **dict.fromkeys((RDF + "value", VCARD + "hasValue", VCARD + "value"), "rdfs:label"),
    # DCAT 1.1 to 3 allow OWL-Time: an instant is a node with its time.
    **{_TIME + name: "rdfs:label" for name in ("inXSDDate", "inXSDDateTime", "inXSDDateTimeStamp", "inXSDgYear")},
    _TIME + "hasBeginning": "dcat:startDate",
    _TIME + "hasEnd": "dcat:endDate",
    LOCN + "geometry": "locn:geometry",
    **dict.fromkeys(_FORMS, "locn:geometry"),
    LOCN + "geographicName": "locn:geographicName",
    **{base + name: f"dcat:{name}" for base in _SCHEMA for name in ("startDate", "endDate")},
    # Names of an agent and of the ways to reach it, in schema.org, FOAF, the older vCard and ADMS.
    **{base + "name": "foaf:name" for base in _SCHEMA},
    **{base + name: f"vcard:{term}" for base in _SCHEMA for name, term in (("email", "hasEmail"), ("url", "hasURL"))},
    **{VCARD + name: f"vcard:{term}" for name, term in _OLDER.items()},
    FOAF + "mbox": "vcard:hasEmail",
    # What servers of maps call a description.
    DCT + "abstract": "dct:description",
    # DCAT-AP 1 and 2 took the version from OWL.
    "http://www.w3.org/2002/07/owl#versionInfo": "dcat:version",
    ADMS + "contactPoint": "dcat:contactPoint",
}

_DATASET = IriTerm(DCAT + "Dataset")
_FOLLOWING = (HYDRA + "next", HYDRA + "nextPage")
# Each predicate that is read, as the one text that all its statements share.
_READ: Mapping[str, str] = {name: name for name in (*_NAMES, TYPE, *_FOLLOWING)}


def add_statements(graph: RdfGraph, statements: Iterable[Statement]) -> None:
    """Add statements to a graph: those that are read, because nobody here says how many others a portal sends."""
    for subject, predicate, value in statements:
        kept = _READ.get(predicate)
        if kept is not None and (kept != TYPE or value == _DATASET):
            graph.setdefault(subject, {}).setdefault(kept, []).append(value)


def find_datasets(graph: RdfGraph) -> list[RdfNode]:
    """Return the nodes that are Datasets (`dcat:Dataset`), in the order of the document."""
    return [node for node, said in graph.items() if TYPE in said]


def find_next_page(graph: RdfGraph) -> str | None:
    """Return the address of the next page, or None on the last one (Hydra Core, `hydra:next`; once `nextPage`).

    The extension of CKAN writes the address as a text.
    """
    values = (value for said in graph.values() for predicate in _FOLLOWING for value in said.get(predicate, ()))
    for value in values:
        if isinstance(value, IriTerm):
            return value.iri
        if isinstance(value, LiteralTerm):
            return value.text
    return None


def read_dataset(graph: RdfGraph, node: RdfNode) -> dict[str, Any]:
    """Return a Dataset of a graph as JSON; one without an IRI is named by its `dct:identifier`, if it has one."""
    members = _read_node(graph, node, 0)
    if isinstance(node, BlankTerm):
        named = (value.text for value in graph[node].get(DCT + "identifier", ()) if isinstance(value, LiteralTerm))
        members["@id"] = next(named, "")
    return {"@type": "Dataset", **members}


def _read_node(graph: RdfGraph, node: RdfNode, depth: int) -> dict[str, Any]:
    members: dict[str, Any] = {"@id": node.iri} if isinstance(node, IriTerm) else {}
    for predicate, values in graph.get(node, {}).items():
        name = _NAMES.get(predicate)
        if name is not None:
            most = 1 if predicate in _SINGLE else _DISTRIBUTIONS if name == "dcat:distribution" else _VALUES
            read = list(_read_values(graph, predicate, values[:most], depth))
            have = members.get(name, [])
            found = [*(have if isinstance(have, list) else [have]), *read][:_DISTRIBUTIONS]
            if found:
                members[name] = found[0] if len(found) == 1 else found
    return members


def _read_values(graph: RdfGraph, predicate: str, values: list[RdfTerm], depth: int) -> Iterator[Any]:
    for value in values:
        if isinstance(value, LiteralTerm):
            if text := _read_text(predicate, value.text):
                yield _make_literal(predicate, value, text)
        elif predicate in _ADDRESSES:
            if isinstance(value, IriTerm) and is_web_address(value.iri):
                yield {"@id": value.iri}
        elif isinstance(value, BlankTerm) or is_iri(value.iri):
            nested = _read_node(graph, value, depth + 1) if depth < _DEEPEST else {}
            if nested:
                yield nested


def _make_literal(predicate: str, literal: LiteralTerm, text: str) -> Any:
    if predicate in _ADDRESSES:
        # Portals write addresses as texts or as xsd:anyURI.
        address = mend_iri(text)
        return {"@id": address} if is_web_address(address) else {"@value": text}
    if literal.language:
        return {"@value": text, "@language": literal.language}
    return {"@value": text, "@type": literal.datatype} if is_iri(literal.datatype) else text


def _read_text(predicate: str, text: str) -> str:
    if predicate in _GEOMETRIES:
        line = " ".join(text.split()) if len(text) <= _GEOMETRY_LENGTH else ""
        return line if line.isprintable() else ""
    plain = strip_markup(text) if predicate in _TEXTS else text
    return clean(plain, DESCRIPTION_LENGTH if predicate in _LONG else TEXT_LENGTH)
