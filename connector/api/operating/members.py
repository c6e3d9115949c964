"""Endpoints for the members of the data space, at the process that answers for its authority.

Reading one gives its version (`ETag`); an act with `If-Match` changes nothing if somebody else was quicker.
"""

from collections.abc import Awaitable
from typing import Annotated, TypeVar

from fastapi import Header, Request, Response

from connector.api.frame.auth import require_admin
from connector.api.frame.chapter import ChapterRouter, encode_view
from connector.api.frame.desk import AfterQuery, DeskValue, LimitQuery, read_number
from connector.api.frame.errors import ApiError
from connector.api.operating.desk import find_key
from connector.authority.acts import Doer
from connector.broker.operating.acts import ActRefused
from connector.desk.operating import members
from connector.desk.operating.members import CHANGED, MembersOffice
from connector.views.common import Page, ReasonOrder
from connector.views.members import (
    InvitationOrder,
    InvitationView,
    InvitedView,
    MemberOrder,
    MembershipActView,
    MembershipDoneView,
    MemberView,
)

router = ChapterRouter(tags=["members"])

T = TypeVar("T")

AtOffice = Annotated[MembersOffice | None, DeskValue(lambda desk: desk.members)]
_IfMatch = Annotated[str | None, Header(max_length=40, description="The `ETag` of the member or the invitation.")]
_MEMBER = "{member:path}"


@router.get("/members")
async def list_members(office: AtOffice, limit: LimitQuery = 50, after: AfterQuery = None) -> Page[MemberView]:
    """List the members, ordered by identifier."""
    known = (await _answer(members.show_all(_require(office)))).members
    rest = [each for each in known if after is None or each.id > after]
    return Page(items=tuple(rest[:limit]), next=rest[limit - 1].id if len(rest) > limit else None)


@router.post("/members", status_code=201)
async def add_member(office: AtOffice, request: Request, order: MemberOrder) -> MembershipDoneView:
    """Make the holder of an identity card a member, without an invitation; refused where four eyes are required."""
    return await _answer(members.add(_require(office), order, _name_doer(request)))


@router.get(f"/members/{_MEMBER}")
async def show_member(office: AtOffice, member: str) -> Response:
    """Show a member, with its version in `ETag`."""
    shown = (await _answer(members.show_member(_require(office), member))).member
    return _tag(encode_view(shown), shown.stand)


@router.post(f"/members/{_MEMBER}/suspend")
async def suspend_member(
    office: AtOffice, request: Request, member: str, why: ReasonOrder, if_match: _IfMatch = None
) -> MembershipDoneView:
    """Suspend a member: nobody speaks with it, and what runs with it ends, until it is admitted again."""
    doer = _name_doer(request, why.reason, if_match)
    return await _answer(members.set_standing(_require(office), member, doer, suspended=True))


@router.post(f"/members/{_MEMBER}/admit")
async def admit_member(
    office: AtOffice, request: Request, member: str, if_match: _IfMatch = None
) -> MembershipDoneView:
    """Admit a suspended member again."""
    doer = _name_doer(request, "", if_match)
    return await _answer(members.set_standing(_require(office), member, doer, suspended=False))


@router.post(f"/members/{_MEMBER}/revoke")
async def revoke_member(
    office: AtOffice, request: Request, member: str, why: ReasonOrder, if_match: _IfMatch = None
) -> MembershipDoneView:
    """Take a member off the list and end its credentials, for good."""
    doer = _name_doer(request, why.reason, if_match)
    return await _answer(members.revoke(_require(office), member, doer))


@router.get("/invitations")
async def list_invitations(office: AtOffice, limit: LimitQuery = 50, after: AfterQuery = None) -> Page[InvitationView]:
    """List the invitations, the next to end first. No link is shown again."""
    known, begin = (await _answer(members.show_all(_require(office)))).invitations, read_number(after)
    end = begin + limit
    return Page(items=known[begin:end], next=str(end) if len(known) > end else None)


@router.post("/invitations", status_code=201)
async def invite(office: AtOffice, request: Request, order: InvitationOrder) -> InvitedView:
    """Invite an organisation; the answer has the link, which is shown this once."""
    return await _answer(members.invite(_require(office), order, _name_doer(request)))


@router.get("/invitations/{invitation}")
async def show_invitation(office: AtOffice, invitation: str) -> Response:
    """Show an invitation, with its version in `ETag`."""
    shown = await _answer(members.show_invitation(_require(office), invitation))
    return _tag(encode_view(shown), shown.stand)


@router.post("/invitations/{invitation}/agree")
async def agree(office: AtOffice, request: Request, invitation: str, if_match: _IfMatch = None) -> InvitationView:
    """Agree to an invitation of somebody else, whose link can be used from now on."""
    return await _answer(members.agree(_require(office), invitation, _name_doer(request, "", if_match)))


@router.post("/invitations/{invitation}/withdraw")
async def withdraw(
    office: AtOffice, request: Request, invitation: str, why: ReasonOrder, if_match: _IfMatch = None
) -> InvitationView:
    """Withdraw an invitation: its link makes nobody a member any more."""
    return await _answer(members.withdraw(_require(office), invitation, _name_doer(request, why.reason, if_match)))


@router.get("/member-acts")
async def list_member_acts(
    office: AtOffice, limit: LimitQuery = 50, after: AfterQuery = None
) -> Page[MembershipActView]:
    """List what was done about members and invitations, the newest first."""
    begin = read_number(after) if after is not None else None
    items, following = await _answer(members.list_acts(_require(office), limit, begin))
    return Page(items=items, next=None if following is None else str(following))


def _require(office: MembersOffice | None) -> MembersOffice:
    try:
        return members.require_office(office)
    except ActRefused as refused:
        raise ApiError(404, refused.code, refused.reason) from None


def _name_doer(request: Request, reason: str = "", seen: str | None = None) -> Doer:
    """Return who asks: a key with the scope `admin`. Raises ApiError."""
    require_admin(request)
    return Doer(by=find_key(request), reason=reason, seen=None if seen in {None, "*"} else _read_tag(seen or ""))


def _read_tag(text: str) -> int:
    number = text.removeprefix('"').removesuffix('"')
    if not (number.isascii() and number.isdecimal()):
        raise ApiError(422, "invalid", "If-Match is no version: give the ETag of the last answer.")
    return int(number)


def _tag(answer: Response, stand: int) -> Response:
    answer.headers["ETag"] = f'"{stand}"'
    return answer


async def _answer(act: Awaitable[T]) -> T:
    """Return what an act comes to. Raises ApiError: 412 if somebody else was quicker."""
    try:
        return await act
    except ActRefused as refused:
        status = 404 if refused.missing else 412 if refused.code == CHANGED else 409
        raise ApiError(status, refused.code, refused.reason) from None
