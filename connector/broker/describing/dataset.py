"""A Dataset of the Dataspace Protocol as statements of DCAT-AP 3.0.1.

The JSON is read by the schema of DSP 2025-1, not by a JSON-LD processor. A provider speaks of its dataset and of
nodes without a name; of an IRI that is not its own, only the class is said, and the label is made from the IRI itself.
So no provider can change what another one says, also where all statements are in one graph.
"""

import logging
from collections.abc import Iterator

import msgspec

from connector.broker.describing.distribution import describe_distributions
from connector.broker.describing.offers import describe_offers
from connector.broker.describing.subject import Subject
from connector.broker.reading.members import (
    MemberMap,
    find_addresses,
    find_iris,
    find_nodes,
    find_text,
    find_time,
    read_iri,
    read_text,
)
from connector.broker.reading.namespaces import ADMS, DCAT, DCATAP, DCT, FOAF, RDFS, SKOS, VCARD
from connector.language.catalogue import say_in_all
from connector.ports.broker_store import Entry
from connector.protocol import dcat
from connector.semantic.statements import TYPE, IriTerm, LiteralTerm, RdfNode, Statement, is_iri, make_text

log = logging.getLogger(__name__)

_LABEL_LENGTH = 300
_PHONE = frozenset("0123456789+-./() ")
_BOX_TYPES = frozenset(
    "http://www.opengis.net/ont/geosparql#" + name for name in ("wktLiteral", "geoJSONLiteral", "gmlLiteral")
)

# Members whose values are IRIs, with the class of the value (DCAT-AP 3.0.1, Dataset); one value for those of `_SINGLE`.
_REFERENCES = {
    "dct:accessRights": DCT + "RightsStatement",
    "dct:accrualPeriodicity": DCT + "Frequency",
    "dct:conformsTo": DCT + "Standard",
    "dct:language": DCT + "LinguisticSystem",
    "dcatap:applicableLegislation": "http://data.europa.eu/eli/ontology#LegalResource",
}
_SINGLE = frozenset({"dct:accessRights", "dct:accrualPeriodicity"})


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
        *_describe_texts(subject.entry, about),
        *describe_provider(subject),
        *_describe_publisher(subject, about, dataset),
        *_describe_times(about, dataset),
        *_describe_themes(subject, about, dataset),
        *_describe_references(about, dataset),
        *_describe_place(subject, about, dataset),
        *_describe_period(subject, about, dataset),
        *_describe_contact(subject, about, dataset),
        *_describe_origin(subject, about, dataset),
        *describe_offers(subject, about, dataset),
        *describe_distributions(subject, about, dataset),
    )


def _describe_texts(entry: Entry, about: RdfNode) -> Iterator[Statement]:
    yield Statement(about, DCT + "identifier", LiteralTerm(entry.id))
    for language, text in entry.titles.items():
        yield Statement(about, DCT + "title", make_text(text, language))
    # DCAT-AP requires a description: the title is the one of a dataset without any.
    for language, text in (entry.descriptions or entry.titles).items():
        yield Statement(about, DCT + "description", make_text(text, language))
    for keyword in entry.keywords:
        yield Statement(about, DCAT + "keyword", LiteralTerm(keyword))


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
        yield Statement(publisher, FOAF + "name", LiteralTerm(subject.entry.publisher))
        if stated != subject.entry.participant:
            yield Statement(publisher, DCT + "identifier", LiteralTerm(stated))


