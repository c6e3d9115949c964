"""The search: asked of the broker, shown as cards with an address for each view, and with words when it fails."""

import json

import msgspec
import pytest

from connector.controlplane.core.errors import NotAllowed, PeerFailed
from connector.ports.entities import UserRole
from connector.web.frame.application import PagesHouse
from connector.web.pages import make_pages_app
from tests.support.plane import ME, PAGES
from tests.web.getting import FOUND, LIMITED, OPEN, furnish_getting, link, make_dataset, make_results
from tests.web.office import Office, Reading

HOUSE = PagesHouse(address=PAGES, provider="Amt")


async def _search(office: Office, query: str = "", role: UserRole = UserRole.CONSUMER) -> str:
    browser = await office.sign_in(role)
    answer = await browser.get(f"/suche{query}")
    assert answer.status_code == 200
    return answer.text


async def test_a_result_says_what_who_and_on_which_terms(office: Office) -> None:
    await furnish_getting(office.desk)
    text = Reading(await _search(office, "?q=luft")).text
    assert "1 Angebot gefunden" in text
    assert "Luftqualität am Marktplatz Anbieter erreichbar, vor 2 Minuten geprüft CSV kostenlos täglich" in text
    assert "Sie dürfen die Daten für den Verkehr nutzen." in text
    assert "Gefunden in Titel: Luft qualität am Marktplatz" in text


async def test_words_filters_place_and_order_reach_the_broker(office: Office) -> None:
    await _search(
        office,
        "?q=luft&ort=Karlsruhe&format=CSV&format=JSON&von=2026-01-01&laenge=8,4&breite=49&km=5&sortierung=neueste",
    )
    (asked,) = office.desk.searched
    assert asked == {
        "q": "luft", "format": ["CSV", "JSON"], "since": "2026-01-01", "near": "8.4,49,5", "sort": "newest",
        "place": ["Karlsruhe"],
        "limit": "20", "offset": "0", "facets": "true",
    }  # fmt: skip


async def test_each_view_has_an_address_that_keeps_what_was_chosen(office: Office) -> None:
    office.desk.found = make_results(total=55)
    page = Reading(await _search(office, "?q=luft&format=CSV&ab=20"))
    assert "Seite 2 von 3" in page.text
    assert "/suche?q=luft&format=CSV" in page.links()
    assert "/suche?q=luft&format=CSV&ab=40" in page.links()
    assert "/suche?q=luft&format=CSV&format=JSON" in page.links()
    assert "/suche?q=luft" in page.links()
    assert "/suche?q=luft&sortierung=titel&format=CSV" in page.links()
    hidden = [given for tag, given in page.elements if tag == "input" and given.get("type") == "hidden"]
    assert {"type": "hidden", "name": "format", "value": "CSV"} in hidden


async def test_an_offer_leads_back_to_the_results_that_it_was_found_in(office: Office) -> None:
    await furnish_getting(office.desk)
    office.desk.found = make_results(total=55)
    browser = await office.sign_in(UserRole.CONSUMER)
    listed = Reading((await browser.get("/suche?q=luft&format=CSV&ab=20")).text).links()
    offers = [address for address in listed if address.startswith("/suche/angebot?")]
    assert offers
    assert "/suche?q=luft&format=CSV&ab=20" in Reading((await browser.get(offers[0])).text).links()
    plain = offers[0].partition("&suche=")[0]
    assert "/suche" in Reading((await browser.get(plain)).text).links()


async def test_who_finds_nothing_is_led_to_a_need_with_the_words(office: Office) -> None:
    office.desk.found = msgspec.json.encode({"items": [], "total": 0})
    page = Reading(await _search(office, "?q=Baumh%C3%B6hen"))
    assert "/bedarf/neu?frage=Baumh%C3%B6hen" in page.links()
    browser = await office.sign_in(UserRole.CONSUMER)
    assert "Baumhöhen</textarea>" in (await browser.get("/bedarf/neu?frage=Baumh%C3%B6hen")).text


async def test_similar_words_are_said_to_be_similar(office: Office) -> None:
    office.desk.found = make_results(corrected=True)
    assert "Nichts enthält „lufft“ genau so" in Reading(await _search(office, "?q=lufft")).text


async def test_nothing_found_says_what_finds_more(office: Office) -> None:
    office.desk.found = msgspec.json.encode({"items": [], "total": 0})
    text = Reading(await _search(office, "?q=luft&format=CSV")).text
    assert "Nichts gefunden." in text
    assert "Ohne Filter suchen" in text
    assert "Noch niemand bietet" in Reading(await _search(office)).text


@pytest.mark.parametrize(
    ("failure", "status", "told"),
    [
        (PeerFailed("broker", "The broker cannot be reached: x"), 503, "Der Datenkatalog antwortet gerade nicht."),
        (NotAllowed("query", "The broker refused the query: check its words and filters."), 422, "Broker"),
    ],
)
async def test_a_broker_that_fails_is_explained_and_the_words_stay(
    office: Office, failure: Exception, status: int, told: str
) -> None:
    async def fail(_query: object) -> bytes:
        raise failure

    office.desk.values = msgspec.structs.replace(office.desk.values, search=fail)
    office.app = make_pages_app(office.desk.values, HOUSE)
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get("/suche?q=luft")
    assert answer.status_code == status
    assert told in answer.text
    assert 'value="luft"' in answer.text


@pytest.mark.parametrize("answer", [b"no json", b"[" * 100_000, b'{"items": 3}', b'{"items": [{"id": "only"}]}'])
async def test_an_answer_that_nobody_can_read_breaks_nothing(office: Office, answer: bytes) -> None:
    office.desk.found = answer
    browser = await office.sign_in(UserRole.CONSUMER)
    page = await browser.get("/suche?q=luft")
    assert page.status_code == 502
    assert "nicht versteht" in page.text


