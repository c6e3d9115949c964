"""A person's own consents, by a link with a secret and without an account: seen, shortened, withdrawn, and copied.

A wrong secret is answered like one that is over, and like none. Wrong ones are counted for each address.
"""

import contextlib
import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

import msgspec
from starlette.responses import Response

from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.privacy import consent_links, own_consents
from connector.controlplane.usecases.privacy.own_consents import OwnConsent
from connector.ports.entities import ConsentLink
from connector.views.conversion import in_zone, moment, to_ms, write_moment
from connector.web.chapters.privacy.naming import name_purpose, name_state
from connector.web.frame.forms import FormFault, read_form
from connector.web.frame.visit import Visit, go_to, make_link, read_query, render, show_error
from connector.web.typed import parse_typed_day

PATH = consent_links.PATH
_LONGEST_SECRET = 100


async def show_mine(visit: Visit) -> Response:
    """Show what the person agreed to, for which purposes, until when, and who received data."""
    secret = read_query(visit, "link") or ""
    link = await _open(visit, secret)
    return await _show(visit, link, secret)


async def show_withdrawal(visit: Visit) -> Response:
    """Ask before a consent is withdrawn, or all of them, with what happens then."""
    secret = read_query(visit, "link") or ""
    await _open(visit, secret)
    dataset, purpose = read_query(visit, "angebot"), read_query(visit, "zweck")
    return render(
        visit,
        "my_withdrawal.html",
        secret=secret,
        dataset=dataset or "",
        purpose=purpose or "",
        named=name_purpose(visit, purpose) if purpose else "",
        running=await own_consents.count_running(visit.desk.register, dataset or ""),
    )


async def withdraw(visit: Visit) -> Response:
    """Withdraw a consent, or all; running deliveries leave the person out from now on."""
    form = await read_form(visit.request)
    link = await _open(visit, form.get("link", ""))
    dataset, purpose = form.get("angebot") or None, form.get("zweck") or None
    # What was withdrawn before, in another window, is as the person wants it.
    with contextlib.suppress(NoSuchEntity):
        await consents.withdraw_given(visit.desk.register, link.subject, dataset=dataset, purpose=purpose)
    return go_to(make_link(PATH, link=form.get("link", ""), fertig="widerrufen"))


async def shorten(visit: Visit) -> Response:
    """Let a consent end on an earlier day."""
    form = await read_form(visit.request)
    link = await _open(visit, form.get("link", ""))
    try:
        until = _read_end(visit, form)
        await consents.shorten(visit.desk.register, link.subject, form.get("angebot", ""), form.get("zweck", ""), until)
    except FormFault as fault:
        return await _show(visit, link, form.get("link", ""), visit.words.say(fault.key))
    except (Invalid, NoSuchEntity) as error:
        sentence = visit.words.pick(error.reasons) or visit.words.say("consents.not-valid-any-more")
        return await _show(visit, link, form.get("link", ""), sentence)
    return go_to(make_link(PATH, link=form.get("link", ""), fertig="befristet"))


async def download(visit: Visit) -> Response:
    """Answer with a copy for the person, as JSON with the words of this page."""
    link = await _open(visit, read_query(visit, "link") or "")
    own = await own_consents.list_own(visit.desk.register, link.subject)
    body = {
        "provider": visit.pages.provider,
        "at": write_moment(visit.now, "seconds"),
        "consents": [_copy(visit, one) for one in own],
    }
    named = f'attachment; filename="{visit.words.say("consents.file")}.json"'
    content = msgspec.json.format(msgspec.json.encode(body), indent=2)
    return Response(content, media_type="application/json", headers={"Content-Disposition": named})


def _copy(visit: Visit, one: OwnConsent) -> dict[str, object]:
    entry = one.entry
    return {
        "offer": visit.words.pick(one.title, entry.dataset) or visit.words.say("consents.all-offers"),
        "dataset": entry.dataset,
        "purpose": {"iri": entry.purpose, "name": name_purpose(visit, entry.purpose)},
        "state": {"iri": one.state, "name": visit.words.say(f"consents.state-{name_state(one.state)}")},
        "recorded": write_moment(entry.at, "seconds"),
        "until": write_moment(entry.until, "seconds") if entry.until is not None else None,
        "recipients": [{"name": who.name, "deliveries": who.uses} for who in one.recipients],
    }


async def _open(visit: Visit, secret: str) -> ConsentLink:
    """Return the link of a secret. Raises FormFault for a wrong one, and for too many of an address."""
    address, guess = visit.pages.name_caller(visit.request), hashlib.sha256(secret.encode("utf-8", "replace"))
    with visit.pages.attempts.open_attempt(f"link {guess.hexdigest()[:16]}", address, visit.now) as attempt:
        if attempt.wait_s:
            raise FormFault("consents.link-wait", 429)
        known = len(secret) <= _LONGEST_SECRET
        link = await consent_links.find_person(visit.desk.register, secret) if known else None
        attempt.failed = link is None
    if link is None:
        raise FormFault("consents.link-over", 404)
    return link


async def _show(visit: Visit, link: ConsentLink, secret: str, fault: str = "") -> Response:
    own = await own_consents.list_own(visit.desk.register, link.subject)
    if not own:
        return show_error(visit, 404, visit.words.say("consents.link-over"))
    tomorrow = in_zone(moment(visit.now), visit.words.zone).date() + timedelta(days=1)
    return render(
        visit,
        "my_consents.html",
        status=422 if fault else 200,
        own=[(one, name_purpose(visit, one.entry.purpose), name_state(one.state)) for one in own],
        any_valid=any(one.valid for one in own),
        secret=secret,
        link_until=link.until,
        tomorrow=tomorrow.isoformat(),
        done=visit.words.find(f"consents.mine-{read_query(visit, 'fertig')}"),
        fault=fault,
    )


def _read_end(visit: Visit, form: Mapping[str, str]) -> int:
    """Return the end (ms) of the last day that a form names. Raises FormFault."""
    try:
        day = parse_typed_day(form.get("bis", ""))
        end = datetime(day.year, day.month, day.day, tzinfo=visit.words.zone) + timedelta(days=1)
    except (ValueError, OverflowError):
        raise FormFault("consents.end-unreadable") from None
    return to_ms(end) or 0