def _describe_times(about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for name in ("dct:issued", "dct:modified"):
        if found := find_time(dataset, name):
            yield Statement(about, DCT + name.removeprefix("dct:"), found)
    if version := find_text(dataset, "dcat:version"):
        yield Statement(about, DCAT + "version", LiteralTerm(version))


def _describe_themes(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, theme in enumerate(subject.entry.themes):
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


def _describe_references(about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for name, kind in _REFERENCES.items():
        iris = find_iris(dataset, name)
        predicate = (DCATAP if name.startswith("dcatap:") else DCT) + name.partition(":")[2]
        for iri in iris[:1] if name in _SINGLE else iris:
            yield Statement(about, predicate, IriTerm(iri))
            yield Statement(IriTerm(iri), TYPE, IriTerm(kind))
    for name, predicate in (("dcat:landingPage", DCAT + "landingPage"), ("foaf:page", FOAF + "page")):
        for address in find_addresses(dataset, name):
            yield Statement(about, predicate, IriTerm(address))
            yield Statement(IriTerm(address), TYPE, IriTerm(FOAF + "Document"))


def _describe_place(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, place in enumerate(find_nodes(dataset, "dct:spatial")):
        shapes = list(_read_shapes(place))
        label = read_text(place)
        iri = read_iri(place)
        if iri:
            yield Statement(about, DCT + "spatial", IriTerm(iri))
            yield Statement(IriTerm(iri), TYPE, IriTerm(DCT + "Location"))
        # A place of a name of its own is no provider's to draw: what it says of it is about a node without a name.
        if shapes or (label and not iri):
            node = subject.make_blank(f"place{number}")
            yield Statement(about, DCT + "spatial", node)
            yield Statement(node, TYPE, IriTerm(DCT + "Location"))
            if label:
                yield Statement(node, SKOS + "prefLabel", LiteralTerm(label))
            for predicate, literal in shapes:
                yield Statement(node, predicate, literal)


def _read_shapes(place: MemberMap) -> Iterator[tuple[str, LiteralTerm]]:
    for name in ("dcat:bbox", "dcat:centroid"):
        stated = place.get(name, place.get(DCAT + name.removeprefix("dcat:")))
        kind = stated.get("@type") if isinstance(stated, dict) else None
        text = read_text(stated)
        if text and isinstance(kind, str) and kind in _BOX_TYPES:
            yield DCAT + name.removeprefix("dcat:"), LiteralTerm(text, datatype=kind)


def _describe_period(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, period in enumerate(find_nodes(dataset, "dct:temporal")):
        ends = {name: find_time(period, name) for name in ("dcat:startDate", "dcat:endDate")}
        if any(ends.values()):
            node = subject.make_blank(f"period{number}")
            yield Statement(about, DCT + "temporal", node)
            yield Statement(node, TYPE, IriTerm(DCT + "PeriodOfTime"))
            for name, at in ends.items():
                if at:
                    yield Statement(node, DCAT + name.removeprefix("dcat:"), at)


def _describe_contact(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, contact in enumerate(find_nodes(dataset, "dcat:contactPoint")):
        node = subject.make_blank(f"contact{number}")
        said = list(_read_contact(node, contact))
        if said:
            yield Statement(about, DCAT + "contactPoint", node)
            yield Statement(node, TYPE, IriTerm(VCARD + "Kind"))
            yield from said


def _read_contact(node: RdfNode, contact: MemberMap) -> Iterator[Statement]:
    if name := find_text(contact, "vcard:fn"):
        yield Statement(node, VCARD + "fn", LiteralTerm(name))
    for stated in (*find_iris(contact, "vcard:hasEmail"), f"mailto:{find_text(contact, 'vcard:hasEmail')}"):
        if stated.startswith("mailto:") and "@" in stated and is_iri(stated):
            yield Statement(node, VCARD + "hasEmail", IriTerm(stated))
            break
    for address in find_addresses(contact, "vcard:hasURL"):
        yield Statement(node, VCARD + "hasURL", IriTerm(address))
    phone = (next(iter(find_iris(contact, "vcard:hasTelephone")), "") or find_text(contact, "vcard:hasTelephone"))[:40]
    digits = phone.removeprefix("tel:")
    if digits and _PHONE.issuperset(digits):
        iri = "tel:" + "".join(sign for sign in digits if sign in "0123456789+")
        yield Statement(node, VCARD + "hasTelephone", IriTerm(iri))


def _describe_origin(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    for number, origin in enumerate(find_nodes(dataset, "dct:provenance")):
        if text := read_text(origin):
            node = subject.make_blank(f"origin{number}")
            yield Statement(about, DCT + "provenance", node)
            yield Statement(node, TYPE, IriTerm(DCT + "ProvenanceStatement"))
            yield Statement(node, RDFS + "label", LiteralTerm(text))
    for notes in (find_text(dataset, "adms:versionNotes"),):
        if notes:
            yield Statement(about, ADMS + "versionNotes", LiteralTerm(notes))
