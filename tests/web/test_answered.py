"""Who comes second learns who has answered, and how."""

import pytest

from connector.ports.entities import UserRole
from tests.support.plane import OWNER
from tests.web.office import Office, path

FORM = {"id": "urn:n:1", "stand": "1", "begruendung": "Nein."}


@pytest.mark.parametrize(
    ("action", "told"),
    [("zustimmen", "zugestimmt"), ("ablehnen", "abgelehnt"), ("zurueckgeben", "Ihr Angebot unverändert zurückgegeben")],
)
async def test_the_second_person_reads_what_the_first_one_did(office: Office, action: str, told: str) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.RELEASE, person="Bela <b>Adler</b>")
    await browser.post(f"/eingang/{action}", data=FORM)
    answer = await browser.get(path("/eingang/anfrage", "urn:n:1"))
    assert answer.status_code == 409
    assert f"Bela &lt;b&gt;Adler&lt;/b&gt; hat am 24. November 2025, 16:00 Uhr {told}." in answer.text


async def test_a_request_that_no_person_answered_has_come_to_an_end(office: Office) -> None:
    await office.furnish()
    await office.desk.become("urn:n:1", "TERMINATED", reason="gone", held=False)
    assert await office.store.negotiation(OWNER, "urn:n:1")
    browser = await office.sign_in(UserRole.RELEASE)
    answer = await browser.get(path("/eingang/anfrage", "urn:n:1"))
    assert (answer.status_code, "hat sich erledigt" in answer.text) == (409, True)
