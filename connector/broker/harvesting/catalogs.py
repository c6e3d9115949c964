"""A portal by its catalogue: in RDF (Turtle, RDF/XML or JSON-LD) with the pages of Hydra, or as `data.json`.

A file that is compressed with gzip is expanded within the bounds of an answer. A catalogue of one document is asked for
with its validators, and read only if its bytes have changed. DCAT-AP 3.0.1; Hydra Core Vocabulary, collections; RFC
9110, section 13.
"""

import hashlib
import zlib
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

import msgspec

from connector.broker.crawl import CrawlFailed
from connector.broker.harvesting import references
from connector.broker.harvesting.data_json import find_listed, read_listed
from connector.broker.harvesting.parts import DATASETS, Described, PortalPart
from connector.broker.harvesting.portal import LARGEST, PortalClient, find_charset, find_media_type
from connector.broker.harvesting.resources import (
    RdfGraph,
    add_statements,
    find_datasets,
    find_next_page,
    read_dataset,
)
from connector.net.addresses import parse_url
from connector.net.aside import SMALL, work_aside
from connector.net.client import Response
from connector.net.errors import Blocked
from connector.ports.broker_store import CrawlSource, Portal
from connector.protocol.dsp.codec import count_elements
from connector.protocol.dsp.errors import clean
from connector.semantic.parsing import UnreadableDocument, parse_statements
from connector.semantic.writing import SUFFIXES, RdfForm

ACCEPT = "text/turtle, application/rdf+xml;q=0.9, application/ld+json;q=0.8"
_FORMS: Mapping[str, RdfForm] = {
    **{form.value: form for form in (RdfForm.TURTLE, RdfForm.RDF_XML, RdfForm.JSON_LD)},
    # Every document in N-Triples is one in Turtle, and the N3 of catalogues is Turtle by its older name.
    **dict.fromkeys(("application/x-turtle", "application/n-triples", "text/n3", "text/rdf+n3"), RdfForm.TURTLE),
    "application/xml": RdfForm.RDF_XML,
    "text/xml": RdfForm.RDF_XML,
    "application/json": RdfForm.JSON_LD,
}
# What servers of files say of endings that they do not know: then the ending decides.
_UNSPECIFIC = frozenset({"application/octet-stream", "binary/octet-stream", "text/plain"})
_BY_ENDING: Mapping[str, RdfForm] = {
    **{ending: form for ending, form in SUFFIXES.items() if form is not RdfForm.TRIG},
    **dict.fromkeys(("nt", "n3"), RdfForm.TURTLE),
    **dict.fromkeys(("xml", "owl"), RdfForm.RDF_XML),
    "json": RdfForm.JSON_LD,
}
_PACKED = frozenset({"application/gzip", "application/x-gzip"})
_GZIP = b"\x1f\x8b"
_LONGEST_VALIDATOR = 500

T = TypeVar("T")


async def read_catalog(
    client: PortalClient, source: CrawlSource, known: Mapping[str, str]
) -> AsyncGenerator[PortalPart, None]:
    """Yield the parts of a portal; `known` are the digests of its entries by identifier. Raises CrawlFailed."""
    assert source.portal is not None
    # What earlier readers read, or nobody, is read whole.
    read_before = source.digest and (source.portal.body or "").startswith(_begin_digest())
    before = (
        source.portal if read_before else msgspec.structs.replace(source.portal, etag=None, modified=None, body=None)
    )
    answer = await client.fetch(source.address, accept=ACCEPT, headers=_make_conditions(before))
    digest = await work_aside(len(answer.body), partial(_digest, answer.body))
    answer = await _expand(answer)
    if answer.status == 304 or digest == before.body:
        yield PortalPart(same=tuple(known), size=len(answer.body))
        return
    async with client.take_room(len(answer.body)):
        listed = await work_aside(len(answer.body), partial(find_listed, answer.body))
        if listed is not None:
            portal = _note_validators(source.portal, answer, digest)
            count = await work_aside(len(answer.body), partial(count_elements, answer.body))
            yield PortalPart(size=len(answer.body), elements=count, portal=portal)
            async for part in _describe(listed, _read_listed):
                yield part
            return
    url, number = source.address, 1
    seen_urls, seen_pages = {url}, {digest}
    while True:
        async with client.take_room(len(answer.body)):
            graph: RdfGraph = {}
            count = await _read_graph(graph, answer, url)
            following = _find_following(graph, url, source.address)
            portal = _note_validators(source.portal, answer, digest if number == 1 and following is None else None)
            yield PortalPart(size=len(answer.body), elements=count, portal=portal)
            async for part in _describe(find_datasets(graph), partial(read_dataset, graph)):
                yield part
            # The next one that waits for the room finds it empty.
            graph.clear()
        if following is None:
            return
        if following in seen_urls:
            raise CrawlFailed("The pages of the catalogue form a cycle: a page leads to an earlier one.")
        url, number = following, number + 1
        answer = await _expand(await client.fetch(url, accept=ACCEPT))
        digest = await work_aside(len(answer.body), partial(_digest, answer.body))
        if digest in seen_pages:
            raise CrawlFailed("The pages of the catalogue form a cycle: the portal returned one page twice.")
        seen_urls.add(url)
        seen_pages.add(digest)


