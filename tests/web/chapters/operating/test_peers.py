"""Participants are excluded with a reason and what follows, and admitted again."""

from connector.ports.changes import PutBlock
from connector.ports.entities import Block, UserRole
from tests.support.plane import CITY, ME, NOW, OWNER
from tests.web.office import Office, Reading, path

ASK = path("/betrieb/ausschliessen", CITY)


async def test_a_participant_is_excluded_and_admitted_again(office: Office) -> None:
    await office.offer()
    await office.ask()
    browser = await office.sign_in(UserRole.OPERATOR, name="o.betrieb")
    page = Reading((await browser.get("/betrieb/teilnehmer")).text)
    assert "City" in page.text
    assert ME not in page.text
    assert ASK in page.links()
    assert "Eine offene Anfrage wird abgelehnt." in (await browser.get(ASK)).text
    assert (await browser.post("/betrieb/ausschliessen", data={"id": CITY, "begruendung": " "})).status_code == 422
    done = await browser.post("/betrieb/ausschliessen", data={"id": CITY, "begruendung": "Missbrauch."})
    text = Reading((await browser.get(done.headers["location"])).text).text
    assert "Der Teilnehmer ist ausgeschlossen." in text
    assert "Aylin Kaya: Missbrauch." in text
    process = await office.store.negotiation(OWNER, "urn:n:1")
    assert process
    assert process.ended or process.pending
    again = await browser.post("/betrieb/zulassen", data={"id": CITY})
    assert "wieder zugelassen" in (await browser.get(again.headers["location"])).text
    assert await office.store.block(OWNER, CITY) is None
    assert (await browser.post("/betrieb/zulassen", data={"id": CITY})).status_code == 404


async def test_who_left_the_list_can_be_admitted_and_nobody_unknown_is_excluded(office: Office) -> None:
    gone = Block(owner=OWNER, participant="urn:gone", at=NOW, by="chief", reason="Weil.")
    await office.store.commit([PutBlock(gone)])
    browser = await office.sign_in(UserRole.OPERATOR)
    assert "urn:gone" in (await browser.get("/betrieb/teilnehmer")).text
    assert (await browser.get(path("/betrieb/ausschliessen", "urn:nobody"))).status_code == 404
