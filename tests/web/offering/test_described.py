"""Places whose kinds describe themselves: cards, addresses, and what is wrong with what was typed."""

from collections.abc import Mapping
from datetime import UTC
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.dataplane.address.describing import AddressForm, describe_address
from connector.dataplane.addresses import ADDRESSES, describe_addresses
from connector.language.catalogue import LANGUAGES, Language
from connector.web.frame.wording import PageWords
from connector.web.offering.described import (
    PlaceFault,
    find_mentioned,
    list_fields,
    make_card,
    name_field,
    name_place,
    read_address,
)

FORMS: Mapping[str, AddressForm] = describe_addresses()
SECRETS = {"portal": ("geo.stadt.example:443",)}


class _New(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["new"]
    url: str
    depth: Annotated[int, msgspec.Meta(ge=1, le=9)] = 3


def _words(language: Language = "de") -> PageWords:
    return PageWords(language, UTC)


def _answer(place: str, **said: str) -> dict[str, str]:
    return {f"{place}.{name.replace('__', '.').replace('api_key', 'api-key')}": text for name, text in said.items()}


def test_a_new_kind_is_a_card_and_an_address_without_a_word_of_its_own() -> None:
    form = describe_address("new", _New)
    card = make_card(_words(), "new", form, {"new.depth": "4"}, {}, chosen=True)
    assert (card.title, [one.name for one in card.controls], card.opened) == ("new", ["new.url"], True)
    assert read_address("new", form, {"new.url": "x", "new.depth": "4"}) == {"kind": "new", "url": "x", "depth": 4}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [kind for kind in FORMS if kind not in {"s3", "sql"}])
def test_each_field_of_a_kind_has_a_name_for_people(kind: str, language: Language) -> None:
    words = _words(language)
    place = "adresse" if kind == "http" else kind
    card = make_card(words, place, FORMS[kind], {}, SECRETS, chosen=True)
    assert card.why
    parts = [control for part in card.parts for option in part.options for control in option.controls]
    for control in (*card.controls, *card.more, *parts):
        assert control.name in list_fields(place, FORMS[kind])
        assert control.label != control.name.rpartition(".")[2]
        assert all(option.label for option in control.options)


