"""An asset as names and values: every field of its view, in the order of the view."""

from connector.cli.assets.details import describe_asset, list_changed, name_field
from connector.cli.frame.output import Output
from connector.language.catalogue import read_chapter
from connector.views.assets import AssetDescription, AssetStatement, AssetView, Marking, Records
from connector.views.descriptions import CoveredPlace
from tests.cli.management import asset


def test_every_field_of_the_view_is_shown_in_its_order_the_identifier_first() -> None:
    names = list(describe_asset(asset(), Output(json=False, lang="en"), {}))
    fields = [name for name in AssetView.__struct_fields__ if name not in {"id", "stated"}]
    assert len(names) == 1 + len(fields) + len(AssetStatement.__struct_fields__)
    assert names[:4] == ["id", "title", "description", "keywords"]
    assert names[-2:] == ["created", "changed"]


def test_values_are_readable() -> None:
    records = Records(format="csv", subject="id")
    stated = AssetStatement(release="2", marking=Marking.PERSONAL)
    remark = {"de": "Ungewöhnlich.", "en": "Unusual."}
    found = asset(records=records, stated=stated, remarks=(remark,), access={"permission": []})
    shown = describe_asset(
        found, Output(json=False, lang="en"), {"policy": "Use it.", "access": "Only offices.", "reservation": ""}
    )
    assert shown["records"] == "csv, utf-8; field of the person id"
    assert (shown["version"], shown["about persons"], shown["remarks"]) == ("2", "personal", ("Unusual.",))
    assert (shown["policy"], shown["visible to"], shown["reservation"]) == ("Use it.", "Only offices.", None)
    assert shown["source"] == "file path=air.csv"


def test_codes_are_shown_with_their_labels_and_parts_with_their_members() -> None:
    found = asset(
        licence="http://dcat-ap.de/def/licenses/cc-zero",
        frequency="DAILY",
        hvd=("mobility",),
        place=CoveredPlace(name="Markt", box=(8.0, 48.5, 9.0, 49.0)),
    )
    shown = describe_asset(found, Output(json=False, lang="de"), {})
    assert (shown["licence"], shown["frequency"]) == ("Creative Commons Zero (CC0) (cc-zero)", "täglich (DAILY)")
    assert shown["high-value dataset"] == ("Mobilität (mobility)",)
    assert shown["place"] == "name=Markt box=8.0, 48.5, 9.0, 49.0"
    other = describe_asset(asset(licence="urn:licence"), Output(json=False, lang="de"), {})
    assert other["licence"] == "urn:licence"


def test_no_form_of_the_code_shows() -> None:
    records = Records(format="csv", decimal=",", certain=("PM10", "NO2"), fields=("PM10", "NO2"))
    source = {"kind": "http", "url": "http://127.0.0.1/x", "hidden": ["headers"]}
    shown = describe_asset(asset(records=records, source=source), Output(json=False, lang="de"), {})
    assert shown["records"] == "csv, utf-8, Dezimalzeichen Komma; Felder PM10, NO2"
    assert shown["source"] == "HTTP url=http://127.0.0.1/x headers=(wird nicht angezeigt)"


def test_changed_members_have_the_names_under_which_an_asset_shows_them() -> None:
    change = {"policy": {}, "stated": {"legal_basis": "eu-gdpr:A6-1-a", "release": "2"}, "data_class": "open"}
    german = Output(json=False, lang="de")
    told = list_changed(change, german)
    assert told == "Schutzklasse, Nutzungsbedingungen, Rechtsgrundlage (laut Anbieter), Version"
    assert list_changed({"stated": None}, german) == "Angaben zu den Daten"


def test_every_member_that_can_be_changed_has_a_german_name() -> None:
    german = read_chapter("de", "fields")
    members = {*AssetDescription.__struct_fields__, *AssetStatement.__struct_fields__, *Records.__struct_fields__}
    assert [name for name in members - {"certain", "decimal", "thousands"} if name_field(name) not in german] == []
