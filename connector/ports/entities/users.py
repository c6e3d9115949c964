"""The people who sign in to the pages, and their sessions."""

import msgspec

from connector.views.users import NoticePace, UserNoticeKind, UserRole


class User(msgspec.Struct, frozen=True, kw_only=True):
    """A person who signs in: `name` is what is typed, `person` what others read, `roles` what the pages allow.

    `password` is the PHC string of Argon2id, empty until one is chosen. `link_hash` is the SHA-256 (hex) of the secret
    of the link with which a password can be chosen once, until `link_until` (ms); empty: there is none. `signed_in_at`
    (ms) is the last time. A user with `disabled_at` (ms) cannot sign in. `login` is the SHA-256 (hex) of issuer and
    subject of a person who comes with the login of the organisation, and has no password here. `language` is empty
    until the person chooses one. `pace` is how often the person is told what waits, `muted` what of it never, `webhook`
    the address that is told beside `email`, and `webhook_secret` signs what is sent there. `member` is the participant
    for which a person reads the pages of a broker; empty for nobody.
    """

    owner: str
    name: str
    person: str
    roles: tuple[UserRole, ...]
    created_at: int
    version: int
    password: str = ""
    link_hash: str = ""
    link_until: int | None = None
    signed_in_at: int | None = None
    disabled_at: int | None = None
    login: str = ""
    email: str = ""
    language: str = ""
    pace: NoticePace = NoticePace.HOURLY
    muted: tuple[UserNoticeKind, ...] = ()
    webhook: str = ""
    webhook_secret: str = ""
    member: str = ""


class UserSession(msgspec.Struct, frozen=True, kw_only=True):
    """A session of a user in one browser; `token_hash` is the SHA-256 (hex) of its cookie. Times are in ms."""

    owner: str
    token_hash: str
    user: str
    begun_at: int
    seen_at: int
