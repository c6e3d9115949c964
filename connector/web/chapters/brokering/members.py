"""The members of the data space: who takes part, who is invited, and what is done about them.

A link is on the page that answers the form, and on no other. An act over another state than the page showed changes
nothing: the last act about the member or the invitation is the version.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import msgspec
from starlette.responses import Response

from connector.authority.acts import Doer, MembershipDeed
from connector.authority.inviting import read_origin
from connector.authority.roster import RosterFault
from connector.broker.operating.acts import ActRefused
from connector.desk.operating import members
from connector.desk.operating.members import CHANGED, MembersOffice
from connector.views.members import InvitationOrder, MemberOrder
from connector.web.frame.forms import FormFault, read_form, read_reason, read_version
from connector.web.frame.visit import Visit, go_to, make_link, name_people, read_query, render

PLACE: Final = "/betrieb/mitglieder"
MEMBER, INVITE, ADD = f"{PLACE}/mitglied", f"{PLACE}/einladen", f"{PLACE}/aufnehmen"
CHANGE, LOG = f"{PLACE}/aendern", f"{PLACE}/verlauf"
PAGE, MOST_ROLES, MOST_PLACES = 50, 16, 16
DAYS: Final = (2, 7, 14, 30, 90)

DEEDS: Mapping[str, MembershipDeed] = {
    "ruhen-lassen": MembershipDeed.SUSPEND,
    "zulassen": MembershipDeed.ADMIT,
    "widerrufen": MembershipDeed.REVOKE,
    "zurueckziehen": MembershipDeed.WITHDRAW,
    "zustimmen": MembershipDeed.AGREE,
}
"""What the address calls each act."""
_FIELDS: Final = {"did": "kennung", "roles": "rollen", "data": "datenebenen"}
_ASKED: Final = frozenset({MembershipDeed.SUSPEND, MembershipDeed.REVOKE, MembershipDeed.WITHDRAW})
"""What takes something away asks for a reason first."""
_OF_INVITATIONS: Final = frozenset({MembershipDeed.WITHDRAW, MembershipDeed.AGREE})


class AskedChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is about to be done, about which member or invitation, and the last act about it."""

    word: str
    deed: MembershipDeed
    id: str
    name: str
    stand: int


async def show_members(visit: Visit) -> Response:
    """List the members and the invitations; where another process answers for the authority, say who invites."""
    desk = visit.broker.operator
    if desk.members is None:
        return render(visit, "broker_members.html", found=None, authority=desk.find_authority() or "", done="")
    found = await members.show_all(desk.members)
    return render(
        visit,
        "broker_members.html",
        found=found,
        authority="",
        people=await name_people(visit, (who for one in found.invitations for who in (one.by, one.agreed_by) if who)),
        own=visit.person.name,
        done=_tell_done(visit),
    )


async def show_member(visit: Visit) -> Response:
    """Show one member: how it takes part, what was done about it, and what can be done."""
    shown = await members.show_member(_office(visit), read_query(visit, "id") or "")
    return render(
        visit,
        "broker_member.html",
        shown=shown,
        people=await name_people(visit, (act.by for act in shown.acts if act.by)),
        done=_tell_done(visit),
    )


async def show_log(visit: Visit) -> Response:
    """List what was done about members and invitations, the newest first."""
    after = read_query(visit, "nach") or ""
    begin = int(after) if after.isascii() and after.isdecimal() and len(after) < 15 else None
    acts, following = await members.list_acts(_office(visit), PAGE, begin)
    return render(
        visit,
        "broker_members_log.html",
        acts=acts,
        people=await name_people(visit, (act.by for act in acts if act.by)),
        following=make_link(LOG, nach=str(following)) if following is not None else "",
    )


async def show_invite(visit: Visit) -> Response:
    """Show the form for an invitation."""
    return await _show_invite(visit, {"tage": "7"})


async def invite(visit: Visit) -> Response:
    """Make an invitation, and show its link this once; what is sent twice is made once."""
    office, form = _office(visit), await read_form(visit.request)
    places = form.get("datenebenen", "").split()[: MOST_PLACES + 1]
    order = {
        "name": " ".join(form.get("name", "").split()),
        "roles": _read_words(form.get("rollen", "")),
        "did": form.get("kennung", "").strip(),
        "data": places,
        "days": int(form["tage"]) if form.get("tage") in set(map(str, DAYS)) else 7,
    }
    seen = read_version(form, "gesehen")
    if not order["name"]:
        return await _show_invite(visit, form, visit.words.say("members.invite-no-name"), "name")
    acts, _ = await members.list_acts(office, PAGE, None)
    mine = (
        act for act in acts if act.number > seen and (act.act, act.by) == (MembershipDeed.INVITE, visit.person.name)
    )
    if any(act.name == order["name"] for act in mine):
        raise ActRefused("invited-twice", visit.words.say("members.invited-twice"))
    field = "datenebenen"
    try:
        for url in places:
            read_origin(url)
        field = "kennung"
        invited = await members.invite(office, msgspec.convert(order, InvitationOrder), Doer(by=visit.person.name))
    except msgspec.ValidationError as fault:
        field = next((name for member, name in _FIELDS.items() if f"$.{member}" in str(fault)), "name")
        return await _show_invite(visit, form, visit.words.say("members.invite-wrong"), field)
    except (ActRefused, RosterFault) as refused:
        return await _show_invite(visit, form, visit.words.translate(str(refused)), field)
    return render(visit, "broker_invited.html", invited=invited)


