"""A need and its answers as participants hand them in: cleaned, bounded, and with the terms of the vocabularies."""

import re
from collections.abc import Sequence

import msgspec

from connector.broker.labels import FREQUENCIES, find_value
from connector.broker.query import QueryRefused, parse_box
from connector.broker.reading.statements import read_moment
from connector.broker.reading.terms import name_purposes
from connector.ports.board import Answer, Need
from connector.ports.search_index import Facet
from connector.protocol.dsp.errors import clean
from connector.views.conversion import moment, to_ms, to_view
from connector.views.needs import AnswerKind, AnswerOrder, AnswerView, BudgetKind, NeedOrder, NeedView

NEEDS_OPEN, NEEDS = 20, 200
"""The most needs of a participant that are not over, and the most that are kept."""

ANSWERS_OF_ONE, ANSWERS = 5, 100
"""The most answers to a need by one participant, and in all."""

QUESTION_LENGTH, TEXT_LENGTH = 500, 1000

_DAY_MS = 86_400_000
_TERM_MS, _LONGEST_MS = 90 * _DAY_MS, 366 * _DAY_MS
_FIELD_LENGTH, _NAME_LENGTH = 60, 200
_AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")


class NeedRefused(Exception):
    """A need or an answer cannot be read; the message is one sentence."""


def read_need(order: NeedOrder, *, owner: str, id: str, now: int, before: Need | None = None) -> Need:
    """Return the need that an order states at `now` (ms), in place of the one `before`. Raises NeedRefused."""
    question = clean(order.question, QUESTION_LENGTH)
    if len(question) < 3:
        raise NeedRefused("The question is empty: say in words what the data has to answer.")
    opens, closes = _read_term(order, now, before)
    since, until = _read_date("since", order.since), _read_date("until", order.until, last=True)
    if since is not None and until is not None and since > until:
        raise NeedRefused("since is after until: state the beginning of the time first.")
    amount, currency = _read_budget(order)
    try:
        box = parse_box(order.bbox)
    except QueryRefused as refusal:
        raise NeedRefused(str(refusal)) from None
    return Need(
        id=id,
        owner=owner,
        question=question,
        purpose=_read_purpose(order.purpose),
        fields=_clean_fields(order.fields),
        place=find_value(Facet.PLACE, clean(order.place, _NAME_LENGTH)),
        box=box,
        since=since,
        until=until,
        frequency=_read_frequency(order.frequency),
        opens=opens,
        closes=closes,
        budget=order.budget,
        amount=amount,
        currency=currency,
        contact=clean(order.contact, _NAME_LENGTH),
        created_at=before.created_at if before else now,
        changed_at=now,
    )


def read_answer(order: AnswerOrder, *, need: str, participant: str, id: str, now: int) -> Answer:
    """Return the answer that an order states at `now` (ms). Raises NeedRefused."""
    text = clean(order.text, TEXT_LENGTH)
    if not text:
        raise NeedRefused("The text is empty: say in a sentence what you answer.")
    if (order.kind is AnswerKind.OFFER) != bool(order.dataset):
        raise NeedRefused("An offer names its dataset, and no other answer does: correct dataset.")
    ready_at = to_ms(order.ready_at)
    if (order.kind is AnswerKind.DRAFT) != (ready_at is not None):
        raise NeedRefused("A draft says by when there will be an offer, and no other answer does: correct ready_at.")
    if ready_at is not None and ready_at <= now:
        raise NeedRefused("ready_at is over: state a time in the future.")
    return Answer(
        id=id,
        need=need,
        participant=participant,
        kind=order.kind,
        text=text,
        dataset=order.dataset,
        ready_at=ready_at,
        at=now,
    )


def view_need(need: Need, now: int, *, known: bool) -> NeedView:
    """Return the view of a need at `now` (ms); only a `known` reader sees the contact."""
    words = name_purposes().get(need.purpose or "", {})
    shown = need if known else msgspec.structs.replace(need, contact="")
    return to_view(NeedView, shown, state=need.state(now), purpose_in_words=words, box=need.box)


def view_answers(answers: Sequence[Answer]) -> tuple[AnswerView, ...]:
    """Return the views of answers, in their order."""
    return tuple(to_view(AnswerView, answer) for answer in answers)


def _read_term(order: NeedOrder, now: int, before: Need | None) -> tuple[int, int]:
    """Return when a need opens and closes, in ms; what is not stated is as before, or from now on for 90 days."""
    stated = to_ms(order.opens)
    opens = stated if stated is not None else before.opens if before else now
    ends = to_ms(order.closes)
    closes = ends if ends is not None else before.closes if before else max(opens, now) + _TERM_MS
    if not max(opens, now) < closes <= now + _LONGEST_MS:
        raise NeedRefused(
            "The end of the term has to be after its beginning, in the future and at most 366 days ahead: "
            f"state closes before {moment(now + _LONGEST_MS):%Y-%m-%d}."
        )
    return opens, closes


def _read_date(name: str, text: str | None, *, last: bool = False) -> int | None:
    if not text:
        return None
    at = read_moment(text, last=last)
    if at is None:
        raise NeedRefused(f"{name} is {clean(text, 40)}: expected a date such as 2026-03-01.")
    return at


def _read_purpose(text: str | None) -> str | None:
    if not text:
        return None
    purpose = find_value(Facet.PURPOSE, clean(text, _NAME_LENGTH))
    if purpose not in name_purposes():
        raise NeedRefused("The purpose is no term of the vocabulary: state one such as dpv:PublicBenefit.")
    return purpose


def _read_frequency(text: str | None) -> str | None:
    if not text:
        return None
    frequency = find_value(Facet.FREQUENCY, clean(text, _NAME_LENGTH))
    if frequency not in FREQUENCIES:
        raise NeedRefused(f"The update cycle is unknown: state one of {', '.join(FREQUENCIES)}.")
    return frequency


def _read_budget(order: NeedOrder) -> tuple[str, str]:
    """Return the amount and the currency."""
    if order.budget is not BudgetKind.AMOUNT:
        if order.amount or order.currency:
            raise NeedRefused("An amount needs the budget `amount`: state it, or leave the amount out.")
        return "", ""
    if not (_AMOUNT.fullmatch(order.amount) and _CURRENCY.fullmatch(order.currency)):
        raise NeedRefused("The budget has no amount with a currency: state both, such as 250.00 and EUR.")
    return order.amount, order.currency


def _clean_fields(fields: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(kept for field in fields if (kept := clean(field, _FIELD_LENGTH))))
