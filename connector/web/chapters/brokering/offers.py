"""Moderation of offers: find one, see why it is shown or not, hide it, mark it as a test; and all marks."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from starlette.responses import Response

from connector.broker import finding
from connector.broker.operating.why import WhyStep, explain
from connector.broker.query import Asked, QueryRefused, make_query
from connector.desk.broker import open_whole_view
from connector.desk.operating.values import find_source, view_mark
from connector.ports.broker_store import CrawlSource, Entry, Listing, ListOrder
from connector.ports.moderation import MarkKind
from connector.views.common import LONGEST_IDENTIFIER
from connector.views.moderation import MarkView
from connector.web.chapters.brokering.deeds import find_stand, list_acts, name_entry, tell_done
from connector.web.frame.listing import read_rows
from connector.web.frame.visit import Visit, make_link, name_people, read_query, render

PLACE = "/betrieb/angebote"
PAGE, LONGEST, FARTHEST, MOST_NAMED = 20, 300, 10_000, 200


class FoundOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer in a list: its source by name, its title, and whether it is marked as a test."""

    participant: str
    source: str
    dataset: str
    title: str
    is_test: bool


class AskedWhy(msgspec.Struct, frozen=True, kw_only=True):
    """What a person types who asks why an offer is not shown, and what is wrong with each field by its name."""

    provider: str = ""
    dataset: str = ""
    faults: Mapping[str, str] = {}


async def show_offers(visit: Visit) -> Response:
    """Find offers by words or by source; without both, list what the operator has marked."""
    return await _show_offers(visit, AskedWhy())


async def _show_offers(visit: Visit, why: AskedWhy) -> Response:
    text, named = (read_query(visit, "q") or "")[:LONGEST], read_query(visit, "quelle") or ""
    source = await find_source(visit.broker.operator, named) if named else None
    offset = _read_offset(visit)
    problem, found, total = "", list[FoundOffer](), 0
    if named and source is None:
        problem = visit.words.say("brokering.refused-no-source")
    if source is not None:
        listing = Listing(participant=source.participant, order=ListOrder.NEWEST, limit=PAGE, offset=offset)
        entries, total = await (await open_whole_view(visit.broker)).list_entries(listing)
        found = await _show(visit, entries)
    elif text:
        try:
            found, total = await _search(visit, make_query(text, limit=PAGE, offset=offset))
        except QueryRefused as refusal:
            problem = visit.words.translate(str(refusal))
    marks, following = await _list_marks(visit)
    query = {"q": text or None, "quelle": named or None}
    return render(
        visit,
        "broker_offers.html",
        status=404 if named and source is None else 422 if problem or why.faults else 200,
        text=text,
        source=source,
        why=why,
        names=await visit.broker.operator.record.list_source_names(MOST_NAMED),
        found=found,
        total=total,
        before=make_link(PLACE, **query, ab=max(0, offset - PAGE) or None) if offset else "",
        after=make_link(PLACE, **query, ab=offset + PAGE) if offset + PAGE < total else "",
        problem=problem,
        marks=marks,
        people=await name_people(visit, (mark.by for mark, *_ in marks)),
        following=following,
    )


