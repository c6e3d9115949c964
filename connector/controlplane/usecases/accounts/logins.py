"""People who come with the login of their organisation: a user is created or updated at each sign-in.

The provider alone says who somebody is and which roles the person has. A user is known by issuer and subject, never by
a name: names are given anew, and a local user of the same name stays another one.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import msgspec

from connector.controlplane.core.commits import record
from connector.controlplane.usecases import users
from connector.controlplane.usecases.users import SignedIn, UserRegister
from connector.ports.changes import PutUser
from connector.ports.entities import User, UserRole
from connector.ports.login import LoggedIn, LoginFailed, LoginFault
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.errors import clean

_MOST_VALUES = 1000
_LONGEST_TEXT, _LONGEST_NAME, _LONGEST_PERSON = 1000, 48, 200
_ATTEMPTS = 5
_OTHERS = re.compile(r"[^a-z0-9._-]+")
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,188}[A-Za-z0-9])")


class RoleClaim(msgspec.Struct, frozen=True, kw_only=True):
    """Where the claims name the roles: the `path` of a claim, and what each of its values means here."""

    path: str
    roles: Mapping[str, tuple[UserRole, ...]]


async def sign_in(register: UserRegister, claim: RoleClaim, login: LoggedIn) -> SignedIn:
    """Create or update the user of a login, and begin a session. Raises LoginFailed, NotAllowed.

    A person without a role is not signed in, and all sessions of the person end.
    """
    key = hashlib.sha256(f"{login.issuer}\0{login.subject}".encode()).hexdigest()
    roles = tuple(role for role in read_roles(login.claims, claim) if role in register.roles)
    for _ in range(_ATTEMPTS):
        known = await register.context.store.user_of_login(register.context.owner, key)
        if known is not None and known.disabled_at is not None:
            raise LoginFailed(LoginFault.DISABLED, f"The user {known.name} is disabled.")
        if not roles:
            if known is not None:
                await users.sign_out_everywhere(register, known)
            raise LoginFailed(LoginFault.NO_ROLE, f"The claim {claim.path} names no role of web.oidc.roles.")
        user = await _put(register, known, _describe(register, known, key, roles, login))
        signed_in = await users.begin_session(register, user) if user else None
        if signed_in:
            return signed_in
    raise LoginFailed(LoginFault.OVER, "The user was changed at the same time: sign in again.")


def read_roles(claims: Mapping[str, Any], claim: RoleClaim) -> tuple[UserRole, ...]:
    """Return the roles that claims give, each once, in the order of `UserRole`.

    >>> claim = RoleClaim(path="realm_access.roles", roles={"dk-release": (UserRole.RELEASE,)})
    >>> read_roles({"realm_access": {"roles": ["dk-release", "other"]}}, claim)
    (<UserRole.RELEASE: 'release'>,)
    """
    value: Any = claims.get(claim.path)
    if value is None:
        value = claims
        for name in claim.path.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    given = {role for name in values[:_MOST_VALUES] if isinstance(name, str) for role in claim.roles.get(name, ())}
    return tuple(role for role in UserRole if role in given)


def _describe(
    register: UserRegister, known: User | None, key: str, roles: tuple[UserRole, ...], login: LoggedIn
) -> User:
    """Return the user as the login describes it."""
    claims, context = login.claims, register.context
    told = _read_text(claims, "preferred_username")
    stated = _read_text(claims, "email")
    email = stated if _MAIL.fullmatch(stated) and claims.get("email_verified") is not False else ""
    person = (_read_text(claims, "name") or told or stated or key[:6])[:_LONGEST_PERSON]
    if known is not None:
        return msgspec.structs.replace(known, person=person, email=email, roles=roles)
    return User(
        owner=context.owner,
        name=make_name(told or stated.partition("@")[0], key),
        person=person,
        roles=roles,
        created_at=context.now(),
        version=0,
        login=key,
        email=email,
    )


def _read_text(claims: Mapping[str, Any], name: str) -> str:
    """Return a claim that is a text, on one line, without control characters."""
    value = claims.get(name)
    return clean(value[:_LONGEST_TEXT], _LONGEST_TEXT) if isinstance(value, str) else ""


def make_name(told: str, key: str) -> str:
    """Return the name of a new user: that of the provider in plain letters, and the beginning of the key.

    The key keeps it apart from local users, and from a person who got the same name later.

    >>> make_name("Jörg.Müßig@stadt", "0a1b2c3d")
    'jorg.mussig-stadt-0a1b2c'
    """
    plain = unicodedata.normalize("NFKD", told.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    readable = _OTHERS.sub("-", plain).strip("._-")[:_LONGEST_NAME] or "person"
    return f"{readable}-{key[:6]}"


async def _put(register: UserRegister, known: User | None, user: User) -> User | None:
    """Store a user as its login describes it, if that is new; None if it was changed at the same time."""
    if known == user:
        return known
    context = register.context
    stored = msgspec.structs.replace(user, version=user.version + 1)
    roles = {"by": "login", "roles": list(user.roles)}
    leaf = record(context, "user changed by login" if known else "user added by login", user.name, roles)
    try:
        await context.store.commit([PutUser(stored, known.version if known else None), leaf])
    except Conflict:
        return None
    return stored
