"""Members on the pages: invited with a link that is shown once, suspended and revoked with a reason, by two people."""

import httpx
import msgspec
import pytest

from connector.authority import keeping
from connector.authority.inviting import find_invitation, parse_link
from connector.ports.entities import UserRole
from tests.authority.folders import NOW_MS
from tests.pages.page import Page
from tests.web.office import Reading
from tests.web.public.square import Square

PLACE = "/betrieb/mitglieder"
FIRM = "did:web:stadtwerke.example"


async def _send(browser: httpx.AsyncClient, page: str, action: str, **said: str) -> httpx.Response:
    """Open a page, and send its form to `action` with what is typed."""
    shown = await browser.get(page)
    form = next(form for form in Page(shown.text).forms() if form.path == action)
    return await browser.post(form.action, data={**form.fields, **said})


async def test_an_invitation_shows_its_link_once(square: Square, operator: httpx.AsyncClient) -> None:
    answer = await _send(operator, f"{PLACE}/einladen", f"{PLACE}/einladen", name="Firma Neu", tage="2")
    assert answer.status_code == 200
    (text,) = [word for word in Page(answer.text).text.split() if "/authority/join#" in word]
    link = parse_link(text)
    assert find_invitation(keeping.show(square.office.authority), link.id, link.secret, NOW_MS).by == "a.kaya"
    for place in (PLACE, f"{PLACE}/verlauf"):
        shown = (await operator.get(place)).text
        assert "Firma Neu" in shown
        assert link.secret not in shown


async def test_an_invitation_names_data_planes_at_other_hosts(square: Square, operator: httpx.AsyncClient) -> None:
    places = "https://files.example\r\n\r\nhttps://other.example:8443/public\r\n"
    said = {"name": "Firma Neu", "datenebenen": places}
    assert (await _send(operator, f"{PLACE}/einladen", f"{PLACE}/einladen", **said)).status_code == 200
    kept = keeping.show(square.office.authority).invitations.values()
    (made,) = [each for each in kept if each.name == "Firma Neu"]
    assert made.data == ("https://files.example:443", "https://other.example:8443")
    assert "https://other.example:8443" in (await operator.get(PLACE)).text


@pytest.mark.parametrize("places", ["files.example", "ftp://files.example", "https://x.example " * 17])
async def test_data_planes_that_cannot_be_used_are_refused_where_they_were_typed(
    square: Square, operator: httpx.AsyncClient, places: str
) -> None:
    before = keeping.show(square.office.authority)
    said = {"name": "Firma Neu", "datenebenen": places}
    answer = await _send(operator, f"{PLACE}/einladen", f"{PLACE}/einladen", **said)
    assert answer.status_code == 422
    assert 'href="#datenebenen"' in answer.text
    assert [each["name"] for _, each in Reading(answer.text).elements if "aria-invalid" in each] == ["datenebenen"]
    assert places.split()[-1] in answer.text
    assert keeping.show(square.office.authority) == before


async def test_a_form_that_is_sent_twice_makes_one_invitation(square: Square, operator: httpx.AsyncClient) -> None:
    shown = await operator.get(f"{PLACE}/einladen")
    form = next(form for form in Page(shown.text).forms() if form.path == f"{PLACE}/einladen")
    said = {**form.fields, "name": "Firma Neu"}
    first, second = [await operator.post(form.action, data=said) for _ in range(2)]
    assert (first.status_code, second.status_code) == (200, 409)
    assert "schon erstellt" in second.text
    names = [each.name for each in keeping.show(square.office.authority).invitations.values()]
    assert names.count("Firma Neu") == 1


async def test_a_member_is_suspended_with_a_reason_and_admitted(square: Square, operator: httpx.AsyncClient) -> None:
    question = f"{PLACE}/aendern?tat=ruhen-lassen&id={FIRM}"
    empty = await _send(operator, question, f"{PLACE}/aendern", begruendung=" ")
    assert empty.status_code == 422
    answer = await _send(operator, question, f"{PLACE}/aendern", begruendung="Rechnung offen.")
    page = await operator.get(answer.headers["location"])
    assert "Die Mitgliedschaft ruht." in page.text
    assert "Rechnung offen." in page.text
    assert "https://stadtwerke.example/dsp/2025-1" in square.told
    back = await _send(operator, f"{PLACE}/mitglied?id={FIRM}", f"{PLACE}/aendern")
    assert "nimmt wieder teil" in (await operator.get(back.headers["location"])).text


async def test_an_act_without_a_reason_asks_for_one_and_names_no_other_reader(
    square: Square, operator: httpx.AsyncClient
) -> None:
    before = keeping.show(square.office.authority)
    question = f"{PLACE}/aendern?tat=ruhen-lassen&id={FIRM}"
    answer = await _send(operator, question, f"{PLACE}/aendern", begruendung=" ")
    assert answer.status_code == 422
    assert "Bitte schreiben Sie eine Begründung." in answer.text
    assert "Vertragspartner" not in answer.text
    assert keeping.show(square.office.authority) == before


