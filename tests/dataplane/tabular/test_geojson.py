"""GeoJSON as rows."""

from pathlib import Path

import msgspec
import pytest

from connector.ports.flow import Untreatable
from tests.dataplane.tabular.files import (
    GEOJSON,
    put,
    rows_of,
)


def test_a_feature_is_a_row_with_its_identifier_and_its_numbers_as_written(tmp_path: Path) -> None:
    (row,) = rows_of(put(tmp_path, GEOJSON), "geojson")
    assert (row["id"], str(row["a"]), row["geometry"]) == (7, "1.50", None)


@pytest.mark.parametrize("feature", [1, {}, {"type": "Feature", "properties": {"geometry": 1}}])
def test_a_wrong_feature_is_refused_by_its_number(tmp_path: Path, feature: object) -> None:
    data = msgspec.json.encode({"type": "FeatureCollection", "features": [feature]})
    with pytest.raises(Untreatable, match="Feature 1"):
        rows_of(put(tmp_path, data), "geojson")
