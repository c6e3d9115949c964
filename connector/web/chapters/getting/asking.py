"""A request for a contract: a purpose and an end, a look at what will be asked, and only then the sending."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import msgspec
from starlette.responses import Response

from connector.broker.reading.terms import name_purposes, read_terms
from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.library import evaluate
from connector.controlplane.usecases import catalog, negotiation
from connector.controlplane.usecases.asking.requesting import PreparedRequest, Wish, prepare
from connector.ports.entities import PageBounds
from connector.protocol.dcat import read_title
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation
from connector.views.conversion import in_zone, moment
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, go_to, make_link, name_party, render
from connector.web.terms import compare_terms, describe_terms
from connector.web.typed import parse_typed_day, read_day

LONGEST_PURPOSE, LONGEST_TERMS, LOOKED_AT = 500, 100_000, 20
_MARK = 32


class RequestForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a person states: whom and what the request is for, its purpose (an IRI) and its last day (ISO 8601).

    `beyond` is whether the purpose is one that the offer excludes. `terms` are other terms than offered (JSON): they
    say the purpose and the end themselves.
    """

    participant: str
    dataset: str
    offer: str = ""
    purpose: str = ""
    until: str = ""
    beyond: bool = False
    terms: str = ""

    def make_link(self, path: str) -> str:
        """Return the address of a page with these answers."""
        return make_link(
            path,
            teilnehmer=self.participant,
            id=self.dataset,
            angebot=self.offer or None,
            zweck=self.purpose or None,
            bis=self.until or None,
        )


class _Offered(msgspec.Struct, frozen=True, kw_only=True):
    """What the request is about: the title of the dataset, and the purposes that its offer is limited to, if it is."""

    title: str
    purposes: frozenset[str]

    @property
    def limited(self) -> bool:
        """Whether the offer is for some purposes only."""
        return bool(self.purposes)


async def show_form(visit: Visit) -> Response:
    """Show the questions of a request, with the answers that the address has."""
    form = read_answers(visit.request.query_params)
    return _show_form(visit, form, await _find_offered(visit, form), {})


async def show_check(visit: Visit) -> Response:
    """Show what will be asked; what is wrong leads back to its question."""
    return await _check(visit, read_answers(visit.request.query_params))


async def check_terms(visit: Visit, form: RequestForm) -> Response:
    """Show what will be asked on other terms than offered. Raises Invalid if they cannot be asked for."""
    return await _render_check(visit, await prepare_form(visit, form), form, changed=False)


async def send(visit: Visit) -> Response:
    """Send the request that was checked; if the offer has changed meanwhile, it is to be checked again."""
    given = await read_form(visit.request)
    form = read_answers(given)
    found = await _prepare(visit, form)
    if isinstance(found, Response):
        return found
    prepared, _ = found
    if _mark(prepared) != given.get("stand"):
        return await _check(visit, form, changed=True)
    begun = await _find_open(visit, prepared) or await negotiation.ask(
        visit.desk.context,
        prepared.participant,
        prepared.address,
        prepared.offer,
        prepared.title,
        by=visit.person.name,
    )
    return go_to(make_link("/anfragen/anfrage", id=begun.id, fertig="gesendet"))


def read_answers(given: Mapping[str, str]) -> RequestForm:
    """Return the answers of a form or an address."""
    return RequestForm(
        participant=given.get("teilnehmer", ""),
        dataset=given.get("id", ""),
        offer=given.get("angebot", ""),
        purpose=given.get("zweck", "")[:LONGEST_PURPOSE],
        until=read_day(given.get("bis", ""))[: len("2026-01-01")],
        terms=given.get("bedingungen", "")[:LONGEST_TERMS],
    )


async def _find_offered(visit: Visit, form: RequestForm) -> _Offered:
    """Return what a provider offers now. Raises FormFault, NoSuchEntity, NotAllowed, PeerFailed."""
    dataset = await catalog.fetch_dataset(visit.desk.counterparties, form.participant, form.dataset)
    offers = documents.list_offers(dataset)
    named = documents.find_offers(offers, form.offer) if form.offer else offers
    if not named:
        raise FormFault("finding.offer-gone", 404)
    now = visit.desk.context.now()
    read = await evaluate(lambda: read_terms(named[:1], now), msgspec.json.encode(named[0]))
    title = visit.words.pick(read_title(dataset), visit.words.say("untitled"))
    allowed = frozenset(read.purposes)
    return _Offered(title=title, purposes=frozenset() if name_purposes().keys() <= allowed else allowed)