async def show_add(visit: Visit) -> Response:
    """Show the form for a member that hands in its identity card."""
    return _show_add(visit, {})


async def add(visit: Visit) -> Response:
    """Make the holder of a card a member."""
    office, form = _office(visit), await read_form(visit.request)
    order = {"card": form.get("ausweis", "").strip(), "roles": _read_words(form.get("rollen", ""))}
    try:
        done = await members.add(office, msgspec.convert(order, MemberOrder), Doer(by=visit.person.name))
    except msgspec.ValidationError:
        return _show_add(visit, form, visit.words.say("members.add-wrong"))
    except ActRefused as refused:
        return _show_add(visit, form, visit.words.translate(refused.reason))
    assert done.member is not None
    return go_to(make_link(MEMBER, id=done.member.id, fertig="add"))


async def show_question(visit: Visit) -> Response:
    """Ask for the reason of what takes something away, with what follows from it."""
    asked = await _find_asked(visit, read_query(visit, "tat") or "", read_query(visit, "id") or "")
    return _ask(visit, asked)


async def change(visit: Visit) -> Response:
    """Do what the form says about a member or an invitation."""
    form = await read_form(visit.request)
    asked = await _find_asked(visit, form.get("tat", ""), form.get("id", ""))
    seen, reason = read_version(form, "stand"), ""
    if seen != asked.stand:
        raise FormFault("error-changed", 409)
    if asked.deed in _ASKED:
        try:
            reason = read_reason(form, "begruendung")
        except FormFault as fault:
            return _ask(visit, asked, visit.words.say(fault.key))
    doer = Doer(by=visit.person.name, reason=reason, seen=seen)
    await _do(_office(visit), asked, doer)
    if asked.deed in _OF_INVITATIONS or asked.deed is MembershipDeed.REVOKE:
        return go_to(make_link(PLACE, fertig=asked.deed.value))
    return go_to(make_link(MEMBER, id=asked.id, fertig=asked.deed.value))


async def _do(office: MembersOffice, asked: AskedChange, doer: Doer) -> None:
    doing: Mapping[MembershipDeed, Callable[[], Awaitable[object]]] = {
        MembershipDeed.SUSPEND: lambda: members.set_standing(office, asked.id, doer, suspended=True),
        MembershipDeed.ADMIT: lambda: members.set_standing(office, asked.id, doer, suspended=False),
        MembershipDeed.REVOKE: lambda: members.revoke(office, asked.id, doer),
        MembershipDeed.WITHDRAW: lambda: members.withdraw(office, asked.id, doer),
        MembershipDeed.AGREE: lambda: members.agree(office, asked.id, doer),
    }
    try:
        await doing[asked.deed]()
    except ActRefused as refused:
        if refused.code == CHANGED:
            raise FormFault("error-changed", 409) from None
        raise


async def _find_asked(visit: Visit, word: str, id: str) -> AskedChange:
    """Return what a form or an address means. Raises FormFault, ActRefused."""
    if word not in DEEDS:
        raise FormFault("form-unreadable")
    deed, office = DEEDS[word], _office(visit)
    known: Any
    if deed in _OF_INVITATIONS:
        known = await members.show_invitation(office, id)
    else:
        known = (await members.show_member(office, id)).member
    return AskedChange(word=word, deed=deed, id=known.id, name=known.name, stand=known.stand)


def _ask(visit: Visit, asked: AskedChange, fault: str = "") -> Response:
    if asked.deed not in _ASKED:
        raise FormFault("form-unreadable")
    back = PLACE if asked.deed in _OF_INVITATIONS else make_link(MEMBER, id=asked.id)
    return render(visit, "broker_members_ask.html", status=422 if fault else 200, asked=asked, back=back, fault=fault)


async def _show_invite(visit: Visit, said: Mapping[str, str], fault: str = "", field: str = "") -> Response:
    office = _office(visit)
    acts, _ = await members.list_acts(office, 1, None)
    return render(
        visit,
        "broker_invite.html",
        status=422 if fault else 200,
        said=said,
        days=DAYS,
        four_eyes=office.four_eyes,
        seen=acts[0].number if acts else 0,
        fault=fault,
        field=field,
    )


def _show_add(visit: Visit, said: Mapping[str, str], fault: str = "") -> Response:
    office = _office(visit)
    return render(
        visit, "broker_add.html", status=422 if fault else 200, said=said, four_eyes=office.four_eyes, fault=fault
    )


def _read_words(text: str) -> list[str]:
    """Return roles that are typed with commas between them, or with semicolons, as many type them."""
    return [word for one in text.replace(";", ",").split(",") if (word := " ".join(one.split()))][: MOST_ROLES + 1]


def _office(visit: Visit) -> MembersOffice:
    return members.require_office(visit.broker.operator.members)


def _tell_done(visit: Visit) -> str:
    said = read_query(visit, "fertig") or ""
    return visit.words.find(f"members.done-{said}") if said.isalpha() else ""
