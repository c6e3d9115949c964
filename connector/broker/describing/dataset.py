"""A Dataset of the Dataspace Protocol as statements of DCAT-AP 3.0.1.

The JSON is read by the schema of DSP 2025-1, not by a JSON-LD processor. A provider speaks of its dataset and of
nodes without a name; of an IRI that is not its own, only the class is said, and the label is made from the IRI itself.
So no provider can change what another one says, also where all statements are in one graph.
"""

import logging
from collections.abc import Iterator
from functools import partial

import msgspec

from connector.broker.describing.distribution import describe_distributions
from connector.broker.describing.offers import describe_offers
from connector.broker.describing.stated import DATASET, describe_references, describe_resolution, describe_texts
from connector.broker.describing.subject import Subject
from connector.broker.reading.agents import name_agent, read_contacts, read_publisher
from connector.broker.reading.members import (
    MOST_NODES,
    NO_LANGUAGE,
    TEXT_LENGTH,
    WORD_LENGTH,
    MemberMap,
    find_addresses,
    find_identifiers,
    find_iris,
    find_nodes,
    find_text,
    find_time,
    find_values,
    read_iri,
    read_text,
    read_words,
)
from connector.broker.reading.namespaces import DCAT, DCATAP, DCT, FOAF, RDFS, SKOS, VCARD
from connector.broker.reading.places import find_boxes, read_labels
from connector.language.catalogue import say_in_all
from connector.ports.broker_store import Entry
from connector.protocol import dcat
from connector.protocol.dsp.errors import clean
from connector.semantic.dates import split_period
from connector.semantic.statements import (
    TYPE,
    IriTerm,
    LiteralTerm,
    RdfNode,
    Statement,
    is_iri,
    make_text,
    read_time,
)

log = logging.getLogger(__name__)

_LABEL_LENGTH = 300
_GEO = "http://www.opengis.net/ont/geosparql#"
_WKT = _GEO + "wktLiteral"
_BOX_TYPES = frozenset(_GEO + name for name in ("wktLiteral", "geoJSONLiteral", "gmlLiteral"))


def describe_dataset(subject: Subject) -> tuple[Statement, ...]:
    """Return the statements about the dataset of an entry, its distributions, services and offers.

    The number of statements is bounded: each member has at most as many values as `members` reads.
    """
    about = IriTerm(subject.iri)
    # The second one is a subclass, which readers without the ontology do not know: a record is about a resource.
    kinds = tuple(Statement(about, TYPE, IriTerm(DCAT + kind)) for kind in ("Dataset", "Resource"))
    try:
        return (*kinds, *_describe_members(subject, about))
    except Exception:
        # What nobody foresaw in one dataset does not keep all others of a page from being published.
        log.exception("only the name of a dataset is published", extra={"peer": subject.entry.participant})
        return kinds


def _describe_members(subject: Subject, about: IriTerm) -> tuple[Statement, ...]:
    dataset: MemberMap = msgspec.json.decode(subject.entry.document)
    return (
        *_describe_texts(subject.entry, about, dataset),
        *describe_provider(subject),
        *_describe_publisher(subject, about, dataset),
        *_describe_holders(subject, about, dataset),
        *_describe_times(about, dataset),
        *_describe_themes(subject, about, dataset),
        *describe_references(about, dataset, DATASET),
        *_describe_pages(about, dataset),
        *describe_resolution(about, dataset),
        *_describe_place(subject, about, dataset),
        *_describe_period(subject, about, dataset),
        *_describe_contact(subject, about, dataset),
        *_describe_origin(subject, about, dataset),
        *describe_offers(subject, about, dataset),
        *describe_distributions(subject, about, dataset),
    )


