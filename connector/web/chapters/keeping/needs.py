"""Needs for data: those of this participant with what matches, those of others, answers, and the end of a need."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from urllib.parse import quote

import msgspec
from starlette.responses import Response

from connector.broker.board.needs import NEEDS_OPEN
from connector.broker.reading.terms import name_purposes
from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.usecases import users
from connector.desk.house import Quota
from connector.ports.entities import AssetStatus, PageBounds
from connector.semantic.codes import find_code, read_codes
from connector.views.common import Page
from connector.views.needs import (
    AnswerKind,
    AnswerOrder,
    AnswerView,
    BudgetKind,
    NeedCloseOrder,
    NeedMatchView,
    NeedOrder,
    NeedState,
    NeedView,
    NoticeKind,
    NoticeView,
)
from connector.web.frame.forms import read_form
from connector.web.frame.visit import Visit, go_to, make_link, name_party, read_query, render
from connector.web.rights import ASKERS, WRITERS
from connector.web.typed import is_number, parse_typed_day, read_amount, read_day

PAGE, MOST_NOTICES, MOST_OFFERS, MOST_MATCHES, LONGEST_TEXT = 20, 10, 100, 20, 2000
PLACE = "/bedarf"
SHOWN = "/bedarf/eintrag"
FIELDS = ("frage", "zweck", "felder", "ort", "von", "bis", "takt", "schluss", "budget", "betrag", "kontakt")
"""The fields of the form of a need, as they are named in it."""


async def show_needs(visit: Visit) -> Response:
    """List open needs, or all own ones, the newest first, with what this participant is told of them."""
    own = read_query(visit, "ansicht") == "eigene"
    query = {"open": str(not own), "limit": str(PAGE)}
    query |= {"owner": visit.desk.context.participant} if own else {}
    query |= {"after": after} if (after := read_query(visit, "nach")) else {}
    page = await visit.ask(Page[NeedView], "GET", "needs", query)
    notices = await visit.ask(tuple[NoticeView, ...], "GET", "notices")
    return render(
        visit,
        "needs.html",
        found=[(need, name_party(visit, need.owner)) for need in page.items],
        following=page.next,
        own=own,
        notices=notices[::-1][:MOST_NOTICES],
        wanted={notice.need for notice in notices if notice.kind is NoticeKind.WANTED},
        may_post=users.has_role(visit.person, ASKERS),
        done=visit.words.find(f"needing.done-{read_query(visit, 'fertig')}"),
    )


async def show_need(visit: Visit) -> Response:
    """Show one need: its own matches and answers to its owner, the form of an answer to others."""
    return await _show(visit, read_query(visit, "id") or "", {})


async def show_new(visit: Visit) -> Response:
    """Show the form of a new need."""
    return _show_form(visit, {"budget": BudgetKind.OPEN.value, "frage": read_query(visit, "frage") or ""})


async def post(visit: Visit) -> Response:
    """Post a need at the broker: all participants see it until its last day."""
    given = await read_form(visit.request)
    if given.get("budget") == BudgetKind.AMOUNT and not is_number(read_amount(given.get("betrag", ""))):
        return _show_form(visit, given, visit.words.say("needing.amount-unreadable"), "betrag")
    try:
        order = _read_order(visit, given)
        made = await visit.pages.shared.make(
            visit.person.name,
            Quota.NEED,
            list_living=partial(_list_living, visit),
            create=lambda: visit.ask(NeedView, "POST", "needs", body=order),
        )
    except (msgspec.ValidationError, ValueError, OverflowError):
        return _show_form(visit, given, visit.words.say("needing.unreadable"))
    except UseCaseError as error:
        return _show_form(visit, given, visit.words.pick(error.reasons) or visit.words.translate(error.reason))
    return go_to(make_link(SHOWN, id=made.id, fertig="gemeldet"))


async def _list_living(visit: Visit) -> set[str]:
    query = {"open": "true", "limit": str(NEEDS_OPEN), "owner": visit.desk.context.participant}
    return {one.id for one in (await visit.ask(Page[NeedView], "GET", "needs", query)).items}


async def answer(visit: Visit) -> Response:
    """Answer a need of another participant: with an own offer, the day from which there will be one, or none."""
    given = await read_form(visit.request)
    need_id = given.get("id", "")
    try:
        order = _read_answer(visit, given)
        await visit.ask(AnswerView, "POST", f"{_name(need_id)}/answers", body=order)
    except (msgspec.ValidationError, ValueError, OverflowError):
        return await _show(visit, need_id, given, visit.words.say("needing.answer-unreadable"))
    except UseCaseError as error:
        told = visit.words.pick(error.reasons) or visit.words.translate(error.reason)
        return await _show(visit, need_id, given, told)
    return go_to(make_link(SHOWN, id=need_id, fertig="beantwortet"))


async def close(visit: Visit) -> Response:
    """Close an own need, with the answer that served it, if one did; whoever answered is told."""
    given = await read_form(visit.request)
    order = NeedCloseOrder(served_by=given.get("antwort") or None)
    await visit.ask(NeedView, "POST", f"{_name(given.get('id', ''))}/close", body=order)
    return go_to(make_link(PLACE, ansicht="eigene", fertig="abgeschlossen"))


async def _show(visit: Visit, id: str, given: Mapping[str, str], fault: str = "") -> Response:
    need = await visit.ask(NeedView, "GET", _name(id))
    own = need.owner == visit.desk.context.participant
    answers = await visit.ask(tuple[AnswerView, ...], "GET", f"{_name(id)}/answers")
    matches = await visit.ask(tuple[NeedMatchView, ...], "GET", f"{_name(id)}/matches") if own else ()
    goes_on = need.state not in {NeedState.CLOSED, NeedState.EXPIRED}
    may_answer = not own and goes_on and users.has_role(visit.person, WRITERS)
    frequency = find_code("frequency", need.frequency) if need.frequency else None
    return render(
        visit,
        "need.html",
        status=422 if fault else 200,
        need=need,
        own=own,
        party=name_party(visit, need.owner),
        frequency=visit.words.pick(frequency.labels if frequency else None, need.frequency or ""),
        answers=[(one, name_party(visit, one.participant)) for one in answers],
        matches=[(one, name_party(visit, one.participant)) for one in matches[:MOST_MATCHES]],
        may_answer=may_answer,
        may_close=own and goes_on and users.has_role(visit.person, ASKERS),
        offers=await _list_offers(visit) if may_answer else [],
        kinds=[kind.value for kind in AnswerKind],
        given=given,
        fault=fault,
        done=visit.words.find(f"needing.done-{read_query(visit, 'fertig')}"),
    )


def _show_form(visit: Visit, given: Mapping[str, str], fault: str = "", wrong: str = "") -> Response:
    words = visit.words
    purposes = sorted(
        ((iri, words.pick(labels, iri)) for iri, labels in name_purposes().items()), key=lambda one: one[1].casefold()
    )
    return render(
        visit,
        "need_new.html",
        status=422 if fault else 200,
        given={name: given.get(name, "")[:LONGEST_TEXT] for name in FIELDS},
        purposes=purposes,
        frequencies=[(code, words.pick(row.labels, code)) for code, row in read_codes("frequency").items()],
        budgets=[kind.value for kind in BudgetKind],
        fault=fault,
        wrong=wrong,
    )


async def _list_offers(visit: Visit) -> list[tuple[str, str]]:
    """Return what this participant offers: identifiers and titles."""
    context = visit.desk.context
    bounds = PageBounds(limit=MOST_OFFERS)
    rows, _ = await context.store.assets(context.owner, bounds, status=AssetStatus.PUBLISHED)
    return [(row.id, visit.words.pick(row.title, row.id)) for row in rows]


def _read_order(visit: Visit, given: Mapping[str, str]) -> NeedOrder:
    """Return the need of a form. Raises ValidationError, and ValueError for a day that is none."""
    text = {name: " ".join(given.get(name, "").split()) for name in FIELDS}
    amount = read_amount(text["betrag"]) if text["budget"] == BudgetKind.AMOUNT else ""
    stated: dict[str, object] = {
        "question": text["frage"],
        "purpose": text["zweck"] or None,
        "fields": tuple(filter(None, (line.strip() for line in given.get("felder", "").split("\n")))),
        "place": text["ort"],
        "since": read_day(text["von"]) or None,
        "until": read_day(text["bis"]) or None,
        "frequency": text["takt"] or None,
        "closes": _read_end(visit, text["schluss"]),
        "budget": text["budget"],
        "amount": amount,
        "currency": "EUR" if amount else "",
        "contact": text["kontakt"],
    }
    return msgspec.convert(stated, NeedOrder)


def _read_answer(visit: Visit, given: Mapping[str, str]) -> AnswerOrder:
    """Return the answer of a form. Raises ValidationError, and ValueError for a day that is none."""
    kind = given.get("art", "")
    stated = {
        "kind": kind,
        "text": " ".join(given.get("text", "").split()),
        "dataset": given.get("angebot", "") if kind == AnswerKind.OFFER else "",
        "ready_at": _read_end(visit, given.get("ab", "")) if kind == AnswerKind.DRAFT else None,
    }
    return msgspec.convert(stated, AnswerOrder)


def _read_end(visit: Visit, text: str) -> datetime | None:
    """Return when a day is over; None without one. Raises ValueError, OverflowError."""
    if not text:
        return None
    day = parse_typed_day(text)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=visit.words.zone)


def _name(id: str) -> str:
    return f"needs/{quote(id, safe='')}"
