"""The record of processing as a page and as files."""

import csv
import io

from connector.ports.entities import AssetStatus, UserRole
from tests.web.office import Office, Reading
from tests.web.protection import PERSONAL, RIDES, furnish_protection

FILE = "/datenschutz/verzeichnis/datei"


async def test_the_record_names_recipient_purpose_basis_fields_and_deletion(office: Office) -> None:
    await furnish_protection(office)
    text = Reading((await (await office.sign_in(UserRole.AUDITOR)).get("/datenschutz/verzeichnis")).text).text
    assert "Empfänger City" in text
    assert "Zwecke Verkehr und Mobilität verbessern" in text
    assert "fahrt, person, strecke" in text
    assert "Löschung löschen" in text
    assert "urn:d:houses" not in text


async def test_the_record_is_a_table_in_the_language_of_the_reader(office: Office) -> None:
    await furnish_protection(office)
    await office.offer("urn:d:evil", title={"de": "=1+1"}, **PERSONAL)
    browser = await office.sign_in(UserRole.PRIVACY)
    answer = await browser.get(FILE)
    assert answer.headers["content-disposition"] == 'attachment; filename="verzeichnis-der-verarbeitungen.csv"'
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0][:2] == ["Angebot", "Kennung"]
    assert [row[0] for row in rows[1:]] == ["'=1+1", "Gespendete Radfahrten"]
    assert rows[2][rows[0].index("Empfänger")] == "City"
    assert {len(row) for row in rows} == {16}


async def test_the_record_is_json_for_programs(office: Office) -> None:
    browser = await office.sign_in(UserRole.PRIVACY)
    assert (await browser.get(f"{FILE}?form=json")).json() == {"items": []}
    await furnish_protection(office)
    await office.offer("urn:d:gone", status=AssetStatus.WITHDRAWN, **PERSONAL)
    items = (await browser.get(f"{FILE}?form=json")).json()["items"]
    assert [item["dataset"] for item in items] == ["urn:d:gone", RIDES]
    assert items[1]["recipient_name"] == "City"


async def test_the_record_is_for_those_who_protect_release_or_examine(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER, UserRole.CONSUMER, UserRole.OPERATOR)
    for opened in ("/datenschutz/verzeichnis", FILE, "/datenschutz", "/datenschutz/fristen"):
        assert (await browser.get(opened)).status_code == 403
