"""The members of the data space, for who operates the broker whose process answers for the authority.

What is done is what the command line does, with the same files, locks and keys; a refusal is an answer, not a fault.
With four eyes, what lets somebody in needs two people: who invites and who agrees, who suspends and who admits.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec

from connector.authority import acts, card, inviting, keeping, membership
from connector.authority.acts import Doer, MembershipAct, MembershipChanged, MembershipDeed
from connector.authority.keeping import Authority, AuthorityRecord
from connector.authority.roster import RosterFault
from connector.broker.operating.acts import ActRefused
from connector.views.conversion import moment, to_view
from connector.views.members import (
    InvitationOrder,
    InvitationView,
    InvitedView,
    MemberOrder,
    MembershipActView,
    MembershipDoneView,
    MemberView,
)

T = TypeVar("T")

CHANGED = "changed"
"""The code of a refusal because somebody else was quicker."""
_ELSEWHERE = "This process does not answer for the authority of the data space: ask its operator, who invites members."
_NO_MEMBER = "Unknown member: the list of members shows their identifiers."
_NO_INVITATION = "Unknown invitation: the list of invitations shows their identifiers."


class MembersOffice(msgspec.Struct, frozen=True, kw_only=True):
    """What members are worked with: the files of the authority, and what follows from a new list.

    `tell` tells members, by their addresses, that there is a newer list, and does not wait. `now` returns ms.
    """

    authority: Authority
    tell: Callable[[Sequence[str]], None]
    now: Callable[[], int]
    four_eyes: bool = False


class ShownMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member with what was done about it, the newest first."""

    member: MemberView
    acts: tuple[MembershipActView, ...]


class MembersShown(msgspec.Struct, frozen=True, kw_only=True):
    """Members and invitations, as they stood at one moment."""

    members: tuple[MemberView, ...]
    invitations: tuple[InvitationView, ...]


def require_office(office: MembersOffice | None) -> MembersOffice:
    """Return the office of the authority. Raises ActRefused if this process does not answer for one."""
    if office is None:
        raise ActRefused("no-authority", _ELSEWHERE, missing=True)
    return office


async def show_all(office: MembersOffice) -> MembersShown:
    """Return the members, ordered by identifier, and the invitations, the next to end first. Raises ActRefused."""

    def read() -> MembersShown:
        record, now = keeping.show(office.authority), office.now()
        entries = sorted(membership.list_members(office.authority), key=lambda each: each.id)
        known = sorted(record.invitations.items(), key=lambda pair: (pair[1].until, pair[0]))
        return MembersShown(
            members=tuple(entries),
            invitations=tuple(_view_invitation(record, each, now) for each, _ in known),
        )

    return await _work(read)


async def show_member(office: MembersOffice, id: str) -> ShownMember:
    """Return a member with its log, which begins with its invitation. Raises ActRefused."""

    def read() -> ShownMember:
        shown, known = _find(office, id), keeping.show(office.authority).acts
        used = {act.about for act in known if act.deed is MembershipDeed.JOIN and act.by == shown.id}
        noted = [act for act in reversed(known) if act.about in {shown.id, *used}]
        return ShownMember(member=shown, acts=tuple(map(view_act, noted)))

    return await _work(read)


async def show_invitation(office: MembersOffice, id: str) -> InvitationView:
    """Return an invitation. Raises ActRefused."""

    def read() -> InvitationView:
        record = keeping.show(office.authority)
        if id not in record.invitations:
            raise ActRefused("no-invitation", _NO_INVITATION, missing=True)
        return _view_invitation(record, id, office.now())

    return await _work(read)


async def list_acts(
    office: MembersOffice, limit: int, after: int | None
) -> tuple[tuple[MembershipActView, ...], int | None]:
    """Return a page of the log, the newest first, and the next cursor. Raises ActRefused."""
    record = await _work(lambda: keeping.show(office.authority))
    rest = [act for act in reversed(record.acts) if after is None or act.number < after]
    shown = tuple(map(view_act, rest[:limit]))
    return shown, shown[-1].number if len(rest) > limit else None


async def invite(office: MembersOffice, order: InvitationOrder, doer: Doer) -> InvitedView:
    """Make an invitation, and return its link this once. Raises ActRefused."""

    def make() -> InvitedView:
        link = inviting.invite(
            office.authority,
            " ".join(order.name.split()),
            now=moment(office.now()),
            valid_for=timedelta(days=order.days),
            roles=order.roles,
            types=order.types,
            did=order.did,
            data=order.data,
            doer=doer,
            waits=office.four_eyes,
        )
        made = inviting.parse_link(link).id
        return InvitedView(link=link, invitation=_view_invitation(keeping.show(office.authority), made, office.now()))

    return await _work(make)


