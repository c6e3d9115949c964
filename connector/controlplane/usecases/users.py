"""The people who sign in to the pages: added, invited, signed in and out, and disabled.

A link with a secret lets a person choose a password, once and for a day. A session is a random token, of which the
store has the hash. It ends after a time without a request, after half a day in any case, and when the person begins one
session too many elsewhere: then it is the one that was used longest ago.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import msgspec

from connector.controlplane.core.commits import record
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.ports.changes import DropSession, DropSessions, PutSession, PutUser, SeeSession
from connector.ports.entities import User, UserRole, UserSession
from connector.ports.passwords import Passwords
from connector.ports.store_errors import Conflict
from connector.views.users import FIRST_USER, UserOrder

LINK_MS = 24 * 3_600_000
IDLE_MS = 2 * 3_600_000
LONGEST_MS = 12 * 3_600_000
CLOCK_MS = 60_000
"""How far the clocks of two replicas may be apart."""
MOST_SESSIONS = 10
"""How many sessions a person has at once: more than anybody has devices."""
# A session that is in use is written once in this time.
_NOTED_MS = 60_000
SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200
_DIFFERENT = 5
_ATTEMPTS = 5
CHANGED = "Another request changed the user: read it again, then repeat the change."


@dataclass(frozen=True)
class UserRegister:
    """The participant context, the hashing of passwords, and the address of the pages, empty if there are none.

    Without `local`, nobody signs in with a password. `roles` are those that exist here; the first user has all.
    """

    context: Context
    passwords: Passwords
    pages: str = ""
    local: bool = True
    roles: tuple[UserRole, ...] = tuple(UserRole)


class InvitedUser(msgspec.Struct, frozen=True):
    """A user, and the link to choose a password with."""

    user: User
    link: str


class SignedIn(msgspec.Struct, frozen=True):
    """A user with a session, and the token of the session."""

    user: User
    token: str


async def add(register: UserRegister, order: UserOrder, *, by: str) -> InvitedUser:
    """Add a user and return the link for the password. Raises Invalid, NotAllowed."""
    _require_pages(register)
    context = register.context
    if len(set(order.roles)) != len(order.roles):
        raise Invalid("roles", "A role is named twice: name each role once.")
    check_roles(register, order.roles)
    secret, until = secrets.token_urlsafe(32), context.now() + LINK_MS
    user = User(
        owner=context.owner,
        name=order.name,
        person=order.person,
        roles=order.roles,
        member=order.member,
        created_at=context.now(),
        version=1,
        link_hash=_hash(secret),
        link_until=until,
    )
    leaf = record(context, "user added", user.name, {"by": by, "roles": list(user.roles)})
    try:
        await context.store.commit([PutUser(user, None), leaf])
    except Conflict:
        raise NotAllowed("taken", f"A user {order.name} already exists: use another name.") from None
    return InvitedUser(user, _make_link(register, user, secret))


async def invite(register: UserRegister, name: str, *, by: str) -> InvitedUser:
    """Return a new link for a password; the old password, link and sessions end. Admits a disabled user again.

    Raises NoSuchEntity, NotAllowed.
    """
    _require_pages(register)
    secret, until = secrets.token_urlsafe(32), register.context.now() + LINK_MS
    known = await find(register, name)
    if known.login:
        reason = f"{known.name} signs in with the login of the organisation: the password is changed there."
        raise NotAllowed("has-login", reason)
    fresh = {"password": "", "link_hash": _hash(secret), "link_until": until, "disabled_at": None}
    user = await store_user(register, known, "user reset", by, **fresh)
    return InvitedUser(user, _make_link(register, user, secret))


async def invite_first(register: UserRegister) -> InvitedUser | None:
    """Return the link for the first user, which has every role; None as soon as anybody has signed in."""
    if not register.local:
        return None
    known = await list_users(register)
    if any(user.password or user.login for user in known) or any(user.name != FIRST_USER for user in known):
        return None
    if known:
        return await invite(register, FIRST_USER, by="serve")
    order = UserOrder(name=FIRST_USER, person="Verwaltung", roles=register.roles)
    return await add(register, order, by="serve")


async def disable(register: UserRegister, name: str, *, by: str) -> User:
    """Disable a user: its sessions end, and it cannot sign in. A repeat changes nothing.

    Raises NoSuchEntity, NotAllowed.
    """
    known = await find(register, name)
    if known.disabled_at is not None:
        return known
    over = {"disabled_at": register.context.now(), "link_hash": "", "link_until": None}
    return await store_user(register, known, "user disabled", by, **over)


async def admit(register: UserRegister, name: str, *, by: str) -> User:
    """Admit a disabled user again; it signs in as before. A repeat changes nothing. Raises NoSuchEntity, NotAllowed."""
    known = await find(register, name)
    if known.disabled_at is None:
        return known
    return await store_user(register, known, "user admitted", by, disabled_at=None)


async def list_users(register: UserRegister) -> Sequence[User]:
    """Return all users, ordered by name."""
    return await register.context.store.users(register.context.owner)


async def find(register: UserRegister, name: str) -> User:
    """Return one user. Raises NoSuchEntity."""
    user = await register.context.store.user(register.context.owner, name)
    if user is None:
        raise NoSuchEntity("no-user", f"Unknown user {name[:100]}: list the users to find the name.")
    return user


async def find_invited(register: UserRegister, name: str, secret: str) -> User | None:
    """Return the user that a link is for; None if it was used, is over or belongs to nobody."""
    user = await register.context.store.user(register.context.owner, name)
    if user is None or not user.link_hash or user.disabled_at is not None:
        return None
    fits = hmac.compare_digest(_hash(secret), user.link_hash)
    left = (user.link_until or 0) - register.context.now()
    return user if fits and 0 < left <= LINK_MS + CLOCK_MS else None


async def _require_invited(register: UserRegister, name: str, secret: str) -> User:
    user = await find_invited(register, name, secret)
    if user is None:
        raise NotAllowed("link-over", "The link was used or is over: ask for a new one (`user reset`).")
    return user


async def choose_password(register: UserRegister, name: str, secret: str, password: str) -> SignedIn:
    """Set the password of the user that a link is for, use the link up, and sign in. Raises Invalid, NotAllowed."""
    # Before the work that takes long, which only who has a link may cause; and again, because the link works once.
    await _require_invited(register, name, secret)
    check_password(password, name)
    hashed = await register.passwords.hash(password)
    user = await _require_invited(register, name, secret)
    chosen = {"password": hashed, "link_hash": "", "link_until": None}
    return _expect(
        await begin_session(register, await store_user(register, user, "user chose a password", name, **chosen))
    )


async def change_password(register: UserRegister, user: User, old: str, new: str) -> SignedIn:
    """Change the password of a user who knows the old one; all other sessions end. Raises Invalid, NotAllowed."""
    check_password(new, user.name)
    if not await register.passwords.verify(old, user.password):
        raise Invalid("old-password", "The present password is not right: enter it again.")
    hashed = await register.passwords.hash(new)
    changed = await store_user(register, user, "user changed the password", user.name, password=hashed)
    return _expect(await begin_session(register, changed))


async def sign_in(register: UserRegister, name: str, password: str) -> SignedIn | None:
    """Return a new session, or None if name and password do not belong together or the user is disabled."""
    if not register.local:
        return None
    user = await register.context.store.user(register.context.owner, name)
    right = await register.passwords.verify(password, user.password if user else "")
    if user is None or not right or user.disabled_at is not None:
        return None
    return await begin_session(register, user)


async def find_session(register: UserRegister, token: str, *, seen: bool = True) -> User | None:
    """Return the user of a session; None if it is unknown or over, or the user was disabled.

    `seen` means that the person did something, so that the time without a request begins again.
    """
    context = register.context
    session = await context.store.session(context.owner, _hash(token))
    now = context.now()
    if session is None or not _lasts(session, now):
        return None
    user = await context.store.user(context.owner, session.user)
    if user is None or user.disabled_at is not None:
        return None
    if seen and now - session.seen_at >= _NOTED_MS:
        await context.store.commit([SeeSession(context.owner, session.token_hash, now)])
    return user


def _lasts(session: UserSession, now: int) -> bool:
    """Whether a session goes on. One of the future is that of a clock that was wrong: it would not end for as long."""
    unused, age = now - session.seen_at, now - session.begun_at
    return -CLOCK_MS <= unused < IDLE_MS and -CLOCK_MS <= age < LONGEST_MS


async def sign_out(register: UserRegister, token: str) -> None:
    """End one session."""
    await register.context.store.commit([DropSession(register.context.owner, _hash(token))])


async def sign_out_everywhere(register: UserRegister, user: User) -> None:
    """End all sessions of a user."""
    await register.context.store.commit([DropSessions(user.owner, user.name)])


def check_roles(register: UserRegister, roles: Collection[UserRole]) -> None:
    """Check that each role exists here. Raises Invalid."""
    other = [role for role in roles if role not in register.roles]
    if other:
        raise Invalid("roles", f"Here is no role {other[0]}: choose from {', '.join(register.roles)}.")


def check_password(password: str, name: str) -> None:
    """Check the length of a new password (NIST SP 800-63B, 5.1.1.2), and that it is not the name. Raises Invalid."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        reason = f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters: choose another one."
        raise Invalid("password-length", reason)
    if name in password.lower() or len(set(password)) < _DIFFERENT:
        raise Invalid("password-easy", "The password is easy to guess: choose several words that do not name you.")


