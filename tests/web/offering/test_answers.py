"""Answers: suggested where nobody answered, read as an order, and only what was touched is changed."""

from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.usecases.offering.inspecting import Inspection
from connector.ports.entities import AssetStatement, DataClass, Marking, OfferForm
from connector.views.assets import AssetOrder, Hierarchy, Records
from connector.views.descriptions import Contact, CoveredPlace
from connector.views.sightings import Sighting, Suggestion
from connector.web.offering.answers import DESCRIPTION, list_changed, suggest_answers, write_answers, write_order
from tests.contract import values

PERIOD = Suggestion(member="period", value={"start": "2026-01-01", "end": "2026-05-01"}, origin="data")
LICENCE = Suggestion(member="licence", value="http://dcat-ap.de/def/licenses/cc-by/4.0", origin="offer")
FOUND = Inspection(seen=Sighting(media_type="text/csv", suggestions=(PERIOD, LICENCE)), persons=("E-Mail",))


def make_form(**answers: str) -> OfferForm:
    source = {"kind": "file", "path": "a.csv"}
    return OfferForm(
        owner="default", id="urn:f:1", editors=("a",), begun_at=1, saved_at=1, version=1, answers=answers, source=source
    )


def test_only_what_nobody_answered_is_suggested() -> None:
    suggested = suggest_answers(make_form(titel="Luft", klasse="open"), FOUND, "luft_2026.csv")
    assert suggested == {"sprache": "de", "lizenz": "cc-by/4.0", "von": "2026-01-01", "bis": "2026-05-01"}
    fresh = suggest_answers(make_form(), FOUND, "luft_2026.csv")
    assert (fresh["titel"], fresh["klasse"]) == ("Luft 2026", "personal")


def test_answers_are_an_order() -> None:
    order = write_order(
        make_form(titel=" Luft  am Markt", titel_en="Air", stichworte="Luft, , pm10", thema="ENVI", ags="08212000",
                  box="", klasse="personal", rechtsgrundlage="urn:basis", kontakt_email="a@b.example"),
        {"permission": []},
    )  # fmt: skip
    assert order.title == {"de": "Luft am Markt", "en": "Air"}
    assert (order.keywords, order.themes) == (("Luft", "pm10"), ("ENVI",))
    assert order.place == CoveredPlace(key="08212000")
    assert order.contact == Contact(email="a@b.example")
    assert (order.data_class, order.stated.marking) == (DataClass.PERSONAL, Marking.PERSONAL)
    assert order.stated.legal_basis == ("urn:basis",)


@given(st.dictionaries(st.sampled_from(DESCRIPTION), st.text(max_size=40)))
def test_whatever_is_typed_is_an_order(answers: dict[str, str]) -> None:
    order = write_order(make_form(**answers), None)
    assert isinstance(order, AssetOrder)
    assert msgspec.json.encode(order)


@given(
    st.fixed_dictionaries(
        {
            "title": st.fixed_dictionaries(
                {"de": st.just("Luft")}, optional={"en": st.just("Air"), "fr": st.just("Air")}
            ),
            "keywords": st.sampled_from([(), ("a", "b")]),
            "themes": st.sampled_from([(), ("ENVI",), ("ENVI", "TRAN")]),
            "contact": st.sampled_from([None, Contact(telephone="+49 1234"), Contact(name="Amt", email="a@b.example")]),
            "stated": st.sampled_from([AssetStatement(), AssetStatement(languages=("de", "en"), release="3")]),
        }
    )
)
def test_what_is_not_touched_is_not_changed(members: dict[str, Any]) -> None:
    asset = values.asset("urn:d:1", **members)
    form = msgspec.structs.replace(make_form(**write_answers(asset)), source=asset.source)
    assert list_changed(form, asset, None) == {}


def test_only_what_is_touched_is_changed_and_what_is_taken_away_is_named() -> None:
    contact = Contact(name="Amt", email="a@b.example", telephone="+49 1234")
    stated = AssetStatement(languages=("de",), release="3")
    asset = values.asset("urn:d:1", title={"de": "Luft", "en": "Air"}, contact=contact, stated=stated)
    answers = {**write_answers(asset), "titel": "Lärm", "titel_en": "", "kontakt": "Umweltamt", "sprache": "en"}
    form = msgspec.structs.replace(make_form(**answers), source=asset.source)
    assert list_changed(form, asset, None) == {
        "title": {"de": "Lärm", "en": None},
        "contact": {"name": "Umweltamt"},
        "stated": {"languages": ("en",)},
    }
    assert list_changed(form, asset, {"permission": []})["policy"] == {"permission": []}


def test_another_field_for_the_person_keeps_what_else_is_known_of_the_records() -> None:
    tables = {"Bezirk": Hierarchy(levels=("Bezirk", "Stadt"), rows=(("Sodingen", "Herne"),))}
    records = Records(format="csv", subject="nr", decimal=",", fields=("nr", "id", "Bezirk"), hierarchies=tables)
    asset = values.asset("urn:d:1", data_class=DataClass.PERSONAL, records=records)
    answers = {**write_answers(asset), "person": "id"}
    form = msgspec.structs.replace(make_form(**answers), source=asset.source)
    changed = list_changed(form, asset, None)["records"]
    assert msgspec.convert(changed, Records) == msgspec.structs.replace(records, subject="id")