async def agree(office: MembersOffice, id: str, doer: Doer) -> InvitationView:
    """Agree to an invitation of somebody else. Raises ActRefused."""
    return await _change(office, id, lambda: inviting.agree(office.authority, id, office.now(), doer=doer))


async def withdraw(office: MembersOffice, id: str, doer: Doer) -> InvitationView:
    """Let nobody join with an invitation any more. Raises ActRefused."""
    return await _change(office, id, lambda: inviting.withdraw(office.authority, id, office.now(), doer=doer))


async def add(office: MembersOffice, order: MemberOrder, doer: Doer) -> MembershipDoneView:
    """Make the holder of an identity card a member. Raises ActRefused; with four eyes always."""
    if office.four_eyes:
        raise ActRefused(
            "four-eyes", "A card lets somebody in at once, without a second person: invite the organisation instead."
        )

    def make() -> MembershipDoneView:
        read = card.take_card(order.card.encode())
        now = moment(office.now())
        entry, document = membership.add(
            office.authority, read, now=now, roles=order.roles, types=order.types, doer=doer
        )
        office.tell(membership.list_addresses(document))
        return MembershipDoneView(version=document.version, expires=document.expires, member=_find(office, entry.id))

    return await _work(make)


async def set_standing(office: MembersOffice, id: str, doer: Doer, *, suspended: bool) -> MembershipDoneView:
    """Suspend a member, or admit it again. Raises ActRefused."""

    def change() -> MembershipDoneView:
        known, now = _find(office, id).id, moment(office.now())
        if office.four_eyes and not suspended:
            _refuse_alone(keeping.show(office.authority), known, doer)
        document = membership.suspend(office.authority, known, now=now, suspended=suspended, doer=doer)
        office.tell(membership.list_addresses(document))
        return MembershipDoneView(version=document.version, expires=document.expires, member=_find(office, known))

    return await _work(change)


async def revoke(office: MembersOffice, id: str, doer: Doer) -> MembershipDoneView:
    """Take a member off the list for good. Raises ActRefused."""

    def end() -> MembershipDoneView:
        known, now = _find(office, id).id, moment(office.now())
        entry, document = membership.revoke(office.authority, known, now=now, doer=doer)
        office.tell(membership.list_addresses(document, entry))
        return MembershipDoneView(version=document.version, expires=document.expires, member=None)

    return await _work(end)


def view_act(act: MembershipAct) -> MembershipActView:
    """Return the view of an act."""
    return to_view(MembershipActView, act, act=act.deed.value)


async def _work(make: Callable[[], T]) -> T:
    """Do what reads and writes files, on a thread. Raises ActRefused."""
    try:
        return await asyncio.to_thread(make)
    except MembershipChanged as fault:
        raise ActRefused(CHANGED, str(fault)) from None
    except RosterFault as fault:
        raise ActRefused("refused", str(fault)) from None


async def _change(office: MembersOffice, id: str, make: Callable[[], AuthorityRecord]) -> InvitationView:
    await show_invitation(office, id)
    record = await _work(make)
    return _view_invitation(record, id, office.now())


def _find(office: MembersOffice, id: str) -> MemberView:
    """Return a member by an identifier, present or former. Raises ActRefused."""
    listed = membership.list_members(office.authority)
    entry = next((each for each in listed if id in (each.id, *each.former)), None)
    if entry is None:
        raise ActRefused("no-member", _NO_MEMBER, missing=True)
    return entry


def _refuse_alone(record: AuthorityRecord, id: str, doer: Doer) -> None:
    """Refuse that who has suspended a member admits it alone. Raises ActRefused."""
    ended = next((act for act in reversed(record.acts) if (act.about, act.deed) == (id, MembershipDeed.SUSPEND)), None)
    if ended is not None and ended.by == doer.by:
        raise ActRefused("four-eyes", "Somebody else than who has suspended the member has to admit it again.")


def _view_invitation(record: AuthorityRecord, id: str, now: int) -> InvitationView:
    """Return the view of an invitation: nothing of its secret."""
    invitation = record.invitations[id]
    return to_view(
        InvitationView,
        invitation,
        id=id,
        state=inviting.find_state(invitation, now),
        stand=acts.find_stand(record.acts, id),
    )
