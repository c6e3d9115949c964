"""A dataset as `schema.org/Dataset` in JSON-LD, for search engines, and the sitemap that leads to it. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.broker.describing.file_types import find_media_type
from connector.broker.describing.subject import PublicSite, Subject
from connector.broker.reading.coded import find_coded, write_language
from connector.broker.reading.members import (
    MemberMap,
    choose_text,
    find_addresses,
    find_nodes,
    find_text,
    find_time,
    find_values,
    read_iri,
    read_text,
)
from connector.ports.broker_store import Entry
from connector.semantic.statements import is_web_address
from connector.views.conversion import moment

# Search engines want a description of 50 to 5,000 characters.
_SUMMARY_LENGTH = 5000


def render_schema(subject: Subject) -> bytes:
    """Return the JSON-LD of one dataset; no sign of it ends a script element that contains it."""
    entry = subject.entry
    dataset: MemberMap = msgspec.json.decode(entry.document)
    title = choose_text(entry.titles) or entry.id
    document: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": subject.iri,
        "identifier": entry.id,
        "url": subject.record,
        "name": title,
        "description": (choose_text(entry.descriptions) or title)[:_SUMMARY_LENGTH],
        "keywords": list(entry.keywords),
        "creator": {"@type": "Organization", "name": entry.publisher},
        "provider": {"@type": "Organization", "name": subject.provider, "identifier": entry.participant},
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": subject.site.catalog, "name": subject.site.name},
        "sdDatePublished": _write_day(entry.changed_at),
        **_render_details(dataset),
        "distribution": [_render_distribution(part) for part in find_nodes(dataset, "dcat:distribution")],
    }
    encoded = msgspec.json.encode({name: value for name, value in document.items() if value})
    return encoded.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")


def _render_details(dataset: MemberMap) -> dict[str, Any]:
    issued, modified = find_time(dataset, "dct:issued"), find_time(dataset, "dct:modified")
    licences = [read_iri(value) or read_text(value) for value in find_values(dataset, "dct:license", 1)]
    for part in find_nodes(dataset, "dcat:distribution"):
        licences += [read_iri(value) or read_text(value) for value in find_values(part, "dct:license", 1)]
    return {
        "license": next(filter(None, licences), ""),
        "datePublished": issued.text if issued else "",
        "dateModified": modified.text if modified else "",
        "version": find_text(dataset, "dcat:version"),
        "sameAs": list(find_addresses(dataset, "dcat:landingPage")),
        "inLanguage": list(dict.fromkeys(map(write_language, find_coded(dataset, "dct:language")))),
        "temporalCoverage": [text for period in find_nodes(dataset, "dct:temporal") if (text := _write_period(period))],
        "spatialCoverage": [read_text(place) or read_iri(place) or "" for place in find_nodes(dataset, "dct:spatial")],
    }


def _write_period(period: MemberMap) -> str:
    ends = [find_time(period, name) for name in ("dcat:startDate", "dcat:endDate")]
    return "/".join(end.text if end else ".." for end in ends) if any(ends) else ""


def _render_distribution(part: MemberMap) -> dict[str, Any]:
    forms = [read_iri(value) or read_text(value) for value in find_values(part, "dcat:mediaType", 1)]
    address = next(filter(is_web_address, find_addresses(part, "dcat:downloadURL")), "")
    members = {
        "@type": "DataDownload",
        "name": find_text(part, "dct:title"),
        "encodingFormat": next(filter(None, map(find_media_type, forms)), "") or find_text(part, "dct:format"),
        "contentUrl": address,
        "contentSize": find_text(part, "dcat:byteSize"),
    }
    return {name: value for name, value in members.items() if value}


def render_sitemap(entries: Sequence[tuple[str, int]]) -> bytes:
    """Return a sitemap of the pages of datasets: each address with the time of its last change in ms."""
    return _render_addresses("urlset", "url", [(address, _write_day(at)) for address, at in entries])


def render_sitemap_index(site: PublicSite, count: int) -> bytes:
    """Return the index of as many sitemaps."""
    return _render_addresses("sitemapindex", "sitemap", [(f"{site.base}/sitemap-{n}.xml", "") for n in range(count)])


def _render_addresses(outer: str, inner: str, addresses: Sequence[tuple[str, str]]) -> bytes:
    # Addresses are made of letters that need no escape in XML.
    lines = [
        f"<{inner}><loc>{address}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</{inner}>"
        for address, day in addresses
    ]
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<{outer} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return (head + "\n".join(lines) + f"\n</{outer}>\n").encode()


def list_addresses(site: PublicSite, entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """Return the address and the time of the last change of each entry."""
    return [
        (Subject(entry=entry, provider="", is_claimed=False, site=site).record, entry.changed_at) for entry in entries
    ]


def _write_day(at: int) -> str:
    return moment(at).date().isoformat()