async def show_offer(visit: Visit) -> Response:
    """Show one offer to the operator: why it is shown or not, step by step, and what can be done."""
    desk = visit.broker.operator
    named, dataset = (read_query(visit, "teilnehmer") or "").strip(), (read_query(visit, "id") or "").strip()
    source, faults = await _find_named(visit, named)
    if not dataset or len(dataset) > LONGEST_IDENTIFIER:
        faults["id"] = visit.words.say("brokering.why-no-dataset")
    if faults:
        return await _show_offers(visit, AskedWhy(provider=named, dataset=dataset, faults=faults))
    text = (read_query(visit, "q") or "")[:LONGEST]
    participant = source.participant if source else named
    problem, asked = "", None
    try:
        asked = make_query(text) if text else None
    except QueryRefused as refusal:
        problem = visit.words.translate(str(refusal))
    marks = await desk.record.marks(participant, dataset)
    acts = await list_acts(visit, participant, dataset)
    people = await name_people(visit, [*(mark.by for mark in marks), *(act.by for act in acts)])
    steps = await explain(
        desk.record,
        desk.index,
        participant=participant,
        dataset=dataset,
        now=visit.now,
        asked=asked,
        names_keys=True,
        people=people,
        zone=visit.words.zone,
    )
    entry = await desk.record.stored(participant, dataset)
    return render(
        visit,
        "broker_offer.html",
        status=422 if problem else 200,
        participant=participant,
        dataset=dataset,
        source=source,
        known=entry is not None,
        title=name_entry(visit, entry, dataset),
        marks={mark.kind.value: view_mark(mark) for mark in marks if mark.dataset},
        steps=[(step.passed, visit.words.pick(step.texts)) for step in steps],
        answer=_answer(visit, steps),
        shown=all(step.passed for step in steps),
        text=text,
        problem=problem,
        acts=acts,
        people=people,
        stand=await find_stand(visit, participant),
        done=await tell_done(visit),
    )


async def _find_named(visit: Visit, named: str) -> tuple[CrawlSource | None, dict[str, str]]:
    """Return the source that a person names by its identifier or by its name, and what is wrong with the field.

    An identifier that no source has is explained too: it is asked about because it is missing.
    """
    words = visit.words
    if not named or len(named) > LONGEST_IDENTIFIER:
        return None, {"teilnehmer": words.say("brokering.why-no-provider")}
    source = await find_source(visit.broker.operator, named)
    if source is not None or ":" in named:
        return source, {}
    alike = await visit.broker.operator.record.find_named(named, 2)
    if len(alike) == 1:
        return alike[0], {}
    return None, {"teilnehmer": words.say("brokering.why-several" if alike else "brokering.why-unknown")}


def _answer(visit: Visit, steps: tuple[WhyStep, ...]) -> str:
    """Return the sentence that answers: that of the step that is not passed, else that of the last one."""
    return visit.words.pick(steps[-1].texts) if steps else ""


async def _search(visit: Visit, asked: Asked) -> tuple[list[FoundOffer], int]:
    results = await finding.find(await open_whole_view(visit.broker), visit.broker.operator.index, asked, visit.now)
    return await _show(visit, [hit.entry for hit in results.hits]), results.total


async def _show(visit: Visit, entries: Sequence[Entry]) -> list[FoundOffer]:
    names = await _name_sources(visit, (entry.participant for entry in entries))
    return [
        FoundOffer(
            participant=entry.participant,
            source=names[entry.participant],
            dataset=entry.id,
            title=name_entry(visit, entry, entry.id),
            is_test=entry.is_test,
        )
        for entry in entries
    ]


async def _name_sources(visit: Visit, participants: Iterable[str]) -> dict[str, str]:
    """Return the names of sources by their identifiers; each is looked up once."""
    known = {one: await visit.broker.operator.record.source(one) for one in set(participants)}
    return {one: (source.name if source else "") or visit.words.party(one) for one, source in known.items()}


async def _list_marks(visit: Visit) -> tuple[list[tuple[MarkView, str, str]], str]:
    """Return a page of the marks, each with the names of its source and of its offer, and the address of the next."""
    record, after = visit.broker.operator.record, read_query(visit, "nach")
    marks, following = await read_rows(record.marked(None, after, PAGE))
    names, shown = await _name_sources(visit, (mark.participant for mark in marks)), []
    for mark in marks:
        if mark.kind is MarkKind.REGISTERED:
            continue
        entry = await record.stored(mark.participant, mark.dataset) if mark.dataset else None
        shown.append(
            (view_mark(mark), names[mark.participant], name_entry(visit, entry, mark.dataset) if mark.dataset else "")
        )
    return shown, make_link(PLACE, nach=following) if following else ""


def _read_offset(visit: Visit) -> int:
    given = read_query(visit, "ab") or "0"
    return min(int(given[:9]), FARTHEST) if given.isascii() and given.isdecimal() else 0
