"""The pages for everybody: in both languages, with one address for each view, and hostile texts as texts."""

import json
import re
import xml.etree.ElementTree as ET
from urllib.parse import quote

import pytest

from connector.language.catalogue import LANGUAGES, read_chapter
from connector.ports.broker_store import Delta, Portal
from connector.views.portals import PortalKind
from connector.web.chapters.explaining import PARTS, WORDS
from tests.broker.world import CITY
from tests.contract.test_record import entry, source
from tests.pages.world import MARK_UP
from tests.web.public.square import ADDRESS, API, ORGANISATION, PLACES, ROADS, Square, list_offers, make_need, read
from tests.web.test_texts import FORBIDDEN

FOUND = f"/suche/angebot?{ROADS}"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", PLACES)
async def test_every_page_is_whole_in_each_language_and_names_its_one_address(
    square: Square, place: str, language: str
) -> None:
    answer, page = await read(square, place, language)
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert [tag for tag, _ in page.elements].count("h1") == 1
    shown = re.sub(r'<script type="application/ld\+json">.*?</script>', "", answer.text)
    assert not re.search(r"\{|\}|None[^.]|&lt;", shown)
    (canonical,) = [str(g["href"]) for tag, g in page.elements if tag == "link" and g.get("rel") == "canonical"]
    assert canonical == ADDRESS + place
    assert not [given for tag, given in page.elements if tag == "form" and given.get("method") != "get"]
    assert all(link.startswith(("/", "#")) for link in page.links())


async def test_the_first_page_counts_what_is_shared(square: Square) -> None:
    _, page = await read(square, "/")
    assert "Angebote 3" in page.text
    assert "Organisationen 2" in page.text
    assert "Verkehr 1" in page.text
    assert "Straßenbaustellen" in page.text


async def test_everybody_reads_the_needs_and_nobody_the_contact(square: Square) -> None:
    square.board.posted = [
        make_need(),
        make_need(question=MARK_UP, owner="urn:unknown", purpose=None, fields=(), place=""),
    ]
    answer, page = await read(square, "/bedarf")
    for said in ("Wie viele Fahrräder fahren über die Brücke?", "Zählstelle", "bis zu einem Betrag: 250 €"):
        assert said in page.text
    assert "rad@stadt.example" not in answer.text
    assert "<b id=evil" not in answer.text
    assert (await read(square, "/bedarf?nach=nonsense"))[0].status_code == 422


async def test_a_reader_can_tell_who_answers_for_the_data_what_is_wrong() -> None:
    card = {"@type": "vcard:Kind", "vcard:fn": "Frau Kern", "vcard:hasEmail": {"@id": "mailto:kern@stadt.example"}}
    square = Square(**list_offers(**{"dcat:contactPoint": card}))
    await square.crawl()
    _, page = await read(square, FOUND)
    assert "Fehlt etwas? Stimmt etwas nicht?" in page.text
    (letter,) = [str(given["href"]) for tag, given in page.elements if str(given.get("href")).startswith("mailto:")]
    assert letter.startswith("mailto:kern@stadt.example?subject=Hinweis%20zu%20%E2%80%9EStra%C3%9Fenbaustellen")
    assert letter.endswith("&body=" + quote(ADDRESS + FOUND, safe=""))
    assert not [given for tag, given in page.elements if tag == "form" and given.get("method") != "get"]


async def test_without_a_contact_the_operator_is_written_to() -> None:
    square = Square(**list_offers())
    square.statements = {"contact": "katalog@stadt.example"}
    await square.crawl()
    for place in (FOUND, "/hilfe", "/barrierefreiheit"):
        _, page = await read(square, place)
        assert any(str(given.get("href")).startswith("mailto:katalog@") for _, given in page.elements), place


async def test_a_barrier_is_reported_with_the_page_and_without_its_query() -> None:
    square = Square(**list_offers())
    square.statements = {"contact": "katalog@stadt.example"}
    async with square.browser() as browser:
        named = quote(f"{ADDRESS}/suche", safe="")
        for before, said in ((f"{ADDRESS}/suche?q=geheim", named), ("https://evil.example/x", ""), ("http://[", "")):
            text = (await browser.get("/barrierefreiheit", headers={"referer": before})).text
            assert f"%20nicht%3A%20{said}%0D%0A" in text
            assert "geheim" not in text
            assert "evil" not in text


async def test_the_search_finds_what_the_api_finds(square: Square) -> None:
    _, page = await read(square, "/suche?q=baum")
    assert "1 Angebot gefunden" in page.text
    assert "Bäume an Wegen" in page.text
    assert "/anfragen" not in page.links()


