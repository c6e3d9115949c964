"""What a product can be made of: own offers that are not withdrawn, and agreements under which data comes."""

from connector.ports.entities import AssetStatus, UserRole
from connector.protocol.dsp.common import Role
from connector.web.offering.places import STREAMS
from tests.pages.page import Page
from tests.web.office import Office


async def test_own_offers_and_agreements_as_consumer_can_be_chosen(office: Office) -> None:
    await office.offer("urn:d:own", title={"de": "Eigenes"})
    await office.offer("urn:d:gone", title={"de": "Zurückgezogenes"}, status=AssetStatus.WITHDRAWN)
    await office.offer("urn:d:live", title={"de": "Strom"}, source={"kind": "mqtt", "url": "mqtt://x", "topic": "a"})
    await office.agree("urn:a:in", dataset="urn:d:far", role=Role.CONSUMER, title={"de": "Bezogenes"})
    await office.agree("urn:a:out", dataset="urn:d:own", title={"de": "Geliefertes"})
    browser = await office.sign_in(UserRole.PROVIDER)
    page = Page((await browser.get("/neues-angebot/rezept")).text)
    options = [one.text for one in page.all("option") if (one.get("value") or "").startswith(("asset:", "agreement:"))]
    assert options == ["Eigenes · eigenes Angebot", "Bezogenes · Vertrag mit City"]


async def test_no_kind_of_stream_can_be_chosen(office: Office) -> None:
    for kind in sorted(STREAMS):
        await office.offer(f"urn:d:{kind}", title={"de": kind}, source={"kind": kind})
    browser = await office.sign_in(UserRole.PROVIDER)
    page = Page((await browser.get("/neues-angebot/rezept")).text)
    assert not [one for one in page.all("option") if (one.get("value") or "").startswith("asset:")]
