"""The distributions and services of a Dataset as statements of DCAT-AP 3.0.1. Pure."""

import re
from collections.abc import Iterator
from typing import Any

from connector.broker.describing.file_types import FILE_TYPE, MEDIA_TYPE, find_file_type, find_media_type
from connector.broker.describing.stated import DISTRIBUTION, describe_references, describe_resolution, describe_texts
from connector.broker.describing.subject import Subject
from connector.broker.normalise import DESCRIPTION_LENGTH
from connector.broker.reading.members import (
    MOST_NODES,
    TEXT_LENGTH,
    MemberMap,
    find_addresses,
    find_iris,
    find_nodes,
    find_text,
    find_time,
    find_values,
    read_iri,
    read_tagged,
    read_text,
)
from connector.broker.reading.namespaces import DCAT, DCT, RDFS, SPDX
from connector.broker.reading.statements import read_media_types
from connector.protocol import dcat
from connector.semantic.statements import (
    TYPE,
    XSD,
    IriTerm,
    LiteralTerm,
    RdfNode,
    Statement,
    is_iri,
    is_web_address,
    make_text,
)

_SHA256 = frozenset("0123456789abcdef")
_LARGEST = 2**63 - 1
_WHOLE = re.compile(r"\.0{1,6}$")


def describe_distributions(subject: Subject, about: RdfNode, dataset: MemberMap) -> Iterator[Statement]:
    """Yield the statements about the first distributions of a dataset, each with its service."""
    licences = find_values(dataset, "dct:license", 1)
    media = read_media_types(dataset)[:1]
    used: set[RdfNode] = set()
    for number, distribution in enumerate(find_values(dataset, "dcat:distribution", MOST_NODES)):
        if isinstance(distribution, dict):
            node = subject.name_part(read_iri(distribution), f"distribution-{number + 1}", subject.iri)
            if node in used:
                node = subject.name_part(None, f"distribution-{number + 1}", subject.iri)
            used.add(node)
            yield Statement(about, DCAT + "distribution", node)
            yield Statement(node, TYPE, IriTerm(DCAT + "Distribution"))
            yield from _describe_access(subject, about, node, number, distribution)
            yield from _describe_form(subject, node, number, distribution, media)
            yield from _describe_licence(subject, node, number, find_values(distribution, "dct:license", 1) or licences)
            yield from _describe_file(subject, node, number, distribution)


def _describe_access(
    subject: Subject, about: RdfNode, node: RdfNode, number: int, distribution: MemberMap
) -> Iterator[Statement]:
    """Say where the data is asked for: DCAT-AP requires an access URL, and of a service a title and its endpoint."""
    service = next(iter(find_values(distribution, "dcat:accessService", 1)), None)
    members: MemberMap = service if isinstance(service, dict) else {}
    endpoint = next(iter(find_addresses(members, "dcat:endpointURL")), None)
    known = next(
        filter(is_web_address, (endpoint or "", subject.entry.via or subject.entry.address)),
        f"{subject.record}#{number + 1}",
    )
    downloads = find_addresses(distribution, "dcat:downloadURL")
    # DCAT-AP: if only a download is known, it is the access too. What a portal refers to is not at the portal.
    instead = downloads if subject.entry.via and endpoint is None and downloads else (known,)
    for address in find_addresses(distribution, "dcat:accessURL") or instead:
        yield Statement(node, DCAT + "accessURL", IriTerm(address))
    for address in downloads:
        yield Statement(node, DCAT + "downloadURL", IriTerm(address))
    if service is not None:
        offered = subject.name_part(read_iri(service), f"service-{number + 1}", subject.entry.participant)
        yield Statement(node, DCAT + "accessService", offered)
        yield Statement(offered, TYPE, IriTerm(DCAT + "DataService"))
        yield Statement(offered, DCT + "title", LiteralTerm(subject.provider))
        yield Statement(offered, DCAT + "endpointURL", IriTerm(known))
        yield Statement(offered, DCT + "publisher", subject.name_provider())
        yield Statement(offered, DCAT + "servesDataset", about)
        for address in find_addresses(members, "dcat:endpointDescription"):
            yield Statement(offered, DCAT + "endpointDescription", IriTerm(address))