async def test_a_query_that_is_none_says_why_and_keeps_the_words(square: Square) -> None:
    answer, page = await read(square, "/suche?q=bau&ausschnitt=1,2")
    assert answer.status_code == 422
    assert 'value="bau"' in answer.text
    assert "Nichts gefunden" not in page.text


@pytest.mark.parametrize(
    ("query", "said"),
    [("von=2024-13-45", "„Daten ab“ ist 2024-13-45"), ("ausschnitt=1,2", "„Karte“ ist 1,2")],
)
async def test_a_field_that_is_none_is_named_as_on_the_page(square: Square, query: str, said: str) -> None:
    answer, page = await read(square, f"/suche?{query}")
    assert answer.status_code == 422
    assert said in page.text


async def test_a_german_date_is_a_date(square: Square) -> None:
    assert (await read(square, "/suche?von=31.12.2024"))[0].status_code == 200


async def test_a_page_after_the_last_one_says_so_and_leads_back(square: Square) -> None:
    _, page = await read(square, "/suche?q=baum&ab=40")
    assert "So viele Angebote gibt es hier nicht." in page.text
    assert "/suche?q=baum" in page.links()
    _, page = await read(square, "/suche?ab=9000")
    assert "Noch niemand bietet" not in page.text


async def test_a_text_in_another_language_is_marked_and_has_its_own_direction(square: Square) -> None:
    answer, _ = await read(square, "/suche?q=b%C3%A4ume", "en")
    assert '<span dir="auto" lang="de">Bäume an Wegen</span>' in answer.text
    answer, _ = await read(square, "/suche?q=b%C3%A4ume")
    assert '<span dir="auto">Bäume an Wegen</span>' in answer.text


async def test_a_dataset_has_its_terms_its_schema_and_how_to_ask(square: Square) -> None:
    answer, page = await read(square, f"/suche/angebot?{ROADS}")
    assert "Die Bedingungen in Worten" in page.text
    assert "auf den Seiten ihres eigenen Anschlusses" in page.text
    (schema,) = [str(g["href"]) for tag, g in page.elements if tag == "link" and g.get("type") == "application/ld+json"]
    assert schema.startswith(f"{API}/datasets/")
    assert schema.endswith("roads.schema.json")
    assert "/suche/anfrage" not in answer.text


