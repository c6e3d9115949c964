"""Saved searches on the pages: saved from a search, seen with what is new, a feed that is shown once, removed."""

import re

import msgspec
import pytest

from connector.desk.house import MOST, Quota
from connector.ports.entities import UserRole
from tests.support.board import FEED, SEARCH
from tests.web.getting import link, make_results
from tests.web.office import Office, Reading, find


async def test_what_is_searched_for_is_saved_as_the_broker_takes_it(office: Office) -> None:
    office.desk.found = make_results()
    browser = await office.sign_in(UserRole.CONSUMER)
    page = (await browser.get("/suche?q=Rad&format=CSV&laenge=8%2C4&breite=49&sortierung=titel&ab=20")).text
    address = find(page, r'name="suche" value="([^"]+)"').replace("&amp;", "&")
    answer = await browser.post("/suche/gespeichert/sichern", data={"suche": address, "name": " Radverkehr "})
    order = msgspec.json.decode(next(one["body"] for one in office.desk.searched if one.get("method") == "POST"))  # type: ignore[arg-type]
    assert order == {"name": "Radverkehr", "parameters": {"q": "Rad", "format": ["CSV"], "near": "8.4,49,10"}}
    assert FEED in Reading(answer.text).links()
    assert answer.headers["cache-control"] == "no-store"
    assert FEED not in (await browser.get("/suche/gespeichert")).text


async def test_a_search_without_words_and_filters_is_not_offered_for_saving(office: Office) -> None:
    office.desk.found = make_results()
    browser = await office.sign_in(UserRole.CONSUMER)
    assert 'name="suche"' not in (await browser.get("/suche")).text
    answer = await browser.post("/suche/gespeichert/sichern", data={"suche": "/suche?q=Rad", "name": "  "})
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 422
    assert "Der Name fehlt" in page.text
    assert re.search(r'id="name"[^>]* aria-invalid="true" aria-describedby="name-hinweis fehler"', page.text)
    assert 'name="suche" value="/suche?q=Rad"' in page.text
    answer = await browser.post(
        "/suche/gespeichert/sichern", data={"suche": "/suche?sortierung=titel", "name": "Alles"}
    )
    assert answer.status_code == 422
    assert "weder Wörter noch Filter" in answer.text
    for unreadable in ("//[", "/suche?" + "q=Rad&" * 200):
        answer = await browser.post("/suche/gespeichert/sichern", data={"suche": unreadable, "name": "Alles"})
        assert answer.status_code == 422
        assert "weder Wörter noch Filter" in answer.text


async def test_what_is_new_is_noted_as_seen_by_a_person_alone(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    page = (await browser.get(link("/suche/gespeichert/neu", id="urn:search:1"))).text
    assert link("/suche/angebot", teilnehmer="https://city.example", id="urn:dataset:counts") in Reading(page).links()
    assert [one for one in office.desk.searched if one.get("method") == "POST"] == [], "looking notes nothing"
    form = {"id": "urn:search:1", "bis": find(page, r'name="bis" value="(\d+)"')}
    answer = await browser.post("/suche/gespeichert/gesehen", data=form)
    assert "Notiert." in (await browser.get(answer.headers["location"])).text
    told = next(one for one in office.desk.searched if one.get("method") == "POST")
    assert (told["path"], told["body"]) == ("searches/urn%3Asearch%3A1/seen", b'{"seen":7}')


async def test_a_feed_gets_a_new_address_and_a_search_is_removed(office: Office) -> None:
    browser = await office.sign_in(UserRole.CONSUMER)
    assert FEED in (await browser.post("/suche/gespeichert/feed", data={"id": "urn:search:1"})).text
    assert "Bicycles" in (await browser.get(link("/suche/gespeichert/entfernen", id="urn:search:1"))).text
    gone = await browser.post("/suche/gespeichert/entfernen", data={"id": "urn:search:1"})
    assert "Die Suche ist entfernt." in (await browser.get(gone.headers["location"])).text
    assert [one["path"] for one in office.desk.searched if one.get("method") == "DELETE"] == [
        "searches/urn%3Asearch%3A1"
    ]
    assert (await browser.post("/suche/gespeichert/feed", data={"id": "urn:search:9"})).status_code == 404
    assert (await browser.get(link("/suche/gespeichert/neu", id="urn:search:9"))).status_code == 404


async def test_one_person_saves_half_of_what_the_organisation_may_and_leaves_the_rest_to_others(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[dict[str, object]] = []

    def answer(method: str, path: str) -> bytes:
        if method == "GET":
            return msgspec.json.encode(saved)
        if method == "DELETE":
            return msgspec.json.encode(saved.pop())
        saved.append(SEARCH | {"id": f"urn:search:{len(saved)}"})
        return msgspec.json.encode(saved[-1] | {"feed": FEED})

    monkeypatch.setattr("tests.support.plane.answer_board", answer)
    form = {"suche": "/suche?q=Rad", "name": "Radverkehr"}
    kim, lee = await office.sign_in(UserRole.CONSUMER, name="kim"), await office.sign_in(UserRole.CONSUMER, name="lee")
    for _ in range(MOST[Quota.SEARCH]):
        assert (await kim.post("/suche/gespeichert/sichern", data=form)).status_code == 200
    refused = await kim.post("/suche/gespeichert/sichern", data=form)
    assert refused.status_code == 409
    assert "stammen schon 25 von Ihnen" in refused.text
    assert (await lee.post("/suche/gespeichert/sichern", data=form)).status_code == 200
    assert "kim" not in repr(office.desk.searched), "the broker is told of no person"
    saved.clear()
    assert (await kim.post("/suche/gespeichert/sichern", data=form)).status_code == 200
