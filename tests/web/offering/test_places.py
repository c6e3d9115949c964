"""Places in which data lies: what is typed becomes the address of a source, which has no secret."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.address.parameters import check_parameters
from connector.dataplane.kinds import SOURCES, STREAMS
from connector.language.catalogue import LANGUAGES, Language
from connector.web.frame.wording import PageWords
from connector.web.offering import places
from connector.web.offering.described import PlaceFault
from connector.web.offering.places import is_place_answer, list_parameters, list_places, read_place

SECRETS = {"gis": ("db.stadt.example:5432",)}
MADE = {"recipe"}
"""Kinds whose data the connector makes itself: a recipe has a form of its own."""
TYPED: Mapping[str, Mapping[str, str]] = {
    "datei": {"pfad": "luft.csv"},
    "ordner": {"pfad": "luft/"},
    "adresse": {"url": "https://dienste.stadt.example/x"},
    "ogcapi": {"url": "https://geo.stadt.example", "collection": "baeume"},
    "wfs": {"url": "https://geo.stadt.example/wfs", "type_name": "stadt:baeume"},
    "ckan": {"url": "https://daten.stadt.example"},
    "sensorthings": {"url": "https://sensoren.stadt.example/v1.1", "path": "Datastreams(7)/Observations"},
    "ngsi-ld": {"url": "https://kontext.stadt.example/ngsi-ld/v1", "type": "AirQualityObserved"},
    "sftp": {
        "host": "dateien.stadt.example",
        "user": "leser",
        "host_key": "ssh-ed25519 AAAA",
        "secret": "gis",
        "path": "luft.csv",
    },
    "datenbank": {
        "server": "db.stadt.example",
        "name": "gis",
        "benutzer": "leser",
        "zugang": "gis",
        "tabelle": "public.baeume",
    },
    "sqlite": {"pfad": "stadt.sqlite", "tabelle": "baeume", "spalten": "id, art", "format": "ndjson"},
    "objekt": {
        "server": "https://s3.stadt.example",
        "eimer": "luft",
        "objekt": "2026/",
        "benutzer": "leser",
        "zugang": "gis",
    },
    "mqtt": {"server": "mqtts://verteiler.stadt.example", "thema": "stadt/luft", "zugang": "gis"},
    "kafka": {"server": "kafkas://kafka.stadt.example", "thema": "luft"},
    "aenderungen": {"server": "https://broker.stadt.example/ngsi-ld/v1", "art": "AirQualityObserved"},
    "messungen": {"server": "mqtts://sta.stadt.example", "pfad": "Datastreams(7)/Observations"},
    "nats": {"server": "tls://nats.stadt.example", "strom": "LUFT", "thema": "stadt.luft"},
}


def _answer(kind: str, **more: str) -> dict[str, str]:
    return {"art": kind, **{f"{kind}.{field}": text for field, text in TYPED[kind].items()}, **more}


def _words(language: Language) -> PageWords:
    return PageWords(language, UTC)


def test_every_kind_of_source_has_a_place_on_the_page() -> None:
    kinds = {read_place(_answer(kind)).source["kind"] for kind in TYPED}
    assert kinds == {*SOURCES, *STREAMS} - MADE


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_is_a_card_with_words(language: Language) -> None:
    cards = list_places(_words(language), {}, SECRETS)
    assert {card.name for card in cards} == {*TYPED}
    assert [card.name for card in cards if card.chosen] == ["datei"]
    names = [control.name for card in cards for control in card.controls]
    assert len(names) == len(set(names))
    assert all(map(is_place_answer, names))


@pytest.mark.parametrize("kind", TYPED)
def test_a_field_that_is_missing_is_named(kind: str) -> None:
    for field in TYPED[kind]:
        drawn = places._FIELDS.get(kind, {})
        if f"{kind}.{field}" in places._FREE or drawn.get(field, "") in places._OPTIONS:
            continue
        with pytest.raises(PlaceFault) as fault:
            read_place({**_answer(kind), f"{kind}.{field}": " "})
        assert fault.value.field == f"{kind}.{field}"
        assert "{" not in fault.value.explain(_words("de"))


def test_a_database_is_named_with_its_secret_and_never_contains_one() -> None:
    source = read_place(_answer("datenbank", **{"datenbank.server": "db.stadt.example:5433"})).source
    assert (source["host"], source["port"], source["secret"]) == ("db.stadt.example", 5433, "gis")
    assert "tls" not in source
    assert read_place(_answer("datenbank", **{"datenbank.verbindung": "nein"})).source["tls"] is False


@pytest.mark.parametrize("port", ["0", "65536", "x", "-1", "", "１", "9" * 30])
def test_a_port_that_is_none_is_told(port: str) -> None:
    with pytest.raises(PlaceFault, match="port"):
        read_place(_answer("datenbank", **{"datenbank.server": f"db:{port}"}))


def test_a_prefix_is_what_ends_with_a_slash() -> None:
    assert read_place(_answer("objekt")).source["prefix"] == "2026/"
    assert read_place(_answer("objekt", **{"objekt.objekt": "2026/05.csv"})).source["key"] == "2026/05.csv"


def test_what_a_consumer_may_choose_is_declared() -> None:
    chosen = {
        "wahl.1.name": "von",
        "wahl.1.spalte": "gepflanzt",
        "wahl.1.typ": "date",
        "wahl.1.vergleich": "ab",
        "wahl.3.name": "stadtteil",
        "wahl.3.werte": "Mitte, Nord",
    }
    source = read_place(_answer("sqlite", **chosen)).source
    assert source["parameters"] == {
        "von": {"type": "date", "field": "gepflanzt", "compare": ">="},
        "stadtteil": {"type": "text", "values": ["Mitte", "Nord"]},
    }
    check_parameters(source)
    assert "parameters" not in read_place(_answer("datei", **chosen)).source


@pytest.mark.parametrize("names", [("1x",), ("größe",), ("a b",), ("von", "von")])
def test_a_choice_without_a_usable_name_is_told(names: tuple[str, ...]) -> None:
    chosen = {f"wahl.{number}.name": name for number, name in enumerate(names, 1)}
    with pytest.raises(PlaceFault):
        read_place(_answer("sqlite", **chosen))


def test_each_row_of_choices_is_one_of_the_form() -> None:
    rows = list_parameters(_words("de"), {"wahl.2.name": "von"})
    assert len(rows) == places.PARAMETERS
    assert rows[1].controls[0].value == "von"
    assert all(is_place_answer(control.name) for row in rows for control in row.controls)


@given(st.sampled_from([*TYPED]), st.dictionaries(st.sampled_from([f"{kind}.{field}" for kind in TYPED
       for field in TYPED[kind]] + ["wahl.1.name", "wahl.1.werte", "art"]), st.text(max_size=30)))  # fmt: skip
def test_whatever_is_typed_is_an_address_or_a_fault_of_a_field(kind: str, typed: dict[str, Any]) -> None:
    faults = list[str]()
    try:
        assert read_place({**_answer(kind), **typed}).source["kind"] in {*SOURCES, *STREAMS}
    except PlaceFault as fault:
        faults.append(fault.field)
    assert all(map(is_place_answer, faults))


def test_an_account_of_kafka_proves_itself_as_its_cluster_asks() -> None:
    assert "mechanism" not in read_place(_answer("kafka")).source
    plain = _answer("kafka", **{"kafka.verfahren": "PLAIN", "kafka.zugang": "gis"})
    assert read_place(plain).source["mechanism"] == "PLAIN"
