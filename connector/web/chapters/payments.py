"""The payments of an agreement: what was paid and what is due, recorded from the accounts, and taken back."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.usecases import agreements, payments, users
from connector.ports.entities import Agreement, PaymentState
from connector.protocol.dsp.common import Role
from connector.views.conversion import to_ms
from connector.web.frame.forms import FormFault, read_form, read_version
from connector.web.frame.visit import Visit, go_to, make_link, name_people, read_query, render
from connector.web.rights import WRITERS
from connector.web.typed import is_number, parse_typed_day, read_amount

PATH = "/vertraege/zahlungen"
_LATEST = 100
"""How many entries are shown: those of eight years of monthly payments."""
_LIMITED = frozenset({PaymentState.SETTLED, PaymentState.DUE})


async def show_payments(visit: Visit) -> Response:
    """Show the payments of an agreement, and the form for the next entry."""
    return await _show(visit, await find_agreement(visit.desk.context, read_query(visit, "id") or ""), {})


async def record(visit: Visit) -> Response:
    """Record what was paid or is due; the same form sent twice is one entry."""
    form = await read_form(visit.request)
    agreement = await _find_changed(visit, form)
    seen = read_version(form, "stand")
    try:
        state = PaymentState(form.get("zahlung", ""))
        limited = state in _LIMITED
        await payments.record(
            visit.desk.evaluator,
            agreement.key,
            state,
            by=visit.person.name,
            amount=_read_amount(form) if limited else None,
            until=_read_end(visit, form) if limited else None,
            seen=seen,
        )
    except ValueError:
        return await _show(visit, agreement, form, visit.words.say("paying.state-missing"), seen)
    except FormFault as fault:
        return await _show(visit, agreement, form, visit.words.say(fault.key), seen)
    except (Invalid, NotAllowed) as error:
        return await _show(visit, agreement, form, visit.words.translate(error.reason), seen)
    return go_to(make_link(PATH, id=agreement.key, fertig="eingetragen"))


async def correct(visit: Visit) -> Response:
    """Take an entry back: it stays on record, and does not count."""
    form = await read_form(visit.request)
    agreement = await _find_changed(visit, form)
    await payments.correct(visit.desk.evaluator, agreement.key, read_version(form, "nummer"), by=visit.person.name)
    return go_to(make_link(PATH, id=agreement.key, fertig="zurueckgenommen"))


async def _find_changed(visit: Visit, form: Mapping[str, str]) -> Agreement:
    """Return the agreement of a form, if this person may record its payments. Raises FormFault, NoSuchEntity."""
    if not users.has_role(visit.person, WRITERS):
        raise FormFault("error-not-yours", 403)
    return await find_agreement(visit.desk.context, form.get("id", ""))


async def _show(
    visit: Visit, agreement: Agreement, said: Mapping[str, str], fault: str = "", seen: int | None = None
) -> Response:
    """Show the page; `said` is a form that was refused for a `fault` by somebody who saw `seen` entries."""
    (summary,) = await agreements.describe(visit.desk.evaluator, [agreement])
    paid = await payments.show_payments(visit.desk.context, agreement.key)
    numbered = list(enumerate(paid.entries, 1))
    ours = agreement.role is Role.PROVIDER and agreement.finalized_at is not None
    return render(
        visit,
        "payments.html",
        status=200 if not fault else 422 if seen == len(paid.entries) else 409,
        summary=summary,
        agreement=agreement,
        paid=paid,
        entries=numbered[: -_LATEST - 1 : -1],
        more=len(numbered) > _LATEST,
        corrected={entry.corrects for entry in paid.entries},
        people=await name_people(visit, (entry.by for entry in paid.entries[-_LATEST:])),
        states=list(PaymentState),
        may_record=ours and users.has_role(visit.person, WRITERS),
        said=said,
        fault=fault,
        done=visit.words.find(f"paying.done-{read_query(visit, 'fertig')}"),
    )


def _read_amount(form: Mapping[str, str]) -> str | None:
    """Return an amount as people write it, None without one. Raises FormFault."""
    text = form.get("betrag", "").strip()
    if not text:
        return None
    amount = read_amount(text)
    if not is_number(amount):
        raise FormFault("paying.amount-unreadable")
    return amount


def _read_end(visit: Visit, form: Mapping[str, str]) -> int | None:
    """Return the end (ms) of the last day that a form names, None without one. Raises FormFault."""
    text = form.get("bis", "").strip()
    if not text:
        return None
    try:
        return to_ms(datetime.combine(parse_typed_day(text) + timedelta(days=1), time(), tzinfo=visit.words.zone))
    except (ValueError, OverflowError):
        raise FormFault("paying.end-unreadable") from None
