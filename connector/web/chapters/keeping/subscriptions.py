"""The subscriptions: the list, one with what its runs came to, a new one from an agreement, pause, go on, end."""

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.core.lookup import find_agreement
from connector.controlplane.usecases import users
from connector.controlplane.usecases.subscribing import subscriptions
from connector.ports.entities import Agreement, Subscription
from connector.protocol.dsp.common import Role
from connector.views.conversion import in_zone, moment
from connector.views.subscriptions import SubscriptionOrder, SubscriptionRhythm
from connector.web.frame.forms import read_form
from connector.web.frame.listing import read_bounds, read_rows
from connector.web.frame.visit import Visit, go_to, make_link, name_party, read_query, render
from connector.web.offering.described import PlaceFault
from connector.web.rights import ASKERS
from connector.web.showing.standing import write_rhythm
from connector.web.showing.targets import FOLDER, find_target_field, is_elsewhere, list_targets, read_target
from connector.web.typed import read_clock

PAGE = 25
SHOWN = "/abos/abo"


class SubscriptionForm(msgspec.Struct, frozen=True, kw_only=True):
    """What a person typed of a new subscription: the rhythm, a time (`HH:MM`), a weekday (1 to 7).

    `target` are the fields that say where the data goes.
    """

    every: str
    at: str
    weekday: str
    target: Mapping[str, str] = {}


async def show_subscriptions(visit: Visit) -> Response:
    """List the subscriptions, newest first."""
    context = visit.desk.context
    rows, following = await read_rows(context.store.subscriptions(context.owner, read_bounds(visit, PAGE)))
    found = [(row, name_party(visit, row.counterparty), write_rhythm(visit.words, row)) for row in rows]
    done = visit.words.find(f"subscriptions.done-{read_query(visit, 'fertig')}")
    return render(visit, "subscriptions.html", found=found, following=following, done=done)


async def show_subscription(visit: Visit) -> Response:
    """Show one subscription: when it looks, what came of it, and what a person may do with it."""
    found = await subscriptions.find(visit.desk.context, read_query(visit, "id") or "")
    return render(
        visit,
        "subscription.html",
        item=found,
        party=name_party(visit, found.counterparty),
        rhythm=write_rhythm(visit.words, found),
        folder=found.sink.get("path", "") if found.sink and found.sink.get("kind") == "file" else "",
        may_change=users.has_role(visit.person, ASKERS),
        done=visit.words.find(f"subscriptions.done-{read_query(visit, 'fertig')}"),
    )


async def show_new(visit: Visit) -> Response:
    """Show the form of a new subscription to the data of an agreement."""
    agreement = await find_agreement(visit.desk.context, read_query(visit, "vertrag") or "", Role.CONSUMER)
    local = in_zone(moment(visit.now), visit.words.zone)
    form = SubscriptionForm(every=SubscriptionRhythm.DAY, at="06:00", weekday=str(local.isoweekday()))
    return _show_form(visit, agreement, form)


async def order(visit: Visit) -> Response:
    """Order the data of an agreement regularly; the same form sent again leads to the same subscription."""
    given = await read_form(visit.request)
    agreement = await find_agreement(visit.desk.context, given.get("vertrag", ""), Role.CONSUMER)
    form = SubscriptionForm(
        every=given.get("rhythmus", ""),
        at=read_clock(given.get("uhrzeit", ""))[:5],
        weekday=given.get("wochentag", "")[:1],
        target=given,
    )
    desk = visit.desk
    try:
        made = await subscriptions.add(
            desk.enforcer, desk.counterparties, _read_order(agreement, form), by=visit.person.name
        )
    except msgspec.ValidationError:
        return _show_form(visit, agreement, form, visit.words.say("subscriptions.unreadable"))
    except PlaceFault as fault:
        return _show_form(visit, agreement, form, fault.explain(visit.words), fault.field)
    except UseCaseError as error:
        text = visit.words.pick(error.reasons) or visit.words.translate(error.reason)
        wrong = find_target_field(given, error.reason) if error.code == "sink" else ""
        return _show_form(visit, agreement, form, text, wrong)
    return go_to(make_link(SHOWN, id=made.id, fertig="bestellt"))


async def pause(visit: Visit) -> Response:
    """Pause a subscription."""
    return await _act(visit, subscriptions.pause, "angehalten")


async def resume(visit: Visit) -> Response:
    """Let a paused subscription go on."""
    return await _act(visit, subscriptions.resume, "fortgesetzt")


async def run(visit: Visit) -> Response:
    """Let a subscription look for changed data now."""
    return await _act(visit, subscriptions.run, "gestartet")


async def show_end(visit: Visit) -> Response:
    """Ask before a subscription ends."""
    return render(
        visit,
        "subscription_end.html",
        item=await subscriptions.find(visit.desk.context, read_query(visit, "id") or ""),
    )


async def end(visit: Visit) -> Response:
    """End a subscription; what was delivered stays."""
    given = await read_form(visit.request)
    await subscriptions.remove(visit.desk.context, given.get("id", ""))
    return go_to(make_link("/abos", fertig="beendet"))


def _read_order(agreement: Agreement, form: SubscriptionForm) -> SubscriptionOrder:
    """Return the order of a form. Raises ValidationError, PlaceFault."""
    order: Mapping[str, object] = {
        "agreement": agreement.key,
        "every": form.every,
        "at": form.at or None,
        "weekday": int(form.weekday[:2]) if form.weekday.isdecimal() else 0,
        "sink": read_target(form.target),
    }
    return msgspec.convert(order, SubscriptionOrder)


def _show_form(
    visit: Visit, agreement: Agreement, form: SubscriptionForm, fault: str = "", wrong: str = ""
) -> Response:
    return render(
        visit,
        "subscription_new.html",
        status=422 if fault else 200,
        agreement=agreement,
        party=name_party(visit, agreement.counterparty),
        form=form,
        rhythms=[rhythm.value for rhythm in SubscriptionRhythm],
        targets=list_targets(visit.words, form.target, visit.pages.secrets),
        targeted=bool(form.target.get(FOLDER)) or is_elsewhere(form.target),
        fault=fault,
        wrong=wrong,
    )


async def _act(visit: Visit, act: Callable[..., Awaitable[Subscription]], done: str) -> Response:
    given = await read_form(visit.request)
    found = await act(visit.desk.context, given.get("id", ""))
    return go_to(make_link(SHOWN, id=found.id, fertig=done))
