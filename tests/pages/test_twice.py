"""Each form sent twice, sent from a second tab, or sent after going back: it is done once, and answered with a page."""

from typing import Any

import httpx
import pytest

from connector.controlplane.usecases import manual_steps
from connector.ports.entities import UserRole
from tests.pages.page import Form, Page
from tests.pages.test_forms import SIGNING_OUT, TYPED
from tests.pages.walk import walk
from tests.pages.world import furnish
from tests.web.office import PASSWORD, Office

_OF_PEOPLE = {"sessions", "leaves", "leaf_counts"}
AGAIN = {
    "/betrieb/ausschliessen": "the end of a process is owed until the counterparty has heard it",
    "/einwilligungen/link": "a link is shown once, and a new one ends the one before",
}
"""What is done once more if a person asks once more, with the reason."""
SHOWN_ONCE = ("/einwilligungen/link", "/konto/personen/person/link")
"""The answers that show what nobody can see again: they cannot lead to another page."""


def _take(office: Office) -> dict[str, dict[Any, Any]]:
    tables = vars(office.store._tables).items()
    return {name: dict(table) for name, table in tables if isinstance(table, dict)}


def _put_back(office: Office, taken: dict[str, dict[Any, Any]]) -> None:
    for name, rows in taken.items():
        table = getattr(office.store._tables, name)
        table.clear()
        table.update(rows)


def _compare(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [name for name in before if name not in _OF_PEOPLE and before[name] != after[name]]


async def _list_forms(office: Office, browser: httpx.AsyncClient) -> list[tuple[str, Form]]:
    walked = await walk(browser)
    return [entry for entry in walked.forms.values() if entry[1].path not in SIGNING_OUT and not entry[1].upload]


def _fill(form: Form) -> dict[str, str]:
    """Return a form as a person sends it: with a reason, a choice, and a word where one may be typed."""
    typed = {name: form.fields.get(name) or "Ein Wort" for name in form.texts}
    return {**form.fields, **typed, "geprueft": "1"}


async def test_a_form_that_is_sent_twice_is_done_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """A double click, or the same sent from a second tab or after going back."""
    # No worker sends what is pending, and the time stands: nobody waits for either.
    monkeypatch.setattr(manual_steps, "PATIENCE_MS", 0)
    await furnish(office)
    browser = await office.sign_in(*UserRole)
    forms, furnished, faults, done = await _list_forms(office, browser), _take(office), [], 0
    for address, form in forms:
        for fields in (form.fields, _fill(form)):
            _put_back(office, furnished)
            first = await browser.post(form.action, data=fields)
            once = _take(office)
            second = await browser.post(form.action, data=fields)
            told = f"{form.path} from {address}: {first.status_code}, {second.status_code}"
            if second.status_code >= 500:
                faults.append(told)
            if changed := _compare(furnished, once):
                done += 1
                # What is wrong is kept as it was typed: sent again, it is the same.
                told_so = first.status_code == second.status_code == 422
                if first.status_code != 303 and not told_so and form.path not in SHOWN_ONCE:
                    faults.append(f"{told}: going back would send it again ({changed})")
            if (twice := _compare(once, _take(office))) and form.path not in AGAIN:
                faults.append(f"{told}: done twice ({twice})")
    if faults:
        pytest.fail("\n".join(sorted(set(faults))))
    assert done > 10


async def test_what_was_typed_is_sent_after_signing_in_again(office: Office) -> None:
    await furnish(office)
    forms = await _list_forms(office, await office.sign_in(*UserRole))
    for address, form in forms:
        typed = {**form.fields, **dict.fromkeys(form.texts, TYPED)}
        away = office.visitor()
        over = Page((await away.post(form.action, data=typed)).text)
        (signing,) = [one for one in over.forms() if one.path == "/anmelden"]
        answer = await away.post("/anmelden", data={**signing.fields, "name": "a.kaya", "passwort": PASSWORD})
        page = Page(answer.text)
        assert page.list_faults() == [], address
        kept = [one for one in page.forms() if one.path == form.path]
        assert [one.fields for one in kept] == [
            {name: text for name, text in typed.items() if not name.startswith(("passwort", "bisher"))}
        ], address
