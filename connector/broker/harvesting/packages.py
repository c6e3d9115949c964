"""A package of CKAN as a Dataset: JSON in the names of DCAT-AP 3.0.1, like that of a participant. Pure.

CKAN 2.12, API guide, `package_show`. Extras have the names that the extension for DCAT writes and reads.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.broker.describing.members import TEXT_LENGTH
from connector.broker.normalise import DESCRIPTION_LENGTH
from connector.protocol import dcat
from connector.protocol.dsp.errors import clean
from connector.semantic.codes import ListName, find_code
from connector.semantic.statements import XSD, is_iri, is_web_address, mend_iri

_RESOURCES, _TAGS, _EXTRAS = 100, 64, 200
_LONGEST_EXTRA = 64 * 1024
_NAME_LENGTH = 100
# Packages of these types are no datasets.
_OTHERS = frozenset({"harvest", "showcase", "application"})
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
        "dcat:theme": [_refer(theme) for theme in _read_list(extras, "theme")],
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
        "dct:issued": extras.get("issued") or _date(_read_text(package, "metadata_created", _NAME_LENGTH)),
        "dct:modified": extras.get("modified") or _date(_read_text(package, "metadata_modified", _NAME_LENGTH)),
        "dcat:version": _read_text(package, "version", _NAME_LENGTH),
        "dcatap:hvdCategory": [_refer(category) for category in _read_list(extras, "hvd_category")],
        "dcatap:applicableLegislation": [_refer(law) for law in _read_list(extras, "applicable_legislation")],
        "dcat:distribution": [_read_resource(resource, page) for resource in _list_objects(package, "resources")],
    }
    return {member: value for member, value in members.items() if value or member == "@id"}


def _find_iri(package: PackageMap, extras: Mapping[str, str], own: str) -> str:
    """Return the IRI of a package, as the extension for DCAT names it: as stated, else its address at the portal."""
    stated = (_read_text(package, "uri", TEXT_LENGTH), extras.get("uri", ""))
    return next(filter(is_iri, stated), own)


def _read_text(members: PackageMap, name: str, limit: int) -> str:
    value = members.get(name)
    return clean(value, limit) if isinstance(value, str) else ""


def _read_localized(package: PackageMap, name: str, limit: int) -> Any:
    """Return a text, by languages where the extension `fluent` has translated it."""
    translated = package.get(f"{name}_translated")
    if isinstance(translated, dict):
        found = [
            {"@value": clean(text, limit), "@language": language[:20]}
            for language, text in list(translated.items())[:_TAGS]
            if isinstance(text, str) and clean(text, limit)
        ]
        if found:
            return found
    return _read_text(package, name, limit)


def _list_objects(package: PackageMap, name: str, most: int = _RESOURCES) -> list[PackageMap]:
    values = package.get(name)
    return [value for value in values[:most] if isinstance(value, dict)] if isinstance(values, list) else []


def _read_extras(package: PackageMap) -> dict[str, str]:
    """Return the extras, and the members of the same names that a schema of CKAN has beside them."""
    extras: dict[str, str] = {}
    for extra in _list_objects(package, "extras", _EXTRAS):
        key, value = extra.get("key"), extra.get("value")
        if isinstance(key, str) and isinstance(value, str) and len(value) <= _LONGEST_EXTRA:
            extras.setdefault(key, clean(value, _LONGEST_EXTRA))
    for name in ("theme", "language", "frequency", "issued", "modified", "identifier", "access_rights", "spatial"):
        value = package.get(name)
        if isinstance(value, str) and value and len(value) <= _LONGEST_EXTRA:
            extras.setdefault(name, clean(value, _LONGEST_EXTRA))
    return extras


def _read_list(extras: Mapping[str, str], name: str) -> list[str]:
    """Return the values of an extra: a list in JSON, or values with commas between them."""
    stated = extras.get(name, "")
    if stated.startswith("["):
        try:
            values = msgspec.json.decode(stated, type=list[str])
        except (msgspec.MsgspecError, RecursionError):
            return []
    else:
        values = stated.split(",")
    return [word for value in values[:_TAGS] if (word := clean(value, TEXT_LENGTH))]


def _read_tags(package: PackageMap) -> list[str]:
    tags = (_read_text(tag, "display_name", TEXT_LENGTH) for tag in _list_objects(package, "tags", _TAGS))
    return list(dict.fromkeys(filter(None, tags)))


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
    if name := extras.get("spatial_text", ""):
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
    text = clean(text, _NAME_LENGTH)
    return f"{text}Z" if "T" in text and len(text) >= 19 and text[-1:] != "Z" and "+" not in text else text


def _read_resource(resource: PackageMap, page: str) -> dict[str, Any]:
    """Return the Distribution of a resource; without an address of its own it is at the page of the dataset."""
    address, download = (_read_text(resource, name, TEXT_LENGTH) for name in ("url", "download_url"))
    access = _read_text(resource, "access_url", TEXT_LENGTH) or address
    form, media = (_read_text(resource, name, _NAME_LENGTH) for name in ("format", "mimetype"))
    size = resource.get("size")
    known = find_code("file-type", form) if form else None
    members: dict[str, Any] = {
        "@type": "Distribution",
        "dct:title": _read_localized(resource, "name", TEXT_LENGTH),
        "dct:description": _read_localized(resource, "description", DESCRIPTION_LENGTH),
        "dcat:accessURL": _refer_address(access) or _refer_address(page),
        "dcat:downloadURL": _refer_address(download),
        "dct:format": {"@id": known.iri} if known else form,
        "dcat:mediaType": media,
        "dct:license": _refer(found) if (found := _read_text(resource, "license", TEXT_LENGTH)) else None,
        "dct:modified": _date(_read_text(resource, "last_modified", _NAME_LENGTH)),
        "dcat:byteSize": {"@value": str(size), "@type": XSD + "nonNegativeInteger"}
        if isinstance(size, int) and not isinstance(size, bool) and size >= 0
        else None,
    }
    return {member: value for member, value in members.items() if value}
