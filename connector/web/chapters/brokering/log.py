"""The log of what the operator did: who, when, why; each act can be taken back."""

from starlette.responses import Response

from connector.desk.operating.values import view_act
from connector.web.chapters.brokering.deeds import LOG, name_entry
from connector.web.frame.listing import read_rows
from connector.web.frame.visit import Visit, make_link, name_people, read_query, render

PAGE = 50


async def show_log(visit: Visit) -> Response:
    """List the acts, the newest first, of one source if the address names it."""
    record, named = visit.broker.operator.record, read_query(visit, "teilnehmer")
    rows, following = await read_rows(record.acts(named, read_query(visit, "nach"), PAGE))
    shown = []
    for act in rows:
        change = act.change
        source = await record.source(change.participant)
        entry = await record.stored(change.participant, change.dataset) if change.dataset else None
        name = (source.name if source else "") or visit.words.party(change.participant)
        shown.append((view_act(act), name, name_entry(visit, entry, change.dataset) if change.dataset else ""))
    return render(
        visit,
        "broker_log.html",
        shown=shown,
        people=await name_people(visit, (act.change.by for act in rows)),
        named=named or "",
        following=make_link(LOG, teilnehmer=named, nach=following) if following else "",
    )
