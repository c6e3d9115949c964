"""What a dataset or a distribution states in single values: references with their class, and typed literals. Pure.

DCAT-AP 3.0.1; DCAT-AP.de 3.0. Of a reference only its class is said, and of a concept its IRI as the label.
"""

import re
from collections.abc import Iterator, Mapping

import msgspec

from connector.broker.reading.coded import find_coded
from connector.broker.reading.members import (
    TEXT_LENGTH,
    MemberMap,
    find_addresses,
    find_iris,
    find_text,
    read_tagged,
)
from connector.broker.reading.namespaces import DCAT, DCT, FOAF, READ_PREFIXES, SKOS
from connector.semantic.statements import TYPE, XSD, IriTerm, LiteralTerm, RdfNode, Statement, make_text

_DURATION = re.compile(r"P(?=[0-9T])(?:[0-9]{1,6}[YMWD]){0,4}(?:T(?:[0-9]{1,6}(?:\.[0-9]{1,6})?[HMS]){1,3})?")
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?")
_LEGISLATION = "http://data.europa.eu/eli/ontology#LegalResource"


class Reference(msgspec.Struct, frozen=True):
    """A member whose values are IRIs: their class, whether only one is allowed, and whether a code list has them."""

    kind: str
    single: bool = False
    coded: bool = False


_BOTH = {
    "dct:language": Reference(DCT + "LinguisticSystem", coded=True),
    "dct:conformsTo": Reference(DCT + "Standard"),
    "dcatap:applicableLegislation": Reference(_LEGISLATION),
}
DATASET: Mapping[str, Reference] = {
    **_BOTH,
    "dct:accessRights": Reference(DCT + "RightsStatement", single=True, coded=True),
    "dct:accrualPeriodicity": Reference(DCT + "Frequency", single=True, coded=True),
    "dcatde:politicalGeocodingURI": Reference(SKOS + "Concept"),
    "dcatde:politicalGeocodingLevelURI": Reference(SKOS + "Concept"),
    "dcatde:contributorID": Reference(SKOS + "Concept"),
}
"""The references of a dataset."""
DISTRIBUTION: Mapping[str, Reference] = {
    **_BOTH,
    "dcatap:availability": Reference(SKOS + "Concept", single=True),
    "dcat:compressFormat": Reference(DCT + "MediaType", single=True),
    "dcat:packageFormat": Reference(DCT + "MediaType", single=True),
}
"""The references of a distribution."""


def describe_references(about: RdfNode, members: MemberMap, table: Mapping[str, Reference]) -> Iterator[Statement]:
    """Yield the references of a dataset or a distribution, and its pages of documentation."""
    for term, reference in table.items():
        iris = (find_coded if reference.coded else find_iris)(members, term)
        for iri in iris[:1] if reference.single else iris:
            yield Statement(about, _to_predicate(term), IriTerm(iri))
            yield Statement(IriTerm(iri), TYPE, IriTerm(reference.kind))
            if reference.kind == SKOS + "Concept":
                yield Statement(IriTerm(iri), SKOS + "prefLabel", LiteralTerm(iri))
    for address in find_addresses(members, "foaf:page"):
        yield Statement(about, FOAF + "page", IriTerm(address))
        yield Statement(IriTerm(address), TYPE, IriTerm(FOAF + "Document"))


def describe_texts(about: RdfNode, members: MemberMap, term: str, limit: int = TEXT_LENGTH) -> Iterator[Statement]:
    """Yield the texts of a term, each in its language."""
    for text, language in read_tagged(members, term, limit):
        yield Statement(about, _to_predicate(term), make_text(text, language))


def describe_resolution(about: RdfNode, members: MemberMap) -> Iterator[Statement]:
    """Yield the resolution of data in time (a duration) and in space (metres)."""
    for term, form, datatype in (
        ("temporalResolution", _DURATION, "duration"),
        ("spatialResolutionInMeters", _DECIMAL, "decimal"),
    ):
        stated = find_text(members, f"dcat:{term}")
        if form.fullmatch(stated):
            yield Statement(about, DCAT + term, LiteralTerm(stated, datatype=XSD + datatype))


def _to_predicate(term: str) -> str:
    prefix, _, local = term.partition(":")
    return READ_PREFIXES[prefix] + local
