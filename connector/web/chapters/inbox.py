"""The inbox: everything that waits for a person, and the answers: agree, decline, or return the own offer."""

from collections.abc import Awaitable, Mapping

from starlette.responses import Response

from connector.controlplane.core.documents import drop_frame
from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.usecases import negotiation
from connector.controlplane.usecases.negotiation import PersonsAnswer
from connector.controlplane.usecases.subscribing import subscriptions
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.web.answered import describe_answer
from connector.web.frame.forms import FormFault, read_form, read_reason, read_version
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render, show_error
from connector.web.terms import describe_claims
from connector.web.waiting import find_waiting, list_waiting, may_decide

PAGE = 10


async def show_inbox(visit: Visit) -> Response:
    """List what waits, the oldest first."""
    context = visit.desk.context
    holds, following = await read_rows(context.store.holds(context.owner, read_bounds(visit, PAGE)))
    waiting = await list_waiting(visit, holds)
    done = visit.words.find(f"inbox-done-{read_query(visit, 'fertig')}")
    failing = await subscriptions.list_failing(context)
    return render(visit, "inbox.html", waiting=waiting, following=following, done=done, failing=failing)


async def show_request(visit: Visit) -> Response:
    """Show one request with its terms and the forms of the answers."""
    return await _show(visit, read_query(visit, "id") or "")


async def agree(visit: Visit) -> Response:
    """Agree to what is asked for."""
    form = await read_form(visit.request)
    process = await _check_right(visit, form)
    changed = form.get("geaendert") == "1"
    work = negotiation.approve(visit.desk.enforcer, process.id, changed_offer=changed, answer=_sign(visit, form))
    return await _answer(visit, process, work, "zugestimmt")


async def decline(visit: Visit) -> Response:
    """Decline with a reason, which the counterparty receives."""
    form = await read_form(visit.request)
    process = await _check_right(visit, form)
    try:
        reason = read_reason(form, "begruendung")
    except FormFault as fault:
        return await _show(visit, process.id, visit.words.say(fault.key))
    work = negotiation.reject(visit.desk.enforcer, process.id, reason, answer=_sign(visit, form))
    return await _answer(visit, process, work, "abgelehnt")


async def return_offer(visit: Visit) -> Response:
    """Return the own offer as it is in the catalogue, in answer to other terms."""
    form = await read_form(visit.request)
    process = await _check_right(visit, form)
    context = visit.desk.context
    asset = await context.store.asset(context.owner, process.dataset)
    if asset is None or process.role is not Role.PROVIDER:
        raise NotAllowed("offer-withdrawn", "The offer was withdrawn: decline the request with a reason.")
    policy = drop_frame(asset.policy)
    work = negotiation.counter(visit.desk.enforcer, process.id, policy, answer=_sign(visit, form))
    return await _answer(visit, process, work, "zurueckgegeben")


async def _show(visit: Visit, process_id: str, fault: str = "") -> Response:
    found = await find_waiting(visit, process_id)
    if found is None:
        return await _show_answered(visit, process_id)
    asking = visit.desk.evaluator.directory.participant(found.process.peer)
    registry = visit.desk.evaluator.library.operands
    claims = describe_claims(registry, visit.words, asking.claims) if asking else ()
    return render(
        visit, "request.html", status=422 if fault else 200, item=found, asking=asking, claims=claims, fault=fault
    )


async def _check_right(visit: Visit, form: Mapping[str, str]) -> Negotiation:
    """Return the negotiation of a form, if the reader may answer for it. Raises NoSuchEntity, FormFault."""
    context = visit.desk.context
    process = await negotiation.get(context, form.get("id", ""))
    asset = await context.store.asset(context.owner, process.dataset) if process.role is Role.PROVIDER else None
    if not may_decide(visit.person, process, asset):
        raise FormFault("error-not-yours", 403)
    return process


def _sign(visit: Visit, form: Mapping[str, str]) -> PersonsAnswer:
    return PersonsAnswer(by=visit.person.name, seen=read_version(form, "stand"))


async def _answer(visit: Visit, process: Negotiation, work: Awaitable[Negotiation], done: str) -> Response:
    """Carry out an answer; who comes second learns who has answered."""
    try:
        await work
    except NotAllowed as error:
        if error.code != "changed":
            raise
        return await _show_answered(visit, process.id, visit.words.say("answer-not-sent"))
    return go_to(make_link("/eingang", fertig=done))


async def _show_answered(visit: Visit, process_id: str, advice: str = "") -> Response:
    words, told = visit.words, await describe_answer(visit, process_id)
    return show_error(visit, 409, told or words.say("request-answered"), advice or words.say("advice-answered"))
