"""Consents from a file: looked at, refused row by row, recorded together, and taken back."""

import html
import re

import httpx
import msgspec
import pytest

from connector.ports.changes import RecordConsent
from connector.ports.entities import UserRole
from tests.contract import values
from tests.support.plane import NOW, OWNER, SECRET
from tests.web.office import Office, Reading
from tests.web.protection import DPV, PERSON, RIDES, furnish_protection

PATH = "/einwilligungen/einlesen"
TRAFFIC = f"{DPV}ImproveTransportMobility"
SHEET = f"""Person;Zweck;Stand;Angebot;Bis
4711;Verkehr und Mobilität verbessern;widerrufen;{RIDES};
0815;Verkehr und Mobilität verbessern;;{RIDES};31.12.2027
0816;dpv:Marketing;verweigert;;
"""


async def _look(browser: httpx.AsyncClient, sheet: str | bytes) -> httpx.Response:
    content = sheet if isinstance(sheet, bytes) else sheet.encode()
    return await browser.post(f"{PATH}/vorschau", files={"datei": ("einwilligungen.csv", content, "text/csv")})


def _carried(page: str) -> dict[str, str]:
    found = re.search(r'name="eintraege" value="([^"]*)"', page)
    assert found
    return {"eintraege": html.unescape(found[1])}


async def _states(office: Office, person: str) -> list[str]:
    reference = SECRET.person(OWNER, person)
    entries = (await office.store.consents_of(OWNER, [reference], "")).get(reference, ())
    return sorted(entry.state.removeprefix(DPV) for entry in entries)


async def test_a_file_is_shown_recorded_and_taken_back(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    looked = await _look(browser, SHEET)
    text = Reading(looked.text).text
    assert "Die Datei nennt 3 Personen. Noch ist nichts eingetragen." in text
    assert "Neue Einträge: 2." in text
    assert "Einwilligungen, die damit enden: 1." in text
    assert "Zeile 2: Person 4711" in text
    assert "erteilt 31. Dezember 2027 1" in text
    assert await _states(office, "0815") == []
    assert not re.search("0815|4711", _carried(looked.text)["eintraege"])

    done = await browser.post(PATH, data=_carried(looked.text))
    assert "3 Einträge sind gespeichert." in Reading(done.text).text
    assert await _states(office, "4711") == ["ConsentRefused", "ConsentWithdrawn"]
    assert await _states(office, "0815") == ["ConsentGiven"]

    back = await browser.post(f"{PATH}/zuruecknehmen", data=_carried(done.text))
    assert "Zurückgenommene Einträge: 3." in Reading(back.text).text
    assert await _states(office, "4711") == ["ConsentGiven", "ConsentRefused"]
    assert await _states(office, "0815") == ["ConsentUnknown"]
    again = await browser.post(f"{PATH}/zuruecknehmen", data=_carried(done.text))
    assert "Zurückgenommene Einträge: 0." in Reading(again.text).text


async def test_what_was_changed_after_an_import_is_not_taken_back(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    done = await browser.post(PATH, data=_carried((await _look(browser, SHEET)).text))
    newer = values.consent(PERSON, dataset=RIDES, purpose=TRAFFIC, state=f"{DPV}RenewedConsentGiven", at=NOW + 9)
    await office.store.commit([RecordConsent(newer)])
    back = await browser.post(f"{PATH}/zuruecknehmen", data=_carried(done.text))
    text = Reading(back.text).text
    assert "Zurückgenommene Einträge: 2." in text
    assert "Inzwischen geändert und darum unberührt: 1." in text
    assert "RenewedConsentGiven" in await _states(office, "4711")


async def test_every_row_with_an_error_is_named_with_its_line_and_nothing_is_recorded(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY)
    sheet = (
        "person,zweck,stand,angebot,bis\n1,Weltherrschaft,,,\n2,dpv:Marketing,vielleicht,,\n"
        "3,dpv:Marketing,,urn:d:none,\n4,dpv:Marketing,,,morgen\n,dpv:Marketing,,,\n6,dpv:Marketing,,,2020-01-01\n"
        "7,dpv:Marketing\n8,dpv:Marketing,,,\n"
    )
    answer = await _look(browser, sheet)
    text = Reading(answer.text).text
    assert answer.status_code == 422
    assert "7 Zeilen haben einen Fehler" in text
    assert "Gelesene Zeilen: 8." in text
    for said in (
        "2 Den Zweck „Weltherrschaft“ gibt es nicht.", "3 Den Stand „vielleicht“ gibt es nicht.",
        "4 Kein Angebot, oder mehr als eines, heißt „urn:d:none“.", "5 „morgen“ ist kein Tag.",
        "6 Die Person fehlt", "7 Der letzte Tag liegt in der Vergangenheit.", "8 Die Zeile hat mehr oder weniger",
    ):  # fmt: skip
        assert said in text, said
    assert await _states(office, "8") == []


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + bytes(200), "kein lesbarer Text"),
        (b"", "kein lesbarer Text"),
        (b"Person;Zweck\n", "hat keine Zeile"),
        (b"Name;Zweck\n1;2\n", "Die Spalten passen nicht"),
        (b"Person;Zweck;subject\n1;2;3\n", "kommt doppelt vor"),
        (b'Person;Zweck\n"1;2\n', "Anf\u00fchrungszeichen"),
        (b"Person;Zweck\n" + b"1;dpv:Marketing\n" * 1001, "zu viele Zeilen"),
    ],
    ids=["archive", "empty", "header alone", "other columns", "a column twice", "open quote", "too many"],
)
async def test_a_file_that_is_none_is_refused_in_a_sentence(office: Office, content: bytes, said: str) -> None:
    browser = await office.sign_in(UserRole.PRIVACY)
    answer = await _look(browser, content)
    assert answer.status_code == 422
    assert said in Reading(answer.text).text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
