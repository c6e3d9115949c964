"""Members and sources: who is read, in which state and why; register, read now, and what the operator says of them."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.responses import Response

from connector.broker.operating.acts import ActRefused
from connector.broker.operating.sources import SourceChoice, count_states, enter_source
from connector.desk.operating import sources
from connector.desk.operating.sources import crawl_now, register_source
from connector.ports.broker_store import Liveness
from connector.ports.moderation import MarkKind
from connector.views.sources import CrawlOrder, SourceKind, SourceOrder
from connector.web.chapters.brokering.deeds import SOURCE, find_stand, follow, list_acts, tell_done
from connector.web.frame.forms import read_form
from connector.web.frame.streams import Glance, open_stream
from connector.web.frame.visit import Visit, fill, go_to, make_link, name_people, read_query, render

PLACE, PORTALS, NEW = "/betrieb/quellen", "/betrieb/portale", "/betrieb/quellen/neu"
PAGE, LONGEST, AGAIN_S = 50, 200, 10.0
_FIELDS = ("q", "art", "stand", "kennzeichen", "fehler")


async def show_sources(visit: Visit) -> Response:
    """List members and sources, filtered by the address."""
    said = {name: (read_query(visit, name) or "")[:LONGEST] for name in _FIELDS}
    choice = SourceChoice(
        kind=_choose(SourceKind, said["art"]),
        state=_choose(Liveness, said["stand"]),
        mark=_choose(MarkKind, said["kennzeichen"]),
        text=said["q"],
        failing=bool(said["fehler"]),
    )
    desk = visit.broker.operator
    items, following = await sources.list_sources(desk, choice, read_query(visit, "nach"), PAGE)
    known = await desk.record.sources()
    query = {name: value for name, value in said.items() if value}
    return render(
        visit,
        "broker_sources.html",
        items=items,
        said=said,
        following=make_link(PLACE, **query, nach=following) if following else "",
        first=make_link(PLACE, **query) if read_query(visit, "nach") else "",
        total=len(known),
        counts=count_states(known),
        failing=sum(1 for one in known if one.failures),
        kinds=list(SourceKind),
        states=list(Liveness),
        marks=list(MarkKind),
        done=await tell_done(visit),
    )


async def show_portals(visit: Visit) -> Response:
    """List the portals that are harvested."""
    choice = SourceChoice(portals=True)
    items, following = await sources.list_sources(visit.broker.operator, choice, read_query(visit, "nach"), PAGE)
    following = make_link(PORTALS, nach=following) if following else ""
    return render(visit, "broker_portals.html", items=items, following=following)


async def show_source(visit: Visit) -> Response:
    """Show one source: its state in words, its crawls, what the operator said of it, and what can be done."""
    shown = await sources.show_source(visit.broker.operator, read_query(visit, "id") or "")
    name = shown.source.participant
    acts = await list_acts(visit, name)
    return render(
        visit,
        "broker_source.html",
        shown=shown,
        acts=acts,
        people=await name_people(visit, [*(mark.by for mark in shown.marks), *(act.by for act in acts)]),
        stand=await find_stand(visit, name),
        on_list=visit.broker.operator.crawler.is_listed(name),
        done=await tell_done(visit),
    )


async def stream_source(visit: Visit) -> Response:
    """Answer with the state of a source as mark-up, now and whenever it differs; the end of a crawl looks at once."""
    source = await sources.require_source(visit.broker.operator, read_query(visit, "id") or "")

    async def look() -> Glance:
        shown = await sources.show_source(visit.broker.operator, source.participant)
        people = await name_people(visit, (mark.by for mark in shown.marks))
        return Glance({"part": fill(visit, "broker_source_live.html", shown=shown, people=people)}, again_s=AGAIN_S)

    return open_stream(visit, look, source.participant)


async def crawl(visit: Visit) -> Response:
    """Read a source next, or all whose last crawl failed."""
    form = await read_form(visit.request)
    named = form.get("id", "")
    if not named:
        asked = await crawl_now(visit.broker.operator, CrawlOrder(failing=True))
        return go_to(make_link(PLACE, fertig="alle" if asked.asked else "keine"))
    asked = await crawl_now(visit.broker.operator, CrawlOrder(participants=(named,)))
    return go_to(make_link(SOURCE, id=(asked.asked or asked.refused)[0], fertig="gelesen" if asked.asked else "nicht"))


async def show_new(visit: Visit) -> Response:
    """Show the form for a source that is registered by hand."""
    return _show_new(visit, {"art": read_query(visit, "art") or SourceKind.PARTICIPANT})


async def register(visit: Visit) -> Response:
    """Register a source by hand."""
    form = await read_form(visit.request)
    said = {
        "kind": form.get("art", ""),
        "participant": form.get("kennung", "").strip(),
        "name": " ".join(form.get("name", "").split()) or None,
        "address": form.get("adresse", "").strip(),
    }
    words = visit.words
    try:
        order = msgspec.convert(said, SourceOrder)
        name = enter_source(order).participant
        return await follow(visit, register_source(visit.broker.operator, order, visit.person.name), name)
    except msgspec.ValidationError:
        return _show_new(visit, form, words.say("brokering.new-wrong"))
    except ActRefused as refused:
        known = words.find(f"brokering.refused-{refused.code}") or words.translate(refused.reason)
        return _show_new(visit, form, known)
    except ValueError as wrong:
        return _show_new(visit, form, words.translate(str(wrong)))


def _show_new(visit: Visit, said: Mapping[str, str], fault: str = "") -> Response:
    status = 422 if fault else 200
    return render(visit, "broker_new.html", status=status, said=said, kinds=list(SourceKind), fault=fault)


def _choose(kind: type[Any], said: str) -> Any:
    """Return the member of an enumeration that an address names; None for none."""
    return next((one for one in kind if one.value == said), None)