def _describe_form(
    subject: Subject, node: RdfNode, number: int, distribution: MemberMap, otherwise: tuple[str, ...]
) -> Iterator[Statement]:
    """State the file type and the media type; a format that is neither, as that of a transfer, keeps its name.

    `otherwise` is the media type that the dataset states of all of its distributions.
    """
    stated = list_names(find_values(distribution, "dcat:mediaType", 1)) or list(otherwise)
    formats = list_names(_list_formats(distribution))
    media = next(filter(None, map(find_media_type, (*stated, *formats))), None)
    code = next(filter(None, map(find_file_type, (*formats, *stated))), None)
    if media:
        yield Statement(node, DCAT + "mediaType", IriTerm(MEDIA_TYPE + media))
        yield Statement(IriTerm(MEDIA_TYPE + media), TYPE, IriTerm(DCT + "MediaType"))
    # A label says more than an IRI of a list that nobody knows here.
    kept = next((name for name in formats if not is_iri(name)), next(iter(formats), ""))
    if code or kept:
        form = IriTerm(FILE_TYPE + code) if code else subject.make_blank(f"format{number}")
        yield Statement(node, DCT + "format", form)
        yield Statement(form, TYPE, IriTerm(DCT + "MediaTypeOrExtent"))
        if not code:
            yield Statement(form, RDFS + "label", LiteralTerm(kept))


def list_names(values: list[Any]) -> list[str]:
    """Return what values are called: their IRIs and their labels."""
    return [name for value in values for name in (read_iri(value), read_text(value)) if name]


def _list_formats(distribution: MemberMap) -> list[Any]:
    """Return the formats of a distribution: that of the file before that of the transfer."""
    return [distribution[name] for name in ("dct:format", DCT + "format", "format") if name in distribution]


def _describe_licence(subject: Subject, node: RdfNode, number: int, licences: list[Any]) -> Iterator[Statement]:
    for licence in licences[:1]:
        iri, text = read_iri(licence), read_text(licence)
        if iri or text:
            named = IriTerm(iri) if iri else subject.make_blank(f"licence{number}")
            yield Statement(node, DCT + "license", named)
            yield Statement(named, TYPE, IriTerm(DCT + "LicenseDocument"))
            if not iri:
                yield Statement(named, RDFS + "label", LiteralTerm(text))


def _describe_file(subject: Subject, node: RdfNode, number: int, distribution: MemberMap) -> Iterator[Statement]:
    yield from describe_texts(node, distribution, "dct:title")
    yield from describe_texts(node, distribution, "dct:description", DESCRIPTION_LENGTH)
    yield from describe_texts(node, distribution, "dcatde:licenseAttributionByText")
    yield from describe_references(node, distribution, DISTRIBUTION)
    yield from describe_resolution(node, distribution)
    yield from _describe_rights(subject, node, number, distribution)
    for name in ("issued", "modified"):
        if at := find_time(distribution, f"dct:{name}"):
            yield Statement(node, DCT + name, at)
    # DCAT 2 had decimals.
    size = _WHOLE.sub("", find_text(distribution, "dcat:byteSize"))
    if size.isascii() and size.isdecimal() and int(size[:20]) <= _LARGEST:
        yield Statement(node, DCAT + "byteSize", LiteralTerm(size[:20], datatype=XSD + "nonNegativeInteger"))
    digest = dcat.find_checksum(distribution)
    if digest and len(digest) == 64 and _SHA256.issuperset(digest):
        stated = subject.make_blank(f"checksum{number}")
        algorithm = IriTerm(SPDX + "checksumAlgorithm_sha256")
        yield Statement(node, SPDX + "checksum", stated)
        yield Statement(stated, TYPE, IriTerm(SPDX + "Checksum"))
        yield Statement(stated, SPDX + "algorithm", algorithm)
        yield Statement(algorithm, TYPE, IriTerm(SPDX + "ChecksumAlgorithm"))
        yield Statement(stated, SPDX + "checksumValue", LiteralTerm(digest, datatype=XSD + "hexBinary"))


def _describe_rights(subject: Subject, node: RdfNode, number: int, distribution: MemberMap) -> Iterator[Statement]:
    """State the rights that are no licence: a reference, or a text in its languages."""
    iri = next(iter(find_iris(distribution, "dct:rights")), None)
    texts = [text for value in find_nodes(distribution, "dct:rights") for text in _read_statements(value)]
    if iri or texts:
        named = IriTerm(iri) if iri else subject.make_blank(f"rights{number}")
        yield Statement(node, DCT + "rights", named)
        yield Statement(named, TYPE, IriTerm(DCT + "RightsStatement"))
        for text, language in [] if iri else texts:
            yield Statement(named, RDFS + "label", make_text(text, language))


def _read_statements(value: MemberMap) -> tuple[tuple[str, str], ...]:
    labelled = read_tagged(value, "rdfs:label", TEXT_LENGTH)
    return labelled or read_tagged({"dct:rights": value}, "dct:rights", TEXT_LENGTH)
