"""What waits: in order, without what has gone on meanwhile."""

from connector.ports.changes import DropHold
from connector.ports.entities import UserRole
from tests.support.plane import OWNER
from tests.web.office import Office


async def test_what_has_gone_on_is_left_out(office: Office) -> None:
    await office.offer()
    for number in range(3):
        await office.ask(f"urn:n:{number}")
    await office.ask("urn:n:gone", held=False)
    browser = await office.sign_in(UserRole.PROVIDER)
    assert (await browser.get("/eingang")).text.count('<li class="entry">') == 3
    await office.store.commit([DropHold(OWNER, "urn:n:1")])
    page = await browser.get("/eingang")
    assert page.text.index("urn%3An%3A0") < page.text.index("urn%3An%3A2")
    assert "urn%3An%3A1" not in page.text


async def test_a_request_for_data_that_was_removed_is_answered_by_who_coordinates(office: Office) -> None:
    await office.ask(dataset="urn:removed")
    for role, may in ((UserRole.PROVIDER, False), (UserRole.RELEASE, True)):
        browser = await office.sign_in(role, name=f"user-{role}")
        page = await browser.get("/eingang/anfrage?id=urn:n:1")
        assert ("/eingang/ablehnen" in page.text) is may
