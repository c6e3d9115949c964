"""A need as a participant hands it in: cleaned, bounded, with terms of the vocabularies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.broker.board.needs import (
    QUESTION_LENGTH,
    TEXT_LENGTH,
    NeedRefused,
    read_answer,
    read_need,
    view_answers,
    view_need,
)
from connector.views.conversion import moment
from connector.views.needs import AnswerKind, AnswerOrder, BudgetKind, NeedOrder, NeedState
from tests.broker.board.values import need
from tests.contract.test_record import CITY, DAY, NOW

PURPOSE = "https://w3id.org/dpv#PublicBenefit"
HOSTILE = st.text(max_size=10_000) | st.sampled_from(
    ["<script>alert(1)</script>", "\u202egnp.exe", "a\x00b\x1b[2J", "x" * 10_000, "\u200f\u200b", "\ud800"]
)


def test_what_is_stated_is_kept_with_the_terms_of_the_vocabularies() -> None:
    made = need(
        purpose="Gemeinwohl",
        fields=("Zeit", "Anzahl", "Zeit"),
        place="05315000",
        bbox="7,51,7.5,51.6",
        since="2026",
        until="2026-12",
        frequency="stündlich",
        budget=BudgetKind.AMOUNT,
        amount="250.00",
        currency="EUR",
        contact="verkehr@stadt.example",
    )
    assert (made.purpose, made.fields, made.frequency) == (PURPOSE, ("Zeit", "Anzahl"), "HOURLY")
    assert made.place == "http://dcat-ap.de/def/politicalGeocoding/municipalityKey/05315000"
    assert made.box == (7.0, 51.0, 7.5, 51.6)
    assert made.until is not None
    assert moment(made.until).month == 12
    assert (made.opens, made.closes) == (NOW, NOW + 90 * DAY)
    shown = view_need(made, NOW, known=True)
    assert (shown.state, shown.purpose_in_words["de"], shown.contact) == (
        NeedState.OPEN,
        "Gemeinwohl",
        "verkehr@stadt.example",
    )
    assert view_need(made, NOW, known=False).contact == ""


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"question": "\u202e\u200b   "}, "question is empty"),
        ({"purpose": "Weltherrschaft"}, "no term of the vocabulary"),
        ({"frequency": "manchmal"}, "update cycle is unknown"),
        ({"bbox": "8,51,7,52"}, "west,south,east,north"),
        ({"since": "morgen"}, "expected a date"),
        ({"since": "2027", "until": "2026"}, "since is after until"),
        ({"budget": BudgetKind.AMOUNT}, "no amount with a currency"),
        ({"budget": BudgetKind.AMOUNT, "amount": "1e9", "currency": "EUR"}, "no amount with a currency"),
        ({"budget": BudgetKind.AMOUNT, "amount": "-1", "currency": "EUR"}, "no amount with a currency"),
        ({"amount": "5"}, "needs the budget"),
        ({"closes": moment(NOW)}, "end of the term"),
        ({"closes": moment(NOW + 400 * DAY)}, "end of the term"),
        ({"opens": moment(NOW + 9 * DAY), "closes": moment(NOW + 8 * DAY)}, "end of the term"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(NeedRefused, match=said) as refused:
        need(**stated)
    assert str(refused.value).endswith(".")


def test_a_term_begins_and_ends() -> None:
    made = need(opens=moment(NOW + DAY), closes=moment(NOW + 2 * DAY))
    states = [made.state(NOW + at * DAY) for at in range(3)]
    assert states == [NeedState.UPCOMING, NeedState.OPEN, NeedState.EXPIRED]


def test_a_change_keeps_the_term_that_it_does_not_state() -> None:
    before = need(closes=moment(NOW + 5 * DAY))
    order = NeedOrder(question="Etwas anderes")
    after = read_need(order, owner=before.owner, id=before.id, now=NOW + DAY, before=before)
    assert (after.opens, after.closes, after.created_at, after.changed_at) == (
        before.opens,
        before.closes,
        NOW,
        NOW + DAY,
    )


@given(question=HOSTILE, contact=HOSTILE, field=HOSTILE, place=HOSTILE)
def test_any_text_is_one_short_printable_line_or_refused(question: str, contact: str, field: str, place: str) -> None:
    try:
        made = need(question=question, contact=contact, fields=(field,), place=place)
    except NeedRefused:
        return
    assert len(made.question) <= QUESTION_LENGTH
    for text in (made.question, made.contact, made.place, *made.fields):
        assert text.isprintable()
        assert len(text) <= QUESTION_LENGTH


def answer(now: int = NOW, **stated: Any) -> str:
    order = AnswerOrder(**({"kind": AnswerKind.NONE, "text": "Nein."} | stated))
    made = read_answer(order, need="n", participant=CITY, id="a", now=now)
    return view_answers([made])[0].text


def test_an_answer_is_an_offer_a_draft_or_none() -> None:
    soon = datetime.fromtimestamp(NOW / 1000, UTC) + timedelta(days=1)
    assert answer() == "Nein."
    assert answer(kind=AnswerKind.OFFER, dataset="d", text="Hier\x00 ist\u202e es.") == "Hier ist es."
    assert answer(kind=AnswerKind.DRAFT, ready_at=soon, text="x" * 2000).endswith("…")
    assert len(answer(text="x" * 2000)) == TEXT_LENGTH


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"text": "\u200b"}, "text is empty"),
        ({"kind": AnswerKind.OFFER}, "names its dataset"),
        ({"dataset": "d"}, "names its dataset"),
        ({"kind": AnswerKind.DRAFT}, "by when"),
        ({"ready_at": moment(NOW + 1)}, "by when"),
        ({"kind": AnswerKind.DRAFT, "ready_at": moment(NOW)}, "is over"),
    ],
)
def test_an_answer_that_contradicts_itself_is_refused(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(NeedRefused, match=said):
        answer(**stated)