@pytest.mark.parametrize(
    ("kind", "said", "expected"),
    [
        ("ogcapi", {"url": "https://geo.stadt.example", "collection": "baeume", "bbox": "13.0, 52.3, 13.8, 52.7"},
         {"collection": "baeume", "bbox": [13.0, 52.3, 13.8, 52.7]}),
        ("wfs", {"url": "https://geo.stadt.example/wfs", "type_name": "stadt:baeume", "columns": "id, art\nhoehe"},
         {"type_name": "stadt:baeume", "columns": ["id", "art", "hoehe"]}),
        ("ckan", {"url": "https://daten.stadt.example", "dataset": "baeume", "datastore": "true", "format": "json"},
         {"dataset": "baeume", "datastore": True}),
        ("sensorthings", {"url": "https://s.example/v1.1", "path": "Datastreams(7)/Observations", "most_rows": "500"},
         {"path": "Datastreams(7)/Observations", "most_rows": 500}),
        ("ngsi-ld", {"url": "https://k.example/ngsi-ld/v1", "type": "AirQualityObserved"},
         {"type": "AirQualityObserved"}),
        ("http", {"url": "https://d.example/x", "auth": "basic", "auth__basic__user": "leser",
                  "auth__basic__secret": "portal", "auth__oauth2__scope": "left"},
         {"auth": {"kind": "basic", "user": "leser", "secret": "portal"}}),
        ("http", {"url": "https://d.example/x", "paging": "offset", "paging__offset__size": "20"},
         {"paging": {"kind": "offset", "size": 20}}),
        ("http", {"url": "https://d.example/x", "auth": "api-key", "auth__api_key__secret": "portal",
                  "auth__api_key__header": "X-Key"},
         {"auth": {"kind": "api-key", "secret": "portal", "header": "X-Key"}}),
    ],
)  # fmt: skip
def test_what_is_typed_is_an_address_that_its_kind_accepts(
    kind: str, said: dict[str, str], expected: dict[str, Any]
) -> None:
    address = read_address(kind, FORMS[kind], _answer(kind, **said))
    assert address == {"kind": kind, "url": said["url"], **expected}
    msgspec.convert(address, ADDRESSES[kind])


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "geo.stadt.example"}, "url"),
        ({"collection": "a/b"}, "collection"),
        ({"size": "0"}, "size"),
        ({"size": "viele"}, "size"),
        ({"size": "1e999"}, "size"),
        ({"bbox": "13, 52"}, "bbox"),
        ({"bbox": "13, 52, nan, 54"}, "bbox"),
        ({"auth": "basic"}, "auth.basic.user"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(said: dict[str, str], field: str) -> None:
    whole = {"url": "https://geo.stadt.example", "collection": "baeume"} | said
    with pytest.raises(PlaceFault) as fault:
        read_address("ogcapi", FORMS["ogcapi"], _answer("ogcapi", **whole))
    assert fault.value.field == f"ogcapi.{field}"
    told = fault.value.explain(_words())
    assert "{" not in told
    assert name_field(_words(), fault.value.field) in told


def test_data_is_named_by_what_is_read_and_not_by_its_server() -> None:
    assert name_place(FORMS["wfs"], {"url": "https://x", "type_name": "stadt:baeume"}) == "stadt:baeume"
    assert name_place(FORMS["ckan"], {"url": "https://x", "dataset": "baeume"}) == "baeume"
    assert name_place(FORMS["http"], {"url": "https://x/a.csv"}) == "https://x/a.csv"


def test_a_sentence_of_a_source_leads_to_the_field_that_it_names() -> None:
    assert find_mentioned("ogcapi", FORMS["ogcapi"], "The `collection` of the address is none.") == "ogcapi.collection"
    assert find_mentioned("ogcapi", FORMS["ogcapi"], "The backend cannot be read.") == "art-ogcapi"


@given(st.sampled_from([*FORMS]), st.data())
def test_any_text_in_any_field_is_an_address_or_a_fault_at_a_field(kind: str, data: st.DataObject) -> None:
    fields = list_fields(kind, FORMS[kind])
    typed = data.draw(st.dictionaries(st.sampled_from(sorted(fields)), st.text(max_size=20) | st.just("basic")))
    faults = list[str]()
    try:
        assert read_address(kind, FORMS[kind], typed)["kind"] == kind
    except PlaceFault as fault:
        faults.extend((fault.field, fault.explain(_words())))
    assert not faults or (faults[0] in fields and faults[1])


class _Counted(msgspec.Struct, frozen=True, kw_only=True):
    kind: Literal["counted"]
    rows: Annotated[int, msgspec.Meta(ge=1, le=50_000)] = 2000
    share: Annotated[float, msgspec.Meta(ge=0.5, le=2000)] = 1.5


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ({"rows": "1.000"}, 1000),
        ({"rows": "50.000"}, 50_000),
        ({"share": "1.234,5"}, 1234.5),
        ({"share": "1,25"}, 1.25),
    ],
)
def test_numbers_are_typed_as_people_write_them(said: dict[str, str], read: float) -> None:
    ((name, text),) = said.items()
    assert read_address("counted", describe_address("counted", _Counted), {f"counted.{name}": text})[name] == read


def test_numbers_are_told_as_people_write_them() -> None:
    form = describe_address("counted", _Counted)
    hints = [one.hint for one in make_card(_words(), "counted", form, {}, {}, chosen=True).more]
    assert "2.000" in hints[0]
    assert "1,5" in hints[1]
    with pytest.raises(PlaceFault) as fault:
        read_address("counted", form, {"counted.share": "0,1"})
    assert "0,5 bis 2.000" in fault.value.explain(_words())