async def test_the_files_of_spreadsheets_are_read(office: Office, encoding: str) -> None:
    browser = await office.sign_in(UserRole.PRIVACY)
    answer = await _look(browser, "Person;Zweck\r\nMüller;Verkehr und Mobilität verbessern\r\n".encode(encoding))
    assert "Person Müller" in Reading(answer.text).text


async def test_the_largest_file_fits_through_the_forms(office: Office) -> None:
    browser = await office.sign_in(UserRole.PRIVACY)
    looked = await _look(browser, "Person;Zweck\n" + "".join(f"{at};dpv:Marketing\n" for at in range(1000)))
    done = await browser.post(PATH, data=_carried(looked.text))
    assert "1.000 Einträge" in Reading(done.text).text or "1000 Einträge" in Reading(done.text).text
    back = await browser.post(f"{PATH}/zuruecknehmen", data=_carried(done.text))
    assert back.status_code == 200


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["nobody", 0, 0, 0]],
        [["a" * 64, 0, 0, 9]],
        [["a" * 64, 0, 0, 0, -5]],
        [["a" * 64, 0, 1, 0]],
        [["a" * 64, 2, 1, 0]],
    ],
    ids=["none", "no reference", "no such word", "an end before 1970", "no such state", "no such offer"],
)
@pytest.mark.parametrize("path", [PATH, f"{PATH}/zuruecknehmen"])
async def test_a_form_that_no_page_made_changes_nothing(office: Office, rows: list[object], path: str) -> None:
    browser = await office.sign_in(UserRole.PRIVACY)
    words = ["", TRAFFIC, "urn:d:none"]
    sheet = msgspec.json.encode({"words": words, "rows": rows}).decode()
    answer = await browser.post(path, data={"eintraege": sheet})
    assert answer.status_code in {200, 404, 422}
    assert await office.store.consent_revision(OWNER) == 0


@pytest.mark.parametrize("role", [role for role in UserRole if role is not UserRole.PRIVACY])
async def test_nobody_else_reads_a_file_in(office: Office, role: UserRole) -> None:
    browser = await office.sign_in(role)
    assert (await browser.get(PATH)).status_code == 403
    assert (await _look(browser, SHEET)).status_code == 403
