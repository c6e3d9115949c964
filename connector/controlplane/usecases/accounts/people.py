"""People on the pages: the roles of others, which an operator gives, and what everybody chooses for the own account."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec
from msgspec import Meta

from connector.controlplane.core.commits import record
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.usecases import users
from connector.controlplane.usecases.users import UserRegister, find
from connector.language.catalogue import Language
from connector.ports.changes import Change, PutNoticeReader, PutUser
from connector.ports.entities import CHANNELS, NoticeReader, User, UserRole
from connector.ports.store_errors import Conflict
from connector.protocol.webhooks import SECRET_BYTES, write_secret
from connector.views.descriptions import EMAIL
from connector.views.users import NoticePace, UserNoticeKind


async def change_roles(register: UserRegister, name: str, roles: Sequence[UserRole], *, by: str) -> User:
    """Give a user other roles, in place of all before; they hold at once. Raises NoSuchEntity, Invalid, NotAllowed."""
    known = await find(register, name)
    users.check_roles(register, roles)
    given = tuple(role for role in UserRole if role in roles)
    if not given:
        raise Invalid("roles", "A user has at least one role: choose one, or disable the user.")
    if known.login:
        reason = f"{known.name} has the roles that the login of the organisation states: change them there."
        raise NotAllowed("has-login", reason)
    if given == known.roles:
        return known
    fields = {"by": by, "roles": list(given)}
    return await _store(register, known, msgspec.structs.replace(known, roles=given), "user got other roles", fields)


async def choose_member(register: UserRegister, name: str, member: str, *, by: str) -> User:
    """Let a user read for a participant, or for nobody (empty), from now on. Raises NoSuchEntity, NotAllowed."""
    known = await find(register, name)
    if known.member == member:
        return known
    fields = {"by": by, "member": member}
    return await _store(
        register, known, msgspec.structs.replace(known, member=member), "user got another member", fields
    )


async def check_by_operator(register: UserRegister, operator: User, name: str, roles: Sequence[UserRole] = ()) -> User:
    """Return the user whom an operator is about to change on the pages, so that `roles` are left. Raises NotAllowed.

    Nobody changes the own account so, and one who operates is always left. A key of the management API can do both.
    """
    known = await find(register, name)
    if known.name == operator.name:
        raise NotAllowed("own-account", "Nobody changes the own roles or access: ask another person of operations.")
    others = [user for user in await users.list_users(register) if user.name != name and _operates(user)]
    if _operates(known) and UserRole.OPERATOR not in roles and not others:
        raise NotAllowed("last-operator", "This is the last account that operates: give another one that role first.")
    return known


async def choose_language(register: UserRegister, user: User, language: Language) -> User:
    """Remember the language of a person, for the pages and for messages. Raises NotAllowed."""
    if user.language == language:
        return user
    return await _store(register, user, msgspec.structs.replace(user, language=language))


class NoticeChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a person wants to be told: how often, of what not, and where; `email` is None where the login states it."""

    pace: NoticePace
    muted: tuple[UserNoticeKind, ...]
    email: Annotated[str, Meta(max_length=254, pattern=rf"^(?:{EMAIL[1:]})?\Z")] | None
    webhook: Annotated[str, Meta(max_length=2048, pattern=r"^(?:https://[^\s/?#@]+(/[^\s#]*)?)?\Z")]


async def choose_notices(register: UserRegister, user: User, choice: NoticeChoice) -> User:
    """Keep how a person wants to be told, of what happens from now on. Raises NotAllowed.

    Another webhook gets a new secret.
    """
    store, owner = register.context.store, register.context.owner
    secret = user.webhook_secret if choice.webhook == user.webhook else write_secret(secrets.token_bytes(SECRET_BYTES))
    changed = msgspec.structs.replace(
        user,
        pace=choice.pace,
        muted=choice.muted,
        email=user.email if choice.email is None else choice.email,
        webhook=choice.webhook,
        webhook_secret=secret if choice.webhook else "",
    )
    last = await store.last_notice(owner)
    known = {reader.channel: reader for reader in await store.notice_readers(owner) if reader.user == user.name}
    if changed == user and known.keys() >= set(CHANNELS):
        return user
    fresh = [
        PutNoticeReader(
            NoticeReader(
                owner=owner,
                user=user.name,
                channel=channel,
                told=last if user.pace is NoticePace.NEVER or channel not in known else known[channel].told,
                sent_at=known[channel].sent_at if channel in known else 0,
            )
        )
        for channel in CHANNELS
    ]
    return await _store(register, user, changed, more=fresh)


async def find_problem(register: UserRegister, name: str) -> str:
    """Return why the last message to a user did not arrive; empty if it did."""
    readers = await register.context.store.notice_readers(register.context.owner)
    return next((reader.problem for reader in readers if reader.user == name and reader.problem), "")


def _operates(user: User) -> bool:
    return UserRole.OPERATOR in user.roles and user.disabled_at is None


async def _store(
    register: UserRegister,
    known: User,
    changed: User,
    event: str = "",
    fields: Mapping[str, object] | None = None,
    more: Sequence[Change] = (),
) -> User:
    """Store a changed user, with its audit entry if it has one; its sessions go on. Raises NotAllowed."""
    stored = msgspec.structs.replace(changed, version=known.version + 1)
    leaves = [record(register.context, event, known.name, fields or {})] if event else []
    try:
        await register.context.store.commit([PutUser(stored, known.version), *leaves, *more])
    except Conflict:
        raise NotAllowed("changed", users.CHANGED) from None
    return stored
