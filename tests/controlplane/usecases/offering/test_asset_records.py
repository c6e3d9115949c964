"""The description of records is checked against the data and the vocabulary, and stored with full names."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.asset_records import check_forms
from connector.ports.treatment import Records
from connector.views.assets import AssetOrder, Hierarchy
from tests.support.plane import Desk

AREAS = Hierarchy(levels=("Stadtteil", "Stadt"), rows=(("Crange", "Herne"),))
CIRCLE = Hierarchy(levels=("Stadtteil", "Stadt"), rows=(("Crange", "Herne"), ("Herne", "Crange")))


@pytest.mark.parametrize(
    ("records", "media_type", "said"),
    [
        (Records(format="json"), "text/csv", "does not match the record format json"),
        (Records(format="csv", delimiter=";;"), "text/csv", "one character"),
        (Records(format="json", delimiter=";"), "application/json", "one character"),
        (Records(format="csv", facts={"odrl:purpose": "x"}), "text/csv", "not a fact of a record"),
        (Records(format="csv", facts={"dk:consentStatus": "c"}, subject="s"), "text/csv", "both as a field"),
        (Records(format="csv", level="street"), "text/csv", "one of record"),
        (Records(format="csv", smallest_group=-1), "text/csv", "a number from 0"),
        (Records(format="csv", fields=("a",), subject="b"), "text/csv", "Unknown field 'b'"),
        (Records(format="csv", fields=("a",), hierarchies={"b": AREAS}), "text/csv", "Unknown field 'b'"),
        (Records(format="csv", hierarchies={"a": CIRCLE}), "text/csv", "never above itself"),
        (Records(format="csv", hierarchies=dict.fromkeys("abcdef", AREAS)), "text/csv", "More than 5 fields"),
        (Records(format="csv", groups=("",)), "text/csv", "1 to 200"),
        (Records(format="csv", fields=tuple(str(at) for at in range(2001))), "text/csv", "2000"),
    ],
)
async def test_a_description_that_cannot_be_is_refused(
    desk: Desk, records: Records, media_type: str, said: str
) -> None:
    draft = AssetOrder(
        title={"en": "Air"}, source={"kind": "file", "path": "a"}, media_type=media_type, records=records
    )
    with pytest.raises(Invalid, match=said):
        await assets.add(desk.rooms.publisher, draft)


async def test_a_description_is_kept_with_full_names(desk: Desk) -> None:
    records = Records(format="csv", facts={"dk:recordRegion": "land"}, subject="id")
    draft = AssetOrder(
        title={"en": "Air"}, source={"kind": "file", "path": "a"}, media_type="text/csv", records=records
    )
    kept = await assets.add(desk.rooms.publisher, draft)
    assert kept.records is not None
    assert list(kept.records.facts.values()) == ["land"]
    assert next(iter(kept.records.facts)).startswith("https://")


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ({"media_type": "application/pdf"}, "no rows"),
        ({"media_type": "text/csv", "source": {"kind": "file", "path": "a/", "glob": "*.csv"}}, "no rows"),
        ({"media_type": "text/csv", "source": {"kind": "plane", "labels": ["a"], "address": {}}}, "another data plane"),
    ],
)
def test_data_without_rows_has_no_forms(order: dict[str, Any], said: str) -> None:
    draft = AssetOrder(**{"title": {"de": "A"}, "source": {"kind": "file", "path": "a"}, "forms": ("csv",), **order})
    with pytest.raises(Invalid, match=said):
        check_forms(draft)
    check_forms(msgspec.structs.replace(draft, forms=()))


@pytest.mark.parametrize(
    "records", [Records(format="csv", geometry=("a", "b", "c")), Records(format="csv", crs="EPSG:1 or so")]
)
async def test_a_place_that_cannot_be_read_is_refused(desk: Desk, records: Records) -> None:
    draft = AssetOrder(
        title={"de": "A"}, source={"kind": "file", "path": "a.csv"}, media_type="text/csv", records=records
    )
    with pytest.raises(Invalid):
        await assets.add(desk.rooms.publisher, draft)
