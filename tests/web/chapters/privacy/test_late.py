"""Late duties: who owes what, a reminder to send, and the note that it is done."""

from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from connector.ports.entities import PageBounds, UserRole
from tests.support.plane import OWNER
from tests.web.office import Office, Reading
from tests.web.protection import furnish_protection

DONE = {"id": "urn:a:rides", "pflicht": "obligation/0", "vermerk": "Brief vom 3. Mai"}


async def test_a_late_deletion_names_who_owes_it_and_has_a_letter(office: Office) -> None:
    await furnish_protection(office)
    page = Reading((await (await office.sign_in(UserRole.PRIVACY)).get("/datenschutz/fristen")).text)
    assert "City schuldet: löschen" in page.text
    (letter,) = [link for link in page.links() if link.startswith("mailto:")]
    said = parse_qs(urlsplit(letter).query)
    assert said["subject"] == ["Erinnerung: löschen („Gespendete Radfahrten“)"]
    assert "\r\n" in said["body"][0]
    assert "urn:a:rides" in said["body"][0]


async def test_a_confirmation_is_noted_with_the_name_and_ends_the_entry(office: Office) -> None:
    await furnish_protection(office)
    browser = await office.sign_in(UserRole.PRIVACY, name="p.schutz")
    done = await browser.post("/datenschutz/erledigt", data=DONE)
    page = await browser.get(done.headers["location"])
    assert "als verspätet erfüllt eingetragen" in page.text
    assert "Nichts ist überfällig." in page.text
    leaves, _ = await office.store.leaves(OWNER, PageBounds(), process_id="urn:a:rides")
    assert msgspec.json.decode(leaves[-1].body)["fields"]["evidence"] == {"by": "receipt", "person": "p.schutz"}
    assert b"Brief" not in leaves[-1].body


@pytest.mark.parametrize("role", [UserRole.AUDITOR, UserRole.CONSUMER, UserRole.PROVIDER])
async def test_others_confirm_nothing(office: Office, role: UserRole) -> None:
    await furnish_protection(office)
    assert (await (await office.sign_in(role)).post("/datenschutz/erledigt", data=DONE)).status_code == 403