async def test_the_page_of_a_dataset_has_its_schema_as_data_that_ends_with_its_element() -> None:
    evil = "</script><script>alert(1)</script>"
    square = Square(**list_offers(**{"dct:description": evil, "dcat:keyword": [evil]}))
    await square.crawl()
    answer, _ = await read(square, f"/suche/angebot?{ROADS}")
    (data,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', answer.text)
    assert "<script>alert" not in answer.text
    found = json.loads(data)
    assert (found["@type"], found["name"]) == ("Dataset", "Straßenbaustellen")
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    await square.searching.index.close()


async def test_an_organisation_lists_its_offers_in_pages(square: Square) -> None:
    _, page = await read(square, ORGANISATION)
    assert "2 Angebote" in page.text
    assert f"/suche/angebot?{ROADS}" in page.links()
    answer, _ = await read(square, f"{ORGANISATION}&ab=99999999999999")
    assert answer.status_code == 200


async def test_a_sitemap_with_a_number_that_none_has_is_no_page(square: Square) -> None:
    async with square.browser() as browser:
        for number in ("9" * 5000, "9" * 10, "-1", "1.5", "٣", "x"):
            assert (await browser.get(f"/sitemap-{number}.xml")).status_code == 404, number[:9]


async def test_the_sitemap_leads_to_every_dataset(square: Square) -> None:
    async with square.browser() as browser:
        assert f"Sitemap: {ADDRESS}/sitemap.xml" in (await browser.get("/robots.txt")).text
        index = ET.fromstring((await browser.get("/sitemap.xml")).content)
        (first,) = [found.text or "" for found in index.iter() if found.tag.endswith("loc")]
        sitemap = ET.fromstring((await browser.get(first)).content)
        places = [found.text or "" for found in sitemap.iter() if found.tag.endswith("loc")]
        assert len(places) == 3
        for place in places:
            assert (await browser.get(place)).status_code == 200


async def test_the_language_is_remembered_and_leads_back_here_alone(square: Square) -> None:
    async with square.browser() as browser:
        answer = await browser.get("/sprache/en?zu=/suche%3Fq%3Dbau")
        assert answer.headers["location"] == "/suche?q=bau"
        assert "dk-lang=en" in answer.headers["set-cookie"]
        assert (await browser.get("/sprache/en?zu=//evil.example")).headers["location"] == "/"


async def test_german_pages_have_no_word_of_the_standards(square: Square) -> None:
    for place in PLACES:
        _, page = await read(square, place)
        assert not FORBIDDEN.findall(page.text), place
    for key, sentence in read_chapter("de", "sharing").items():
        assert not FORBIDDEN.findall(sentence), key


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_word_is_explained_and_every_part_of_the_statement_is_there(square: Square, language: str) -> None:
    _, explained = await read(square, "/hilfe", language)
    _, stated = await read(square, "/barrierefreiheit", language)
    chapter = read_chapter("de" if language == "de" else "en", "sharing")
    assert all(chapter[f"means-{word}"] in explained.text for word in WORDS)
    assert all(chapter[f"accessibility-{part}"] in stated.text for part in PARTS)


PORTAL, PORTAL_PAGE = "urn:datenkontor:portal:land", "https://portal.example/dataset/water"
ROLE = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": "planner"}


async def put_special(square: Square) -> None:
    """Put a reference to a portal, an offer with a teaser, and one without."""
    document = {"@id": "water", "dct:title": "Wasserstände", "dct:description": "Pegel der Ruhr."}
    text = json.dumps(document).encode()
    reference = entry("water", "Wasserstände", PORTAL, document=text, via=PORTAL_PAGE, address="")
    portal = source(PORTAL, portal=Portal(kind=PortalKind.CKAN))
    await square.record.apply(Delta(source=portal, upserts=(reference,)), square.space.now)
    audience = json.dumps({"@type": "Offer", "permission": [{"action": "use", "constraint": [ROLE]}]}).encode()
    known = await square.record.source(CITY + "umweltamt")
    assert known is not None
    restricted = (
        entry("plan", "Bauplan Nord", CITY + "umweltamt", audience=audience, teaser=True),
        entry("secret", "Bauplan Süd", CITY + "umweltamt", audience=audience),
    )
    await square.record.apply(Delta(source=known, upserts=restricted), square.space.now)
    await square.searching.follow()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "de",
            ("Verweis auf das Portal land", "Verzeichnet im Portal Stadt", "Diese Daten gibt das Portal selbst ab."),
        ),
        ("en", ("Reference to the portal land", "Listed at the portal Stadt", "The portal gives this data itself.")),
    ],
)
async def test_a_reference_leads_to_its_portal(square: Square, language: str, said: tuple[str, str, str]) -> None:
    await put_special(square)
    place = f"/suche/angebot?teilnehmer={quote(PORTAL, safe='')}&id=water"
    _, found = await read(square, "/suche?q=wasser", language)
    _, page = await read(square, place, language)
    assert said[0] in found.text
    assert {f"{place}&suche=q%3Dwasser", PORTAL_PAGE} <= set(found.links())
    assert all(one in page.text for one in said[1:])
    assert "Pegel der Ruhr." in page.text
    assert PORTAL_PAGE in page.links()
    assert "Anschluss" not in page.text
    _, organisations = await read(square, "/organisationen", language)
    _, portal = await read(square, f"/organisationen/organisation?id={quote(PORTAL, safe='')}", language)
    assert "Stadt Portal" in organisations.text
    assert ("1 Verweis" if language == "de" else "1 reference") in portal.text


@pytest.mark.parametrize(
    ("language", "said", "who"),
    [
        ("de", "Nur der Titel ist sichtbar", "Wer es sieht: "),
        ("en", "Only the title is shown", "Who sees it: "),
    ],
)
async def test_a_teaser_shows_its_title_and_who_sees_the_rest(
    square: Square, language: str, said: str, who: str
) -> None:
    await put_special(square)
    _, found = await read(square, "/suche?q=bauplan", language)
    assert said in found.text
    assert who in found.text
    assert "Bauplan Süd" not in found.text
    for name, status in (("plan", 200), ("secret", 404)):
        place = f"/suche/angebot?teilnehmer={quote(CITY + 'umweltamt', safe='')}&id={name}"
        answer, page = await read(square, place, language)
        assert answer.status_code == status
    place = place.replace("secret", "plan")
    answer, page = await read(square, place, language)
    assert "Bauplan Nord" in page.text
    assert who in page.text
    assert "keine Bedingungen" not in page.text
    assert ".schema.json" not in answer.text