def _digest(body: bytes) -> str:
    return _begin_digest() + hashlib.sha256(body).hexdigest()


def _begin_digest() -> str:
    """Return what begins the digests of documents that the present readers have read."""
    return f"{references.READING}-"


def _make_conditions(portal: Portal) -> dict[str, str]:
    """Return the fields of a conditional request (RFC 9110, sections 13.1.2 and 13.1.3)."""
    stated = {"If-None-Match": portal.etag, "If-Modified-Since": portal.modified}
    return {name: value for name, value in stated.items() if value}


def _note_validators(portal: Portal, answer: Response, digest: str | None) -> Portal:
    """Return a portal with the validators of its one document; with several, no validator is that of the whole."""
    if digest is None:
        return msgspec.structs.replace(portal, etag=None, modified=None, body=None)
    etag, modified = (_keep_short(answer.headers.get(name, "")) for name in ("ETag", "Last-Modified"))
    return msgspec.structs.replace(portal, etag=etag, modified=modified, body=digest)


def _keep_short(validator: str) -> str | None:
    fits = validator.isascii() and validator.isprintable() and len(validator) <= _LONGEST_VALIDATOR
    return validator.strip() or None if fits else None


async def _read_graph(graph: RdfGraph, answer: Response, url: str) -> int:
    """Read a document into a graph, part by part, and return the number of its statements. Raises CrawlFailed."""
    media = find_media_type(answer)
    form = _find_ending(url) if media in _UNSPECIFIC or media in _PACKED else _FORMS.get(media)
    if form is None:
        raise CrawlFailed(
            f"The portal answered with {clean(media, 100)}: give the address of its Turtle, RDF/XML or JSON-LD."
        )
    parts = parse_statements(answer.body, form, url, find_charset(answer))
    count = 0
    try:
        while (part := await work_aside(max(len(answer.body), SMALL + 1), partial(next, parts, None))) is not None:
            add_statements(graph, part)
            count += len(part)
    except UnreadableDocument as error:
        raise CrawlFailed(f"A page of the catalogue cannot be read: {error.reason}") from None
    return count


def _find_ending(url: str) -> RdfForm | None:
    return _BY_ENDING.get(urlsplit(url).path.lower().removesuffix(".gz").rpartition(".")[2])


def _find_following(graph: RdfGraph, url: str, home: str) -> str | None:
    """Return the address of the next page; a page that names itself is the last one, as deployed portals write it.

    Raises CrawlFailed if the next page is not of the origin of the portal.
    """
    stated = find_next_page(graph)
    if stated is None:
        return None
    try:
        following = urljoin(url, stated)
        if following == url:
            return None
        if parse_url(following, query=True).origin == parse_url(home, query=True).origin:
            return following
    except (Blocked, ValueError):
        pass
    raise CrawlFailed("The next page of the catalogue has another origin than the portal: enter the portal's own one.")


async def _describe(stated: Sequence[T], read_one: Callable[[T], dict[str, Any]]) -> AsyncGenerator[PortalPart, None]:
    """Yield the datasets of a document, some at a time."""
    for begin in range(0, len(stated), DATASETS):
        some = stated[begin : begin + DATASETS]

        def read(some: Sequence[T] = some) -> tuple[Described, ...]:
            return tuple(Described(read_one(one)) for one in some)

        yield PortalPart(datasets=await work_aside(SMALL + 1, read))


def _read_listed(stated: Any) -> dict[str, Any]:
    return read_listed(stated if isinstance(stated, dict) else {})


async def _expand(answer: Response) -> Response:
    """Return an answer whose body is a file of gzip with what it contains. Raises CrawlFailed beyond the bounds."""
    if not answer.body.startswith(_GZIP):
        return answer
    body = await work_aside(SMALL + 1, partial(_gunzip, answer.body))
    return msgspec.structs.replace(answer, body=body)


def _gunzip(body: bytes) -> bytes:
    """Return the content of a file of gzip (RFC 1952), which may have several parts one after the other."""
    expanded = bytearray()
    while body:
        inflater = zlib.decompressobj(wbits=31)
        try:
            expanded += inflater.decompress(body, LARGEST + 1 - len(expanded))
        except zlib.error:
            raise CrawlFailed("The portal answered with broken gzip.") from None
        if len(expanded) > LARGEST:
            raise CrawlFailed(f"The catalogue has more than {LARGEST} bytes when it is expanded.")
        if not inflater.eof:
            raise CrawlFailed("The portal answered with gzip that ends too early.")
        body = inflater.unused_data.lstrip(b"\0")
    return bytes(expanded)
