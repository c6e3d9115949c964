"""The participant as the participant list has it."""

from connector.ports.entities import UserRole
from connector.ports.identity import ListInUse
from tests.support.plane import KEY, ME, NOW
from tests.web.office import Office


async def test_the_own_entry_and_its_keys_are_shown(office: Office) -> None:
    office.desk.list_in_use = ListInUse(version=7, expires_at=NOW)
    browser = await office.sign_in(UserRole.OPERATOR)
    page = (await browser.get("/konto/haus")).text
    for text in (ME, f"{ME}/dsp/2025-1", KEY.kid, "Version 7", "unterschreibt"):
        assert text in page