def has_role(user: User, roles: Collection[UserRole]) -> bool:
    """Return whether a user has one of these roles."""
    return not set(roles).isdisjoint(user.roles)


async def begin_session(register: UserRegister, known: User) -> SignedIn | None:
    """Begin a session with a new token, and remove those of the user that are over or one too many.

    None if the user was disabled or got another password since it was read.
    """
    context, token = register.context, secrets.token_urlsafe(32)
    now = context.now()
    session = UserSession(owner=known.owner, token_hash=_hash(token), user=known.name, begun_at=now, seen_at=now)
    over = DropSessions(known.owner, known.name, now - IDLE_MS + 1)
    room = DropSessions(known.owner, known.name, kept=MOST_SESSIONS - 1)
    leaf = record(context, "user signed in", known.name, {})
    for _ in range(_ATTEMPTS):
        user = await context.store.user(known.owner, known.name)
        if user is None or user.disabled_at is not None or user.password != known.password:
            return None
        seen = msgspec.structs.replace(user, signed_in_at=now, version=user.version + 1)
        try:
            await context.store.commit([PutUser(seen, user.version), over, room, PutSession(session), leaf])
        except Conflict:
            continue
        return SignedIn(seen, token)
    return None


def _expect(signed_in: SignedIn | None) -> SignedIn:
    if signed_in is None:
        raise NotAllowed("changed", CHANGED)
    return signed_in


async def store_user(register: UserRegister, known: User, event: str, by: str, **members: object) -> User:
    """Store a changed user and end all sessions. Raises NotAllowed if it changed since."""
    context = register.context
    user = msgspec.structs.replace(known, version=known.version + 1, **members)
    leaf = record(context, event, user.name, {"by": by})
    try:
        await context.store.commit([PutUser(user, known.version), DropSessions(user.owner, user.name), leaf])
    except Conflict:
        raise NotAllowed("changed", CHANGED) from None
    return user


def _require_pages(register: UserRegister) -> None:
    """Check that there are pages that a link can lead to, and a password to choose there. Raises NotAllowed."""
    if not register.pages:
        raise NotAllowed("no-pages", "This connector has no pages: set web.port in its settings, and restart it.")
    if not register.local:
        reason = "People sign in with the login of the organisation only: give them a role there, or set web.passwords."
        raise NotAllowed("no-passwords", reason)


def _make_link(register: UserRegister, user: User, secret: str) -> str:
    """Return the address to choose a password at."""
    # It has to work without script, so the secret is where the server sees it; it works once.
    return f"{register.pages}/willkommen?name={user.name}&link={secret}"


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
