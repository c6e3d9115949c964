"""The deliveries: started once, seen as they move, paused, resumed and broken off by people who get data."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from connector.controlplane.usecases import users
from connector.dataplane.transfer.follow import FORM, STREAM
from connector.ports.changes import PutAgreement, PutProcess
from connector.ports.dataplane import FlowReport
from connector.ports.entities import PageBounds, UserRole
from connector.protocol import dcat
from connector.protocol.dsp.common import HTTP_ENDPOINT, Role
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer
from connector.web.frame import streams
from connector.web.frame.visit import PagesDesk
from tests.support.plane import OWNER
from tests.web.getting import (
    CSV,
    DELIVERED,
    follow,
    furnish_getting,
    link,
    make_agreement,
    make_dataset,
    make_delivery,
    put_files,
)
from tests.web.office import Office, Reading, find

SHOWN = link("/lieferungen/lieferung", id=DELIVERED)


async def _deliver(office: Office, **changed: object) -> None:
    plain: dict[str, object] = {"peer_pid": "urn:peer:1", "progress": None}
    await office.store.commit([PutAgreement(make_agreement()), PutProcess(make_delivery(**plain | changed), None)])


async def _find(office: Office) -> Transfer:
    process = await office.store.transfer(OWNER, DELIVERED)
    assert process
    return process


async def test_a_delivery_is_started_once_however_often_the_form_is_sent(office: Office) -> None:
    await office.store.commit([PutAgreement(make_agreement())])
    browser = await office.sign_in(UserRole.CONSUMER)
    page = await browser.get(link("/vertraege/vertrag", id="urn:a:own"))
    form = {"vertrag": find(page.text, r'name="vertrag" value="([^"]+)"'), "nach": ""}
    places = {(await browser.post("/lieferungen/beginnen", data=form)).headers["location"] for _ in range(3)}
    assert len(places) == 1
    (begun,), _ = await office.store.transfers(OWNER, PageBounds())
    assert places == {link("/lieferungen/lieferung", id=begun.id, fertig="angefordert")}
    leaves, _ = await office.store.leaves(OWNER, PageBounds(), process_id=begun.id)
    assert msgspec.json.decode(leaves[0].body)["fields"]["by"] == "a.kaya"
    again = {**form, "nach": begun.id}
    assert (await browser.post("/lieferungen/beginnen", data=again)).headers["location"] not in places


@pytest.mark.parametrize("role", [UserRole.PROVIDER, UserRole.RELEASE, UserRole.PRIVACY, UserRole.AUDITOR])
async def test_others_read_a_delivery_and_change_nothing(office: Office, role: UserRole) -> None:
    await furnish_getting(office.desk)
    browser = await office.sign_in(role)
    page = await browser.get(SHOWN)
    assert page.status_code == 200
    assert "Die Daten öffnet, wer die Rolle Datenbezug hat." in page.text
    assert "luft.csv" not in page.text
    for path in ("beginnen", "anhalten", "fortsetzen", "abbrechen"):
        assert (await browser.post(f"/lieferungen/{path}", data={"id": DELIVERED})).status_code == 403


async def test_a_delivery_is_paused_and_resumed(office: Office) -> None:
    await _deliver(office, state="STARTED", flow_wanted=FlowState.STARTED, flow_reported=FlowState.STARTED)
    browser = await office.sign_in(UserRole.CONSUMER)
    page = (await browser.get(SHOWN)).text
    assert "Unterbrechen" in page
    assert (await browser.post("/lieferungen/anhalten", data={"id": DELIVERED})).status_code == 303
    process = await _find(office)
    assert process.pending
    assert process.pending.message == "TransferSuspensionMessage"
    assert b"A person has paused the delivery." in process.pending.body
    await office.desk.become(DELIVERED, "SUSPENDED", suspended_by=Role.CONSUMER)
    assert "Fortsetzen" in (await browser.get(SHOWN)).text
    assert (await browser.post("/lieferungen/fortsetzen", data={"id": DELIVERED})).status_code == 303
    process = await _find(office)
    assert process.pending
    assert process.pending.message == "TransferStartMessage"


async def test_what_the_provider_paused_is_not_resumed_here(office: Office) -> None:
    await _deliver(office, state="SUSPENDED", suspended_by=Role.PROVIDER)
    browser = await office.sign_in(UserRole.CONSUMER)
    form = find((await browser.get(SHOWN)).text, r'action="/lieferungen/fortsetzen"([^>]*)>')
    assert "hidden" in form
    assert (await browser.post("/lieferungen/fortsetzen", data={"id": DELIVERED})).status_code == 409


async def test_a_delivery_is_broken_off_with_a_reason_after_a_question(office: Office) -> None:
    await _deliver(office, state="STARTED")
    browser = await office.sign_in(UserRole.CONSUMER)
    assert "Der Vertrag gilt weiter" in (await browser.get(link("/lieferungen/abbrechen", id=DELIVERED))).text
    form = {"id": DELIVERED, "begruendung": ""}
    assert (await browser.post("/lieferungen/abbrechen", data=form)).status_code == 422
    assert (await browser.post("/lieferungen/abbrechen", data={**form, "begruendung": "Zu viel."})).status_code == 303
    process = await _find(office)
    assert process.pending
    assert process.pending.message == "TransferTerminationMessage"


async def test_a_delivery_to_others_is_read_and_not_stopped_here(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.CONSUMER)
    page = await browser.get(link("/lieferungen/lieferung", id="urn:t:1"))
    assert "An City" in page.text
    assert "Abbrechen" not in page.text
    for path in ("anhalten", "abbrechen"):
        assert (await browser.post(f"/lieferungen/{path}", data={"id": "urn:t:1"})).status_code == 404


async def test_files_are_shown_when_all_of_them_have_arrived(office: Office) -> None:
    await _deliver(office)
    browser = await office.sign_in(UserRole.CONSUMER)
    assert "Keine Dateien" in (await browser.get(SHOWN)).text
    put_files(office.desk, luft_csv=CSV)
    text = Reading((await browser.get(SHOWN)).text).text
    assert "1 Datei luft.csv" in text


async def test_progress_and_rate_arrive_while_the_data_moves(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await _deliver(office, state="STARTED")
    moved = [1_200]

    async def report(_owner: str, _id: str) -> FlowReport:
        return FlowReport(flow_id=DELIVERED, state=FlowState.STARTED, bytes_moved=moved[-1], size=9_000)

    async def move() -> None:
        moved.append(5_200)
        office.desk.watch.notify(DELIVERED)

    async def end() -> None:
        await office.desk.become(DELIVERED, "COMPLETED")

    monkeypatch.setattr(office.desk.dataplane, "report", report)
    browser = await office.sign_in(UserRole.CONSUMER)
    first, second, *_, last = await follow(office, browser, link("/lieferungen/laufend", id=DELIVERED), move, end)
    assert "1,2 kB" in first["part"]
    assert "je Sekunde" not in first["part"]
    assert "5,2 kB" in second["part"]
    assert "je Sekunde" in second["part"]
    assert first["deed"] == {"pause": True, "resume": False, "stop": True}
    assert last["last"]
    assert last["deed"] == {"pause": False, "resume": False, "stop": False}


async def test_the_list_names_partner_direction_state_and_amount(office: Office) -> None:
    await furnish_getting(office.desk)
    browser = await office.sign_in(UserRole.AUDITOR)
    text = Reading((await browser.get("/lieferungen")).text).text
    assert "Luftqualität am Marktplatz City Wir beziehen abgeschlossen 1,2 kB" in text


async def test_an_unknown_delivery_is_a_page_that_says_so(office: Office) -> None:
    browser = await office.sign_in(UserRole.CONSUMER)
    for path in ("lieferung", "laufend", "inhalt", "datei", "abbrechen"):
        assert (await browser.get(f"/lieferungen/{path}?id=urn:none")).status_code == 404


async def test_a_delivery_is_chosen_by_what_the_provider_lets_choose(office: Office) -> None:
    names = dcat.PARAMETER_MEMBERS
    parameters = [{names["name"]: "von", names["type"]: "date"}, {names["name"]: "ort", names["type"]: "text"}]
    forms = [{"@type": "Distribution", "format": "HttpData-PULL", dcat.FORM: form} for form in ("csv", "excel")]
    office.desk.peer.datasets[:] = [make_dataset(distribution=forms, **{dcat.PARAMETER: parameters})]
    await office.store.commit([PutAgreement(make_agreement())])
    browser = await office.sign_in(UserRole.CONSUMER)
    agreement = await browser.get(link("/vertraege/vertrag", id="urn:a:own"))
    place = next(one for one in Reading(agreement.text).links() if one.startswith("/lieferungen/waehlen"))
    page = await browser.get(place)
    form = {"vertrag": find(page.text, r'name="vertrag" value="([^"]+)"'), "nach": ""}
    assert 'id="wahl.von" name="wahl.von" type="date"' in page.text
    wrong = await browser.post("/lieferungen/beginnen", data={**form, "form": "csv", "zeilen": "viel"})
    assert wrong.status_code == 422
    assert "viel" in wrong.text
    chosen = {**form, "form": "excel", "spalten": "ort", "zeilen": "wert>=20", "wahl.von": "2026-05-01"}
    assert (await browser.post("/lieferungen/beginnen", data=chosen)).status_code == 303
    other = await browser.post("/lieferungen/beginnen", data={**form, "form": "csv"})
    assert other.status_code == 303
    begun, _ = await office.store.transfers(OWNER, PageBounds())
    assert {(one.choice, one.parameters) for one in begun} == {
        ("form=excel&columns=ort&where=wert%3E%3D20", "von=2026-05-01"),
        ("form=csv", ""),
    }


async def test_a_provider_that_is_away_leaves_the_data_as_it_is_offered(office: Office) -> None:
    office.desk.peer.datasets.clear()
    await office.store.commit([PutAgreement(make_agreement())])
    browser = await office.sign_in(UserRole.CONSUMER)
    page = await browser.get(link("/lieferungen/waehlen", vertrag="urn:a:own"))
    assert page.status_code == 200
    assert "wie angeboten, können Sie trotzdem holen" in Reading(page.text).text


STREAMED = msgspec.json.encode(
    {
        "@type": "DataAddress",
        "endpointType": HTTP_ENDPOINT,
        "endpoint": "https://city.example/flows/1",
        "endpointProperties": [{"@type": "EndpointProperty", "name": FORM, "value": STREAM}],
    }
)


async def test_a_delivery_of_data_without_an_end_stays_open_if_that_is_asked_for(office: Office) -> None:
    frequency = {"@id": "http://publications.europa.eu/resource/authority/frequency/CONT"}
    office.desk.peer.datasets[:] = [make_dataset(**{"dct:accrualPeriodicity": frequency})]
    await office.store.commit([PutAgreement(make_agreement())])
    browser = await office.sign_in(UserRole.CONSUMER)
    page = await browser.get(link("/lieferungen/waehlen", vertrag="urn:a:own"))
    form = {"vertrag": find(page.text, r'name="vertrag" value="([^"]+)"'), "nach": "", "offen": "1"}
    assert 'name="offen"' in page.text
    await browser.post("/lieferungen/beginnen", data=form)
    (begun,), _ = await office.store.transfers(OWNER, PageBounds())
    assert begun.keep


@pytest.mark.parametrize(("role", "shown"), [(UserRole.CONSUMER, True), (UserRole.AUDITOR, False)])
async def test_messages_are_recorded_by_who_gets_data(office: Office, role: UserRole, shown: bool) -> None:
    await _deliver(office, state="STARTED", data_address=STREAMED, keep=True)
    browser = await office.sign_in(role)
    assert ("/lieferungen/mitschnitt" in (await browser.get(SHOWN)).text) is shown
    recorded = await browser.get(link("/lieferungen/mitschnitt", id=DELIVERED))
    assert recorded.status_code == (200 if shown else 403)
    assert (b'"event":"end"' in recorded.content) is shown
    if shown:
        assert recorded.headers["content-disposition"].startswith("attachment")


async def test_a_recording_ends_with_the_session_and_leaves_its_place(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = asyncio.Event()

    async def wait(_owner: str, _flow: str, _after: str) -> AsyncIterator[bytes]:
        try:
            yield b'{"id": "1"}\n'
            await asyncio.Event().wait()
        finally:
            closed.set()

    monkeypatch.setattr(office.values.enforcer.dataplane, "follow", wait)
    monkeypatch.setattr(streams, "_LOOK_S", 0.01)
    await _deliver(office, state="STARTED", data_address=STREAMED, keep=True)
    browser = await office.sign_in(UserRole.CONSUMER)

    async def sign_out() -> None:
        await users.sign_out_everywhere(office.register, await users.find(office.register, "a.kaya"))

    assert await follow(office, browser, link("/lieferungen/mitschnitt", id=DELIVERED), sign_out) == [{"id": "1"}]
    assert closed.is_set()
    pages: PagesDesk = office.app._pages  # type: ignore[attr-defined]
    assert pages.streams.count == 0


async def test_a_delivery_goes_where_the_person_wants(office: Office) -> None:
    await office.store.commit([PutAgreement(make_agreement())])
    office.desk.peer.datasets = [make_dataset()]
    browser = await office.sign_in(UserRole.CONSUMER)
    chosen = {"vertrag": "urn:a:own", "ziel": "ordner", "ordner": "luft"}
    started = await browser.post("/lieferungen/beginnen", data=chosen)
    assert started.status_code == 303
    rows, _ = await office.store.transfers(OWNER, PageBounds(limit=9))
    assert msgspec.json.decode(rows[0].sink or b"") == {"kind": "file", "path": "luft/", "overwrite": True}
    wrong = await browser.post(
        "/lieferungen/beginnen", data={"vertrag": "urn:a:own", "ziel": "ziel-mqtt", "ziel-mqtt.url": "mqtts://b"}
    )
    assert wrong.status_code == 422
    assert "Thema fehlt noch." in wrong.text
    assert 'value="mqtts://b"' in wrong.text
