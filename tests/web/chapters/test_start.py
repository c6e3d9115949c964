"""The first page by role, and the number in the menu that stays fresh."""

import asyncio

import pytest

from connector.ports.changes import DropHold, PutProcess
from connector.ports.entities import AssetStatus, DataClass, UserRole, Veto
from connector.protocol.dsp.common import Role
from connector.web.frame import streams
from connector.web.frame.visit import PagesDesk
from tests.contract import values
from tests.support.plane import OWNER
from tests.web.office import CITY, NOW, Office, Reading


async def test_who_operates_sees_the_state_of_the_system_and_no_contracts(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.OPERATOR)
    page = await browser.get("/")
    assert "Alles funktioniert." in page.text
    assert "Baustellen" not in page.text
    assert [
        link for link in Reading(page.text).links() if link.startswith(("/eingang", "/angebote", "/vertraege"))
    ] == []
    for opened in ("/eingang", "/angebote", "/vertraege"):
        answer = await browser.get(opened)
        assert (answer.status_code, "Ihre Rollen öffnen diese Seite nicht" in answer.text) == (403, True)
    office.desk.warning = "The store is closed: open it again."
    assert "Die Datenbank ist geschlossen" in (await browser.get("/")).text


async def test_who_gets_data_sees_agreements_and_no_drafts(office: Office) -> None:
    await office.furnish()
    page = await (await office.sign_in(UserRole.CONSUMER)).get("/")
    assert "Neueste Verträge" in page.text
    assert "Entwürfe" not in page.text
    assert 'href="/angebote"' not in page.text


@pytest.mark.parametrize(
    ("role", "told"),
    [
        (UserRole.RELEASE, "„Baustellen und Sperrungen, laufend“ wartet auf die Freigabe"),
        (UserRole.PRIVACY, "„Baustellen und Sperrungen, laufend“ soll freigegeben werden"),
        (UserRole.PROVIDER, "Entwürfe, die noch niemand sieht Baustellen"),
    ],
)
async def test_an_offer_that_waits_needs_who_releases_it(office: Office, role: UserRole, told: str) -> None:
    await office.offer("urn:d:2", status=AssetStatus.DRAFT, data_class=DataClass.PERSONAL)
    text = Reading((await (await office.sign_in(role)).get("/")).text).text
    assert told in text
    assert ("Im Moment nichts." in text) == (role is UserRole.PROVIDER)


async def test_the_main_button_is_what_waits_and_else_what_one_does(office: Office) -> None:
    """The search is one place of many, unless it is what a person comes for."""

    async def list_main(role: UserRole) -> list[str]:
        page = Reading((await (await office.sign_in(role, name=f"x.{role}")).get("/")).text)
        main = [given for tag, given in page.elements if given.get("class") == "button" and tag in {"a", "button"}]
        return [(given.get("href") or "Suche").partition("?")[0] for given in main]

    assert await list_main(UserRole.PROVIDER) == ["/neues-angebot/daten"]
    assert await list_main(UserRole.CONSUMER) == ["Suche"]
    await office.furnish()
    assert await list_main(UserRole.PROVIDER) == ["/eingang/anfrage"]
    assert await list_main(UserRole.RELEASE) == ["/eingang/anfrage"]


async def test_a_veto_is_told_to_who_makes_offers_with_its_reason(office: Office) -> None:
    veto = Veto(by="d.datum", at=NOW, reason="Ohne Namen bitte.")
    await office.offer("urn:d:2", status=AssetStatus.DRAFT, data_class=DataClass.PERSONAL, veto=veto)
    text = Reading((await (await office.sign_in(UserRole.PROVIDER)).get("/")).text).text
    assert "Einspruch des Datenschutzes gegen „Baustellen und Sperrungen, laufend“" in text
    assert "Ohne Namen bitte." in text


async def test_who_gets_data_sees_own_open_requests(office: Office) -> None:
    for name, state in (("urn:n:1", "REQUESTED"), ("urn:n:2", "TERMINATED")):
        asked = values.negotiation(name, role=Role.CONSUMER, state=state, peer=CITY, title={"de": f"Daten {name}"})
        await office.store.commit([PutProcess(asked, None)])
    page = await (await office.sign_in(UserRole.CONSUMER)).get("/")
    assert "Antworten auf Ihre Anfragen" in page.text
    assert "Daten urn:n:1" in page.text
    assert "Daten urn:n:2" not in page.text


async def test_the_menu_counts_what_waits_and_a_stream_tells_of_changes(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "1 wartet" in (await browser.get("/konto")).text
    seen: list[bytes] = []
    pages: PagesDesk = office.app._pages  # type: ignore[attr-defined]
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items()).encode()
    headers = [(b"host", b"pages.example"), (b"cookie", cookie), (b"accept", b"text/event-stream")]
    scope = {"type": "http", "method": "GET", "path": "/eingang/laufend", "query_string": b"", "headers": headers}
    begun, gone = asyncio.Event(), asyncio.Event()

    async def receive() -> dict[str, object]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        seen.append(message.get("body", b""))  # type: ignore[arg-type]
        if message.get("body"):
            begun.set()

    task = asyncio.create_task(office.app(scope, receive, send))  # type: ignore[arg-type]
    await asyncio.wait_for(begun.wait(), 5)
    assert b'"count":1,"text":"1 wartet"' in b"".join(seen)
    assert pages.streams.count == 1
    await office.store.commit([DropHold(OWNER, "urn:n:1")])
    pages.stopping.set()
    await asyncio.wait_for(task, 5)
    assert pages.streams.count == 0
    gone.set()


async def test_open_streams_are_bounded(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    pages: PagesDesk = office.app._pages  # type: ignore[attr-defined]
    for place in range(streams.MOST_STREAMS):
        assert pages.streams.enter(f"somebody-{place}")
    assert (await browser.get("/eingang/laufend")).status_code == 503


async def test_one_person_keeps_nobody_else_from_what_is_live(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    pages: PagesDesk = office.app._pages  # type: ignore[attr-defined]
    while pages.streams.enter("a.kaya"):
        pass
    assert pages.streams.count == streams.STREAMS_OF_ONE
    assert (await browser.get("/eingang/laufend")).status_code == 503
    assert pages.streams.enter("b.adler")


async def test_the_first_page_leads_to_the_search_for_all_but_the_operators(office: Office) -> None:
    assert 'action="/suche"' in (await (await office.sign_in(UserRole.CONSUMER)).get("/")).text
    operator = await office.sign_in(UserRole.OPERATOR, name="o.peration")
    assert 'action="/suche"' not in (await operator.get("/")).text
