"""A catalogue as `data.json`: the JSON of Project Open Data, which ArcGIS Hub and other portals write. Pure.

Project Open Data Metadata Schema 1.1. The context that it names is never loaded: its terms are those of the schema.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from connector.broker.harvesting.texts import strip_markup
from connector.broker.normalise import DESCRIPTION_LENGTH
from connector.broker.reading.members import TEXT_LENGTH
from connector.protocol import dcat
from connector.protocol.dsp.codec import parse
from connector.protocol.dsp.errors import ProtocolError, clean
from connector.semantic.codes import find_code, find_file_type
from connector.semantic.dates import mend_date
from connector.semantic.statements import is_iri, is_web_address, mend_iri

_VALUES, _DISTRIBUTIONS = 64, 100
_GEOMETRY_LENGTH = 64 * 1024
_SCHEMA = "project-open-data.cio.gov"
_GEOJSON = "http://www.opengis.net/ont/geosparql#geoJSONLiteral"
_SHAPES = (
    "Point",
    "LineString",
    "Polygon",
    "MultiPoint",
    "MultiLineString",
    "MultiPolygon",
    "Feature",
    "FeatureCollection",
)
_ACCESS = {"public": "PUBLIC", "restricted public": "RESTRICTED", "non-public": "NON_PUBLIC"}
# Repeating intervals of ISO 8601 with the codes of the list of frequencies.
_INTERVALS = {
    "R/PT1S": "CONT",
    "R/PT1H": "HOURLY",
    "R/P1D": "DAILY",
    "R/P1W": "WEEKLY",
    "R/P7D": "WEEKLY",
    "R/P2W": "BIWEEKLY",
    "R/P1M": "MONTHLY",
    "R/P2M": "BIMONTHLY",
    "R/P3M": "QUARTERLY",
    "R/P4M": "ANNUAL_3",
    "R/P6M": "ANNUAL_2",
    "R/P1Y": "ANNUAL",
    "R/P2Y": "BIENNIAL",
    "R/P3Y": "TRIENNIAL",
}

JsonMap = Mapping[str, Any]


def find_listed(body: bytes) -> list[Any] | None:
    """Return the datasets that a document lists, or None if it is no `data.json`.

    It names its schema, as the standard wants, and lists its datasets in a member of that name.
    """
    if _SCHEMA.encode() not in body:
        return None
    try:
        document = parse(body)
    except ProtocolError:
        return None
    if not isinstance(document, dict) or not isinstance(document.get("dataset"), list):
        return None
    named = (document.get("conformsTo"), document.get("@context"))
    return document["dataset"] if any(isinstance(name, str) and _SCHEMA in name for name in named) else None


def read_listed(dataset: JsonMap) -> dict[str, Any]:
    """Return the Dataset of an entry of `data.json`, in the names of DCAT-AP 3.0.1."""
    identifier = _read_text(dataset, "identifier", TEXT_LENGTH)
    page = _read_text(dataset, "landingPage", TEXT_LENGTH) or identifier
    access = _ACCESS.get(_read_text(dataset, "accessLevel", TEXT_LENGTH).lower(), "")
    members: dict[str, Any] = {
        "@id": identifier,
        "@type": "Dataset",
        "dct:identifier": identifier,
        "dct:title": clean(strip_markup(_read_text(dataset, "title", TEXT_LENGTH)), TEXT_LENGTH),
        "dct:description": _read_description(dataset),
        "dcat:keyword": _read_list(dataset, "keyword"),
        "dcat:theme": [_refer(theme) for theme in _read_list(dataset, "theme")],
        "dcat:landingPage": _refer_address(page),
        "dct:publisher": _read_agent(dataset.get("publisher")),
        "dcat:contactPoint": _read_contact(dataset.get("contactPoint")),
        "dct:license": _refer_code("licence", _read_text(dataset, "license", TEXT_LENGTH)),
        "dct:rights": _read_text(dataset, "rights", TEXT_LENGTH),
        "dct:language": [_refer(language) for language in _read_list(dataset, "language")],
        "dct:accrualPeriodicity": _read_frequency(_read_text(dataset, "accrualPeriodicity", TEXT_LENGTH)),
        "dct:accessRights": _refer_code("access-right", access),
        "dct:spatial": _read_place(dataset.get("spatial")),
        "dct:temporal": _read_text(dataset, "temporal", TEXT_LENGTH),
        "dct:issued": mend_date(_read_text(dataset, "issued", TEXT_LENGTH)),
        "dct:modified": mend_date(_read_text(dataset, "modified", TEXT_LENGTH)),
        "dct:conformsTo": _refer_address(_read_text(dataset, "conformsTo", TEXT_LENGTH)),
        "foaf:page": [_refer_address(address) for address in _read_list(dataset, "references")],
        "dcat:distribution": list(_read_distributions(dataset, page)),
    }
    return {member: value for member, value in members.items() if value or member == "@id"}


def _read_text(members: JsonMap, name: str, limit: int) -> str:
    value = members.get(name)
    return clean(value, limit) if isinstance(value, str) else ""


def _read_description(members: JsonMap) -> str:
    text = members.get("description")
    return clean(strip_markup(text[: 4 * DESCRIPTION_LENGTH]), DESCRIPTION_LENGTH) if isinstance(text, str) else ""


def _read_list(members: JsonMap, name: str) -> list[str]:
    """Return the texts of a member: a list, or one text."""
    stated = members.get(name)
    values = stated[:_VALUES] if isinstance(stated, list) else [stated]
    return [word for value in values if isinstance(value, str) and (word := clean(value, TEXT_LENGTH))]


def _refer(text: str) -> Any:
    return {"@id": text} if is_iri(text) else dcat.to_theme(text)


def _refer_address(text: str) -> Any:
    address = mend_iri(text)
    return {"@id": address} if is_web_address(address) else None


def _refer_code(name: Any, text: str) -> Any:
    """Return the value of a list of codes that a text names, else the text."""
    known = find_code(name, text) if text else None
    return {"@id": known.iri if known else text} if known or is_iri(text) else text


def _read_frequency(text: str) -> Any:
    return _refer_code("frequency", _INTERVALS.get(text.upper(), "IRREG" if text.lower() == "irregular" else text))


def _read_agent(agent: Any) -> Any:
    name = _read_text(agent, "name", TEXT_LENGTH) if isinstance(agent, dict) else ""
    return dcat.make_agent("", name) if name else None


def _read_contact(card: Any) -> Any:
    if not isinstance(card, dict):
        return None
    name, email = _read_text(card, "fn", TEXT_LENGTH), _read_text(card, "hasEmail", TEXT_LENGTH)
    email = email.removeprefix("mailto:")
    fits = "@" in email and is_iri(f"mailto:{email}")
    if not name and not fits:
        return None
    return dcat.make_contact(name=name, email=email if fits else "", url="", telephone="")


def _read_place(stated: Any) -> Any:
    """Return a place: a box of west, south, east and north, a geometry in GeoJSON, or a name."""
    if isinstance(stated, dict):
        # A geometry that is not in a text, as DCAT-US asks for. ArcGIS Hub also writes an envelope of its own, which
        # names no system of coordinates, and is no GeoJSON.
        stated = msgspec.json.encode(stated).decode() if stated.get("type") in _SHAPES else None
    text = stated.strip() if isinstance(stated, str) and len(stated) <= _GEOMETRY_LENGTH else ""
    if text[:1] == "{":
        return {"@type": "dct:Location", "locn:geometry": {"@value": clean(text, len(text)), "@type": _GEOJSON}}
    numbers = _read_box(text)
    if numbers is not None:
        return dcat.make_place(id="", name="", box=numbers)
    return clean(text, TEXT_LENGTH) or None


def _read_box(text: str) -> tuple[float, ...] | None:
    try:
        west, south, east, north = (float(number) for number in text.split(",", 4))
    except ValueError:
        return None
    fits = -180 <= west <= east <= 180 and -90 <= south <= north <= 90
    return (west, south, east, north) if fits else None


def _read_distributions(dataset: JsonMap, page: str) -> Iterator[dict[str, Any]]:
    stated = dataset.get("distribution")
    for distribution in stated[:_DISTRIBUTIONS] if isinstance(stated, list) else []:
        if isinstance(distribution, dict):
            yield _read_distribution(distribution, page)


def _read_distribution(distribution: JsonMap, page: str) -> dict[str, Any]:
    access, download = (_read_text(distribution, name, TEXT_LENGTH) for name in ("accessURL", "downloadURL"))
    form = _read_text(distribution, "format", TEXT_LENGTH)
    known = find_file_type(form) if form else None
    members: dict[str, Any] = {
        "@type": "Distribution",
        "dct:title": _read_text(distribution, "title", TEXT_LENGTH),
        "dct:description": _read_description(distribution),
        "dcat:accessURL": _refer_address(access) or _refer_address(download) or _refer_address(page),
        "dcat:downloadURL": _refer_address(download),
        "dct:format": {"@id": known.iri} if known else form,
        "dcat:mediaType": _read_text(distribution, "mediaType", TEXT_LENGTH),
        "dct:conformsTo": _refer_address(_read_text(distribution, "conformsTo", TEXT_LENGTH)),
    }
    return {member: value for member, value in members.items() if value}
