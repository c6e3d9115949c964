"""The folder of received data: listed, cleaned after a look, and brought back."""

import os
from pathlib import Path

import pytest

from connector.ports.entities import UserRole
from tests.support.plane import NOW
from tests.web.office import Office, Reading, find

PLACE = "/lieferungen/empfangen"
DAY = 86_400_000


def _receive(office: Office, name: str, days: int) -> Path:
    place = office.desk.received / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(b"12345")
    os.utime(place, ((NOW - days * DAY) / 1000,) * 2)
    return place


@pytest.fixture
def office(office: Office) -> Office:
    """An office whose other folders do not lie in the folder of received data."""
    for one in ("data", "derived"):
        (office.desk.received / one).rmdir()
    return office


async def test_old_files_are_removed_after_a_look_and_come_back(office: Office) -> None:
    old, new = _receive(office, "inbox/alt.csv", 100), _receive(office, "inbox/neu.csv", 1)
    browser = await office.sign_in(UserRole.CONSUMER)
    assert PLACE in Reading((await browser.get("/lieferungen")).text).links()
    assert "2 Dateien, zusammen 10 B" in Reading((await browser.get(PLACE)).text).text
    asked = (await browser.get(f"{PLACE}/entfernen?tage=90")).text
    assert "1 Datei entfernen?" in asked
    assert "inbox/alt.csv" in asked
    assert "inbox/neu.csv" not in asked
    assert old.exists()
    form = {"vor": find(asked, r'name="vor" value="(\d+)"')}
    for _ in range(2):
        done = await browser.post(f"{PLACE}/entfernen", data=form)
    assert done.headers["location"].endswith("fertig=nichts")
    assert (old.exists(), new.exists()) == (False, True)
    page = (await browser.get(PLACE)).text
    assert "Entfernt, aber noch da" in page
    back = await browser.post(f"{PLACE}/zurueckholen", data={"am": find(page, r'name="am" value="(\d+)"')})
    text = Reading((await browser.get(back.headers["location"])).text).text
    assert "Die Dateien sind wieder da." in text
    assert "Entfernt, aber noch da" not in text
    assert old.read_bytes() == b"12345"


async def test_who_has_to_delete_leaves_nothing_aside(office: Office) -> None:
    old, new = _receive(office, "inbox/alt.csv", 100), _receive(office, "inbox/neu.csv", 1)
    browser = await office.sign_in(UserRole.CONSUMER)
    form = {"vor": str(NOW - 90 * DAY), "endgueltig": "1"}
    done = await browser.post(f"{PLACE}/entfernen", data=form)
    text = Reading((await browser.get(done.headers["location"])).text).text
    assert "Die Dateien sind endgültig gelöscht." in text
    assert "Entfernt, aber noch da" not in text
    assert (old.exists(), new.exists()) == (False, True)
    assert not (office.desk.received / ".removed").exists()


async def test_an_empty_folder_and_nothing_old_are_said(office: Office) -> None:
    browser = await office.sign_in(UserRole.CONSUMER)
    assert "Hier liegt keine Datei." in (await browser.get(PLACE)).text
    _receive(office, "inbox/neu.csv", 1)
    assert "Nichts zu entfernen" in (await browser.get(f"{PLACE}/entfernen?tage=90")).text


@pytest.mark.parametrize("days", ["", "0", "-1", "viele", "3651", "99999", "1.5", "٣"])
async def test_an_age_that_is_none_is_told_at_its_field(office: Office, days: str) -> None:
    _receive(office, "inbox/alt.csv", 100)
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get(f"{PLACE}/entfernen", params={"tage": days})
    assert answer.status_code == 422
    assert [given["id"] for _, given in Reading(answer.text).elements if given.get("aria-invalid")] == ["tage"]


@pytest.mark.parametrize(("path", "form"), [
    ("entfernen", {"vor": "morgen"}), ("entfernen", {"vor": str(NOW + DAY)}), ("zurueckholen", {"am": "../.."}),
])  # fmt: skip
async def test_a_time_that_no_page_wrote_moves_nothing(office: Office, path: str, form: dict[str, str]) -> None:
    kept = _receive(office, "inbox/alt.csv", 100)
    browser = await office.sign_in(UserRole.CONSUMER)
    assert (await browser.post(f"{PLACE}/{path}", data=form)).status_code == 422
    assert kept.exists()


async def test_very_many_files_are_shown_page_by_page_and_names_are_text(office: Office) -> None:
    for number in range(60):
        _receive(office, f"inbox/<b>{number}.csv", 100)
    browser = await office.sign_in(UserRole.CONSUMER)
    first, second = (await browser.get(PLACE)).text, (await browser.get(f"{PLACE}?nach=50")).text
    assert (first.count("<tr>"), second.count("<tr>")) == (51, 11)
    assert "<b>" not in first
    assert "und 40 weitere" in (await browser.get(f"{PLACE}/entfernen?tage=90")).text


@pytest.mark.parametrize("role", [UserRole.PROVIDER, UserRole.OPERATOR, UserRole.AUDITOR])
async def test_only_who_gets_data_sees_what_arrived(office: Office, role: UserRole) -> None:
    browser = await office.sign_in(role)
    assert (await browser.get(PLACE)).status_code == 403
    assert (await browser.post(f"{PLACE}/entfernen", data={"vor": str(NOW)})).status_code == 403
