"""The agreements: the list, one agreement with its text, duties and deliveries, and its end with a reason."""

import hashlib
from collections.abc import Sequence

from starlette.responses import Response

from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.enforcing import receipts
from connector.controlplane.enforcing.receipts import DutySummary
from connector.controlplane.usecases import agreements, users
from connector.controlplane.usecases.agreements import AgreementSummary
from connector.policy.words.names import action_name
from connector.ports.entities import Agreement, DutyState, PageBounds
from connector.protocol.dsp.common import Role
from connector.views.agreements import AgreementState
from connector.web.frame.forms import LONGEST_REASON, FormFault, read_form, read_reason
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.paper import can_print
from connector.web.frame.visit import Visit, go_to, make_link, name_party, read_query, render
from connector.web.rights import ASKERS, may_end, may_report
from connector.web.showing.sealed import tell_seal
from connector.web.showing.standing import list_standing
from connector.web.terms import describe_terms

PAGE, DELIVERIES = 25, 20
_OPEN = frozenset({DutyState.ACTIVE, DutyState.VIOLATED})
_OVER = frozenset({AgreementState.WITHDRAWN, AgreementState.EXPIRED, AgreementState.PENDING})


async def show_agreements(visit: Visit) -> Response:
    """List the agreements, newest first."""
    context = visit.desk.context
    rows, following = await read_rows(context.store.agreements(context.owner, read_bounds(visit, PAGE)))
    found = await agreements.describe(visit.desk.evaluator, rows)
    return render(visit, "agreements.html", found=found, following=following)


async def show_agreement(visit: Visit) -> Response:
    """Show one agreement."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "id") or "")
    evaluator, words = visit.desk.evaluator, visit.words
    store, owner = visit.desk.context.store, visit.desk.context.owner
    (summary,) = await agreements.describe(evaluator, [agreement])
    bounds = PageBounds(limit=DELIVERIES)
    deliveries, more = await store.transfers(owner, bounds, agreement_key=agreement.key)
    operands = evaluator.library.operands
    duties = await receipts.list_standings(evaluator, agreement.key)
    return render(
        visit,
        "agreement.html",
        summary=summary,
        agreement=agreement,
        terms=await describe_terms(evaluator.library, words, agreement.document),
        duties=[
            (action_name(duty.action, operands, words.language), duty, receipts.find_wording(duty)) for duty in duties
        ],
        reportable={
            duty.duty
            for duty in duties
            if duty.state in _OPEN and duty.by_person and _can_report(visit, agreement, duty)
        },
        sealed=await tell_seal(visit, agreement) if agreement.finalized_at is not None else None,
        provable=visit.desk.seals is not None,
        deliveries=deliveries,
        more=more is not None,
        usage=await store.usage(owner, agreement.key),
        may_end=_can_end(visit, agreement, summary.state),
        may_order=_can_order(visit, agreement, summary.state),
        digest=hashlib.sha256(agreement.document).hexdigest(),
        printable=can_print(),
        parties=_name_parties(visit, agreement),
        standing=await list_standing(visit, agreement.key) if agreement.role is Role.CONSUMER else [],
        may_keep=users.has_role(visit.person, ASKERS),
        ahead=_look_ahead(visit, agreement, summary, duties),
        may_renew=agreement.role is Role.CONSUMER and users.has_role(visit.person, ASKERS),
        done=words.find(f"agreement-done-{read_query(visit, 'fertig')}"),
    )


async def report_duty(visit: Visit) -> Response:
    """Note that a duty was performed, such as that data was deleted; the same note sent twice is one."""
    form = await read_form(visit.request)
    evaluator = visit.desk.evaluator
    agreement = await find_agreement(visit.desk.context, form.get("id", ""))
    duties = await receipts.list_standings(evaluator, agreement.key)
    known = next((duty for duty in duties if duty.duty == form.get("pflicht")), None)
    if known is not None and not _can_report(visit, agreement, known):
        raise FormFault("error-not-yours", 403)
    note = " ".join(form.get("vermerk", "").split())[:LONGEST_REASON]
    await receipts.record_receipt(evaluator, agreement.key, form.get("pflicht", ""), note, by=visit.person.name)
    return go_to(make_link("/vertraege/vertrag", id=agreement.key, fertig="pflicht") + "#pflichten")


async def show_end(visit: Visit) -> Response:
    """Ask before an agreement ends, with what happens then."""
    return await _ask(visit, await find_agreement(visit.desk.context, read_query(visit, "id") or ""))


async def end(visit: Visit) -> Response:
    """End an agreement; the counterparty receives the reason."""
    form = await read_form(visit.request)
    agreement = await find_agreement(visit.desk.context, form.get("id", ""))
    if not may_end(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    try:
        reason = read_reason(form, "begruendung")
    except FormFault as fault:
        return await _ask(visit, agreement, visit.words.say(fault.key))
    await agreements.withdraw(visit.desk.evaluator, agreement.key, reason, by=visit.person.name)
    return go_to(make_link("/vertraege/vertrag", id=agreement.key, fertig="beendet"))


async def _ask(visit: Visit, agreement: Agreement, fault: str = "") -> Response:
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    may = _can_end(visit, agreement, summary.state)
    return render(visit, "end.html", status=422 if fault else 200, summary=summary, may_end=may, fault=fault)


def _name_parties(visit: Visit, agreement: Agreement) -> dict[Role, str]:
    """Return the names of both parties by their role."""
    other = name_party(visit, agreement.counterparty)
    consumer = agreement.role is Role.CONSUMER
    names = (other, visit.pages.provider) if consumer else (visit.pages.provider, other)
    return dict(zip((Role.PROVIDER, Role.CONSUMER), names, strict=True))


def _look_ahead(
    visit: Visit, agreement: Agreement, summary: AgreementSummary, duties: Sequence[DutySummary]
) -> list[str]:
    """Return what happens next under an agreement, in sentences: what is due, and when it ends."""
    words, operands = visit.words, visit.desk.evaluator.library.operands
    active = [(duty.deadline, duty) for duty in duties if duty.deadline and duty.state == DutyState.ACTIVE]
    due = sorted(active, key=lambda pair: pair[0])
    told = [
        words.say("proving.ahead-duty", duty=action_name(duty.action, operands, words.language), at=words.end(at))
        for at, duty in due
    ]
    if summary.state in _OVER:
        return told
    if summary.expires_at:
        return [*told, words.say("proving.ahead-end", at=words.end(summary.expires_at))]
    who = "" if agreement.role is Role.PROVIDER else "-consumer"
    return [*told, words.say(f"proving.ahead-open{who}")]


def _can_order(visit: Visit, agreement: Agreement, state: AgreementState) -> bool:
    own = agreement.role is Role.CONSUMER and users.has_role(visit.person, ASKERS)
    return own and state not in _OVER and state is not AgreementState.USED_UP


def _can_end(visit: Visit, agreement: Agreement, state: AgreementState) -> bool:
    return may_end(visit.person.roles) and agreement.role is Role.PROVIDER and state not in _OVER


def _can_report(visit: Visit, agreement: Agreement, duty: DutySummary) -> bool:
    here = duty.assignee == visit.desk.context.participant
    return may_report(visit.person.roles, agreement.role, owed_here=here)
