"""Rows of any form in one spelling, and their digest: equal for equal rows, whatever they were read from."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import shapely


def digest(rows: Iterable[Mapping[str, Any]], *, geometry: str = "") -> tuple[int, str]:
    """Return the number of rows and the digest of their values by column; missing and empty values are equal."""
    lines = [
        json.dumps({name: spell(value, shape=name == geometry) for name, value in row.items()}, sort_keys=True)
        for row in rows
    ]
    return len(lines), hashlib.sha256("\n".join(lines).encode()).hexdigest()


def spell(value: Any, *, shape: bool = False) -> str:
    """Return a value in one spelling: numbers without trailing zeros, geometries as WKT."""
    if value is None or value == "" or (isinstance(value, float) and value != value):
        return ""
    if shape:
        found = _read_shape(value)
        return shapely.to_wkt(shapely.normalize(found), rounding_precision=6)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    text = str(value)
    if text.startswith(("{", "[")):
        return json.dumps(json.loads(text), sort_keys=True, ensure_ascii=False)
    if text in {"True", "False"}:
        return text.lower()
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    return format(number.normalize(), "f") if number.is_finite() else text


def _read_shape(value: Any) -> Any:
    if isinstance(value, bytes):
        return shapely.from_wkb(value)
    if isinstance(value, dict):
        return shapely.from_geojson(json.dumps(value))
    return value if isinstance(value, shapely.Geometry) else shapely.from_wkt(value)
