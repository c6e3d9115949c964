"""The agreements: listed with names and ends, read in words, ended with a reason."""

import msgspec
import pytest

from connector.controlplane.enforcing import ledger, receipts
from connector.policy.model.policy import DK
from connector.ports.entities import DutyState, PageBounds, UserRole
from connector.protocol.dsp.common import Role
from tests.pages.page import Page
from tests.support.plane import CITY, ME, OWNER
from tests.web.office import OFFER, Office, Reading, encode, path

AGREEMENT = path("/vertraege/vertrag", "urn:a:1")


async def test_the_list_has_titles_names_states_and_ends(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.CONSUMER)
    text = Reading((await browser.get("/vertraege")).text).text
    assert "Baustellen und Sperrungen, laufend City läuft ohne festes Ende Wir liefern" in text


async def test_an_agreement_shows_its_text_duties_and_deliveries(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.AUDITOR)
    page = await browser.get(AGREEMENT)
    text = Reading(page.text).text
    assert "mit City · seit 23. November 2025 · ohne festes Ende" in text
    assert "24. November 2025, 16:00 Uhr Abruf läuft" in text
    assert "löschen offen 31. Dezember 2027" in text
    assert "Zweck: Verkehr und Mobilität verbessern." in text
    assert "/vertraege/beenden" not in page.text


async def test_an_agreement_ends_after_a_question_with_a_reason_and_a_name(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.RELEASE)
    key = (await office.store.agreements_named(OWNER, "urn:a:1"))[0].key
    ask = path("/vertraege/beenden", key)
    assert ask in (await browser.get(AGREEMENT)).text
    assert "lässt sich nicht rückgängig machen" in (await browser.get(ask)).text
    assert (await browser.post("/vertraege/beenden", data={"id": key, "begruendung": " "})).status_code == 422
    done = await browser.post("/vertraege/beenden", data={"id": key, "begruendung": "Zweck erreicht."})
    page = await browser.get(done.headers["location"])
    assert "Der Vertrag ist beendet." in page.text
    assert "Zweck erreicht." in page.text
    assert ask not in page.text
    assert "schon zu Ende" in (await browser.get(ask)).text
    leaves, _ = await office.store.leaves(OWNER, PageBounds(), process_id=key)
    assert msgspec.json.decode(leaves[-1].body)["fields"]["by"] == "a.kaya"


@pytest.mark.parametrize("role", [UserRole.PROVIDER, UserRole.PRIVACY, UserRole.AUDITOR, UserRole.CONSUMER])
async def test_only_who_coordinates_ends_an_agreement(office: Office, role: UserRole) -> None:
    await office.furnish()
    browser = await office.sign_in(role)
    form = {"id": "urn:a:1", "begruendung": "Weil."}
    assert (await browser.post("/vertraege/beenden", data=form)).status_code == 403
    assert (await office.store.agreements_named(OWNER, "urn:a:1"))[0].withdrawn_at is None


async def test_an_agreement_of_a_consumer_is_not_ended_here(office: Office) -> None:
    await office.agree(role=Role.CONSUMER)
    browser = await office.sign_in(UserRole.RELEASE)
    assert "Wir beziehen" in (await browser.get("/vertraege")).text
    assert (await browser.post("/vertraege/beenden", data={"id": "urn:a:1", "begruendung": "x"})).status_code == 409


async def test_naming_the_source_is_promised_and_not_done_at_once(office: Office) -> None:
    await office.furnish()
    attribute = {"action": "odrl:attribute", "uid": "urn:duty:name", "constraint": [
        {"leftOperand": DK + "notice", "operator": "eq", "rightOperand": "Stadt Bochum"},
    ]}  # fmt: skip
    terms = {**OFFER, "@type": "Agreement", "@id": "urn:a:named", "obligation": [attribute]}
    await office.agree("urn:a:named", document=encode(terms, target="urn:d:1", assigner=ME, assignee=CITY))
    (agreement,) = await office.store.agreements_named(OWNER, "urn:a:named")
    (named,) = await receipts.list_standings(office.values.evaluator, agreement.key)
    evidence = {"accepted": "Stadt Bochum"}
    entry = ledger.make_entry(
        office.desk.rooms.context, agreement, named.duty, named.action, DutyState.FULFILLED, evidence, {}
    )
    await office.store.commit(entry)
    browser = await office.sign_in(UserRole.CONSUMER)
    text = Reading((await browser.get(path("/vertraege/vertrag", "urn:a:named"))).text).text
    assert "Quelle nennen Stadt Bochum zugesagt, gilt bei jeder Nutzung" in text
    assert "erfüllt" not in text


async def test_a_duty_is_reported_as_done_on_the_page_of_its_contract(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    page = Page((await browser.get(AGREEMENT)).text)
    (form,) = [one for one in page.forms() if one.path == "/vertraege/pflicht"]
    for _ in range(2):
        done = await browser.post(form.path, data={**form.fields, "vermerk": "Schreiben vom 3. Mai"})
        assert done.status_code == 303
    after = Page((await browser.get(done.headers["location"].partition("#")[0])).text)
    assert "Die Pflicht ist als erledigt eingetragen." in after.text
    assert [one for one in after.forms() if one.path == "/vertraege/pflicht"] == []
    key = (await office.store.agreements_named(OWNER, "urn:a:1"))[0].key
    (event,) = await office.store.duties(OWNER, key, occasions=[])
    assert event.state is DutyState.FULFILLED


@pytest.mark.parametrize("role", [UserRole.CONSUMER, UserRole.AUDITOR])
async def test_who_has_no_part_in_a_duty_does_not_report_it(office: Office, role: UserRole) -> None:
    await office.furnish()
    key = (await office.store.agreements_named(OWNER, "urn:a:1"))[0].key
    browser = await office.sign_in(role)
    assert "/vertraege/pflicht" not in (await browser.get(AGREEMENT)).text
    answer = await browser.post("/vertraege/pflicht", data={"id": key, "pflicht": "obligation/0"})
    assert answer.status_code == 403