async def test_without_a_broker_the_page_says_who_adds_one(office: Office) -> None:
    office.app = make_pages_app(msgspec.structs.replace(office.desk.values, search=None), HOUSE)
    assert "Der Betrieb trägt ihn in den Einstellungen ein" in await _search(office)


async def test_a_dataset_is_shown_as_its_provider_describes_it_now(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(LIMITED, OPEN)]
    browser = await office.sign_in(UserRole.CONSUMER)
    page = Reading((await browser.get(link("/suche/angebot", **FOUND))).text)
    assert "Angeboten von City" in page.text
    assert "Bedingungen, Angebot 1 Wofür Sie dürfen die Daten nutzen. Zweck: Verkehr und Mobilität" in page.text
    assert "Aktualisierung täglich" in page.text
    assert "Zeitraum 1. Januar 2026 – 31. Dezember 2026" in page.text
    assert "West Süd Ost Nord 8,39° 49° 8,42° 49,02°" in page.text
    asks = [found for found in page.links() if found.startswith("/suche/anfrage")]
    assert len(asks) == 2


async def test_only_people_who_get_data_are_offered_a_request(office: Office) -> None:
    await furnish_getting(office.desk)
    browser = await office.sign_in(UserRole.AUDITOR)
    page = await browser.get(link("/suche/angebot", **FOUND))
    assert "/suche/anfrage" not in page.text
    assert "Anfragen stellt, wer die Rolle Datenbezug hat." in page.text
    assert (await browser.get(link("/suche/anfrage", **FOUND))).status_code == 403


async def test_what_there_is_already_is_named_on_the_dataset(office: Office) -> None:
    await furnish_getting(office.desk)
    browser = await office.sign_in(UserRole.CONSUMER)
    text = (await browser.get(link("/suche/angebot", **FOUND))).text
    assert "Dazu haben Sie schon einen Vertrag." in text
    assert "Dazu läuft schon eine Anfrage von Ihnen." in text


async def test_an_unknown_or_odd_dataset_is_a_page_that_says_so(office: Office) -> None:
    browser = await office.sign_in(UserRole.CONSUMER)
    assert (await browser.get(link("/suche/angebot", teilnehmer="urn:none", id="urn:x"))).status_code == 404
    assert (await browser.get("/suche/angebot")).status_code == 404
    odd = {"@id": FOUND["id"], "hasPolicy": 3, "dct:title": [None, {"@value": 4}], "dct:spatial": [[[]]]}
    office.desk.peer.datasets = [json.loads(json.dumps(odd))]
    page = await browser.get(link("/suche/angebot", **FOUND))
    assert page.status_code == 200
    assert "nennt zu diesen Daten keine Bedingungen" in page.text


async def test_the_own_offer_is_not_asked_for(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset()]
    browser = await office.sign_in(UserRole.CONSUMER)
    page = await browser.get(link("/suche/angebot", teilnehmer=ME, id=FOUND["id"]))
    assert "Das ist Ihr eigenes Angebot." in page.text


PORTAL_PAGE = "https://portal.example/dataset/air"
VIA = {"portal": "land", "page": PORTAL_PAGE}


@pytest.mark.parametrize(
    ("language", "said", "opened"),
    [
        ("de", "Verweis auf das Portal land", "Im Portal öffnen"),
        ("en", "Reference to the portal land", "Open at the portal"),
    ],
)
async def test_a_reference_leads_to_its_portal_and_is_not_asked_for(
    office: Office, language: str, said: str, opened: str
) -> None:
    portal = "urn:datenkontor:portal:land"
    office.desk.found = make_results({"participant": portal, "via": VIA, "terms_in_words": {}})
    browser = await office.sign_in(UserRole.CONSUMER)
    browser.cookies.set("dk-lang", language)
    page = Reading((await browser.get("/suche?q=luft")).text)
    assert said in page.text
    assert opened in page.text
    assert PORTAL_PAGE in page.links()
    assert not [link_ for link_ in page.links() if link_.startswith(("/suche/angebot", "/suche/anfrage"))]
    for path in ("/suche/angebot", "/suche/anfrage"):
        assert (await browser.get(link(path, teilnehmer=portal, id=FOUND["id"]))).status_code == 404


async def test_a_portal_that_is_no_address_of_the_web_is_not_led_to(office: Office) -> None:
    office.desk.found = make_results({"via": {"portal": "x", "page": "javascript:alert(1)"}})
    assert "javascript:" not in await _search(office, "?q=luft")


@pytest.mark.parametrize(
    ("language", "said", "who"),
    [
        ("de", "Nur der Titel ist sichtbar", "Wer es sieht: Rolle"),
        ("en", "Only the title is shown", "Who sees it: role"),
    ],
)
async def test_a_teaser_says_who_sees_the_rest_and_leads_nowhere(
    office: Office, language: str, said: str, who: str
) -> None:
    described = {"de": "Der Anbieter zeigt es anderen. Wer es sieht: Rolle", "en": "Who sees it: role"}
    hit = {"teaser": True, "terms_in_words": {}, "description": described, "data_formats": [], "boxes": []}
    office.desk.found = make_results(hit)
    browser = await office.sign_in(UserRole.CONSUMER)
    browser.cookies.set("dk-lang", language)
    page = Reading((await browser.get("/suche?q=luft")).text)
    assert said in page.text
    assert who in page.text
    assert not [link_ for link_ in page.links() if link_.startswith("/suche/angebot")]
