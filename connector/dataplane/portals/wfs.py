"""WFS 2.0 (ISO 19142): the features of a type, by GetFeature with `count` and `startIndex`, as GeoJSON or GML 3.2.

Address: `{"kind": "wfs", "url": "https://geo.city.example/wfs", "type_name": "city:trees"}`. Most servers also give
GeoJSON: `output_format` is the name that the server has for it. Values of GML are texts, as no schema is read. What a
consumer chooses becomes a filter (FES 2.0), in which its values are literals.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from xml.sax.saxutils import escape

import msgspec

from connector.dataplane.address.parameters import ChosenValue
from connector.dataplane.backends.asking import add_query
from connector.dataplane.portals.features import (
    choose_swap,
    decode_features,
    read_feature_rows,
    read_stated_crs,
    read_total,
    settle_crs,
)
from connector.dataplane.portals.geometry import CRS84, AxisOrder, check_places, name_crs, read_crs, settle_geometry
from connector.dataplane.portals.gml import GEOMETRIES, read_gml
from connector.dataplane.portals.ogcapi import check_box
from connector.dataplane.portals.portal import (
    CrsName,
    DegreeBox,
    PortalAddress,
    PortalDialect,
    PortalPage,
    PortalRow,
    RowFormat,
    count_on,
)
from connector.dataplane.portals.rows import GEOMETRY, ID
from connector.dataplane.portals.xml import XmlNode, parse_xml
from connector.net.client import Response
from connector.ports.flow import SourceError

_FES = {
    "=": "PropertyIsEqualTo",
    "<": "PropertyIsLessThan",
    "<=": "PropertyIsLessThanOrEqualTo",
    ">": "PropertyIsGreaterThan",
    ">=": "PropertyIsGreaterThanOrEqualTo",
}
_SortName = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[\w.:-]*\Z")]
_MEMBERS = frozenset({"member", "featureMember", "featureMembers"})
_FEATURES = frozenset({"FeatureCollection"})


class WfsAddress(PortalAddress, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place of a feature type. `bbox` is west, south, east, north in degrees; `sort_by` keeps pages in order."""

    kind: Literal["wfs"]
    type_name: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[\w.:-]+\Z")]
    output_format: Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[\x20-\x7e]*\Z")] = ""
    sort_by: _SortName = ""
    bbox: DegreeBox | None = None
    crs: CrsName = ""
    axes: AxisOrder = "standard"
    format: RowFormat = "geojson"


def _check(address: WfsAddress) -> None:
    check_box(address.bbox)


def _make_first(address: WfsAddress, choices: Mapping[str, ChosenValue]) -> str:
    stated = {
        "service": "WFS",
        "version": "2.0.0",
        "request": "GetFeature",
        "typeNames": address.type_name,
        "count": str(address.size),
        "startIndex": "0",
        "outputFormat": address.output_format,
        "sortBy": address.sort_by,
        "srsName": name_crs(address.crs) if address.crs else "",
    }
    corners = None if address.bbox is None else [address.bbox[place] for place in (1, 0, 3, 2)]
    if choices:
        stated["filter"] = _write_filter(choices, corners)
    elif corners:
        stated["bbox"] = ",".join([*(f"{value:.9g}" for value in corners), name_crs("EPSG:4326")])
    return add_query(address.url, {name: value for name, value in stated.items() if value})


def _write_filter(choices: Mapping[str, ChosenValue], corners: list[float] | None) -> str:
    """Return a filter of FES 2.0: all that was chosen, and the box if there is one."""
    parts = [
        f"<fes:{_FES[choice.parameter.compare]}><fes:ValueReference>{escape(choice.parameter.field or name)}"
        f"</fes:ValueReference><fes:Literal>{escape(choice.text)}</fes:Literal></fes:{_FES[choice.parameter.compare]}>"
        for name, choice in choices.items()
    ]
    if corners:
        lower, upper = (" ".join(f"{value:.9g}" for value in part) for part in (corners[:2], corners[2:]))
        parts.append(
            f'<fes:BBOX><gml:Envelope srsName="{name_crs("EPSG:4326")}"><gml:lowerCorner>{lower}</gml:lowerCorner>'
            f"<gml:upperCorner>{upper}</gml:upperCorner></gml:Envelope></fes:BBOX>"
        )
    inner = parts[0] if len(parts) == 1 else f"<fes:And>{''.join(parts)}</fes:And>"
    names = 'xmlns:fes="http://www.opengis.net/fes/2.0" xmlns:gml="http://www.opengis.net/gml/3.2"'
    return f"<fes:Filter {names}>{inner}</fes:Filter>"


