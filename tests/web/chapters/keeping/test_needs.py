"""Needs on the pages: posted by a form, seen with what matches, answered by others, closed."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from connector.desk.house import MOST, Quota
from connector.ports.entities import AssetStatus, UserRole
from tests.support.board import ANSWER, MATCH, NEED, NOTICE
from tests.support.plane import ME
from tests.web.getting import link
from tests.web.office import Office, Reading

ONE = link("/bedarf/eintrag", id="urn:need:1")
FORM = {
    "frage": "Wie viele Räder fahren  über die Brücke?",
    "zweck": "https://w3id.org/dpv#PublicBenefit",
    "felder": "Zählstelle\n\n Zeit ",
    "ort": "08212000",
    "von": "2026-01-01",
    "takt": "DAILY",
    "budget": "amount",
    "betrag": "250,50",
    "schluss": "2026-05-31",
    "kontakt": "rad@me.example",
}
Answers = Callable[..., None]


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Lets the broker answer with other members of its need, or refuse a change."""

    def set_up(**changed: Any) -> None:
        def answer(method: str, path: str) -> bytes:
            ending = path.rpartition("/")[2]
            listed: dict[str, Any] = {"answers": [ANSWER], "matches": [MATCH], "notices": [NOTICE | {"kind": "wanted"}]}
            if method == "GET" and ending in listed:
                return msgspec.json.encode(listed[ending])
            need = NEED | changed
            if path == "needs" and method == "GET":
                return msgspec.json.encode({"items": [need], "next": "17"})
            return msgspec.json.encode(ANSWER if ending == "answers" else need)

        monkeypatch.setattr("tests.support.plane.answer_board", answer)

    set_up()
    return set_up


def find_sent(office: Office) -> tuple[str, Any]:
    """Return the path and the body of what the broker was told."""
    told = next(one for one in office.desk.searched if one.get("method") == "POST")
    return told["path"], msgspec.json.decode(told["body"])


async def test_a_need_is_posted_as_it_was_typed(office: Office, board: Answers) -> None:
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.post("/bedarf/melden", data=FORM)
    assert answer.headers["location"] == link("/bedarf/eintrag", id="urn:need:1", fertig="gemeldet")
    assert find_sent(office) == (
        "needs",
        {
            "question": "Wie viele Räder fahren über die Brücke?",
            "purpose": "https://w3id.org/dpv#PublicBenefit",
            "fields": ["Zählstelle", "Zeit"],
            "place": "08212000",
            "since": "2026-01-01",
            "frequency": "DAILY",
            "closes": "2026-06-01T00:00:00Z",
            "budget": "amount",
            "amount": "250.50",
            "currency": "EUR",
            "contact": "rad@me.example",
        },
    )


@pytest.mark.parametrize("changed", [{"frage": "?"}, {"schluss": "morgen"}, {"schluss": "9999-12-31"}, {"budget": "x"}])
async def test_a_form_that_cannot_be_read_keeps_what_was_typed(
    office: Office, board: Answers, changed: dict[str, str]
) -> None:
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.post("/bedarf/melden", data=FORM | changed)
    assert answer.status_code == 422
    assert "rad@me.example" in answer.text
    assert [one for one in office.desk.searched if one.get("method") == "POST"] == []


async def test_the_list_says_which_needs_own_data_matches(office: Office, board: Answers) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    page = Reading((await browser.get("/bedarf")).text)
    assert "passt zu Ihren Daten" in page.text
    assert "How many bicycles pass?" in page.text
    assert link("/bedarf", nach="17") in page.links()
    assert "/bedarf/neu" not in page.links(), "a provider posts none"
    await browser.get("/bedarf?ansicht=eigene&nach=17")
    query = [one["query"] for one in office.desk.searched if one["path"] == "needs"][-1]
    assert query == {"open": "False", "limit": "20", "owner": ME, "after": "17"}


