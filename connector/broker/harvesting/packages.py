"""A package of CKAN as a Dataset: JSON in the names of DCAT-AP 3.0.1, like that of a participant. Pure.

CKAN 2.12, API guide, `package_show`. Extras have the names that the extension for DCAT writes and reads.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from connector.broker.harvesting.texts import strip_markup
from connector.broker.normalise import DESCRIPTION_LENGTH
from connector.broker.reading.members import TEXT_LENGTH
from connector.protocol import dcat
from connector.protocol.dcat import is_theme_code
from connector.protocol.dsp.errors import clean
from connector.semantic.codes import ListName, find_code, find_file_type
from connector.semantic.dates import mend_date
from connector.semantic.statements import XSD, is_iri, is_web_address, mend_iri

_RESOURCES, _TAGS, _EXTRAS = 100, 64, 200
_LONGEST_EXTRA = 64 * 1024
_NAME_LENGTH = 100
_SHA256, _HEX = 64, frozenset("0123456789abcdef")
# Packages of these types are no datasets.
_OTHERS = frozenset({"harvest", "showcase", "application"})
_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?", re.ASCII)
# Members of schemas with the extra that says the same; the last lines are those of Berlin.
_MEMBERS = {
    **{name: name for name in ("theme", "language", "frequency", "issued", "modified", "identifier", "access_rights")},
    **{name: name for name in ("spatial", "hvd_category", "applicable_legislation")},
    "date_released": "issued",
    "date_updated": "modified",
    "temporal_coverage_from": "temporal_start",
    "temporal_coverage_to": "temporal_end",
    "geographical_coverage": "spatial_text",
}
_OBJECTS = {
    "publisher": {"name": "publisher_name", "uri": "publisher_uri"},
    "contact": {"name": "contact_name", "email": "contact_email"},
    "spatial_coverage": {"text": "spatial_text", "uri": "spatial_uri", "geom": "spatial", "bbox": "spatial"},
    "temporal_coverage": {"start": "temporal_start", "end": "temporal_end"},
}
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_GEOJSON = "http://www.opengis.net/ont/geosparql#geoJSONLiteral"

PackageMap = Mapping[str, Any]


def is_public_dataset(package: PackageMap) -> bool:
    """Return whether a package is a dataset that everybody may see."""
    active = package.get("state", "active") == "active" and not package.get("private")
    return active and _read_text(package, "type", _NAME_LENGTH) not in _OTHERS


def read_package(package: PackageMap, address: str) -> dict[str, Any]:
    """Return the Dataset of a package of the portal at `address`, a URL without a slash at the end."""
    extras = _read_extras(package)
    identifier = _read_text(package, "id", _NAME_LENGTH)
    name = _read_text(package, "name", _NAME_LENGTH) or identifier
    page = f"{address}/dataset/{name}"
    members: dict[str, Any] = {
        "@id": _find_iri(package, extras, f"{address}/dataset/{identifier}" if identifier else ""),
        "@type": "Dataset",
        "dct:identifier": extras.get("identifier") or identifier,
        "dct:title": _read_localized(package, "title", TEXT_LENGTH),
        "dct:description": _read_localized(package, "notes", DESCRIPTION_LENGTH),
        "dcat:keyword": _read_tags(package),
        "dcat:theme": _read_themes(package, extras),
        "dcat:landingPage": {"@id": page} if is_web_address(page) else None,
        "foaf:page": _refer_address(_read_text(package, "url", TEXT_LENGTH)),
        "dct:publisher": _read_publisher(package, extras),
        "dcat:contactPoint": _read_contact(package, extras),
        "dct:license": _read_licence(package),
        "dct:language": [_refer(language) for language in _read_list(extras, "language")],
        "dct:accrualPeriodicity": _refer_code("frequency", extras.get("frequency", "")),
        "dct:accessRights": _refer_code("access-right", extras.get("access_rights", "")),
        "dct:spatial": _read_place(extras),
        "dct:temporal": _read_period(extras),
        "dct:issued": _date(extras.get("issued", "")) or _date(_read_text(package, "metadata_created", _NAME_LENGTH)),
        "dct:modified": _date(extras.get("modified", ""))
        or _date(_read_text(package, "metadata_modified", _NAME_LENGTH)),
        "dcat:version": _read_text(package, "version", _NAME_LENGTH),
        "dcatap:hvdCategory": [_refer(category) for category in _read_list(extras, "hvd_category")],
        "dcatap:applicableLegislation": [_refer(law) for law in _read_list(extras, "applicable_legislation")],
        "dct:provenance": extras.get("provenance"),
        "dct:conformsTo": [_refer(norm) for norm in _read_list(extras, "conforms_to")],
        "adms:versionNotes": extras.get("version_notes"),
        **_read_german(extras),
        "dcat:distribution": [_read_resource(resource, page) for resource in _list_objects(package, "resources")],
    }
    return {member: value for member, value in members.items() if value or member == "@id"}


def _read_german(extras: Mapping[str, str]) -> dict[str, Any]:
    """Return the members of DCAT-AP.de 3.0, under the names that the German extension for DCAT gives them."""
    listed = ("contributorID", "politicalGeocodingURI", "politicalGeocodingLevelURI")
    return {
        **{f"dcatde:{name}": [_refer(iri) for iri in _read_list(extras, name) if is_iri(iri)] for name in listed},
        "dcatde:legalBasis": _read_list(extras, "legalbasisText"),
        "dcatde:geocodingDescription": _read_list(extras, "geocodingText"),
    }


def _find_iri(package: PackageMap, extras: Mapping[str, str], own: str) -> str:
    """Return the IRI of a package, as the extension for DCAT names it: as stated, else its address at the portal."""
    stated = (_read_text(package, "uri", TEXT_LENGTH), extras.get("uri", ""))
    return next(filter(is_iri, stated), own)


def _read_text(members: PackageMap, name: str, limit: int) -> str:
    value = members.get(name)
    return clean(value, limit) if isinstance(value, str) else ""


def _read_localized(package: PackageMap, name: str, limit: int) -> Any:
    """Return a text without mark-up, by languages where the extension `fluent` or the portal has translated it."""
    for translated in (package.get(f"{name}_translated"), package.get(name)):
        if isinstance(translated, dict):
            found = [
                {"@value": plain, "@language": language[:20]}
                for language, text in list(translated.items())[:_TAGS]
                if isinstance(text, str) and (plain := clean(strip_markup(text), limit))
            ]
            if found:
                return found
    text = package.get(name)
    return clean(strip_markup(text), limit) if isinstance(text, str) else ""


def _list_objects(package: PackageMap, name: str, most: int = _RESOURCES) -> list[PackageMap]:
    values = package.get(name)
    return [value for value in values[:most] if isinstance(value, dict)] if isinstance(values, list) else []


def _read_extras(package: PackageMap) -> dict[str, str]:
    """Return the extras, and the members of the same meaning that a schema of CKAN has beside them.

    Members that the extension for DCAT 2 writes as objects are under the names that their parts have as extras.
    """
    extras: dict[str, str] = {}
    stated = package.get("extras")
    pairs = (
        list(stated.items())[:_EXTRAS]
        if isinstance(stated, dict)
        else [(extra.get("key"), extra.get("value")) for extra in _list_objects(package, "extras", _EXTRAS)]
    )
    pairs += [(known, package.get(name)) for name, known in _MEMBERS.items()]
    for member, parts in _OBJECTS.items():
        first = next(iter(_list_objects(package, member, 1)), {})
        pairs += [(known, first.get(part)) for part, known in parts.items()]
    for key, value in pairs:
        text = _write_value(value)
        if isinstance(key, str) and text and len(text) <= _LONGEST_EXTRA:
            extras.setdefault(key, clean(text, _LONGEST_EXTRA))
    return extras


def _write_value(value: Any) -> str:
    """Return a text, or a list of texts as extras have it: in JSON."""
    if isinstance(value, list):
        texts = [text for text in value[:_TAGS] if isinstance(text, str)]
        return msgspec.json.encode(texts).decode() if texts else ""
    return value if isinstance(value, str) else ""


def _read_list(extras: Mapping[str, str], name: str) -> list[str]:
    """Return the values of an extra: a list in JSON, or values with commas between them."""
    stated = extras.get(name, "")
    if stated.startswith("["):
        try:
            values = msgspec.json.decode(stated, type=list[str])
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return []
    else:
        values = stated.split(",")
    return [word for value in values[:_TAGS] if (word := clean(value, TEXT_LENGTH))]


def _read_tags(package: PackageMap) -> list[str]:
    tags = [
        _read_text(tag, "display_name", TEXT_LENGTH) or _read_text(tag, "name", TEXT_LENGTH)
        for tag in _list_objects(package, "tags", _TAGS)
    ]
    by_language = package.get("keywords")
    if isinstance(by_language, dict):
        words = (word for some in list(by_language.values())[:_TAGS] if isinstance(some, list) for word in some[:_TAGS])
        tags += [clean(word, TEXT_LENGTH) for word in words if isinstance(word, str)]
    return list(dict.fromkeys(filter(None, tags)))[:_TAGS]


def _read_themes(package: PackageMap, extras: Mapping[str, str]) -> list[Any]:
    """Return the themes that are stated, else the groups that have the codes of EU themes, as German portals do."""
    groups = [_read_text(group, "name", _NAME_LENGTH) for group in _list_objects(package, "groups", _TAGS)]
    return [_refer(theme) for theme in _read_list(extras, "theme") or filter(is_theme_code, groups)]


def _refer(text: str) -> Any:
    return {"@id": text} if is_iri(text) else dcat.to_theme(text)


def _refer_address(text: str) -> Any:
    address = mend_iri(text)
    return {"@id": address} if is_web_address(address) else None


def _refer_code(name: ListName, text: str) -> Any:
    """Return the value of a list of codes that a text names, else the text."""
    known = find_code(name, text) if text else None
    return {"@id": known.iri if known else text} if known or is_iri(text) else text


def _read_publisher(package: PackageMap, extras: Mapping[str, str]) -> Any:
    organization = package.get("organization")
    title = _read_text(organization, "title", TEXT_LENGTH) if isinstance(organization, dict) else ""
    name = extras.get("publisher_name", "") or title or _read_text(package, "author", TEXT_LENGTH)
    if not name:
        return None
    iri = extras.get("publisher_uri", "")
    return dcat.make_agent(iri if is_iri(iri) else "", clean(name, TEXT_LENGTH))


def _read_contact(package: PackageMap, extras: Mapping[str, str]) -> Any:
    name = extras.get("contact_name", "") or _read_text(package, "maintainer", TEXT_LENGTH)
    email = extras.get("contact_email", "") or _read_text(package, "maintainer_email", TEXT_LENGTH)
    email = email.removeprefix("mailto:")
    fits = "@" in email and is_iri(f"mailto:{email}")
    if not name and not fits:
        return None
    return dcat.make_contact(name=clean(name, TEXT_LENGTH), email=email if fits else "", url="", telephone="")


def _read_licence(package: PackageMap) -> Any:
    """Return the licence: by its address or its code in the list of DCAT-AP.de, else by its name."""
    stated = [_read_text(package, name, TEXT_LENGTH) for name in ("license_url", "license_id", "license_title")]
    known = next(filter(None, (find_code("licence", text) for text in stated if text)), None)
    if known:
        return {"@id": known.iri}
    named = next(filter(is_iri, stated), "")
    return {"@id": named} if named else next((text for text in stated[1:] if text and text != "notspecified"), None)


def _read_place(extras: Mapping[str, str]) -> Any:
    """Return the place of the extension for spatial search: a geometry in GeoJSON (or WKT), a name, an IRI."""
    place: dict[str, Any] = {"@type": "dct:Location"}
    geometry = extras.get("spatial", "")
    if geometry[:1] == "{":
        place["locn:geometry"] = {"@value": geometry, "@type": _GEOJSON}
    elif geometry.endswith(")"):
        place["locn:geometry"] = {"@value": geometry, "@type": _WKT}
    elif is_iri(geometry):
        place["@id"] = geometry
    if name := extras.get("spatial_text", "") or ("" if len(place) > 1 else geometry):
        place["skos:prefLabel"] = clean(name, TEXT_LENGTH)
    iri = extras.get("spatial_uri", "")
    if is_iri(iri):
        place["@id"] = iri
    return place if len(place) > 1 else None


def _read_period(extras: Mapping[str, str]) -> Any:
    ends = {"dcat:startDate": "temporal_start", "dcat:endDate": "temporal_end"}
    stated = {member: value for member, name in ends.items() if (value := _date(extras.get(name, "")))}
    return {"@type": "dct:PeriodOfTime", **stated} if stated else None


def _date(text: str) -> str:
    """Return a day or an instant; CKAN writes instants in UTC without saying so."""
    text = mend_date(clean(text, _NAME_LENGTH))
    return f"{text}Z" if _NO_ZONE.fullmatch(text) else text


def _read_resource(resource: PackageMap, page: str) -> dict[str, Any]:
    """Return the Distribution of a resource; without an address of its own it is at the page of the dataset."""
    address, download = (_read_text(resource, name, TEXT_LENGTH) for name in ("url", "download_url"))
    access = _read_text(resource, "access_url", TEXT_LENGTH) or address
    form, media = (_read_text(resource, name, _NAME_LENGTH) for name in ("format", "mimetype"))
    size = _read_size(resource.get("size"))
    known = find_file_type(form) if form else None
    members: dict[str, Any] = {
        "@type": "Distribution",
        "dct:title": _read_localized(resource, "name", TEXT_LENGTH),
        "dct:description": _read_localized(resource, "description", DESCRIPTION_LENGTH),
        "dcat:accessURL": _refer_address(access) or _refer_address(page),
        "dcat:downloadURL": _refer_address(download),
        "dct:format": {"@id": known.iri} if known else form,
        "dcat:mediaType": media,
        "dct:license": _refer_code("licence", _read_text(resource, "license", TEXT_LENGTH)),
        "dct:modified": _date(_read_text(resource, "last_modified", _NAME_LENGTH)),
        "dcat:byteSize": {"@value": size, "@type": XSD + "nonNegativeInteger"} if size else None,
        "dct:issued": _date(_read_text(resource, "issued", _NAME_LENGTH)),
        "dct:language": [_refer(language) for language in _read_words(resource, "language")],
        "dct:rights": _read_text(resource, "rights", TEXT_LENGTH),
        "dct:conformsTo": [_refer(norm) for norm in _read_words(resource, "conforms_to")],
        "foaf:page": [_refer_address(page) for page in _read_words(resource, "documentation")],
        "dcatap:availability": _refer(_read_text(resource, "availability", TEXT_LENGTH)),
        "dcatde:licenseAttributionByText": _read_text(resource, "licenseAttributionByText", TEXT_LENGTH),
        dcat.CHECKSUM: _read_checksum(resource),
    }
    return {member: value for member, value in members.items() if value}


def _read_words(members: PackageMap, name: str) -> list[str]:
    """Return the values of a member: a list, or one as extras have it."""
    return _read_list({name: clean(_write_value(members.get(name)), _LONGEST_EXTRA)}, name)


def _read_checksum(resource: PackageMap) -> dict[str, object] | None:
    """Return the checksum, if it is a SHA-256; CKAN writes digests of every kind, mostly without their name."""
    digest = _read_text(resource, "hash", _NAME_LENGTH).lower()
    stated = dcat.make_checksum(digest) if len(digest) == _SHA256 and _HEX.issuperset(digest) else None
    named = _read_text(resource, "hash_algorithm", TEXT_LENGTH)
    return stated if not named or "256" in named else None


def _read_size(value: Any) -> str:
    """Return a number of bytes; some schemas write it as a text."""
    text = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return text if text.isascii() and text.isdecimal() and len(text) < 19 else ""
