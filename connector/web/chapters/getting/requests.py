"""The requests of this participant: the list, and one with its steps as they happen, until there is a contract."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from starlette.responses import Response

from connector.controlplane.core.errors import NoSuchEntity
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.usecases import negotiation, users
from connector.language.catalogue import tell_reason
from connector.ports.entities import PageBounds
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, Negotiation, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.web.frame.forms import FormFault, read_form, read_reason
from connector.web.frame.listing import read_bounds, read_matching
from connector.web.frame.streams import Glance, open_stream
from connector.web.frame.visit import Visit, fill, go_to, make_link, name_party, read_query, render
from connector.web.rights import ASKERS
from connector.web.showing.steps import list_request_steps
from connector.web.terms import describe_terms

PAGE, MOST_LEAVES = 25, 200
RESTING_S = 15.0


async def show_requests(visit: Visit) -> Response:
    """List the requests of this participant, newest first."""
    context = visit.desk.context
    read = partial(context.store.negotiations, context.owner)
    rows, following = await read_matching(read, read_bounds(visit, PAGE), lambda row: row.role is Role.CONSUMER)
    found = [(row, name_party(visit, row.peer)) for row in rows]
    return render(visit, "asked_list.html", found=found, following=following)


async def show_asked(visit: Visit) -> Response:
    """Show one request: its steps, what was asked for, and what can be done now."""
    process = await _find(visit, read_query(visit, "id") or "")
    library = visit.desk.evaluator.library
    return render(
        visit,
        "asked.html",
        **await _describe_now(visit, process),
        terms=await describe_terms(library, visit.words, process.agreement or process.offer),
        may_withdraw=_may_withdraw(visit, process),
        over=process.state in NEGOTIATION.terminal,
        done=visit.words.find(f"receiving.done-{read_query(visit, 'fertig')}"),
    )


async def stream_asked(visit: Visit) -> Response:
    """Answer with the steps of one request, now and after each change, until it has ended."""
    pid = (await _find(visit, read_query(visit, "id") or "")).id

    async def look() -> Glance:
        process = await _find(visit, pid)
        part = fill(visit, "asked_live.html", **await _describe_now(visit, process))
        last = process.state in NEGOTIATION.terminal
        return Glance({"part": part, "last": last}, last=last, again_s=RESTING_S)

    return open_stream(visit, look, pid)


async def show_withdrawal(visit: Visit) -> Response:
    """Ask before a request is withdrawn."""
    return await _ask(visit, await _find(visit, read_query(visit, "id") or ""))


async def withdraw(visit: Visit) -> Response:
    """Withdraw a request; the provider receives the reason."""
    form = await read_form(visit.request)
    process = await _find(visit, form.get("id", ""))
    try:
        reason = read_reason(form, "begruendung")
    except FormFault as fault:
        return await _ask(visit, process, visit.words.say(fault.key))
    await negotiation.terminate(visit.desk.enforcer, process.id, reason)
    return go_to(make_link("/anfragen/anfrage", id=process.id, fertig="zurueckgezogen"))


async def _find(visit: Visit, id: str) -> Negotiation:
    """Return a request of this participant. Raises NoSuchEntity."""
    process = await negotiation.get(visit.desk.context, id)
    if process.role is not Role.CONSUMER:
        raise NoSuchEntity("no-negotiation", "This is a request of another participant: it is in the inbox.")
    return process


async def _describe_now(visit: Visit, process: Negotiation) -> dict[str, Any]:
    """Return the values of the part of the page that changes while it is open."""
    context, words = visit.desk.context, visit.words
    bounds = PageBounds(limit=MOST_LEAVES)
    leaves, _ = await context.store.leaves(context.owner, bounds, process_id=process.id)
    ended = process.ended
    concluded = process.state == NegotiationState.FINALIZED
    key = process.agreement_key if concluded else None
    agreement = await find_agreement(context, key, Role.CONSUMER) if key else None
    begun: Sequence[Transfer] = ()
    if agreement:
        begun, _ = await context.store.transfers(context.owner, PageBounds(limit=1), agreement_key=agreement.key)
    return {
        "process": process,
        "steps": list_request_steps(process, leaves),
        "party": name_party(visit, process.peer),
        "reason": tell_reason(words.language, ended.reason, ended.reasons) if ended else "",
        "by_us": ended is not None and ended.by == context.participant,
        "fault": words.translate(process.pending.fault) if process.pending else "",
        "agreement": agreement,
        "delivery": begun[0] if begun else None,
        "may_order": users.has_role(visit.person, ASKERS),
    }


def _may_withdraw(visit: Visit, process: Negotiation) -> bool:
    return users.has_role(visit.person, ASKERS) and process.state not in NEGOTIATION.terminal


async def _ask(visit: Visit, process: Negotiation, fault: str = "") -> Response:
    return render(
        visit,
        "asked_withdraw.html",
        status=422 if fault else 200,
        process=process,
        may_withdraw=_may_withdraw(visit, process),
        fault=fault,
    )
