"""A person's own consents by a link: nothing without its secret, everything of one's own with it."""

from typing import Any

import httpx
import pytest

from connector.controlplane.usecases.privacy import consent_links
from connector.language.catalogue import LANGUAGES
from connector.ports.changes import AddUsage, PutProcess
from connector.protocol.dsp.common import Role
from tests.contract import values
from tests.support.plane import CITY, OWNER, PAGES
from tests.web.office import Office, Reading
from tests.web.protection import DPV, PERSON, RIDES, furnish_protection

PURPOSE = f"{DPV}ImproveTransportMobility"


async def _open(office: Office, language: str = "de") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    await furnish_protection(office)
    moved = values.transfer("urn:t:rides", role=Role.PROVIDER, peer=CITY, dataset=RIDES, state="STARTED")
    await office.store.commit([PutProcess(moved, None), AddUsage(OWNER, "urn:a:rides", uses=3)])
    register = office.values.register
    made = await consent_links.make_link(register, PAGES, PERSON, days=7, by="p.schutz")
    citizen = office.visitor()
    citizen.cookies.set("dk-lang", language)
    return citizen, {"link": made.link.partition("link=")[2]}


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_is_whole_in_each_language(office: Office, language: str) -> None:
    citizen, link = await _open(office, language)
    for place in ("/meine-einwilligungen", "/meine-einwilligungen/widerrufen"):
        page = await citizen.get(place, params=link)
        assert page.status_code == 200
        assert [tag for tag, _ in Reading(page.text).elements].count("h1") == 1


async def test_a_person_sees_purposes_ends_and_who_received_how_often(office: Office) -> None:
    citizen, link = await _open(office)
    text = Reading((await citizen.get("/meine-einwilligungen", params=link)).text).text
    assert "Verkehr und Mobilität verbessern erteilt Gespendete Radfahrten" in text
    assert "Erhalten haben City (3 Lieferungen)" in text
    assert "4711" not in text


async def test_a_withdrawal_says_what_stops_and_reaches_running_deliveries(office: Office) -> None:
    citizen, link = await _open(office)
    asked = await citizen.get("/meine-einwilligungen/widerrufen", params={**link, "angebot": RIDES, "zweck": PURPOSE})
    assert "Eine laufende Lieferung lässt die Person ab sofort aus." in asked.text
    form = {**link, "angebot": RIDES, "zweck": PURPOSE}
    for _ in range(2):
        done = await citizen.post("/meine-einwilligungen/widerrufen", data=form)
        assert "Ihr Widerruf gilt ab sofort." in (await citizen.get(done.headers["location"])).text
    states = {one.purpose: one.state for one in (await office.store.consents_of(OWNER, [PERSON], ""))[PERSON]}
    assert states[PURPOSE] == f"{DPV}ConsentWithdrawn"
    moved = await office.store.transfer(OWNER, "urn:t:rides")
    assert moved
    assert moved.due_at is not None, "the running delivery is not decided again"


async def test_an_earlier_end_is_set_and_what_is_no_day_or_no_earlier_one_is_explained(office: Office) -> None:
    citizen, link = await _open(office)
    form = {**link, "angebot": RIDES, "zweck": PURPOSE}
    for day, said in (("bald", "nicht lesbar"), ("2020-01-01", "früheren Tag"), ("9999-12-31", "nicht lesbar")):
        answer = await citizen.post("/meine-einwilligungen/befristen", data={**form, "bis": day})
        assert (answer.status_code, said in answer.text) == (422, True), day
    done = await citizen.post("/meine-einwilligungen/befristen", data={**form, "bis": "2026-06-30"})
    assert "30. Juni 2026" in (await citizen.get(done.headers["location"])).text


async def test_a_copy_has_the_words_and_no_identifier_of_the_person(office: Office) -> None:
    citizen, link = await _open(office)
    copy = await citizen.get("/meine-einwilligungen/datei", params=link)
    assert "attachment" in copy.headers["content-disposition"]
    first = next(one for one in copy.json()["consents"] if one["purpose"]["iri"] == PURPOSE)
    assert first["state"]["name"] == "erteilt"
    assert first["recipients"] == [{"name": "City", "deliveries": 3}]
    assert PERSON not in copy.text


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 5000, "\udcff", "é"])
async def test_a_wrong_secret_tells_nothing_and_changes_nothing(office: Office, secret: str) -> None:
    citizen, link = await _open(office)
    secret = secret.encode("utf-8", "replace").decode()
    wrong = await citizen.get("/meine-einwilligungen", params={"link": secret})
    none = await citizen.get("/meine-einwilligungen")
    assert (wrong.status_code, none.status_code) == (404, 404)
    assert Reading(wrong.text).text == Reading(none.text).text
    for deed in ("widerrufen", "befristen"):
        form = {"link": secret, "angebot": RIDES, "zweck": PURPOSE, "bis": "2026-06-30"}
        assert (await citizen.post(f"/meine-einwilligungen/{deed}", data=form)).status_code == 404
    assert (await citizen.get("/meine-einwilligungen/datei", params={"link": secret})).status_code == 404
    assert (await citizen.get("/meine-einwilligungen", params=link)).status_code == 200


async def test_guesses_of_an_address_are_bounded(office: Office) -> None:
    citizen, link = await _open(office)
    answers = [
        (await citizen.get("/meine-einwilligungen", params={"link": f"guess{at}"})).status_code for at in range(70)
    ]
    assert answers[0] == 404
    assert answers[-1] == 429
    assert (await citizen.get("/meine-einwilligungen", params=link)).status_code == 429
