"""The participants of the data space as this one treats them: who is let in, who is excluded and why."""

from starlette.responses import Response

from connector.controlplane.core.errors import NoSuchEntity
from connector.controlplane.usecases import blocks
from connector.ports.entities import PageBounds
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.web.frame.forms import FormFault, read_form, read_reason
from connector.web.frame.visit import Visit, go_to, make_link, name_party, name_people, read_query, render

PAGE, COUNTED = 50, 200


async def show_peers(visit: Visit) -> Response:
    """List the participants by identifier, also those who are excluded and not in the participant list any more."""
    context, after = visit.desk.context, read_query(visit, "nach") or ""
    excluded = {row.participant: row for row in await context.store.blocks(context.owner)}
    known = {one.id: one for one in visit.desk.evaluator.directory.participants() if one.id != context.participant}
    names = sorted({*known, *excluded})
    rest = [name for name in names if name > after]
    rows = [(name, name_party(visit, name), excluded.get(name)) for name in rest[:PAGE]]
    return render(
        visit,
        "peers.html",
        rows=rows,
        people=await name_people(visit, (block.by for *_, block in rows if block)),
        following=rows[-1][0] if len(rest) > PAGE else None,
        done=visit.words.find(f"operation.done-{read_query(visit, 'fertig')}"),
    )


async def show_block(visit: Visit) -> Response:
    """Ask before a participant is excluded, with what happens then."""
    return await _ask(visit, read_query(visit, "id") or "")


async def block(visit: Visit) -> Response:
    """Exclude a participant; it receives the reason."""
    form = await read_form(visit.request)
    participant = form.get("id", "")
    try:
        reason = read_reason(form, "begruendung")
    except FormFault as fault:
        return await _ask(visit, participant, visit.words.say(fault.key))
    await blocks.block(visit.desk.enforcer, participant, reason, by=visit.person.name)
    return go_to(make_link("/betrieb/teilnehmer", fertig="ausgeschlossen"))


async def unblock(visit: Visit) -> Response:
    """Admit a participant again."""
    form = await read_form(visit.request)
    await blocks.unblock(visit.desk.enforcer, form.get("id", ""), by=visit.person.name)
    return go_to(make_link("/betrieb/teilnehmer", fertig="zugelassen"))


async def _ask(visit: Visit, participant: str, fault: str = "") -> Response:
    known = visit.desk.evaluator.directory.participant(participant)
    if known is None:
        unknown = f"Unknown participant {participant}: use an identifier of the participant list."
        raise NoSuchEntity("no-participant", unknown)
    return render(
        visit,
        "block.html",
        status=422 if fault else 200,
        participant=participant,
        name=name_party(visit, participant),
        running=await _count_open(visit, ProcessKind.TRANSFER, participant),
        asking=await _count_open(visit, ProcessKind.NEGOTIATION, participant),
        fault=fault,
    )


async def _count_open(visit: Visit, kind: ProcessKind, participant: str) -> int:
    context = visit.desk.context
    bounds = PageBounds(limit=COUNTED)
    rows, _ = await context.store.unfinished(context.owner, kind, bounds, peer=participant)
    return sum(row.role == "provider" for row in rows)
