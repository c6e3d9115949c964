"""The pages of the audit log: filters in the address, a check, and proofs that hold elsewhere."""

import csv
import io

import msgspec
import pytest

from connector.audit.export import verify_export
from connector.controlplane.core import commits
from connector.ports.entities import UserRole
from tests.support.plane import CITY
from tests.web.office import Office, Reading


async def _fill(office: Office) -> None:
    await office.furnish()
    context = office.values.context
    for kind, process, fields in (
        ("received ContractRequestMessage", "urn:n:1", {"peer": CITY}),
        ("answered by a person", "urn:n:1", {"by": "a.kaya"}),
        ("asset published", "urn:d:1", {"class": "internal"}),
        ("refused", "urn:x", {"reason": "=<i>HYPERLINK</i>"}),
    ):
        await office.store.commit([commits.record(context, kind, process, fields)])


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ({}, "Eingegangen: Anfrage", "Kein Eintrag"),
        ({"art": "answered"}, "durch Aylin Kaya", "Eingegangen:"),
        ({"partner": CITY}, "Eingegangen: Anfrage", "HYPERLINK"),
        ({"angebot": "urn:d:1"}, "Angebot: veröffentlicht", "HYPERLINK"),
        ({"bis": "2001-01-01"}, "Kein Eintrag passt", "Eingegangen:"),
        ({"von": "2001-01-01", "vertrag": "urn:a:1"}, "Anfrage einer Lieferung", "HYPERLINK"),
    ],
)
async def test_the_address_chooses_entries(office: Office, query: dict[str, str], shown: str, hidden: str) -> None:
    await _fill(office)
    browser = await office.sign_in(UserRole.AUDITOR)
    page = (await browser.get("/nachweise", params=query)).text
    text = Reading(page).text
    assert shown in text
    assert hidden not in text
    assert "<i>" not in page


async def test_pages_follow_each_other_by_position(office: Office) -> None:
    for number in range(60):
        await office.store.commit([commits.record(office.values.context, "held", f"urn:n:{number}", {})])
    browser = await office.sign_in(UserRole.AUDITOR)
    first = Reading((await browser.get("/nachweise")).text)
    (older,) = [link for link in first.links() if "vor=" in link]
    second = Reading((await browser.get(older)).text)
    assert "Eintrag 0" in second.text
    assert "Zum Anfang der Liste" in second.text


async def test_the_proof_of_an_entry_holds_without_this_connector(office: Office) -> None:
    await _fill(office)
    browser = await office.sign_in(UserRole.AUDITOR)
    entry = (await browser.get("/nachweise/eintrag?nummer=1")).text
    assert "/nachweise/pruefnachweis?nummer=1" in entry
    proof = await browser.get("/nachweise/pruefnachweis?nummer=1")
    assert proof.headers["content-disposition"] == 'attachment; filename="pruefnachweis-1.jsonl"'
    proven = verify_export(proof.content.splitlines())
    leaf = (await office.store.leaves_between("default", 1, 2))[0]
    assert leaf.body in proven.bodies


async def test_the_exports_are_the_log_with_proofs_and_a_sheet(office: Office) -> None:
    await _fill(office)
    browser = await office.sign_in(UserRole.AUDITOR)
    proven = verify_export((await browser.get("/nachweise/export")).content.splitlines())
    assert len(proven.bodies) == proven.size == await office.store.leaf_count("default")
    sheet = (await browser.get("/nachweise/tabelle", params={"partner": CITY})).text.removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(sheet, newline=""), delimiter=";"))
    assert rows[0][0] == "Nummer des Eintrags"
    assert "received ContractRequestMessage" in [row[3] for row in rows[1:]]


async def test_the_check_is_followed_and_works_without_script(office: Office) -> None:
    await _fill(office)
    browser = await office.sign_in(UserRole.AUDITOR)
    assert 'data-follow="/nachweise/pruefen/laufend"' in (await browser.get("/nachweise/pruefen")).text
    done = (await browser.get("/nachweise/pruefen/ergebnis")).text
    assert "Das Prüfprotokoll ist unversehrt" in done
    stream = await browser.get("/nachweise/pruefen/laufend", headers={"accept": "text/event-stream"})
    told = [msgspec.json.decode(line.removeprefix("data: ")) for line in stream.text.split("\n\n") if line]
    assert told[-1]["last"] is True
    assert "unversehrt" in told[-1]["part"]


@pytest.mark.parametrize(
    "place",
    ["?von=morgen", "?bis=9999-12-31", "?art=alles", "?vor=-1", "/eintrag?nummer=x", "/eintrag?nummer=99999"],
)
async def test_an_address_that_nobody_was_given_is_explained(office: Office, place: str) -> None:
    browser = await office.sign_in(UserRole.AUDITOR)
    answer = await browser.get(f"/nachweise{place}")
    assert answer.status_code in {404, 422}
    assert "<h1" in answer.text


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.AUDITOR])
async def test_only_who_examines_opens_the_log(office: Office, role: UserRole) -> None:
    browser = await office.sign_in(role)
    for place in (
        "",
        "/tabelle",
        "/export",
        "/eintrag?nummer=0",
        "/pruefnachweis?nummer=0",
        "/pruefen",
        "/pruefen/laufend",
    ):
        assert (await browser.get(f"/nachweise{place}")).status_code == 403
    assert "/nachweise" not in (await browser.get("/konto")).text
