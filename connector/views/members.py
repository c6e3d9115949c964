"""The members of a data space and the invitations to it, as its authority shows them to who operates it."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

_RoleWord = Annotated[str, Meta(min_length=1, max_length=200)]
_RoleWords = Annotated[tuple[_RoleWord, ...], Meta(max_length=16)]


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """A member: `standing` is `member`, `suspended`, or `by its key` (a listed one) until it has joined.

    `former` are identifiers that it had, `until` when its credential ends, `stand` the number of the last act about it.
    """

    id: str
    name: str
    address: str | None
    roles: tuple[str, ...]
    former: tuple[str, ...]
    standing: str
    until: datetime | None
    stand: int


class InvitationView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation: `state` is `open`, `waiting` (for a second person), `used`, `withdrawn` or `expired`.

    `did` is the only identifier that can use it, if not empty. `data` are the data planes at other hosts
    that it may name. `by` is who has invited, `agreed_by` who has agreed.
    """

    id: str
    name: str
    did: str
    roles: tuple[str, ...]
    data: tuple[str, ...]
    state: str
    until: datetime
    by: str
    agreed_by: str
    used_by: str
    stand: int


class InvitationOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An invitation: how the list will name the organisation, its roles, and how many days the link can be used.

    `did` binds the link to one identifier, `types` are those of its credential (default: all of the profile), and
    `data` are URLs of data planes that the organisation may have at other hosts than its own.
    """

    example: ClassVar[dict[str, Any]] = {"name": "Stadtwerke Herne", "roles": ["utility"], "days": 7}

    name: _RoleWord
    roles: _RoleWords = ()
    types: _RoleWords = ()
    did: Annotated[str, Meta(max_length=512)] = ""
    data: _RoleWords = ()
    days: Annotated[int, Meta(ge=1, le=90)] = 7


class InvitedView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that was just made, with its link: it is shown this once."""

    link: str
    invitation: InvitationView


class MemberOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """The identity card of a participant, from a sure source, and its roles and types of credentials."""

    example: ClassVar[dict[str, Any]] = {
        "card": '{"id": "did:web:daten.firma.example", "name": "Firma GmbH", "keys": []}',
        "roles": ["company"],
    }

    card: Annotated[str, Meta(min_length=2, max_length=65536)]
    roles: _RoleWords = ()
    types: _RoleWords = ()


class MembershipActView(msgspec.Struct, frozen=True, kw_only=True):
    """An act of the log: what was done, about which member or invitation, by whom and why.

    `by` is an account, a management key or who has joined; empty for a command on the machine of the authority.
    """

    number: int
    at: datetime
    act: str
    about: str
    name: str
    by: str
    reason: str


class MembershipDoneView(msgspec.Struct, frozen=True, kw_only=True):
    """What an act has come to: the number of the new list, when it expires, and the member unless it is gone."""

    version: int
    expires: datetime
    member: MemberView | None
