"""One statement of a person is recorded by who protects personal data, as it was given on paper or by telephone."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from starlette.responses import Response

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.treating.known_data import PURPOSE
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import ConsentStatement
from connector.policy.deciding.consent import DPV, GIVEN
from connector.ports.entities import PageBounds
from connector.web.chapters.privacy.naming import name_offers
from connector.web.frame.forms import read_form
from connector.web.frame.visit import Visit, go_to, make_link, render
from connector.web.offering.controls import Option
from connector.web.sentences.lines import list_values
from connector.web.typed import parse_typed_day, read_day

PATH = "/einwilligungen/neu"
OFFERS = 100
_STATES = ("ConsentGiven", "ConsentRefused")


async def show_form(visit: Visit) -> Response:
    """Show the form for what a person has stated."""
    return await _show(visit, {}, {})


async def record(visit: Visit) -> Response:
    """Record the statement; sent twice, it says the same. Only a keyed reference to the person is stored."""
    form, words = await read_form(visit.request), visit.words
    faults, reference = dict[str, str](), ""
    until = _read_end(visit, form.get("bis", ""))
    if isinstance(until, str):
        faults["bis"] = until
    if not form.get("zweck"):
        faults["zweck"] = words.say("consents.purpose-missing")
    if form.get("aussage") not in _STATES:
        faults["aussage"] = words.say("consents.state-missing")
    try:
        reference = consents.find_reference(visit.desk.register, form.get("person", ""))
    except Invalid as error:
        faults["person"] = words.translate(error.reason)
    if faults:
        return await _show(visit, form, faults)
    state = f"{DPV}{form['aussage']}"
    statement = ConsentStatement(
        subject=form["person"],
        purpose=form["zweck"],
        state=state,
        dataset=form.get("angebot", ""),
        # Who refuses does so until saying otherwise.
        until=until if state == GIVEN and not isinstance(until, str) else None,
    )
    try:
        await consents.record(visit.desk.register, [statement])
    except Invalid as error:
        return await _show(visit, form, {"zweck": words.translate(error.reason)})
    return go_to(make_link("/einwilligungen/person", id=reference, fertig="eingetragen"))


async def _show(visit: Visit, typed: Mapping[str, str], faults: Mapping[str, str]) -> Response:
    context, operands = visit.desk.context, visit.desk.evaluator.library.operands
    offers, _ = await context.store.personal_assets(context.owner, PageBounds(limit=OFFERS))
    return render(
        visit,
        "consent_new.html",
        status=422 if faults else 200,
        typed={**typed, "bis": read_day(typed.get("bis", ""))},
        faults=faults,
        states=[Option(state, visit.words.say(f"consents.says-{state}")) for state in _STATES],
        purposes=list_values(operands, visit.words, operands.operands[PURPOSE]),
        offers=[Option(name, title) for name, title in name_offers(visit, offers).items()],
    )


def _read_end(visit: Visit, text: str) -> int | str | None:
    """Return the end (ms) of the last day of a consent, None without one, or what is wrong with it."""
    if not text.strip():
        return None
    try:
        over = datetime.combine(parse_typed_day(text.strip()) + timedelta(days=1), time(), tzinfo=visit.words.zone)
    except (ValueError, OverflowError):
        return visit.words.say("consents.end-unreadable")
    end = int(over.timestamp() * 1000)
    return end if end > visit.now else visit.words.say("consents.end-past")
