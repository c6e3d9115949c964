"""GeoJSON (RFC 7946) as rows: a row a feature, with its properties, its identifier and its geometry.

A sequence of GeoJSON texts (RFC 8142) is read as one collection.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from connector.dataplane.tabular.opened import GEOMETRY, MOST_ROWS, OpenedRows, check_fields, cut_batches, list_union
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Records

_LONGEST_NAME = 200
_NONE = "The data is no GeoJSON: expected a FeatureCollection or a Feature (RFC 7946)."
_BEGIN = b"\x1e"
_CODE = re.compile(r"(?:.*[:/])?(CRS84h?|\d{1,6})")
_decode = msgspec.json.Decoder(float_hook=Decimal).decode


def open_rows(path: Path, _records: Records) -> OpenedRows:
    """Return the features as rows. Raises Untreatable."""
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        document = _join_texts(data) if data[:1] == _BEGIN else _decode(data)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError) as error:
        raise Untreatable(_NONE) from error
    kind = document.get("type") if isinstance(document, dict) else None
    features = document.get("features") if kind == "FeatureCollection" else [document] if kind == "Feature" else None
    if not isinstance(features, list):
        raise Untreatable(_NONE)
    if len(features) > MOST_ROWS:
        raise Untreatable(f"The GeoJSON has more than {MOST_ROWS} features: offer it in several files.")
    rows = [_read_feature(number, feature) for number, feature in enumerate(features, 1)]
    return OpenedRows(check_fields(list_union(rows), "GeoJSON"), cut_batches(rows), _find_crs(document))


def _join_texts(data: bytes) -> dict[str, Any]:
    """Return the features of a sequence of texts (RFC 8142, section 2) as one collection.

    A text is a feature or a collection of some; one that is cut off does not end with a line end or a space.
    """
    texts = [text for text in data.split(_BEGIN, MOST_ROWS + 1) if text.strip()]
    features: list[Any] = []
    for text in texts:
        document = _decode(text)
        several = document.get("features") if isinstance(document, dict) else None
        features += several if isinstance(several, list) else [document]
    return {"type": "FeatureCollection", "features": features}


def _read_feature(number: int, feature: Any) -> Record:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or feature.get("type") != "Feature" or not isinstance(properties, dict | None):
        raise Untreatable(f"Feature {number} of the GeoJSON cannot be read: expected a Feature with its properties.")
    if GEOMETRY in (properties or {}):
        raise Untreatable(f"Feature {number} of the GeoJSON has a property `{GEOMETRY}`: rename it.")
    row: Record = {"id": feature["id"]} if "id" in feature and "id" not in (properties or {}) else {}
    geometry = feature.get("geometry")
    return {**row, **(properties or {}), GEOMETRY: geometry if isinstance(geometry, dict) else None}


def _find_crs(document: dict[str, Any]) -> str:
    """Return the reference system: WGS 84, unless an older file (GeoJSON 2008) names another one.

    It is empty if nobody can tell which one is named, as with a link: a wrong one would move all places.
    """
    named = document.get("crs")
    if named is None:
        return "OGC:CRS84"
    stated = named.get("properties") if isinstance(named, dict) else None
    name = (stated.get("name") or stated.get("code")) if isinstance(stated, dict) else None
    found = _CODE.fullmatch(str(name or "")[:_LONGEST_NAME])
    if not found:
        return ""
    return "OGC:CRS84" if found[1].startswith("CRS84") else f"EPSG:{found[1]}"
