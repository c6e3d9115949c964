"""Duties that were not performed in time: who owes what, since when; a reminder to send, the note that it is done."""

from urllib.parse import quote, urlencode

import msgspec
from starlette.responses import Response

from connector.controlplane.enforcing import receipts
from connector.controlplane.usecases.privacy import late_duties
from connector.controlplane.usecases.privacy.late_duties import LateDuty
from connector.policy.words.names import action_name
from connector.web.frame.forms import LONGEST_REASON, FormFault, read_form
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render
from connector.web.rights import may_confirm

PAGE = 20


class ShownDuty(msgspec.Struct, frozen=True, kw_only=True):
    """A late duty in words, and the address of a letter that reminds of it; empty for an own duty."""

    late: LateDuty
    action: str
    title: str
    party: str
    reminder: str


async def show_late(visit: Visit) -> Response:
    """List the duties that are late, the longest known first."""
    found, following = await read_rows(late_duties.list_late(visit.desk.evaluator, read_bounds(visit, PAGE)))
    return render(
        visit,
        "late_duties.html",
        duties=[_show(visit, one) for one in found],
        following=following,
        may_confirm=may_confirm(visit.person.roles),
        done=visit.words.find(f"privacy.late-done-{read_query(visit, 'fertig')}"),
    )


async def confirm(visit: Visit) -> Response:
    """Note that a duty was performed after all, such as by a letter that confirms the deletion."""
    form = await read_form(visit.request)
    if not may_confirm(visit.person.roles):
        raise FormFault("error-not-yours", 403)
    note = " ".join(form.get("vermerk", "").split())[:LONGEST_REASON]
    by = visit.person.name
    await receipts.record_receipt(visit.desk.evaluator, form.get("id", ""), form.get("pflicht", ""), note, by=by)
    return go_to(make_link("/datenschutz/fristen", fertig="erledigt"))


def _show(visit: Visit, late: LateDuty) -> ShownDuty:
    words, agreement = visit.words, late.agreement.agreement
    action = action_name(late.duty.action, visit.desk.evaluator.library.operands, words.language)
    title = words.pick(late.agreement.title, agreement.dataset)
    party = late.agreement.counterparty_name or agreement.counterparty
    return ShownDuty(
        late=late,
        action=action,
        title=title,
        party=party,
        reminder="" if late.here else _write_reminder(visit, late, action, title),
    )


def _write_reminder(visit: Visit, late: LateDuty, action: str, title: str) -> str:
    """Return the address that opens a letter in the mail program (RFC 6068)."""
    words = visit.words
    said = {
        "action": action,
        "title": title,
        "at": words.day(late.since),
        "agreed": words.day(late.agreement.agreement.agreed_at),
        "id": late.agreement.agreement.id,
        "provider": visit.pages.provider,
    }
    letter = {
        "subject": words.say("privacy.reminder-subject", **said),
        "body": words.say("privacy.reminder-body", **said).replace("\n", "\r\n"),
    }
    return f"mailto:?{urlencode(letter, quote_via=quote)}"
