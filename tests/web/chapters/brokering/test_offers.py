"""Moderation of offers: found whatever everybody sees, with the sentence why they are shown or not."""

import httpx
import pytest

from tests.broker.world import CITY
from tests.web.office import Reading

PLACE = "/betrieb/angebote/angebot"


async def _read(operator: httpx.AsyncClient, place: str, **query: str) -> Reading:
    return Reading((await operator.get(place, params=query)).text)


async def test_words_find_what_everybody_sees_and_tests(operator: httpx.AsyncClient) -> None:
    assert "Straßenbaustellen" in (await _read(operator, "/betrieb/angebote", q="baustellen")).text
    assert "Luftqualität Test" in (await _read(operator, "/betrieb/angebote", q="luft")).text
    of_source = await _read(operator, "/betrieb/angebote", quelle=CITY + "tiefbauamt")
    assert "Straßenbaustellen" in of_source.text
    assert (await operator.get("/betrieb/angebote?quelle=urn:none")).status_code == 404


async def test_marks_are_listed_with_their_reasons(operator: httpx.AsyncClient) -> None:
    page = await _read(operator, "/betrieb/angebote")
    assert "Bäume an Wegen Tiefbauamt ausgeblendet Der Text ist doppelt." in page.text
    assert "Museum die ganze Quelle ausgesetzt" in page.text


@pytest.mark.parametrize(
    ("participant", "dataset", "sentence"),
    [
        ("tiefbauamt", "roads", "Das Angebot wird gezeigt"),
        ("tiefbauamt", "trees", "(b.trieb) ausgeblendet: Der Text ist doppelt."),
        ("museum", "museum", "(b.trieb) ausgesetzt: Der Text ist doppelt."),
        ("umweltamt", "air", "(b.trieb) als Test gekennzeichnet"),
        ("umweltamt", "none", "Der Katalog des Anbieters enthält das Datenangebot nicht"),
        ("nobody", "none", "gehört nicht zu den Quellen"),
    ],
    ids=["shown", "hidden", "suspended", "test", "never offered", "no source"],
)
async def test_why_an_offer_is_shown_or_not_is_one_sentence(
    operator: httpx.AsyncClient, participant: str, dataset: str, sentence: str
) -> None:
    page = await _read(operator, PLACE, teilnehmer=CITY + participant, id=dataset)
    assert sentence in page.text
    assert " UTC" not in page.text


async def test_a_search_is_tried(operator: httpx.AsyncClient) -> None:
    roads = {"teilnehmer": CITY + "tiefbauamt", "id": "roads"}
    assert "passt zu dieser Suche" in (await _read(operator, PLACE, **roads, q="baustellen")).text
    assert "passt nicht zu dieser Suche" in (await _read(operator, PLACE, **roads, q="theater")).text


async def test_a_provider_is_chosen_by_name(operator: httpx.AsyncClient) -> None:
    page = await _read(operator, PLACE, teilnehmer=" tiefbauamt ", id="roads")
    assert "Das Angebot wird gezeigt" in page.text
    shown = await _read(operator, "/betrieb/angebote")
    assert "Tiefbauamt" in [given.get("value") for tag, given in shown.elements if tag == "option"]


@pytest.mark.parametrize(
    ("provider", "dataset", "wrong"),
    [("", "", {"teilnehmer", "id"}), ("Tiefbauamt", "", {"id"}), ("Unbekannt", "roads", {"teilnehmer"})],
)
async def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(
    operator: httpx.AsyncClient, provider: str, dataset: str, wrong: set[str]
) -> None:
    answer = await operator.get(PLACE, params={"teilnehmer": provider, "id": dataset})
    page = Reading(answer.text)
    assert answer.status_code == 422
    fields = {str(given["name"]): given for tag, given in page.elements if tag == "input" and "name" in given}
    assert {name for name, given in fields.items() if given.get("aria-invalid")} == wrong
    assert (fields["teilnehmer"]["value"], fields["id"]["value"]) == (provider, dataset)
    assert {str(given["href"]) for tag, given in page.elements if tag == "a"} >= {f"#{name}" for name in wrong}


async def test_an_unknown_address_keeps_the_menu_of_who_has_signed_in(operator: httpx.AsyncClient) -> None:
    answer = await operator.get("/betrieb/nirgends")
    assert answer.status_code == 404
    assert 'href="/betrieb"' in answer.text
