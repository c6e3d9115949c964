"""A page of GeoJSON, and what it says of itself."""

import pytest

from connector.dataplane.portals.features import (
    choose_swap,
    decode_features,
    read_feature_rows,
    read_stated_crs,
    read_total,
)
from connector.ports.flow import SourceError


def test_a_feature_is_a_row_and_its_own_identifier_wins() -> None:
    page = decode_features(
        b'{"type":"FeatureCollection","features":[{"type":"Feature","id":1,"properties":{"id":7,"h":1.50}},'
        b'{"type":"Feature","id":"b","properties":null}]}'
    )
    rows = read_feature_rows(page, "OGC:CRS84", swap=False)
    assert [{name: bytes(value) for name, value in rows[0].items() if value is not None}] == [
        {"id": b"7", "h": b"1.50"}
    ]
    assert rows[1] == {"id": "b", "geometry": None}


def test_a_property_that_is_named_as_the_place_is_refused() -> None:
    body = b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"geometry":1}}]}'
    with pytest.raises(SourceError, match="property `geometry`"):
        read_feature_rows(decode_features(body), "OGC:CRS84", swap=False)


@pytest.mark.parametrize(
    ("stated", "total"), [(3, 3), ("3", 3), ("unknown", None), (None, None), ("³", None), ("9" * 50, None)]
)
def test_a_total_is_a_number_or_unknown(stated: int | str | None, total: int | None) -> None:
    assert read_total(stated) == total


def test_what_is_stated_of_axes_wins_over_the_definition() -> None:
    assert choose_swap("EPSG:4326", "standard", is_formal=True)
    assert not choose_swap("EPSG:4326", "standard", is_formal=False)
    assert not choose_swap("EPSG:4326", "east-north", is_formal=True)
    assert choose_swap("EPSG:25832", "north-east", is_formal=False)


@pytest.mark.parametrize("crs", ["7", '{"properties":7}', '{"properties":{"name":7}}', "[]", "null"])
def test_an_odd_name_of_a_reference_system_is_none(crs: str) -> None:
    body = f'{{"type":"FeatureCollection","features":[],"crs":{crs}}}'.encode()
    assert read_stated_crs(decode_features(body)) == "OGC:CRS84"
