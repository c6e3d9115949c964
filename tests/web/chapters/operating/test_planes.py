"""Data planes in processes of their own are listed, drained and opened again on their page."""

import msgspec

from connector.ports.entities import UserRole
from connector.web.frame.application import PagesHouse
from connector.web.pages import make_pages_app
from tests.support.plane import PAGES
from tests.support.planes import PLANE
from tests.web.office import Office, Reading

PLACE = "/betrieb/datenebenen"


async def test_a_data_plane_is_drained_and_opened_again(office: Office) -> None:
    browser = await office.sign_in(UserRole.OPERATOR)
    page = Reading((await browser.get(PLACE)).text)
    assert f"{PLANE.endpoint} {PLANE.id} nimmt neue Lieferungen angemeldet: 1. November 2026 gold 2" in page.text
    (deed,) = [given for tag, given in page.elements if given.get("name") == "tun"]
    assert deed["value"] == "leeren"
    for act, told in (("leeren", "bekommt keine neuen Lieferungen mehr"), ("oeffnen", "nimmt wieder neue Lieferungen")):
        done = await browser.post(PLACE, data={"id": PLANE.id, "tun": act})
        assert told in (await browser.get(done.headers["location"])).text
    assert (await browser.post(PLACE, data={"id": "urn:none", "tun": "leeren"})).status_code == 404


async def test_a_process_without_signaling_says_what_it_needs(office: Office) -> None:
    values = msgspec.structs.replace(office.values, planes=None)
    office.app = make_pages_app(values, PagesHouse(address=PAGES, provider="Amt"))
    browser = await office.sign_in(UserRole.OPERATOR)
    text = Reading((await browser.get(PLACE)).text).text
    assert "Dieser Prozess bewegt alle Daten selbst." in text
    assert "signaling.port" in text
    assert (await browser.post(PLACE, data={"id": PLANE.id})).status_code == 409