def _show_form(visit: Visit, form: RequestForm, offered: _Offered, faults: Mapping[str, str]) -> Response:
    known = {iri: visit.words.pick(labels, iri) for iri, labels in name_purposes().items()}
    ordered = sorted(known.items(), key=lambda entry: entry[1].casefold())
    allowed = [(iri, name) for iri, name in ordered if iri in offered.purposes or not offered.limited]
    others = [(iri, name) for iri, name in ordered if offered.limited and iri not in offered.purposes]
    return render(
        visit,
        "ask.html",
        status=422 if faults else 200,
        form=form,
        title=offered.title,
        party=name_party(visit, form.participant),
        limited=offered.limited,
        choices=(("allowed", allowed), ("beyond", others)),
        faults=faults,
    )


async def _check(visit: Visit, form: RequestForm, *, changed: bool = False) -> Response:
    found = await _prepare(visit, form)
    if isinstance(found, Response):
        return found
    prepared, form = found
    return await _render_check(visit, prepared, form, changed=changed)


async def _render_check(visit: Visit, prepared: PreparedRequest, form: RequestForm, *, changed: bool) -> Response:
    words, library = visit.words, visit.desk.evaluator.library
    purpose = name_purposes().get(form.purpose)
    return render(
        visit,
        "ask_check.html",
        status=409 if changed else 200,
        form=form,
        back=form.make_link("/suche/anfrage"),
        title=words.pick(prepared.title, words.say("untitled")),
        party=name_party(visit, form.participant),
        purpose=words.pick(purpose, form.purpose),
        until=words.stated(form.until),
        terms=await describe_terms(library, words, prepared.offer),
        changes=await compare_terms(library, words, prepared.offered, prepared.offer),
        mark=_mark(prepared),
        changed=changed,
    )


async def _prepare(visit: Visit, form: RequestForm) -> tuple[PreparedRequest, RequestForm] | Response:
    """Return the request of a form, or the form again with what is wrong in it. Raises as `_find_offered`."""
    if form.terms:
        return await prepare_form(visit, form), form
    offered = await _find_offered(visit, form)
    faults: dict[str, str] = {}
    if not form.purpose and offered.limited:
        faults["zweck"] = visit.words.say("finding.purpose-missing")
    until = _read_end(visit, form.until)
    if isinstance(until, str):
        faults["bis"] = until
    if faults:
        return _show_form(visit, form, offered, faults)
    form = msgspec.structs.replace(
        form, beyond=bool(form.purpose) and offered.limited and form.purpose not in offered.purposes
    )
    try:
        prepared = await prepare_form(visit, form)
    except Invalid as error:
        told = visit.words.pick(error.reasons) or visit.words.translate(error.reason)
        return _show_form(visit, form, offered, {"zweck" if error.code == "unknown-purpose" else "": told})
    return prepared, form


async def prepare_form(visit: Visit, form: RequestForm) -> PreparedRequest:
    """Return the request of a form whose answers were checked. Raises as `_find_offered`, and Invalid."""
    until = _read_end(visit, form.until)
    wish = Wish(
        offer_id=form.offer or None,
        purpose=form.purpose or None,
        beyond=form.beyond,
        until=until if isinstance(until, datetime) else None,
    )
    if form.terms:
        wish = Wish(offer_id=form.offer or None, policy=_read_terms(form.terms), looks=True)
    desk = visit.desk
    return await prepare(desk.evaluator, desk.counterparties, form.participant, form.dataset, wish)


def _read_terms(text: str) -> dict[str, Any]:
    """Return the terms that a form carries. Raises FormFault."""
    try:
        return msgspec.json.decode(text, type=dict)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise FormFault("form-unreadable") from None


def _read_end(visit: Visit, text: str) -> datetime | str | None:
    """Return when the last day of the use is over, None without one, or what is wrong with it."""
    if not text:
        return None
    try:
        day = parse_typed_day(text)
        over = datetime.combine(day + timedelta(days=1), time(), tzinfo=visit.words.zone)
    except (ValueError, OverflowError):
        return visit.words.say("finding.end-unreadable")
    past = over <= in_zone(moment(visit.desk.context.now()), visit.words.zone)
    return visit.words.say("finding.end-past") if past else over


async def _find_open(visit: Visit, prepared: PreparedRequest) -> Negotiation | None:
    """Return the request that asks for the same and has not ended: a form that is sent twice asks once."""
    context = visit.desk.context
    target = documents.read_member(prepared.offer, "target")
    rows, _ = await context.store.negotiations(
        context.owner, PageBounds(limit=LOOKED_AT), peer=prepared.participant, dataset=target
    )
    ours = (row for row in rows if row.role is Role.CONSUMER and row.state not in NEGOTIATION.terminal)
    return next((row for row in ours if row.asked == prepared.offer), None)


def _mark(prepared: PreparedRequest) -> str:
    """Return what tells this request from another one."""
    return hashlib.sha256(prepared.offer).hexdigest()[:_MARK]
