"""The page of usage: its address is the question, and its table has a drawing and a sheet."""

import csv
import io

import pytest

from connector.ports.changes import AddUsage, CountDenial
from connector.ports.entities import CountedUse, UserRole
from tests.support.plane import CITY, NOW, OWNER
from tests.web.office import Office, Reading

TRAFFIC = "https://w3id.org/dpv#ImproveTransportMobility"


async def _use(office: Office) -> None:
    await office.offer()
    await office.agree(finalized_at=NOW)
    await office.agree("urn:a:2", "urn:d:2", title={"de": "=HYPERLINK()<b>"}, finalized_at=NOW, purposes=())
    use = CountedUse(
        owner=OWNER, agreement_id="urn:a:1", flow_id="urn:t:1", counterparty=CITY, dataset="urn:d:1", providing=True,
        at=NOW, bytes_moved=2_500_000,
    )  # fmt: skip
    await office.store.commit([AddUsage(OWNER, "urn:a:1", uses=1, at=NOW, use=use)])
    await office.store.commit([CountDenial(OWNER, "urn:a:2", NOW)])


async def test_the_page_says_who_used_what_and_what_for(office: Office) -> None:
    await _use(office)
    browser = await office.sign_in(UserRole.RELEASE)
    page = (await browser.get("/nutzung")).text
    text = Reading(page).text
    assert "November 2025 Baustellen und Sperrungen, laufend City Verkehr und Mobilität verbessern 1 1 2,5 MB 0" in text
    assert "November 2025 =HYPERLINK()<b> City kein Zweck genannt 1 0 0 B 1" in text
    assert "<b>" not in page
    assert "Balken für jeden Monat von Dezember 2024 bis November 2025. Lieferungen zusammen: 1." in text
    assert page.count('<rect class="bar"') == 12


async def test_months_without_a_delivery_are_said_and_not_drawn(office: Office) -> None:
    await office.agree(finalized_at=NOW)
    browser = await office.sign_in(UserRole.AUDITOR)
    page = (await browser.get("/nutzung")).text
    assert "In diesem Zeitraum wurde nichts geliefert." in Reading(page).text
    assert "<svg" not in page.partition("<main")[2]
    nothing = (await browser.get("/nutzung", params={"von": "2025-01", "bis": "2025-01"})).text.partition("<main")[2]
    assert "In diesem Zeitraum ist nichts geschehen." in Reading(nothing).text
    assert "<svg" not in nothing
    assert "<dl" not in nothing


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ({"angebot": "urn:d:1"}, "Baustellen", "HYPERLINK"),
        ({"zweck": TRAFFIC}, "Baustellen", "HYPERLINK"),
        ({"partner": "urn:nobody"}, "In diesem Zeitraum ist nichts geschehen", "Baustellen"),
        ({"rolle": "bezieher"}, "Welche Daten anderer", "Baustellen"),
        ({"gruppe": "partner"}, "City 2 1 2,5 MB 1", "Baustellen"),
        ({"von": "2025-10", "bis": "2025-10"}, "nichts geschehen", "Baustellen"),
    ],
)
async def test_the_address_narrows_and_sums_up(office: Office, query: dict[str, str], shown: str, hidden: str) -> None:
    await _use(office)
    browser = await office.sign_in(UserRole.AUDITOR)
    text = Reading((await browser.get("/nutzung", params=query)).text).text
    assert shown in text
    assert hidden not in text


async def test_a_column_sorts_and_turns(office: Office) -> None:
    await _use(office)
    browser = await office.sign_in(UserRole.AUDITOR)
    page = Reading((await browser.get("/nutzung", params={"sortierung": "-abgelehnt"})).text)
    assert page.text.index("HYPERLINK") < page.text.index("Baustellen und")
    sorted_by = [given for tag, given in page.elements if tag == "th" and "aria-sort" in given]
    assert [given["aria-sort"] for given in sorted_by] == ["descending"]
    assert any("sortierung=abgelehnt" in link for link in page.links())


@pytest.mark.parametrize(
    "query", [{"von": "x"}, {"von": "1999-01"}, {"sortierung": "owner"}, {"gruppe": "owner"}, {"seite": "0"}]
)
async def test_an_address_that_nobody_was_given_is_explained(office: Office, query: dict[str, str]) -> None:
    browser = await office.sign_in(UserRole.AUDITOR)
    answer = await browser.get("/nutzung", params=query)
    assert answer.status_code == 422
    assert "<h1" in answer.text


async def test_the_sheet_has_all_rows_and_no_formula(office: Office) -> None:
    await _use(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await browser.get("/nutzung/tabelle", params={"sortierung": "lieferungen"})
    assert answer.headers["content-disposition"] == 'attachment; filename="nutzung-2024-12-2025-11.csv"'
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert rows[0][:4] == ["Monat", "Angebot", "Vertragspartner", "Zweck"]
    assert [row[1] for row in rows[1:]] == ["'=HYPERLINK()<b>", "Baustellen und Sperrungen, laufend"]
    assert rows[2][4:10] == ["1", "1", "2500000", "0", "urn:d:1", CITY]


async def test_who_operates_sees_no_usage(office: Office) -> None:
    browser = await office.sign_in(UserRole.OPERATOR)
    assert (await browser.get("/nutzung")).status_code == 403
