"""The catalogue of the broker and its records as statements of DCAT-AP 3.0.1, with the pages of Hydra. Pure."""

from collections.abc import Iterator, Sequence

from connector.broker.describing.dataset import describe_dataset, describe_provider
from connector.broker.describing.subject import PublicSite, Subject
from connector.broker.reading.namespaces import ADMS, DCAT, DCT, FOAF, PREFIXES, SKOS
from connector.language.catalogue import say_in_all
from connector.semantic.statements import (
    TYPE,
    XSD,
    BlankTerm,
    IriTerm,
    LiteralTerm,
    RdfNode,
    Statement,
    is_iri,
    is_web_address,
    make_text,
)
from connector.views.conversion import write_moment

HYDRA = "http://www.w3.org/ns/hydra/core#"
PROV = "http://www.w3.org/ns/prov#"
CATALOG_PREFIXES = {**PREFIXES, "hydra": HYDRA, "prov": PROV, "xsd": XSD}
_CHANGE = "http://purl.org/adms/changetype/"


def describe_catalog(site: PublicSite, subjects: Sequence[Subject]) -> tuple[Statement, ...]:
    """Return the statements about the catalogue and about the given datasets, each with its record."""
    return (*_describe_catalog(site), *(line for subject in subjects for line in describe_listed(site, subject)))


def describe_listed(site: PublicSite, subject: Subject) -> Iterator[Statement]:
    """Yield the statements about one dataset of the catalogue and its record."""
    catalog = IriTerm(site.catalog)
    yield Statement(catalog, DCAT + "dataset", IriTerm(subject.iri))
    yield Statement(catalog, DCAT + "record", IriTerm(subject.record))
    yield from describe_dataset(subject)
    yield from describe_record(subject)


def _describe_catalog(site: PublicSite) -> Iterator[Statement]:
    catalog = IriTerm(site.catalog)
    yield Statement(catalog, TYPE, IriTerm(DCAT + "Catalog"))
    for language, text in say_in_all("catalog.all-title", name=site.name).items():
        yield Statement(catalog, DCT + "title", make_text(text, language))
    for language, text in say_in_all("catalog.all-description", name=site.name).items():
        yield Statement(catalog, DCT + "description", make_text(text, language))
    publisher: RdfNode = IriTerm(site.participant) if is_iri(site.participant) else BlankTerm("broker")
    yield Statement(catalog, DCT + "publisher", publisher)
    yield Statement(publisher, TYPE, IriTerm(FOAF + "Agent"))
    yield Statement(publisher, FOAF + "name", LiteralTerm(site.name))


def describe_record(subject: Subject) -> Iterator[Statement]:
    """Yield the catalogue record of a dataset: since when it is listed, its last change, and where it is from."""
    entry, record = subject.entry, IriTerm(subject.record)
    changed = make_moment(entry.changed_at)
    kind = "created" if entry.changed_at <= entry.first_seen else "updated"
    yield Statement(record, TYPE, IriTerm(DCAT + "CatalogRecord"))
    yield Statement(record, FOAF + "primaryTopic", IriTerm(subject.iri))
    yield Statement(record, DCT + "issued", make_moment(entry.first_seen))
    yield Statement(record, DCT + "modified", changed)
    yield Statement(record, ADMS + "status", IriTerm(_CHANGE + kind))
    yield Statement(IriTerm(_CHANGE + kind), TYPE, IriTerm(SKOS + "Concept"))
    yield Statement(IriTerm(_CHANGE + kind), SKOS + "prefLabel", make_text(kind, "en"))
    source = subject.make_blank("source")
    yield Statement(record, DCT + "source", source)
    yield Statement(source, TYPE, IriTerm(DCAT + "CatalogRecord"))
    yield Statement(source, FOAF + "primaryTopic", IriTerm(subject.iri))
    yield Statement(source, DCT + "modified", changed)
    yield Statement(source, DCT + "publisher", subject.name_provider())
    yield from describe_provider(subject)
    location = entry.via or entry.address
    if is_web_address(location):
        yield Statement(source, PROV + "atLocation", IriTerm(location))
    if entry.via:
        yield Statement(source, DCT + "identifier", LiteralTerm(entry.id))


def describe_page(site: PublicSite, page: str, first: str, following: str | None, size: int) -> Iterator[Statement]:
    """Yield the page as harvesters follow it: all addresses (Hydra Core, collections)."""
    node = IriTerm(page)
    # The second class and `nextPage` are names of an earlier Hydra, which deployed harvesters still look for.
    for kind in ("PartialCollectionView", "PagedCollection"):
        yield Statement(node, TYPE, IriTerm(HYDRA + kind))
    yield Statement(IriTerm(site.catalog), HYDRA + "view", node)
    yield Statement(node, HYDRA + "first", IriTerm(first))
    yield Statement(node, HYDRA + "firstPage", IriTerm(first))
    yield Statement(node, HYDRA + "itemsPerPage", LiteralTerm(str(size), datatype=XSD + "integer"))
    if following is not None:
        yield Statement(node, HYDRA + "next", IriTerm(following))
        yield Statement(node, HYDRA + "nextPage", IriTerm(following))


def make_moment(at: int) -> LiteralTerm:
    """Return a time in ms since the Unix epoch as a typed literal (xsd:dateTime)."""
    return LiteralTerm(write_moment(at), datatype=XSD + "dateTime")