def _describe_texts(entry: Entry, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for identifier in dict.fromkeys((entry.id, *find_identifiers(dataset))):
        yield Statement(about, DCT + "identifier", LiteralTerm(identifier))
    for language, text in entry.titles.items():
        yield Statement(about, DCT + "title", make_text(text, language))
    # DCAT-AP requires a description: the title is the one of a dataset without any.
    for language, text in (entry.descriptions or entry.titles).items():
        yield Statement(about, DCT + "description", make_text(text, language))
    yield from describe_texts(about, dataset, "dcat:keyword", WORD_LENGTH)
    yield from describe_texts(about, dataset, "dcatde:geocodingDescription")
    yield from describe_texts(about, dataset, "dcatde:legalBasis")


def describe_provider(subject: Subject) -> Iterator[Statement]:
    """Yield the statements about the participant that offers the dataset: an agent with its name."""
    provider = subject.name_provider()
    yield Statement(provider, TYPE, IriTerm(FOAF + "Agent"))
    yield Statement(provider, FOAF + "name", LiteralTerm(subject.provider))


def _describe_publisher(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    """Name the publisher: the provider itself, or an agent without a name of its own, which only this dataset has."""
    stated = next(iter(find_iris(dataset, "dct:publisher")), subject.entry.participant)
    itself = stated == subject.entry.participant and subject.entry.publisher == subject.provider
    publisher = subject.name_provider() if itself else subject.make_blank("publisher")
    yield Statement(about, DCT + "publisher", publisher)
    if not itself:
        yield Statement(publisher, TYPE, IriTerm(FOAF + "Agent"))
        for language, name in (read_publisher(dataset) or {NO_LANGUAGE: subject.entry.publisher}).items():
            yield Statement(publisher, FOAF + "name", make_text(name, language))
        if stated != subject.entry.participant:
            yield Statement(publisher, DCT + "identifier", LiteralTerm(stated))


def _describe_holders(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    """Name who holds the rights: the provider itself, or agents without a name of their own (DCAT 3, 6.4.8)."""
    for number, holder in enumerate(find_values(dataset, "dct:rightsHolder", MOST_NODES)):
        names, iri = name_agent(holder), read_iri(holder)
        if iri == subject.entry.participant:
            yield Statement(about, DCT + "rightsHolder", subject.name_provider())
        elif names or iri:
            node = subject.make_blank(f"holder{number}")
            yield Statement(about, DCT + "rightsHolder", node)
            yield Statement(node, TYPE, IriTerm(FOAF + "Agent"))
            for language, name in (names or {NO_LANGUAGE: iri or ""}).items():
                yield Statement(node, FOAF + "name", make_text(name, language))


def _describe_times(about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for name in ("dct:issued", "dct:modified"):
        if found := find_time(dataset, name):
            yield Statement(about, DCT + name.removeprefix("dct:"), found)
    if version := find_text(dataset, "dcat:version"):
        yield Statement(about, DCAT + "version", LiteralTerm(version))


def _describe_themes(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    # As they are named: the entry has foreign ones by their labels.
    for number, theme in enumerate(dict.fromkeys(map(dcat.to_theme, read_words(dataset, "dcat:theme")))):
        node = IriTerm(theme) if is_iri(theme) else subject.make_blank(f"theme{number}")
        yield Statement(about, DCAT + "theme", node)
        yield from describe_concept(node, theme)
    for category in find_iris(dataset, "dcatap:hvdCategory"):
        yield Statement(about, DCATAP + "hvdCategory", IriTerm(category))
        yield from describe_concept(IriTerm(category), category)


def describe_concept(node: RdfNode, text: str) -> Iterator[Statement]:
    """Yield a concept with its label: that of an EU data theme, else the text or IRI by which it is named."""
    yield Statement(node, TYPE, IriTerm(SKOS + "Concept"))
    code = text.rpartition("/")[2]
    if dcat.to_theme(code) == text and code in dcat.THEMES:
        for language, label in say_in_all(f"catalog.theme-{code}").items():
            yield Statement(node, SKOS + "prefLabel", make_text(label, language))
    else:
        yield Statement(node, SKOS + "prefLabel", LiteralTerm(text[:_LABEL_LENGTH]))


def _describe_pages(about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for address in find_addresses(dataset, "dcat:landingPage"):
        yield Statement(about, DCAT + "landingPage", IriTerm(address))
        yield Statement(IriTerm(address), TYPE, IriTerm(FOAF + "Document"))


def _describe_place(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, place in enumerate(find_nodes(dataset, "dct:spatial")):
        shapes = list(_read_shapes(place))
        labels = {} if shapes and "@value" in place else read_labels(place) or {NO_LANGUAGE: read_text(place)}
        iri = read_iri(place)
        if iri:
            yield Statement(about, DCT + "spatial", IriTerm(iri))
            yield Statement(IriTerm(iri), TYPE, IriTerm(DCT + "Location"))
        # A place of a name of its own is no provider's to draw: what it says of it is about a node without a name.
        if shapes or (any(labels.values()) and not iri):
            node = subject.make_blank(f"place{number}")
            yield Statement(about, DCT + "spatial", node)
            yield Statement(node, TYPE, IriTerm(DCT + "Location"))
            for language, label in labels.items():
                if label:
                    yield Statement(node, SKOS + "prefLabel", make_text(label, language))
            for predicate, literal in shapes:
                yield Statement(node, predicate, literal)


def _read_shapes(place: MemberMap) -> Iterator[tuple[str, LiteralTerm]]:
    """Yield the shapes that DCAT-AP has for a place: as they are stated, else the box around what is stated."""
    stated = dict(filter(None, map(partial(_read_shape, place), ("bbox", "centroid"))))
    box = None if DCAT + "bbox" in stated else next(find_boxes(place), None)
    yield from stated.items()
    if box is not None and not stated:
        text = dcat.write_box(box)
        yield DCAT + "bbox", LiteralTerm(text, datatype=_WKT)


def _read_shape(place: MemberMap, name: str) -> tuple[str, LiteralTerm] | None:
    value = place.get(f"dcat:{name}", place.get(DCAT + name))
    kind = value.get("@type") if isinstance(value, dict) else None
    text = value.get("@value") if isinstance(value, dict) else None
    if not isinstance(text, str) or not isinstance(kind, str) or kind not in _BOX_TYPES:
        return None
    # A shape that would have to be cut is none.
    return (DCAT + name, LiteralTerm(clean(text, TEXT_LENGTH), datatype=kind)) if 0 < len(text) <= TEXT_LENGTH else None


def _describe_period(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, period in enumerate(find_nodes(dataset, "dct:temporal")):
        ends = {name: find_time(period, name) for name in ("dcat:startDate", "dcat:endDate")}
        if "@value" in period:
            ends = dict(zip(ends, map(read_time, split_period(read_text(period))), strict=True))
        if any(ends.values()):
            node = subject.make_blank(f"period{number}")
            yield Statement(about, DCT + "temporal", node)
            yield Statement(node, TYPE, IriTerm(DCT + "PeriodOfTime"))
            for name, at in ends.items():
                if at:
                    yield Statement(node, DCAT + name.removeprefix("dcat:"), at)


def _describe_contact(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, contact in enumerate(read_contacts(dataset)):
        node = subject.make_blank(f"contact{number}")
        yield Statement(about, DCAT + "contactPoint", node)
        yield Statement(node, TYPE, IriTerm(VCARD + "Kind"))
        for language, name in contact.names.items():
            yield Statement(node, VCARD + "fn", make_text(name, language))
        if contact.email:
            yield Statement(node, VCARD + "hasEmail", IriTerm(f"mailto:{contact.email}"))
        for address in contact.pages:
            yield Statement(node, VCARD + "hasURL", IriTerm(address))
        if contact.telephone:
            yield Statement(node, VCARD + "hasTelephone", IriTerm(contact.telephone))


def _describe_origin(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, origin in enumerate(find_nodes(dataset, "dct:provenance")):
        if text := read_text(origin):
            node = subject.make_blank(f"origin{number}")
            yield Statement(about, DCT + "provenance", node)
            yield Statement(node, TYPE, IriTerm(DCT + "ProvenanceStatement"))
            yield Statement(node, RDFS + "label", LiteralTerm(text))
    yield from describe_texts(about, dataset, "adms:versionNotes")
