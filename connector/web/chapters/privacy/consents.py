"""Consents for who protects personal data: the list by offer and state, one person with the history, the withdrawal.

A person is shown by the keyed reference alone. Whoever asks for a person by the identifier of the data sends it in a
form, since addresses stay in histories.
"""

import re

from starlette.responses import Response

from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.privacy import consent_links, own_consents
from connector.policy.deciding.consent import DPV
from connector.ports.entities import PageBounds
from connector.views.consents import LINK_DAYS, MOST_LINK_DAYS
from connector.web.chapters.privacy.naming import name_offers, name_purpose, name_state, show_entries
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.visit import Visit, go_to, read_query, render, show_error
from connector.web.frame.visit import make_link as link_to
from connector.web.rights import may_veto

PAGE, HISTORY, OFFERS = 25, 50, 100
STATES = ("ConsentGiven", "ConsentWithdrawn", "ConsentRefused")
_REFERENCE = re.compile("[0-9a-f]{64}")


def _read_reference(text: str | None) -> str:
    """Return the keyed reference of a person. Raises FormFault if it is none."""
    if text is None or not _REFERENCE.fullmatch(text):
        raise FormFault("consents.unknown-person", 404)
    return text


async def show_consents(visit: Visit) -> Response:
    """List the consents as they stand, newest first, of one offer or in one state if the query says so."""
    return await _list(visit)


async def _list(visit: Visit, fault: str = "") -> Response:
    context = visit.desk.context
    dataset, wanted = read_query(visit, "angebot"), read_query(visit, "stand")
    state = wanted if wanted in STATES else None
    rows, following = await read_rows(
        context.store.standing_consents(
            context.owner, read_bounds(visit, PAGE), dataset=dataset, state=f"{DPV}{state}" if state else None
        )
    )
    offers, _ = await context.store.personal_assets(context.owner, PageBounds(limit=OFFERS))
    return render(
        visit,
        "consents.html",
        status=422 if fault else 200,
        fault=fault,
        found=await show_entries(visit, rows),
        following=following,
        offers=name_offers(visit, offers),
        dataset=dataset or "",
        state=state or "",
        states=STATES,
        may_change=may_veto(visit.person.roles),
    )


async def find_person(visit: Visit) -> Response:
    """Lead to the consents of a person who is named as in the records of the data."""
    form = await read_form(visit.request)
    try:
        reference = consents.find_reference(visit.desk.register, form.get("person", ""))
    except Invalid as error:
        return await _list(visit, visit.words.translate(error.reason))
    return go_to(link_to("/einwilligungen/person", id=reference))


async def show_person(visit: Visit) -> Response:
    """Show the consents of one person with their history."""
    return await _show(visit, _read_reference(read_query(visit, "id")))


async def show_withdrawal(visit: Visit) -> Response:
    """Ask before consents of a person are withdrawn, with what happens then."""
    reference = _read_reference(read_query(visit, "id"))
    dataset, purpose = read_query(visit, "angebot"), read_query(visit, "zweck")
    return render(
        visit,
        "consent_withdraw.html",
        person=reference,
        dataset=dataset,
        purpose=purpose,
        named=name_purpose(visit, purpose) if purpose else "",
        running=await own_consents.count_running(visit.desk.register, dataset or ""),
    )


async def withdraw(visit: Visit) -> Response:
    """Withdraw consents of a person: one, or all."""
    form = await read_form(visit.request)
    reference = _read_reference(form.get("id"))
    dataset, purpose = form.get("angebot") or None, form.get("zweck") or None
    await consents.withdraw_given(visit.desk.register, reference, dataset=dataset, purpose=purpose)
    return go_to(link_to("/einwilligungen/person", id=reference, fertig="widerrufen"))


async def make_link(visit: Visit) -> Response:
    """Make a link for a person, and show it once."""
    form = await read_form(visit.request)
    reference, days = _read_reference(form.get("id")), form.get("tage", "")
    made = await consent_links.make_link(
        visit.desk.register,
        visit.desk.users.pages,
        reference,
        days=int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
        by=visit.person.name,
    )
    return await _show(visit, reference, made)


async def end_link(visit: Visit) -> Response:
    """End the link of a person."""
    reference = _read_reference((await read_form(visit.request)).get("id"))
    await consent_links.end_link(visit.desk.register, reference, by=visit.person.name)
    return go_to(link_to("/einwilligungen/person", id=reference, fertig="link-beendet"))


async def _show(visit: Visit, reference: str, made: consent_links.MadeLink | None = None) -> Response:
    context, register = visit.desk.context, visit.desk.register
    own = await own_consents.list_own(register, reference)
    if not own:
        return show_error(visit, 404, visit.words.say("consents.unknown-person"))
    history, following = await read_rows(
        context.store.consents(context.owner, read_bounds(visit, HISTORY), subject=reference)
    )
    return render(
        visit,
        "consent_person.html",
        person=reference,
        own=[(one, name_purpose(visit, one.entry.purpose), name_state(one.state)) for one in own],
        history=await show_entries(visit, history, now=False),
        following=following,
        link_known=await context.store.consent_link(context.owner, reference),
        made=made,
        days=LINK_DAYS,
        most_days=MOST_LINK_DAYS,
        may_change=may_veto(visit.person.roles),
        done=visit.words.find(f"consents.done-{read_query(visit, 'fertig')}"),
    )
