"""Entries as packages and sources as organisations of CKAN, as its action API 3 shows them to harvesters. Pure.

CKAN 2.10, API guide: `package_show`, `organization_show`. Identifiers are made from those of the provider, so that a
broker that has lost its record gives the same ones: the first part is of the participant, the second of the dataset.
"""

import hashlib
import re
import unicodedata
from typing import Any

import msgspec

from connector.broker.describing.distribution import list_names
from connector.broker.describing.file_types import find_file_type, find_media_type
from connector.broker.describing.subject import Subject, hash_pair
from connector.broker.reading.agents import ContactPoint, read_contacts
from connector.broker.reading.coded import find_coded
from connector.broker.reading.members import (
    MemberMap,
    choose_text,
    find_addresses,
    find_identifiers,
    find_nodes,
    find_text,
    find_time,
    find_values,
    read_iri,
    read_text,
)
from connector.broker.reading.statements import name_format
from connector.ports.broker_store import CrawlSource
from connector.protocol import dcat
from connector.semantic.codes import find_code
from connector.semantic.statements import XSD, is_iri, is_web_address
from connector.views.conversion import moment

_SLUG_LENGTH, _TAG_LENGTH = 60, 100
_WORDS = re.compile(r"[a-z0-9]+")
_NO_TAG = re.compile(r"[^\w .-]+")
_ID = re.compile(r"([0-9a-f]{8})-([0-9a-f]{4})-8([0-9a-f]{3})-a([0-9a-f]{3})-([0-9a-f]{12})")
_NAME = re.compile(r"(?:[a-z0-9-]{1,80}-)?([0-9a-f]{8})([0-9a-f]{12})")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


class Hashes(msgspec.Struct, frozen=True):
    """The first digits of the hash of a participant and of an entry, by which an identifier of CKAN is found again."""

    participant: str
    entry: str


def read_identifier(text: str) -> Hashes | None:
    """Return what an identifier or a name of a package or an organisation is made of, or None if it is neither."""
    if found := _ID.fullmatch(text):
        first, second, *rest = found.groups()
        return Hashes(first + second, "".join(rest))
    if found := _NAME.fullmatch(text):
        return Hashes(found[1], found[2])
    return None


def hash_participant(participant: str) -> str:
    """Return the SHA-256 (hexadecimal) of the identifier of a participant."""
    return hashlib.sha256(participant.encode("utf-8", "replace")).hexdigest()


def is_of(hashes: Hashes, participant: str, dataset: str = "") -> bool:
    """Return whether an identifier is made from these; `dataset` is empty for an organisation."""
    return hash_participant(participant).startswith(hashes.participant) and hash_pair(participant, dataset).startswith(
        hashes.entry
    )


def _make_id(participant: str, dataset: str = "") -> str:
    """Return a UUID of version 8 (RFC 9562, section 5.8), which has 48 bits of the participant and 72 of the pair."""
    owner, pair = hash_participant(participant), hash_pair(participant, dataset)
    return f"{owner[:8]}-{owner[8:12]}-8{pair[:3]}-a{pair[3:6]}-{pair[6:18]}"


def _make_name(title: str, participant: str, dataset: str = "") -> str:
    """Return a name as CKAN wants it: small letters, digits and hyphens, at most a hundred."""
    plain = unicodedata.normalize("NFKD", title.lower().translate(_UMLAUTS)).encode("ascii", "ignore").decode()
    slug = "-".join(_WORDS.findall(plain))[:_SLUG_LENGTH].strip("-")
    digits = hash_participant(participant)[:8] + hash_pair(participant, dataset)[:12]
    return f"{slug}-{digits}" if slug else digits


def name_package(subject: Subject) -> str:
    """Return the name of the package of an entry."""
    entry = subject.entry
    return _make_name(choose_text(entry.titles), entry.participant, entry.id)


def name_organization(source: CrawlSource) -> str:
    """Return the name of the organisation of a source."""
    return _make_name(source.name, source.participant)


def render_organization(participant: str, name: str, count: int | None = None) -> dict[str, Any]:
    """Return an organisation; `count` is the number of its packages."""
    shown: dict[str, Any] = {
        "id": _make_id(participant),
        "name": _make_name(name, participant),
        "title": name,
        "display_name": name,
        "description": "",
        "type": "organization",
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
        "image_url": "",
        "extras": [{"key": "identifier", "value": participant}],
    }
    return shown if count is None else shown | {"package_count": count}