@pytest.mark.parametrize(
    "typed", ["did.web.werke", "werke.example", "did:web:10.0.0.1", "did:web:werke.example%3A99999"]
)
async def test_an_identifier_that_is_none_is_refused_in_the_language_of_the_page(
    operator: httpx.AsyncClient, typed: str
) -> None:
    answer = await _send(operator, f"{PLACE}/einladen", f"{PLACE}/einladen", name="Firma Neu", kennung=typed)
    assert answer.status_code == 422
    assert "erwartet wird" in answer.text
    assert "expected" not in answer.text


async def test_roles_are_typed_with_commas_or_semicolons(square: Square, operator: httpx.AsyncClient) -> None:
    await _send(operator, f"{PLACE}/einladen", f"{PLACE}/einladen", name="Firma Neu", rollen="utility; water, gas")
    kept = keeping.show(square.office.authority).invitations.values()
    assert [each.roles for each in kept if each.name == "Firma Neu"] == [("utility", "water", "gas")]


async def test_a_revoked_member_is_gone(operator: httpx.AsyncClient) -> None:
    question = f"{PLACE}/aendern?tat=widerrufen&id={FIRM}"
    answer = await _send(operator, question, f"{PLACE}/aendern", begruendung="Ausgetreten.")
    page = await operator.get(answer.headers["location"])
    assert "widerrufen" in page.text
    assert FIRM not in page.text
    assert (await operator.get(f"{PLACE}/mitglied", params={"id": FIRM})).status_code == 404


async def test_an_act_over_another_state_changes_nothing(square: Square, operator: httpx.AsyncClient) -> None:
    asked = await operator.get(f"{PLACE}/aendern?tat=widerrufen&id={FIRM}")
    (form,) = [form for form in Page(asked.text).forms() if form.path == f"{PLACE}/aendern"]
    await _send(operator, f"{PLACE}/aendern?tat=ruhen-lassen&id={FIRM}", f"{PLACE}/aendern", begruendung="Erst.")
    before = keeping.show(square.office.authority)
    assert (await operator.post(form.action, data={**form.fields, "begruendung": "Spät."})).status_code == 409
    assert keeping.show(square.office.authority) == before


async def test_who_invites_sees_no_button_to_agree_and_another_person_does(square: Square) -> None:
    square.operator = msgspec.structs.replace(
        square.operator, members=msgspec.structs.replace(square.office, four_eyes=True)
    )
    square.app = square.build()
    ada = await square.sign_in(UserRole.OPERATOR, name="a.kaya", person="Ada Kaya")
    made = await _send(ada, f"{PLACE}/einladen", f"{PLACE}/einladen", name="Firma Neu")
    assert "zweite Person" in made.text
    kept = keeping.show(square.office.authority).invitations
    made_id = next(key for key, each in kept.items() if each.name == "Firma Neu")
    own = [form for form in Page((await ada.get(PLACE)).text).forms() if form.fields.get("id") == made_id]
    assert own == []
    stand = str(keeping.show(square.office.authority).acts[-1].number)
    alone = await ada.post(f"{PLACE}/aendern", data={"tat": "zustimmen", "id": made_id, "stand": stand})
    assert alone.status_code == 409
    ben = await square.sign_in(UserRole.OPERATOR, name="b.amt", person="Ben Amt")
    (form,) = [form for form in Page((await ben.get(PLACE)).text).forms() if form.fields.get("id") == made_id]
    assert (await ben.post(form.action, data=form.fields)).status_code == 303
    assert keeping.show(square.office.authority).invitations[made_id].agreed_by == "b.amt"
    assert "zugestimmt hat Ben Amt" in (await ada.get(PLACE)).text
    refused = await ada.get(f"{PLACE}/aufnehmen")
    assert not [form for form in Page(refused.text).forms() if form.path == f"{PLACE}/aufnehmen"]


@pytest.mark.parametrize("language", ["de", "en"])
async def test_where_the_authority_is_elsewhere_the_page_says_who_invites(square: Square, language: str) -> None:
    square.operator = msgspec.structs.replace(
        square.operator, members=None, find_authority=lambda: "did:web:land.example:authority"
    )
    square.app = square.build()
    operator = await square.sign_in(UserRole.OPERATOR, language=language)
    page = await operator.get(PLACE)
    assert "did:web:land.example:authority" in page.text
    assert f"{PLACE}/einladen" not in page.text
    assert (await operator.get(f"{PLACE}/einladen")).status_code == 404


async def test_a_card_that_is_none_is_refused_where_it_was_typed(square: Square, operator: httpx.AsyncClient) -> None:
    before = keeping.show(square.office.authority)
    for card in ("", "[]", "{" * 70_000):
        answer = await _send(operator, f"{PLACE}/aufnehmen", f"{PLACE}/aufnehmen", ausweis=card)
        assert answer.status_code == 422
        assert Page(answer.text).list_faults() == []
    assert keeping.show(square.office.authority) == before
