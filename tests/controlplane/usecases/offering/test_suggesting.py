"""Statements are suggested from the data and from the last published offer, and never made by themselves."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.suggesting import suggest
from connector.views.assets import AssetOrder
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime, Organisation
from connector.views.sightings import SeenField, Sighting, Suggestion
from tests.controlplane.usecases.offering.drafts import SOURCE
from tests.support.plane import Desk

DRAFT = AssetOrder(title={"de": "Luft"}, source=SOURCE, media_type="text/csv")
DAYS = SeenField(name="tag", others=3, dates=3, earliest="2026-05-01T00:00:00", latest="2026-05-31")
LATITUDE = SeenField(name="Latitude", numbers=2, least=48.9, greatest=49.1)
LONGITUDE = SeenField(name="geo_lon", numbers=2, least=8.2, greatest=8.6)


def found(*fields: SeenField, draft: AssetOrder = DRAFT, **seen: Any) -> list[tuple[str, Any]]:
    sighting = Sighting(**({"media_type": "text/csv", "fields": fields, "whole": True} | seen))
    return [(entry.member, entry.value) for entry in suggest(draft, sighting, None)]


def test_the_days_of_the_only_field_of_dates_are_a_period() -> None:
    period = ("period", {"start": "2026-05-01", "end": "2026-05-31"})
    assert found(DAYS) == [period]
    assert found(DAYS, SeenField(name="ort", others=3)) == [period]
    assert found(DAYS, msgspec.structs.replace(DAYS, name="geaendert")) == []
    assert found(msgspec.structs.replace(DAYS, others=4)) == []


def test_coordinates_are_a_box_if_there_is_one_field_for_each() -> None:
    assert found(LATITUDE, LONGITUDE) == [("place", {"box": (8.2, 48.9, 8.6, 49.1)})]
    assert found(LATITUDE) == []
    assert found(LATITUDE, msgspec.structs.replace(LONGITUDE, greatest=377241.0)) == []
    assert found(LATITUDE, LONGITUDE, msgspec.structs.replace(LATITUDE, name="lat")) == []
    assert found(LATITUDE, msgspec.structs.replace(LONGITUDE, ambiguous="8.200")) == []
    assert found(box=(8.0, 48.0, 9.0, 49.0)) == [("place", {"box": (8.0, 48.0, 9.0, 49.0)})]


def test_dates_of_birth_are_no_period_and_coordinates_on_no_map_no_place() -> None:
    birth = msgspec.structs.replace(DAYS, name="geburtsdatum")
    assert found(birth, persons=("geburtsdatum",)) == []
    assert found(birth, DAYS, persons=("geburtsdatum",)) == found(DAYS)
    assert found(LATITUDE, LONGITUDE, geometry=("geo_lon", "Latitude")) == []


def test_the_beginning_of_data_says_nothing_about_the_whole() -> None:
    assert found(DAYS, LATITUDE, LONGITUDE, whole=False) == []


def test_what_is_stated_is_not_suggested() -> None:
    stated = msgspec.structs.replace(DRAFT, place=CoveredPlace(name="Markt"), period=CoveredTime(start="2026"))
    assert found(DAYS, LATITUDE, LONGITUDE, draft=stated) == []


def test_a_type_that_only_the_source_knows_is_suggested() -> None:
    plain = AssetOrder(title={"de": "Luft"}, source=SOURCE)
    assert found(draft=plain) == [("media_type", "text/csv")]


@pytest.mark.parametrize("stated", [{}, {"licence": "cc-zero", "contact": Contact(url="https://a.example/")}])
async def test_what_the_last_published_offer_states_is_suggested(desk: Desk, stated: dict[str, Any]) -> None:
    publisher = desk.rooms.publisher
    common = {"contact": Contact(email="amt@stadt.example"), "publisher": Organisation(name="Amt")}
    last = await assets.add(publisher, AssetOrder(title={"de": "Alt"}, source=SOURCE, licence="cc-by/4.0", **common))
    draft = AssetOrder(title={"de": "Luft"}, source=SOURCE, **stated)
    assert (await assets.look(publisher, draft)).suggestions == ()
    await assets.publish(publisher, last.id)
    seen = await assets.look(publisher, draft)
    offered = {
        "licence": "http://dcat-ap.de/def/licenses/cc-by/4.0",
        "publisher": {"name": "Amt"},
        "contact": {"email": "amt@stadt.example"},
    }
    assert seen.suggestions == tuple(
        Suggestion(member=name, value=value, origin="offer") for name, value in offered.items() if name not in stated
    )
    assert len(seen.gaps) == 1
