"""A request with other terms: changed sentence by sentence, compared with the offer in words, checked, sent once."""

import json
import re

import pytest

from connector.ports.changes import PutAgreement
from connector.ports.entities import PageBounds, UserRole
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from tests.support.plane import OWNER
from tests.web.getting import FOUND, LIMITED, MARKETING, OPEN, TRANSPORT, link, make_agreement, make_dataset
from tests.web.office import Office, Reading, find

PATH = "/suche/anfrage/bedingungen"


async def _asked(office: Office) -> list[Negotiation]:
    rows, _ = await office.store.negotiations(OWNER, PageBounds())
    return list(rows)


def read_fields(page: str) -> dict[str, str]:
    """Return what the form of the editor would send."""
    form = find(page, rf'<form method="post" action="{PATH}">(.*?)</form>')
    found = {
        str(given["name"]): given.get("value") or ""
        for tag, given in Reading(form).elements
        if tag == "input" and "name" in given
    }
    for name, body in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body) or re.search(r'value="([^"]*)"', body)
        found[name] = chosen[1] if chosen else ""
    return found


async def test_a_changed_sentence_is_compared_checked_and_sent_once(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(LIMITED)]
    browser = await office.sign_in(UserRole.CONSUMER)
    check = (await browser.get(link("/suche/anfrage/pruefen", **FOUND, zweck=TRANSPORT))).text
    editor = (await browser.post(PATH, data=read_fields(check) | {"tun": "zeigen"})).text
    assert "Andere Bedingungen vorschlagen" in editor
    fields = read_fields(editor)
    path = find(editor, r'value="weg:(obligation\.\d)"')
    without = (await browser.post(PATH, data=fields | {"tun": f"weg:{path}"})).text
    assert "Was sich vom Angebot unterscheidet" in without
    assert "Bisher nichts" not in without
    assert await _asked(office) == []
    checked = await browser.post(PATH, data=read_fields(without) | {"tun": "weiter"})
    assert checked.status_code == 200
    assert "Sie fragen andere Bedingungen an" in checked.text
    form = {
        str(given["name"]): given.get("value") or ""
        for tag, given in Reading(find(checked.text, r'action="/suche/anfrage/senden"[^>]*>(.*?)</form>')).elements
        if tag == "input"
    }
    places = {(await browser.post("/suche/anfrage/senden", data=form)).headers["location"] for _ in range(2)}
    (asked,) = await _asked(office)
    assert places == {link("/anfragen/anfrage", id=asked.id, fertig="gesendet")}
    assert "obligation" not in json.loads(asked.offer)
    assert json.loads(asked.offer)["@id"] == "urn:offer:air"


async def test_a_condition_is_added_and_its_value_chosen(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(OPEN)]
    browser = await office.sign_in(UserRole.CONSUMER)
    editor = (await browser.post(PATH, data={**_named(), "tun": "zeigen"})).text
    assert "Bisher nichts" in editor
    added = (await browser.post(PATH, data=read_fields(editor) | {"tun": "bedingung:permission.0"})).text
    fields = read_fields(added) | {"permission.0.constraint.0.wert": MARKETING, "tun": "zeigen"}
    shown = (await browser.post(PATH, data=fields)).text
    assert "Marketing" in Reading(find(shown, r"Was sich vom Angebot unterscheidet(.*)")).text


async def test_what_stops_a_request_is_said_at_its_sentence(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(OPEN)]
    browser = await office.sign_in(UserRole.CONSUMER)
    fields = read_fields((await browser.post(PATH, data={**_named(), "tun": "bedingung:permission.0"})).text)
    fields |= {"permission.0.constraint.0.was": "http://www.w3.org/ns/odrl/2/dateTime"}
    fields = read_fields((await browser.post(PATH, data=fields | {"tun": "zeigen"})).text)
    stopped = await browser.post(PATH, data=fields | {"permission.0.constraint.0.wert": "bald", "tun": "weiter"})
    assert stopped.status_code == 422
    summary = find(stopped.text, r'<div class="summary"(.*?)</div>')
    assert 'href="#s-permission.0.constraint.0"' in summary
    line = find(stopped.text, r'(<fieldset[^>]* id="s-permission.0.constraint.0">.*?</fieldset>)')
    assert 'class="bad"' in line
    wrong = [given["name"] for _, given in Reading(line).elements if given.get("aria-invalid")]
    assert wrong == ["permission.0.constraint.0.wert"]
    assert 'value="bald"' in line


async def test_an_agreement_is_asked_for_again_with_its_terms_and_purpose(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(OPEN)]
    await office.store.commit([PutAgreement(make_agreement())])
    browser = await office.sign_in(UserRole.CONSUMER)
    page = (await browser.get(link("/vertraege/vertrag", id=make_agreement().key))).text
    assert "Erneut anfragen" in page
    # One click leads to the look at what will be asked; other terms are a choice there.
    (deed,) = [
        given["value"] for tag, given in Reading(page).elements if tag == "button" and given.get("name") == "tun"
    ]
    again = await browser.post(PATH, data={"vertrag": make_agreement().key, "tun": deed})
    assert 'action="/suche/anfrage/senden"' in again.text
    assert "Andere Bedingungen vorschlagen" in again.text
    editor = (await browser.post(PATH, data={"vertrag": make_agreement().key, "tun": "zeigen"})).text
    assert "die Bedingungen und der Zweck Ihres bisherigen Vertrags" in editor
    fields = read_fields(editor)
    assert TRANSPORT.rpartition("#")[2] in fields["bedingungen"]
    assert "timestamp" not in fields["bedingungen"]
    checked = await browser.post(PATH, data=fields | {"tun": "weiter"})
    assert 'action="/suche/anfrage/senden"' in checked.text


@pytest.mark.parametrize("terms", ["{", "[]", '{"permission": 5}', '"x"', "[" * 5000, '{"a": ' * 3000])
async def test_terms_that_nobody_can_read_are_refused(office: Office, terms: str) -> None:
    office.desk.peer.datasets = [make_dataset(OPEN)]
    browser = await office.sign_in(UserRole.CONSUMER)
    for path in (PATH, "/suche/anfrage/senden"):
        answer = await browser.post(path, data={**_named(), "bedingungen": terms, "tun": "weiter"})
        assert answer.status_code in {400, 422}
    assert await _asked(office) == []


async def test_terms_with_more_parts_than_a_page_shows_are_refused(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(OPEN)]
    many = json.dumps({"permission": [{"action": "use"}] * 61})
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.post(PATH, data={**_named(), "bedingungen": many})
    assert answer.status_code == 422
    assert "<fieldset" not in answer.text


async def test_too_many_sentences_are_said_and_kept(office: Office) -> None:
    office.desk.peer.datasets = [make_dataset(OPEN)]
    many = json.dumps({"permission": [{"action": "use"}] * 60})
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.post(PATH, data={**_named(), "bedingungen": many, "tun": "regel:permission"})
    assert answer.status_code == 422
    assert len(json.loads(read_fields(answer.text)["bedingungen"].replace("&#34;", '"'))["permission"]) == 60


@pytest.mark.parametrize("role", [UserRole.PROVIDER, UserRole.RELEASE, UserRole.PRIVACY, UserRole.AUDITOR])
async def test_only_who_gets_data_asks(office: Office, role: UserRole) -> None:
    browser = await office.sign_in(role)
    assert (await browser.post(PATH, data=_named())).status_code == 403


def _named() -> dict[str, str]:
    return {"teilnehmer": FOUND["teilnehmer"], "id": FOUND["id"]}
