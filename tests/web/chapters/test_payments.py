"""The payments of an agreement on its page: recorded as people write them, once, and taken back."""

import asyncio
import re
from datetime import UTC, datetime

import httpx
import pytest

from connector.controlplane.usecases import payments
from connector.ports.entities import Payment, PaymentState, UserRole
from connector.protocol.dsp.common import Role
from tests.pages.page import Page
from tests.support.plane import OWNER
from tests.web.office import Office, path

PLACE = "/vertraege/zahlungen"
PAGE = path(PLACE, "urn:a:1")
BACK = f"{PLACE}/zuruecknehmen"


async def _entries(office: Office) -> list[Payment]:
    (agreement,) = await office.store.agreements_named(OWNER, "urn:a:1")
    return list(await office.store.payments(OWNER, agreement.key))


async def _fill(browser: httpx.AsyncClient, **typed: str) -> dict[str, str]:
    """Return the form for the next entry, filled in."""
    (form,) = [one for one in Page((await browser.get(PAGE)).text).forms() if one.path == PLACE]
    return {**form.fields, **typed}


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("day", ["31.12.2026", "31. 12. 2026", "2026-12-31"])
async def test_a_payment_is_recorded_with_a_german_amount_and_day(office: Office, day: str, language: str) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER, language=language)
    assert PAGE in (await browser.get(path("/vertraege/vertrag", "urn:a:1"))).text.replace("&amp;", "&")
    done = await browser.post(PLACE, data=await _fill(browser, zahlung="settled", betrag="1.250,50 €", bis=day))
    (entry,) = await _entries(office)
    assert (entry.state, entry.amount, entry.by) == (PaymentState.SETTLED, "1250.50", "a.kaya")
    assert entry.until == datetime(2027, 1, 1, tzinfo=UTC).timestamp() * 1000
    text = Page((await browser.get(done.headers["location"])).text).text
    assert ("1.250,50 €" if language == "de" else "1,250.50 €") in text
    assert ("bezahlt bis 31. Dezember 2026" if language == "de" else "paid until 31 December 2026") in text


async def test_a_form_from_two_tabs_at_once_is_one_entry(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.RELEASE)
    form = await _fill(browser, zahlung="settled", betrag="9,50")
    answers = await asyncio.gather(*(browser.post(PLACE, data=form) for _ in range(2)))
    assert [answer.status_code for answer in answers] == [303, 303]
    assert len(await _entries(office)) == 1


async def test_an_entry_that_crosses_with_another_one_is_shown_again_as_typed(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.RELEASE)
    form = await _fill(browser, zahlung="settled", betrag="9,50")
    await payments.record(office.values.evaluator, "urn:a:1", PaymentState.DUE, by="key")
    answer = await browser.post(PLACE, data=form)
    assert answer.status_code == 409
    assert "Inzwischen wurde eine andere Zahlung eingetragen" in answer.text
    assert 'value="9,50"' in answer.text
    assert [entry.state for entry in await _entries(office)] == [PaymentState.DUE]
    (again,) = [one for one in Page(answer.text).forms() if one.path == PLACE]
    assert (await browser.post(PLACE, data=again.fields)).status_code == 303


async def test_an_entry_is_taken_back_and_stays_visible(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    await browser.post(PLACE, data=await _fill(browser, zahlung="settled", betrag="9,50"))
    (form,) = [one for one in Page((await browser.get(PAGE)).text).forms() if one.path == BACK]
    for _ in range(2):
        done = await browser.post(BACK, data=form.fields)
    page = Page((await browser.get(done.headers["location"])).text)
    assert "bezahlt bisher: 0 €" in page.text
    assert "zurückgenommen (war: bezahlt)" in page.text
    assert "nimmt Eintrag 1 zurück" in page.text
    # A number beside a day would be read as another day.
    assert re.search(r"\d{4}, \d\d:\d\d( Uhr)? Eintrag 1 ", page.text)
    assert not [one for one in page.forms() if one.path == BACK]
    assert len(await _entries(office)) == 2


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"betrag": "viel"}, "Der Betrag ist keine Zahl"),
        ({"betrag": "0"}, "Der Betrag ist keine Zahl über null"),
        ({"bis": "31.2.2026"}, "Der letzte Tag ist kein Datum"),
        ({"bis": "31.12.9999"}, "Der letzte Tag ist kein Datum"),
        ({"bis": "1.1.2020"}, "Vergangenheit"),
        ({"zahlung": "gift"}, "Bitte wählen Sie aus"),
    ],
)
async def test_what_is_wrong_is_said_and_nothing_is_recorded(office: Office, typed: dict[str, str], told: str) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    answer = await browser.post(PLACE, data=await _fill(browser, **{"zahlung": "settled", **typed}))
    assert answer.status_code == 422
    assert told in answer.text
    assert not await _entries(office)


@pytest.mark.parametrize("role", [UserRole.AUDITOR, UserRole.PRIVACY, UserRole.CONSUMER])
async def test_who_only_reads_records_nothing(office: Office, role: UserRole) -> None:
    await office.furnish()
    browser = await office.sign_in(role)
    page = Page((await browser.get(PAGE)).text)
    assert not [one for one in page.forms() if one.path == PLACE]
    for target, more in ((PLACE, {"zahlung": "settled", "stand": "0"}), (BACK, {"nummer": "1"})):
        assert (await browser.post(target, data={"id": "urn:a:1", **more})).status_code == 403
    assert not await _entries(office)


async def test_payments_of_an_agreement_of_a_consumer_are_the_affair_of_the_provider(office: Office) -> None:
    await office.agree(role=Role.CONSUMER)
    browser = await office.sign_in(UserRole.PROVIDER)
    assert PLACE not in (await browser.get(path("/vertraege/vertrag", "urn:a:1"))).text
    answer = await browser.post(PLACE, data={"id": "urn:a:1", "zahlung": "settled", "stand": "0"})
    assert answer.status_code == 422
    assert not await _entries(office)
