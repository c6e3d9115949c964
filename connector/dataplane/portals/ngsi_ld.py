"""NGSI-LD (ETSI GS CIM 009): the entities of a type, in the simplified representation, as rows.

Address: `{"kind": "ngsi-ld", "url": "https://broker.city.example/ngsi-ld/v1", "type": "AirQualityObserved"}`. `q`
narrows what is offered; what a consumer chooses is added to it, each value quoted as one of its type.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from connector.dataplane.address.parameters import ChosenValue
from connector.dataplane.backends.asking import HttpUrl, add_query
from connector.dataplane.portals.features import read_total
from connector.dataplane.portals.geometry import CRS84, check_places, settle_geometry
from connector.dataplane.portals.ogcapi import check_box
from connector.dataplane.portals.portal import (
    DegreeBox,
    PortalAddress,
    PortalDialect,
    PortalPage,
    PortalRow,
    append_path,
    count_on,
)
from connector.dataplane.portals.rows import GEOMETRY
from connector.net.client import Response
from connector.ports.flow import SourceError

_CONTEXT = 'rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
_AttributeName = Annotated[str, msgspec.Meta(max_length=500, pattern=r"^[A-Za-z][\w:/#.%-]*\Z")]


class NgsiLdAddress(PortalAddress, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The entities of a type: `attributes` of them, all if empty; `geometry` is the attribute with their place."""

    kind: Literal["ngsi-ld"]
    type: _AttributeName
    attributes: Annotated[tuple[_AttributeName, ...], msgspec.Meta(max_length=200)] = ()
    q: Annotated[str, msgspec.Meta(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*\Z")] = ""
    bbox: DegreeBox | None = None
    geometry: _AttributeName = "location"
    context: HttpUrl | None = None
    tenant: Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,100}\Z")] = ""


def _check(address: NgsiLdAddress) -> None:
    check_box(address.bbox)
    if address.context is not None and not {"<", ">", '"'}.isdisjoint(address.context):
        raise SourceError("The `context` of the address cannot be sent: give the URL of a context.")
    for name, parameter in address.parameters.items():
        try:
            msgspec.convert(parameter.field or name, _AttributeName)
        except msgspec.ValidationError:
            raise SourceError("A parameter has a `field` that is no attribute: correct it.") from None


def _make_first(address: NgsiLdAddress, choices: Mapping[str, ChosenValue]) -> str:
    conditions = [f"({address.q})"] if address.q and choices else [address.q] if address.q else []
    conditions += [_write_condition(name, choice) for name, choice in choices.items()]
    stated = {
        "type": address.type,
        "attrs": ",".join(address.attributes),
        "q": ";".join(conditions),
        "options": "keyValues",
        "count": "true",
        "limit": str(address.size),
        "offset": "0",
    }
    if address.bbox is not None:
        ring = msgspec.json.encode([make_ring(address.bbox)]).decode()
        stated |= {"georel": "within", "geometry": "Polygon", "coordinates": ring}
        stated["geoproperty"] = address.geometry
    return add_query(append_path(address.url, "entities"), {name: value for name, value in stated.items() if value})


def make_ring(box: DegreeBox) -> list[list[float]]:
    """Return the outline of a box, closed.

    >>> make_ring((7, 51, 8, 52))
    [[7, 51], [8, 51], [8, 52], [7, 52], [7, 51]]
    """
    west, south, east, north = box
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _write_condition(name: str, choice: ChosenValue) -> str:
    """Return a condition of the query language (section 4.9); a text is in quotation marks, and has none in it."""
    text, compare = choice.text, choice.parameter.compare
    if choice.parameter.type == "text":
        if not {'"', "\\"}.isdisjoint(text):
            raise SourceError("A parameter has a quotation mark or a backslash, which a broker cannot be asked for.")
        text = f'"{text}"'
    return f"{choice.parameter.field or name}{'==' if compare == '=' else compare}{text}"


def _read(address: NgsiLdAddress, answer: Response, at: str, count: int) -> PortalPage:
    try:
        entities = msgspec.json.decode(answer.body, type=list[dict[str, msgspec.Raw]])
        rows = [read_entity(entity, address.geometry) for entity in entities]
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise SourceError("The broker answers with something else than entities of NGSI-LD: check `url`.") from None
    check_places([row[GEOMETRY] for row in rows if row.get(GEOMETRY)], CRS84, address.bbox or ())
    total = read_total(answer.headers.get("NGSILD-Results-Count"))
    return PortalPage(rows, count_on(at, "offset", rows, count, total), total)


def read_entity(entity: dict[str, msgspec.Raw], geometry: str) -> PortalRow:
    """Return the row of an entity in the simplified representation; `geometry` is the attribute with its place.

    Raises SourceError, and msgspec.MsgspecError for a place that is no JSON.
    """
    row: PortalRow = {name: value for name, value in entity.items() if name not in {"@context", geometry}}
    if GEOMETRY in row:
        raise SourceError(f"An entity has an attribute `{GEOMETRY}`: name it in `geometry` of the address.")
    if geometry in entity:
        row[GEOMETRY] = settle_geometry(msgspec.json.decode(entity[geometry]), swap=False)
    return row


def _make_headers(address: NgsiLdAddress) -> dict[str, str]:
    headers = {"Accept": "application/json"}
    if address.context is not None:
        headers["Link"] = f"<{address.context}>; {_CONTEXT}"
    if address.tenant:
        headers["NGSILD-Tenant"] = address.tenant
    return headers


NGSI_LD = PortalDialect(
    kind="ngsi-ld", form=NgsiLdAddress, check=_check, make_first=_make_first, read=_read, headers=_make_headers
)