async def test_an_own_need_shows_matches_with_reasons_and_is_closed_with_the_answer_that_served(
    office: Office, board: Answers
) -> None:
    board(owner=ME, frequency="DAILY", fields=["Zählstelle"], budget="amount", amount="250.00", currency="EUR")
    browser = await office.sign_in(UserRole.CONSUMER)
    page = Reading((await browser.get(ONE)).text).text
    for said in (
        "passt zu 90 %",
        "Wird oft aktualisiert",
        "We do not have it.",
        "bis zu einem Betrag: 250 €",
        "täglich",
    ):
        assert said in page
    assert "Auf den Bedarf antworten" not in page
    answer = await browser.post("/bedarf/abschliessen", data={"id": "urn:need:1", "antwort": "urn:answer:1"})
    assert find_sent(office) == ("needs/urn%3Aneed%3A1/close", {"served_by": "urn:answer:1"})
    assert "Der Bedarf ist abgeschlossen." in (await browser.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    ("form", "sent"),
    [
        ({"art": "offer", "angebot": "urn:d:1"}, {"kind": "offer", "dataset": "urn:d:1"}),
        ({"art": "draft", "angebot": "urn:d:1", "ab": "2026-06-30"}, {"kind": "draft"}),
        ({"art": "none", "angebot": "urn:d:1", "ab": "2026-06-30"}, {"kind": "none"}),
    ],
)
async def test_a_need_of_others_is_answered_with_what_the_kind_of_answer_says(
    office: Office, board: Answers, form: dict[str, str], sent: dict[str, str]
) -> None:
    await office.offer(status=AssetStatus.PUBLISHED)
    browser = await office.sign_in(UserRole.PROVIDER)
    page = (await browser.get(ONE)).text
    assert '<option value="urn:d:1"' in page
    assert "Was dazu passt" not in page
    answer = await browser.post("/bedarf/antworten", data={"id": "urn:need:1", "text": "Ja, gern.", **form})
    assert answer.headers["location"] == link("/bedarf/eintrag", id="urn:need:1", fertig="beantwortet")
    path, body = find_sent(office)
    assert path == "needs/urn%3Aneed%3A1/answers"
    assert ("ready_at" in body) == (form["art"] == "draft")
    assert {name: value for name, value in body.items() if name != "ready_at"} == {"text": "Ja, gern.", **sent}


async def test_an_answer_without_a_word_is_asked_for_again(office: Office, board: Answers) -> None:
    browser = await office.sign_in(UserRole.RELEASE)
    answer = await browser.post(
        "/bedarf/antworten", data={"id": "urn:need:1", "text": " ", "art": "draft", "ab": "bald"}
    )
    assert answer.status_code == 422
    assert "Die Antwort braucht einen Satz" in answer.text


@pytest.mark.parametrize("state", ["closed", "expired"])
async def test_a_need_that_is_over_takes_nothing(office: Office, board: Answers, state: str) -> None:
    board(state=state)
    browser = await office.sign_in(*UserRole)
    page = (await browser.get(ONE)).text
    assert "<textarea" not in page
    board(state=state, owner=ME)
    assert "Bedarf abschließen" not in (await browser.get(ONE)).text


async def test_the_roles_decide_who_posts_and_who_answers(office: Office, board: Answers) -> None:
    consumer, provider = (
        await office.sign_in(UserRole.CONSUMER),
        await office.sign_in(UserRole.PROVIDER, name="b.adler"),
    )
    assert (await consumer.post("/bedarf/antworten", data={"id": "urn:need:1"})).status_code == 403
    assert (await provider.post("/bedarf/melden", data=FORM)).status_code == 403
    assert (await provider.post("/bedarf/abschliessen", data={"id": "urn:need:1"})).status_code == 403


async def test_one_person_posts_half_of_what_the_organisation_may(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted: list[dict[str, Any]] = []

    def answer(method: str, path: str) -> bytes:
        if method == "POST":
            posted.append(NEED | {"id": f"urn:need:{len(posted)}"})
            return msgspec.json.encode(posted[-1])
        return msgspec.json.encode({"items": posted, "next": None})

    monkeypatch.setattr("tests.support.plane.answer_board", answer)
    kim, lee = await office.sign_in(UserRole.CONSUMER, name="kim"), await office.sign_in(UserRole.CONSUMER, name="lee")
    for _ in range(MOST[Quota.NEED]):
        assert (await kim.post("/bedarf/melden", data=FORM)).status_code == 303
    refused = await kim.post("/bedarf/melden", data=FORM)
    assert refused.status_code == 422
    assert "stammen schon 10 Einträge von Ihnen" in refused.text
    assert FORM["kontakt"] in refused.text, "what was typed is still there"
    assert (await lee.post("/bedarf/melden", data=FORM)).status_code == 303
