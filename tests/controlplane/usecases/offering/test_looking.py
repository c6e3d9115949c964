"""An asset whose data contradicts its description is refused when it is added, and described by what was seen."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from connector.client.frame.errors import ClientError
from connector.controlplane.usecases.offering.looking import complete_records
from connector.views.assets import AssetOrder, Records
from connector.views.sightings import Sighting
from tests.dataplane.tabular.files import make_workbook
from tests.pair.space import Member, space

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GERMAN = "ort;wert;n\nKöln;1,5;1.234,0\nKöln;2,5;2.000\nFürth;7;k. A.\n"
GROUPED = [
    {"leftOperand": "dk:field", "operator": "eq", "rightOperand": "ort"},
    {"leftOperand": "dk:smallestGroup", "operator": "gteq", "rightOperand": "1"},
]
SUMS = {"permission": [{"action": "use"}], "obligation": [{"action": "dk:aggregate", "constraint": GROUPED}]}


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[Member]:
    async with space(tmp_path, "city") as made:
        yield made.city


def order(city: Member, data: bytes, name: str = "werte.csv", **more: Any) -> AssetOrder:
    root = city.connector.parts.settings.data_root or Path()
    (root / name).write_bytes(data)
    plain = {"title": {"de": "Werte"}, "source": {"kind": "file", "path": name}, "media_type": "text/csv"}
    return AssetOrder(**{**plain, **more})


async def test_encoding_and_signs_are_found_and_kept_with_the_asset(city: Member) -> None:
    records = Records(format="csv", measures=("wert", "n"))
    wanted = order(city, GERMAN.encode("windows-1252"), policy=SUMS, records=records)
    seen = await city.api.assets.look(wanted)
    assert (seen.encoding, seen.decimal, seen.thousands, seen.records) == ("windows-1252", ",", ".", 3)
    assert (await city.api.assets.list()).items == ()
    asset = await city.api.assets.add(wanted)
    assert asset.records is not None
    assert (asset.records.encoding, asset.records.decimal, asset.records.thousands) == ("windows-1252", ",", ".")


@pytest.mark.parametrize(
    ("data", "records", "said"),
    [
        (GERMAN.encode(), {"measures": ["ort"]}, "has no numbers"),
        (GERMAN.encode(), {"measures": ["breite"]}, "no field 'breite'"),
        (GERMAN.encode(), {"subject": "person"}, "no field 'person'"),
        (GERMAN.encode("windows-1252"), {"encoding": "utf-8"}, "encoding utf-8"),
        (GERMAN.encode(), {"measures": ["wert"], "decimal": "."}, None),
        (b"ort;n\nA;1.234\nB;5.678\n", {"measures": ["n"]}, "two ways"),
        (b'ort,n\nA,"1,234"\nB,"5,678"\n', {"measures": ["n"]}, "two ways"),
        (b"ort;n;m\nA;1.234;1\nB;5.678;2\n", {"measures": ["m"]}, None),
        (b"ort;n;lat\nA;1.234;51.5123\nB;5.678;51.6\n", {"measures": ["n"]}, "field 'n' can be read in two ways"),
        (b"ort;n;m\nA;1.234;1,5\nB;5.678;2,5\n", {"measures": ["n", "m"]}, "field 'n' can be read in two ways"),
        (b"ort;n;m\nA;1,5;1.5\nB;2,5;2.5\n", {"measures": ["n", "m"]}, "'1.5', are written in another way"),
        (b"ort;n\nA;1;2\n", {"measures": ["n"]}, "Line 2"),
        (b"", {"groups": ["ort"]}, "empty"),
        (b"\x00\x01\x02\x03" * 50, {"groups": ["ort"]}, "not text"),
    ],
)
async def test_what_the_data_does_not_allow_is_refused_when_added(
    city: Member, data: bytes, records: dict[str, Any], said: str | None
) -> None:
    wanted = order(city, data, records={"format": "csv", **records})
    if said is None:
        await city.api.assets.add(wanted)  # one value is a number as stated: the others are told at each delivery
        return
    with pytest.raises(ClientError, match=said):
        await city.api.assets.add(wanted)
    assert (await city.api.assets.list()).items == ()


@pytest.mark.parametrize(
    ("name", "media_type", "data", "said"),
    [
        ("doppelt.csv", "text/csv", b"a,b,a\n1,2,3\n", "has a name twice"),
        ("kurz.csv", "text/csv", b"a,b\n1\n", "Line 2"),
        ("doppelt.xlsx", EXCEL, make_workbook(["a", "a"], [1, 2]), "a name of a column twice"),
        ("text.pdf", "application/pdf", b"%PDF-1.7\n", "has no rows"),
    ],
)
async def test_data_without_rows_that_can_be_read_is_not_offered_in_forms(
    city: Member, name: str, media_type: str, data: bytes, said: str
) -> None:
    plain = order(city, data, name, source={"kind": "file", "path": name}, media_type=media_type)
    with pytest.raises(ClientError, match=said):
        await city.api.assets.add(replace(plain, forms=("json",)))
    await city.api.assets.add(plain)


DROP = {"permission": [{"action": "use"}], "obligation": [{"action": "dk:drop", "constraint": [
    {"leftOperand": "dk:field", "operator": "eq", "rightOperand": "phone"}]}]}  # fmt: skip


async def test_what_a_policy_drops_is_a_member_of_some_object(city: Member) -> None:
    some, none = b'{"x": 1}\n{"x": 2, "phone": "0234"}\n', b'{"x": 1}\n{"x": 2, "Phone": "0234"}\n'
    lines = {"media_type": "application/x-ndjson", "policy": DROP}
    with pytest.raises(ClientError, match="phone"):
        await city.api.assets.add(order(city, none, **lines))
    await city.api.assets.add(order(city, some, **lines))


MONTHS = {"permission": [{"action": "use"}], "obligation": [{"action": "dk:generalise", "constraint": [
    {"leftOperand": "dk:field", "operator": "eq", "rightOperand": "datum"},
    {"leftOperand": "dk:precision", "operator": "eq", "rightOperand": "month"}]}]}  # fmt: skip


@pytest.mark.parametrize("value", ["01.02.26", "02/01/2026", "1769904000", "Februar"])
async def test_dates_in_an_unclear_notation_are_refused_when_added(city: Member, value: str) -> None:
    with pytest.raises(ClientError, match="no dates"):
        await city.api.assets.add(order(city, f"id;datum\n1;{value}\n".encode(), policy=MONTHS))


@pytest.mark.parametrize("value", ["01.02.2026", "1.2.2026 13:00", "2026-02-01", "2026-02-01T13:00:00Z", ""])
async def test_dates_in_a_clear_notation_are_taken(city: Member, value: str) -> None:
    wanted = order(city, f"id;datum\n1;{value}\n".encode(), policy=MONTHS)
    assert (await city.api.assets.look(wanted)).fields[1].dates == bool(value)
    await city.api.assets.add(wanted)


async def test_a_transform_of_a_field_that_the_data_does_not_have_is_refused(city: Member) -> None:
    policy = {"permission": [{"action": "use"}], "obligation": [{"action": "dk:drop", "constraint": [
        {"leftOperand": "dk:field", "operator": "eq", "rightOperand": "person"}]}]}  # fmt: skip
    with pytest.raises(ClientError, match="person"):
        await city.api.assets.add(order(city, GERMAN.encode(), policy=policy))


async def test_a_source_that_does_not_answer_is_refused_unless_it_is_not_tried(city: Member) -> None:
    source = {"kind": "http", "url": "https://nobody.example/data"}
    wanted = order(city, b"", source=source)
    with pytest.raises(ClientError, match="unchecked"):
        await city.api.assets.add(wanted)
    asset = await city.api.assets.add(order(city, b"", source=source, unchecked=True))
    assert asset.source["url"] == "https://nobody.example/data"


def test_what_the_owner_stated_is_never_replaced_by_what_was_seen() -> None:
    seen = Sighting(media_type="text/csv", format="csv", encoding="windows-1252", decimal=",", thousands=".")
    stated = Records(format="csv", encoding="iso-8859-15", decimal=".")
    draft = AssetOrder(title={"de": "x"}, source={"kind": "file"}, media_type="text/csv", records=stated)
    assert complete_records(draft, seen) == stated


def test_usual_data_without_a_description_stays_without_one() -> None:
    draft = AssetOrder(title={"de": "x"}, source={"kind": "file"}, media_type="text/csv")
    usual = Sighting(media_type="text/csv", format="csv", encoding="utf-8", decimal=".")
    assert complete_records(draft, usual) is None
    assert complete_records(draft, None) is None


@pytest.mark.parametrize("id", ["..", ".", " x", "x ", "a\nb", "\x00", "ü" * 500, "x" * 1501, "\u202e" + "x"])
async def test_an_identifier_that_cannot_be_part_of_an_address_is_refused(city: Member, id: str) -> None:
    with pytest.raises(ClientError, match="identifier"):
        await city.api.assets.add(order(city, b"a,b\n1,2\n", id=id))


@pytest.mark.parametrize("id", ["...", "a/../b", "urn:x:ü", "https://a.example/x?y#z", "a%2Fb"])
async def test_an_unusual_identifier_is_found_again(city: Member, id: str) -> None:
    await city.api.assets.add(order(city, b"a,b\n1,2\n", id=id))
    assert (await city.api.assets.show(id)).id == id
