"""The requests of this participant: seen as they go on, until there is an agreement to get data under."""

import pytest

from connector.ports.changes import PutAgreement, PutProcess
from connector.ports.entities import UserRole
from connector.protocol.dsp.machines.machine import Ended, Pending
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from tests.contract import values
from tests.support.plane import CITY, OWNER
from tests.web.getting import follow, link, make_agreement, make_delivery, make_request
from tests.web.office import Office, Reading

ASKED = link("/anfragen/anfrage", id="urn:n:own")


async def _open(office: Office, *roles: UserRole, **changed: object) -> str:
    await office.store.commit([PutProcess(make_request(**changed), None)])
    browser = await office.sign_in(*(roles or (UserRole.CONSUMER,)))
    return Reading((await browser.get(ASKED)).text).text


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (None, "Ihre Anfrage ist gespeichert und wird an City gesendet."),
        ("REQUESTED", "City hat Ihre Anfrage und antwortet, sobald sie geprüft ist."),
        ("OFFERED", "City bietet andere Bedingungen an."),
        ("AGREED", "City hat zugesagt."),
    ],
)
async def test_a_request_says_where_it_stands(office: Office, state: str | None, told: str) -> None:
    text = await _open(office, state=state)
    assert told in text
    assert "Lieferung starten" not in text


async def test_nothing_is_said_to_be_sent_before_it_is(office: Office) -> None:
    text = await _open(office, state=None)
    assert "wird gesendet" in text
    assert "erledigt" not in text
    assert "geschlossen ist" not in text


async def test_a_refusal_has_the_words_of_the_provider(office: Office) -> None:
    text = await _open(office, state="TERMINATED", ended=Ended("refused", "Nicht für Werbung.", CITY))
    assert "City schreibt: „Nicht für Werbung.“" in text
    assert "Angebot noch einmal ansehen" in text


async def test_a_provider_that_cannot_be_reached_is_named_with_the_fault(office: Office) -> None:
    pending = Pending("ContractRequestMessage", "REQUESTED", b"{}", attempts=2, fault="It does not answer.")
    assert "City ist gerade nicht zu erreichen." in await _open(office, state=None, pending=pending)


async def test_an_agreement_leads_to_the_delivery(office: Office) -> None:
    await office.store.commit([PutAgreement(make_agreement())])
    done = {"state": "FINALIZED", "agreement_id": "urn:a:own"}
    assert "Lieferung starten" in await _open(office, **done)
    await office.store.commit([PutProcess(make_delivery(), None)])
    browser = await office.sign_in(UserRole.CONSUMER)
    assert "Zur Lieferung" in (await browser.get(ASKED)).text
    examiner = await office.sign_in(UserRole.AUDITOR, name="p.pruefung")
    assert "/lieferungen/beginnen" not in (await examiner.get(ASKED)).text


async def test_the_steps_of_a_request_arrive_as_they_happen_and_the_stream_ends_with_it(office: Office) -> None:
    await office.store.commit([PutProcess(make_request(), None)])
    browser = await office.sign_in(UserRole.CONSUMER)

    async def end() -> None:
        await office.desk.become("urn:n:own", "TERMINATED", reason="Nein.")

    told = await follow(office, browser, link("/anfragen/laufend", id="urn:n:own"), end)
    assert "antwortet, sobald sie geprüft ist" in told[0]["part"]
    assert not told[0]["last"]
    assert "wird kein Vertrag" in told[-1]["part"]
    assert told[-1]["last"]


async def test_a_request_is_withdrawn_with_a_reason_after_a_question(office: Office) -> None:
    await _open(office, peer_pid="urn:peer:1")
    browser = await office.sign_in(UserRole.CONSUMER)
    ask = link("/anfragen/zurueckziehen", id="urn:n:own")
    assert "Sie können später neu anfragen." in (await browser.get(ask)).text
    empty = await browser.post("/anfragen/zurueckziehen", data={"id": "urn:n:own", "begruendung": " "})
    assert empty.status_code == 422
    sent = await browser.post("/anfragen/zurueckziehen", data={"id": "urn:n:own", "begruendung": "Hat sich erledigt."})
    assert sent.status_code == 303
    process = await office.store.negotiation(OWNER, "urn:n:own")
    assert isinstance(process, Negotiation)
    assert process.pending
    assert process.pending.message == "ContractNegotiationTerminationMessage"


async def test_a_request_of_another_participant_is_not_one_of_ours(office: Office) -> None:
    await office.ask()
    browser = await office.sign_in(UserRole.CONSUMER, UserRole.PROVIDER)
    assert (await browser.get(link("/anfragen/anfrage", id="urn:n:1"))).status_code == 404
    sent = await browser.post("/anfragen/zurueckziehen", data={"id": "urn:n:1", "begruendung": "x"})
    assert sent.status_code == 404


async def test_the_list_has_the_own_requests_alone_however_many_others_there_are(office: Office) -> None:
    for number in range(60):
        await office.store.commit([PutProcess(values.negotiation(f"urn:n:{number}", peer=CITY), None)])
    await office.store.commit([PutProcess(make_request(created_at=1), None)])
    browser = await office.sign_in(UserRole.CONSUMER)
    text = (await browser.get("/anfragen")).text
    assert text.count("/anfragen/anfrage?id=") == 1


async def test_an_empty_list_leads_to_the_search(office: Office) -> None:
    browser = await office.sign_in(UserRole.CONSUMER)
    assert "Sie haben noch nichts angefragt." in (await browser.get("/anfragen")).text
