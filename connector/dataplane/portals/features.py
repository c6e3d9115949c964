"""A page of GeoJSON as rows: a row a feature, with its identifier, its properties and its geometry."""

from typing import Any

import msgspec

from connector.dataplane.portals.geometry import (
    CRS84,
    AxisOrder,
    check_places,
    is_north_first,
    read_crs,
    settle_geometry,
)
from connector.dataplane.portals.portal import PortalRow
from connector.dataplane.portals.rows import GEOMETRY, ID
from connector.ports.flow import SourceError


class PageLink(msgspec.Struct, frozen=True):
    """A link of a page (OGC API – Common)."""

    rel: str = ""
    href: str = ""


class _Feature(msgspec.Struct, frozen=True):
    type: str = ""
    id: str | int | float | None = None
    properties: dict[str, msgspec.Raw] | None = None
    geometry: Any = None


class FeaturePage(msgspec.Struct, frozen=True):
    """A FeatureCollection with the members that OGC API – Features and WFS add."""

    type: str = ""
    features: list[_Feature] = []
    links: list[PageLink] = []
    numberMatched: int | str | None = None  # noqa: N815 - the name in the standard
    crs: Any = None


def decode_features(body: bytes) -> FeaturePage:
    """Return a page of GeoJSON. Raises SourceError."""
    try:
        page = msgspec.json.decode(body, type=FeaturePage)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        page = FeaturePage()
    if page.type != "FeatureCollection":
        raise SourceError("A page of the portal is no FeatureCollection of GeoJSON (RFC 7946): check the address.")
    return page


def read_feature_rows(page: FeaturePage, crs: str, *, swap: bool, box: tuple[float, ...] = ()) -> list[PortalRow]:
    """Return the features as rows with checked geometries. Raises SourceError."""
    rows: list[PortalRow] = []
    for feature in page.features:
        properties = feature.properties or {}
        if feature.type != "Feature" or GEOMETRY in properties:
            raise SourceError(f"A feature of the portal is none of GeoJSON, or has a property `{GEOMETRY}`.")
        named = {ID: feature.id} if feature.id is not None and ID not in properties else {}
        rows.append({**named, **properties, GEOMETRY: settle_geometry(feature.geometry, swap=swap)})
    check_places([row[GEOMETRY] for row in rows if row[GEOMETRY] is not None], crs, box)
    return rows


def choose_swap(code: str, axes: AxisOrder, *, is_formal: bool) -> bool:
    """Return whether the coordinates have to be swapped to be east before north."""
    if axes != "standard":
        return axes == "north-east"
    return is_formal and is_north_first(code)


def settle_crs(code: str) -> str:
    """Return the reference system of coordinates that are east before north now."""
    return CRS84 if code == "EPSG:4326" else code


def read_total(stated: int | str | None) -> int | None:
    """Return a stated number of rows, None if it is unknown."""
    if isinstance(stated, str):
        return int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 16 else None
    return stated


def read_stated_crs(page: FeaturePage) -> str:
    """Return the reference system that a page names (GeoJSON 2008), else WGS 84."""
    named = page.crs.get("properties", {}) if isinstance(page.crs, dict) else {}
    name = named.get("name") if isinstance(named, dict) else None
    return read_crs(name)[0] if isinstance(name, str) else CRS84