def _read(address: WfsAddress, answer: Response, at: str, count: int) -> PortalPage:
    is_json = answer.body.lstrip()[:1] in {b"{", b"["}
    rows, total, crs = _read_json(address, answer.body) if is_json else _read_gml(address, answer.body)
    return PortalPage(rows, count_on(at, "startIndex", rows, count, total), total, settle_crs(crs))


def _read_json(address: WfsAddress, body: bytes) -> tuple[list[PortalRow], int | None, str]:
    page = decode_features(body)
    crs = read_stated_crs(page)
    _require_crs(address, crs)
    # Servers write GeoJSON east before north, whatever the reference system (RFC 7946, section 4).
    rows = read_feature_rows(page, crs, swap=address.axes == "north-east", box=_find_box(address, crs))
    return rows, read_total(page.numberMatched), crs


def _read_gml(address: WfsAddress, body: bytes) -> tuple[list[PortalRow], int | None, str]:
    root = parse_xml(body)
    if root.name == "ExceptionReport":
        raise SourceError(f"The WFS refuses the request ({_find_code(root)}): check the address.")
    if root.name not in _FEATURES:
        raise SourceError("The portal answers with something else than features: check the address.")
    systems: set[str] = set()
    features = [feature for member in root.children if member.name in _MEMBERS for feature in member.children]
    rows = [_read_feature(feature, systems) for feature in features]
    if len(systems) > 1:
        raise SourceError("A page of the portal has several reference systems: state `crs` in the address.")
    name = systems.pop() if systems else ""
    crs, is_formal = read_crs(name) if name else (address.crs or CRS84, True)
    if any(row.get(GEOMETRY) for row in rows):
        _require_crs(address, crs)
    swap = choose_swap(crs, address.axes, is_formal=is_formal)
    for row in rows:
        if GEOMETRY in row:
            row[GEOMETRY] = settle_geometry(row[GEOMETRY], swap=swap)
    check_places([row[GEOMETRY] for row in rows if row.get(GEOMETRY)], crs, _find_box(address, crs))
    return rows, read_total(root.attributes.get("numberMatched")), crs


def _read_feature(feature: XmlNode, systems: set[str]) -> PortalRow:
    row: PortalRow = {ID: feature.attributes["id"]} if "id" in feature.attributes else {}
    for part in feature.children:
        if part.name == "boundedBy":
            continue
        place = next((child for child in part.children if child.name in GEOMETRIES), None)
        if place is None:
            _put(row, part, part.name)
        elif row.get(GEOMETRY) is None:
            read = read_gml(place)
            row[GEOMETRY] = read.geometry
            if read.crs:
                systems.add(read.crs)
    return row


def _put(row: PortalRow, part: XmlNode, name: str) -> None:
    """Add the value of an element to a row; elements below it have the names of the way."""
    if not part.children:
        value = None if part.attributes.get("nil") == "true" else part.text
        known: Any = row.get(name)
        row[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    for child in part.children:
        _put(row, child, f"{name}.{child.name}")


def _require_crs(address: WfsAddress, crs: str) -> None:
    if address.crs and settle_crs(address.crs) != settle_crs(crs):
        raise SourceError(f"The portal was asked for {address.crs} and answers in {crs}: correct `crs` of the address.")


def _find_box(address: WfsAddress, crs: str) -> tuple[float, ...]:
    return address.bbox or () if crs in {CRS84, "EPSG:4326"} else ()


def _find_code(root: XmlNode) -> str:
    code = next((child.attributes.get("exceptionCode", "") for child in root.children), "")
    return code if code.isascii() and code.isalnum() and len(code) < 60 else "without a code"


WFS = PortalDialect(
    kind="wfs",
    form=WfsAddress,
    check=_check,
    make_first=_make_first,
    read=_read,
    headers=lambda _: {"Accept": "application/geo+json, application/json, application/gml+xml, text/xml;q=0.9"},
)
