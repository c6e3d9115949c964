"""Endpoints for the people who sign in to the pages; all but the list need the scope `admin`."""

from fastapi import Request

from connector.api.frame.auth import require_admin
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtUsers
from connector.controlplane.usecases import users
from connector.controlplane.usecases.users import InvitedUser
from connector.ports.entities import User
from connector.views.conversion import to_view
from connector.views.users import InvitedUserView, UserOrder, UserView

router = ChapterRouter(tags=["users"])


def _view(user: User) -> UserView:
    return to_view(UserView, user, has_password=bool(user.password), has_login=bool(user.login))


def _view_invited(invited: InvitedUser) -> InvitedUserView:
    return InvitedUserView(user=_view(invited.user), link=invited.link)


@router.get("/users")
async def list_users(register: AtUsers) -> tuple[UserView, ...]:
    """List the users of the pages, ordered by name."""
    return tuple(_view(user) for user in await users.list_users(register))


@router.post("/users", status_code=201)
async def add_user(register: AtUsers, request: Request, order: UserOrder) -> InvitedUserView:
    """Add a user of the pages; the answer has the link to choose a password with, once."""
    require_admin(request)
    return _view_invited(await users.add(register, order, by=request.state.key_id))


@router.post("/users/{name}/reset")
async def reset_user(register: AtUsers, request: Request, name: str) -> InvitedUserView:
    """Return a new link for a password: the old password and all sessions end; a disabled user is admitted again."""
    require_admin(request)
    return _view_invited(await users.invite(register, name, by=request.state.key_id))


@router.post("/users/{name}/disable")
async def disable_user(register: AtUsers, request: Request, name: str) -> UserView:
    """Disable a user: it cannot sign in, and all its sessions end."""
    require_admin(request)
    return _view(await users.disable(register, name, by=request.state.key_id))


@router.post("/users/{name}/admit")
async def admit_user(register: AtUsers, request: Request, name: str) -> UserView:
    """Admit a disabled user again: it signs in with its password, or with the login of the organisation."""
    require_admin(request)
    return _view(await users.admit(register, name, by=request.state.key_id))
