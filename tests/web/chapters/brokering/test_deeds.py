"""What the operator does: with a reason and its consequences, told, undone, and never over another state."""

from typing import Any

import httpx
import pytest

from connector.ports.moderation import MarkKind
from tests.broker.world import CITY
from tests.pages.page import Page
from tests.web.public.square import Square, read

ROADS = {"teilnehmer": CITY + "tiefbauamt", "id": "roads"}


async def _do(operator: httpx.AsyncClient, **said: str) -> httpx.Response:
    """Open the question of an act, and send its form."""
    asked = await operator.get("/betrieb/aendern", params={**ROADS, **said})
    (form,) = [form for form in Page(asked.text).forms() if form.path == "/betrieb/aendern"]
    return await operator.post(form.action, data={**form.fields, "begruendung": "Es ist doppelt."})


async def _show(square: Square) -> bool:
    return "Straßenbaustellen" in (await read(square, "/suche?q=baustellen"))[1].text


async def test_a_hidden_offer_is_gone_and_comes_back_with_the_undo(square: Square, operator: httpx.AsyncClient) -> None:
    assert await _show(square)
    answer = await _do(operator, tat="ausblenden")
    page = await operator.get(answer.headers["location"])
    assert "Es ist ausgeblendet." in page.text
    assert not await _show(square)
    (undo,) = [form for form in Page(page.text).forms() if form.path == "/betrieb/zuruecknehmen"]
    back = await operator.get((await operator.post(undo.action, data=undo.fields)).headers["location"])
    assert "Es wird wieder gezeigt." in back.text
    assert await _show(square)
    again = await operator.post(undo.action, data=undo.fields)
    assert again.status_code == 409
    assert "jemand anders geändert" in again.text


async def test_the_act_names_who_did_it_and_why(square: Square, operator: httpx.AsyncClient) -> None:
    await _do(operator, tat="test")
    (mark,) = [mark for mark in await square.record.marks(CITY + "tiefbauamt", "roads") if mark.kind is MarkKind.TEST]
    assert (mark.by, mark.reason) == ("a.kaya", "Es ist doppelt.")


async def test_the_question_says_what_happens_and_needs_a_reason(square: Square, operator: httpx.AsyncClient) -> None:
    place = {"teilnehmer": CITY + "tiefbauamt", "tat": "entfernen"}
    asked = await operator.get("/betrieb/aendern", params=place)
    assert "2 Angebote werden hier gelöscht" in asked.text
    (form,) = [form for form in Page(asked.text).forms() if form.path == "/betrieb/aendern"]
    answer = await operator.post(form.action, data={**form.fields, "begruendung": " \n"})
    assert answer.status_code == 422
    assert await _show(square)


async def test_an_act_over_another_state_changes_nothing(square: Square, operator: httpx.AsyncClient) -> None:
    asked = await operator.get("/betrieb/aendern", params={**ROADS, "tat": "ausblenden"})
    (form,) = [form for form in Page(asked.text).forms() if form.path == "/betrieb/aendern"]
    await _do(operator, tat="test")
    answer = await operator.post(form.action, data={**form.fields, "begruendung": "Zu spät."})
    assert answer.status_code == 409
    kinds = {mark.kind for mark in await square.record.marks(CITY + "tiefbauamt", "roads")}
    assert kinds == {MarkKind.TEST}


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"tat": "sprengen"}, 422),
        ({"tat": "zeigen"}, 422),
        ({"tat": "entfernen"}, 422),
        ({"tat": "ausblenden", "id": "none"}, 404),
        ({"tat": "ausblenden", "teilnehmer": "urn:none"}, 404),
    ],
    ids=["no act", "nothing to ask", "only of sources", "no offer", "no source"],
)
async def test_what_cannot_be_done_is_not_asked(operator: httpx.AsyncClient, said: Any, status: int) -> None:
    assert (await operator.get("/betrieb/aendern", params={**ROADS, **said})).status_code == status


async def test_a_source_is_suspended_and_resumed(square: Square, operator: httpx.AsyncClient) -> None:
    place = {"teilnehmer": CITY + "museum", "id": "", "stand": "", "tat": "fortsetzen"}
    shown = await operator.get("/betrieb/quellen/quelle", params={"id": CITY + "museum"})
    form = next(form for form in Page(shown.text).forms() if form.fields.get("tat") == "fortsetzen")
    assert (await operator.post("/betrieb/aendern", data={**place, **form.fields})).status_code == 303
    assert await square.record.marks(CITY + "museum", None) == []
