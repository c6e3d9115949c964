"""Members and sources: filtered, in words, registered by hand, and read when the operator wants it."""

import httpx
import pytest

from connector.ports.broker_store import PORTALS
from connector.web.chapters.brokering import sources
from tests.broker.world import CITY
from tests.web.office import Reading
from tests.web.public.square import Square

NEW = {"art": "ckan", "kennung": "bund", "name": "Portal", "adresse": "https://daten.bund.example"}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({}, {"Archiv", "Museum", "Stadtwerke", "Tiefbauamt", "Umweltamt", "Offene Daten des Landes"}),
        ({"q": "amt"}, {"Tiefbauamt", "Umweltamt"}),
        ({"art": "ckan"}, {"Offene Daten des Landes"}),
        ({"stand": "SUSPECT"}, {"Stadtwerke"}),
        ({"fehler": "1"}, {"Stadtwerke"}),
        ({"kennzeichen": "suspended"}, {"Museum"}),
        ({"q": "niemand"}, set()),
    ],
    ids=["all", "words", "kind", "state", "failing", "mark", "none"],
)
async def test_the_address_filters(operator: httpx.AsyncClient, query: dict[str, str], shown: set[str]) -> None:
    page = Reading((await operator.get("/betrieb/quellen", params=query)).text)
    known = {"Archiv", "Museum", "Stadtwerke", "Tiefbauamt", "Umweltamt", "Offene Daten des Landes"}
    assert {name for name in known if f" {name} " in page.text} == shown


async def test_a_long_list_has_pages(operator: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PAGE", 4)
    first = Reading((await operator.get("/betrieb/quellen")).text)
    (following,) = [link for link in first.links() if "nach=" in link]
    second = Reading((await operator.get(following)).text)
    assert "Umweltamt" in second.text
    assert "Archiv" not in second.text


async def test_a_source_says_its_state_and_why(operator: httpx.AsyncClient) -> None:
    page = Reading((await operator.get("/betrieb/quellen/quelle", params={"id": CITY + "stadtwerke"})).text)
    assert "einmal nicht erreicht" in page.text
    assert "503: busy" in page.text
    assert "1 gelungen, 1 misslungen" in page.text
    assert (await operator.get("/betrieb/quellen/quelle?id=urn:none")).status_code == 404


async def test_a_portal_is_registered_and_listed(square: Square, operator: httpx.AsyncClient) -> None:
    answer = await operator.post("/betrieb/quellen/neu", data=NEW)
    assert "Die Quelle ist aufgenommen" in (await operator.get(answer.headers["location"])).text
    source = await square.record.source(PORTALS + "bund")
    assert source is not None
    assert source.address == "https://daten.bund.example"
    assert "Portal" in Reading((await operator.get("/betrieb/portale")).text).text


@pytest.mark.parametrize(
    "wrong",
    [{"adresse": "ftp://x"}, {"kennung": ""}, {"art": "x"}, {"kennung": "Groß"},
     {"art": "participant", "kennung": CITY + "umweltamt"}],
    ids=["address", "identifier", "kind", "short name", "on the list"],
)  # fmt: skip
async def test_a_wrong_source_is_refused_and_what_was_typed_stays(
    square: Square, operator: httpx.AsyncClient, wrong: dict[str, str]
) -> None:
    answer = await operator.post("/betrieb/quellen/neu", data=NEW | wrong)
    assert answer.status_code == 422
    assert 'value="Portal"' in answer.text
    assert len(await square.record.sources()) == 6


async def test_a_source_is_read_now(square: Square, operator: httpx.AsyncClient) -> None:
    square.space.catalogues[CITY + "stadtwerke"].failing_from = None
    square.crawler.relist()
    answer = await operator.post("/betrieb/quellen/einlesen", data={"id": CITY + "stadtwerke"})
    assert "wird als Nächstes gelesen" in (await operator.get(answer.headers["location"])).text
    await square.crawl()
    page = await operator.get("/betrieb/quellen/quelle", params={"id": CITY + "stadtwerke"})
    assert "Die Quelle antwortet." in page.text
    answer = await operator.post("/betrieb/quellen/einlesen", data={"id": CITY + "museum"})
    assert "ausgesetzt oder entfernt" in (await operator.get(answer.headers["location"])).text
    answer = await operator.post("/betrieb/quellen/einlesen")
    assert "Keine Quelle hat Fehler." in (await operator.get(answer.headers["location"])).text
