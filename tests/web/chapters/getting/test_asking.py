"""A request is asked for in steps: nothing is sent before it was checked, and then exactly what was checked, once."""

import msgspec
import pytest

from connector.ports.entities import PageBounds, UserRole
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from tests.support.plane import CITY, OWNER
from tests.web.getting import DATA, FOUND, LIMITED, MARKETING, OPEN, TRANSPORT, link, make_dataset
from tests.web.office import Office, Reading, find


async def _asked(office: Office) -> list[Negotiation]:
    rows, _ = await office.store.negotiations(OWNER, PageBounds())
    return list(rows)


def _offer(office: Office, *offers: dict[str, object]) -> None:
    office.desk.peer.datasets = [make_dataset(*offers)]


async def test_the_form_lists_the_purposes_that_the_offer_allows_first(office: Office) -> None:
    _offer(office, LIMITED)
    browser = await office.sign_in(UserRole.CONSUMER)
    text = (await browser.get(link("/suche/anfrage", **FOUND))).text
    allowed, beyond = text.split('<optgroup label="Nicht im Angebot')
    assert TRANSPORT in allowed
    assert MARKETING in beyond
    _offer(office, OPEN)
    assert "Nicht im Angebot" not in (await browser.get(link("/suche/anfrage", **FOUND))).text


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({}, "zweck", "Bitte wählen Sie einen Zweck."),
        ({"zweck": TRANSPORT, "bis": "2020-01-01"}, "bis", "Dieser Tag ist schon vorbei."),
        ({"zweck": TRANSPORT, "bis": "morgen"}, "bis", "Bitte geben Sie ein Datum an"),
        ({"zweck": TRANSPORT, "bis": "9999-12-31"}, "bis", "Bitte geben Sie ein Datum an"),
        ({"zweck": "nonsense"}, "zweck", "Zweck"),
    ],
)
async def test_what_is_missing_or_wrong_leads_to_its_field(
    office: Office, given: dict[str, str], field: str, told: str
) -> None:
    _offer(office, LIMITED)
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get(link("/suche/anfrage/pruefen", **FOUND, **given))
    page = Reading(answer.text)
    assert answer.status_code == 422
    assert told in page.text
    assert f"#{field}" in page.links()
    assert await _asked(office) == []


async def test_the_check_shows_what_would_be_asked_and_sends_nothing(office: Office) -> None:
    _offer(office, LIMITED)
    browser = await office.sign_in(UserRole.CONSUMER)
    answers = {"zweck": TRANSPORT, "bis": "2027-06-30"}
    text = Reading((await browser.get(link("/suche/anfrage/pruefen", **FOUND, **answers))).text).text
    assert "Anbieter City Daten Luftqualität am Marktplatz" in text
    assert "Letzter Tag 30. Juni 2027 ändern" in text
    assert "Anders als im Angebot:" in text
    assert "Vor dem 1. Juli 2027" in text.split("Das fragen Sie an")[1]
    assert await _asked(office) == []


async def _send(office: Office, **answers: str) -> tuple[int, str]:
    browser = await office.sign_in(UserRole.CONSUMER)
    check = await browser.get(link("/suche/anfrage/pruefen", **FOUND, **answers))
    mark = find(check.text, r'name="stand" value="(\w+)"')
    sent = await browser.post("/suche/anfrage/senden", data={**FOUND, **answers, "stand": mark})
    return sent.status_code, sent.headers.get("location", "")


async def test_sending_asks_for_exactly_what_was_checked_and_names_who_asked(office: Office) -> None:
    _offer(office, LIMITED)
    status, place = await _send(office, zweck=TRANSPORT, bis="2027-06-30")
    (process,) = await _asked(office)
    assert status == 303
    assert place == link("/anfragen/anfrage", id=process.id, fertig="gesendet")
    assert (process.peer, process.dataset) == (CITY, DATA)
    asked = msgspec.json.decode(process.asked or b"")
    constraints = asked["permission"][0]["constraint"]
    assert {"leftOperand": "odrl:purpose", "operator": "eq", "rightOperand": TRANSPORT} in constraints
    assert any(found["leftOperand"] == "odrl:dateTime" for found in constraints)
    leaves, _ = await office.store.leaves(OWNER, PageBounds(), process_id=process.id)
    assert msgspec.json.decode(leaves[0].body)["fields"]["by"] == "a.kaya"


async def test_a_form_that_is_sent_twice_asks_once(office: Office) -> None:
    _offer(office, OPEN)
    first, second = await _send(office), await _send(office)
    assert first == second
    assert len(await _asked(office)) == 1


async def test_another_purpose_is_asked_for_in_place_of_the_offered_one(office: Office) -> None:
    _offer(office, LIMITED)
    browser = await office.sign_in(UserRole.CONSUMER)
    check = await browser.get(link("/suche/anfrage/pruefen", **FOUND, zweck=MARKETING))
    assert "Dieser Zweck ist nicht im Angebot." in check.text
    await _send(office, zweck=MARKETING)
    (process,) = await _asked(office)
    (rule,) = msgspec.json.decode(process.asked or b"")["permission"]
    assert [found["rightOperand"] for found in rule["constraint"]] == [MARKETING]


async def test_an_offer_that_changed_since_the_check_is_checked_again(office: Office) -> None:
    _offer(office, OPEN)
    browser = await office.sign_in(UserRole.CONSUMER)
    check = await browser.get(link("/suche/anfrage/pruefen", **FOUND))
    mark = find(check.text, r'name="stand" value="(\w+)"')
    _offer(office, {**OPEN, "obligation": [{"action": "attribute"}]})
    answer = await browser.post("/suche/anfrage/senden", data={**FOUND, "stand": mark})
    assert answer.status_code == 409
    assert "Ihre Anfrage ist nicht gesendet." in answer.text
    assert await _asked(office) == []


async def test_terms_that_cannot_be_agreed_are_explained_before_anything_is_sent(office: Office) -> None:
    _offer(office, {**OPEN, "permission": [{"action": "use", "constraint": [
        {"leftOperand": "https://x.example/shoeSize", "operator": "eq", "rightOperand": "42"}]}]})  # fmt: skip
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get(link("/suche/anfrage/pruefen", **FOUND))
    assert answer.status_code == 422
    assert "Diese Bedingungen können hier nicht angenommen werden." in answer.text


async def test_an_offer_that_is_gone_says_so(office: Office) -> None:
    _offer(office, OPEN)
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.get(link("/suche/anfrage", **FOUND, angebot="urn:offer:old"))
    assert answer.status_code == 404
    assert "Dieses Angebot gibt es so nicht mehr." in answer.text


async def test_only_people_who_get_data_send_requests(office: Office) -> None:
    _offer(office, OPEN)
    browser = await office.sign_in(UserRole.PROVIDER, UserRole.RELEASE)
    assert (await browser.post("/suche/anfrage/senden", data=FOUND)).status_code == 403
    assert await _asked(office) == []
