"""The people who sign in to the pages."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.users import InvitedUserView, UserOrder, UserRole, UserView


def _list() -> ApiCall[tuple[UserView, ...]]:
    """List the users of the pages, ordered by name.

    >>> connector.users.list()
    ()
    """
    return ApiCall(method="GET", path=path_of("users"), answer=tuple[UserView, ...])


def _add(name: str, person: str, roles: Sequence[UserRole], *, member: str = "") -> ApiCall[InvitedUserView]:
    """Add a user of the pages; the answer has the link to choose a password with, once.

    `member` is the participant for which a person reads the pages of a broker.

    >>> connector.users.add("a.kaya", "Aylin Kaya", [UserRole.RELEASE]).user.has_password
    False
    """
    order = UserOrder(name=name, person=person, roles=tuple(roles), member=member)
    return ApiCall(method="POST", path=path_of("users"), answer=InvitedUserView, body=order)


def _reset(name: str) -> ApiCall[InvitedUserView]:
    """Return a new link for a password: the old password and all sessions end; a disabled user is admitted again.

    >>> invited = connector.users.add("a.kaya", "Aylin Kaya", [UserRole.RELEASE])
    >>> connector.users.reset("a.kaya").link == invited.link
    False
    """
    return ApiCall(method="POST", path=path_of("users", name, "reset"), answer=InvitedUserView)


def _disable(name: str) -> ApiCall[UserView]:
    """Disable a user: it cannot sign in, and all its sessions end.

    >>> invited = connector.users.add("a.kaya", "Aylin Kaya", [UserRole.RELEASE])
    >>> connector.users.disable("a.kaya").disabled_at is None
    False
    """
    return ApiCall(method="POST", path=path_of("users", name, "disable"), answer=UserView)


def _admit(name: str) -> ApiCall[UserView]:
    """Admit a disabled user again: it signs in as before.

    >>> invited = connector.users.add("a.kaya", "Aylin Kaya", [UserRole.RELEASE])
    >>> connector.users.disable("a.kaya").disabled_at is None
    False
    >>> connector.users.admit("a.kaya").disabled_at is None
    True
    """
    return ApiCall(method="POST", path=path_of("users", name, "admit"), answer=UserView)


@dataclass(frozen=True)
class Users:
    """The users of the pages."""

    driver: Runs

    list = blocking(_list)
    add = blocking(_add)
    reset = blocking(_reset)
    disable = blocking(_disable)
    admit = blocking(_admit)


@dataclass(frozen=True)
class AsyncUsers:
    """The users of the pages."""

    driver: AsyncRuns

    list = asynchronous(_list)
    add = asynchronous(_add)
    reset = asynchronous(_reset)
    disable = asynchronous(_disable)
    admit = asynchronous(_admit)