def render_package(subject: Subject) -> dict[str, Any]:
    """Return the package of an entry, with a resource for each distribution."""
    entry = subject.entry
    dataset: MemberMap = msgspec.json.decode(entry.document)
    identifier = _make_id(entry.participant, entry.id)
    resources = [
        _render_resource(subject, identifier, number, part)
        for number, part in enumerate(find_nodes(dataset, "dcat:distribution"))
    ]
    shared = {"state": "active", "vocabulary_id": None}
    tags = [{"name": tag, "display_name": tag, **shared} for tag in _list_tags(entry.keywords)]
    organization = render_organization(entry.participant, subject.provider)
    contact = next(read_contacts(dataset), ContactPoint())
    return {
        "id": identifier,
        "name": name_package(subject),
        "title": choose_text(entry.titles) or entry.id,
        "notes": choose_text(entry.descriptions),
        "url": next(iter(find_addresses(dataset, "dcat:landingPage")), subject.record),
        "type": "dataset",
        "state": "active",
        "private": False,
        "isopen": False,
        "version": find_text(dataset, "dcat:version") or None,
        "author": entry.publisher,
        "author_email": None,
        "maintainer": choose_text(contact.names) or None,
        "maintainer_email": contact.email or None,
        **_render_licence(dataset),
        "metadata_created": _write_zoneless(entry.first_seen),
        "metadata_modified": _write_zoneless(entry.changed_at),
        "organization": organization,
        "owner_org": organization["id"],
        "num_resources": len(resources),
        "num_tags": len(tags),
        "resources": resources,
        "tags": tags,
        "groups": [],
        "extras": [{"key": key, "value": value} for key, value in _list_extras(subject, dataset).items() if value],
        "relationships_as_subject": [],
        "relationships_as_object": [],
    }


def _list_tags(keywords: tuple[str, ...]) -> list[str]:
    """Return keywords as CKAN takes them: letters, digits, spaces and `-_.`, 2 to 100 of them, each once."""
    cleaned = (" ".join(_NO_TAG.sub(" ", keyword).split())[:_TAG_LENGTH].strip() for keyword in keywords)
    return list(dict.fromkeys(tag for tag in cleaned if len(tag) > 1))


def _render_licence(dataset: MemberMap) -> dict[str, Any]:
    stated = find_values(dataset, "dct:license", 1)
    for part in find_nodes(dataset, "dcat:distribution"):
        stated += find_values(part, "dct:license", 1)
    iri = next(filter(None, map(read_iri, stated)), None)
    text = next(filter(None, map(read_text, stated)), "")
    known = find_code("licence", iri or text) if iri or text else None
    title = choose_text(known.labels) if known else text or iri or ""
    return {"license_id": iri or text or "notspecified", "license_title": title, "license_url": iri or ""}


def _list_extras(subject: Subject, dataset: MemberMap) -> dict[str, str]:
    """Return what CKAN has no member for, under the keys that the extension for DCAT writes and reads."""
    languages = find_coded(dataset, "dct:language")
    times = {name: find_time(dataset, f"dct:{name}") for name in ("issued", "modified")}
    return {
        "uri": subject.iri,
        "identifier": next(iter(find_identifiers(dataset)), subject.entry.id),
        "guid": subject.iri,
        "publisher_name": subject.entry.publisher,
        # As the extension for harvests says where a package is from.
        **({"harvest_source_title": subject.provider, "source_page": subject.entry.via} if subject.entry.via else {}),
        "theme": msgspec.json.encode(subject.entry.themes).decode() if subject.entry.themes else "",
        "language": msgspec.json.encode(languages).decode() if languages else "",
        "frequency": next(iter(find_coded(dataset, "dct:accrualPeriodicity")), ""),
        "access_rights": next(iter(find_coded(dataset, "dct:accessRights")), ""),
        **{name: at.text if at else "" for name, at in times.items()},
    }


def _render_resource(subject: Subject, package: str, number: int, part: MemberMap) -> dict[str, Any]:
    service = next(iter(find_values(part, "dcat:accessService", 1)), None)
    endpoint = find_addresses(service, "dcat:endpointURL") if isinstance(service, dict) else ()
    download = next(iter(find_addresses(part, "dcat:downloadURL")), None)
    instead = (download or "", subject.entry.via) if subject.entry.via else (subject.entry.address,)
    access = (*find_addresses(part, "dcat:accessURL"), *endpoint, *instead)
    forms = list_names(find_values(part, "dcat:mediaType", 1))
    stated = list_names(find_values(part, "dct:format", 2))
    transfer = next((name_format(name) if is_iri(name) else name for name in stated), "")
    changed = find_time(part, "dct:modified")
    # CKAN takes days and instants.
    exact = changed is not None and changed.datatype in {XSD + "date", XSD + "dateTime"}
    size = find_text(part, "dcat:byteSize")
    title = find_text(part, "dct:title")
    return {
        "id": _make_id(subject.entry.participant, f"{subject.entry.id}\n{number}"),
        "package_id": package,
        "position": number,
        "name": title or transfer,
        "description": find_text(part, "dct:description"),
        "url": download or next(filter(is_web_address, access), subject.record),
        "access_url": next(filter(is_web_address, access), None),
        "download_url": download,
        "format": next(filter(None, map(find_file_type, (*forms, *stated))), transfer),
        "mimetype": next(filter(None, map(find_media_type, forms)), None),
        "size": int(size) if size.isascii() and size.isdecimal() and len(size) < 19 else None,
        "hash": dcat.find_checksum(part) or "",
        "created": _write_zoneless(subject.entry.first_seen),
        "last_modified": changed.text if changed and exact else None,
        "state": "active",
        "resource_type": None,
        "url_type": None,
    }


def _write_zoneless(at: int) -> str:
    """Return a time in ms since the Unix epoch as CKAN writes it: UTC, without a zone."""
    return moment(at).replace(tzinfo=None).isoformat(timespec="microseconds")
