"""The people who sign in to the pages, and what they may do there."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import msgspec
from msgspec import Meta

from connector.views.common import LONGEST_IDENTIFIER

FIRST_USER = "verwaltung"
"""The name of the first user, which has every role."""


class UserRole(StrEnum):
    """What a person does here: offer data, release and agree, protect personal data, get data, operate, examine."""

    PROVIDER = "provider"
    RELEASE = "release"
    PRIVACY = "privacy"
    CONSUMER = "consumer"
    OPERATOR = "operator"
    AUDITOR = "auditor"


class UserNoticeKind(StrEnum):
    """What people are told of.

    A request or a counter-offer waits, a draft waits for release, a delivery broke off, an agreement or a certificate
    ends soon, a saved search has new hits.
    """

    REQUEST = "request"
    COUNTER_OFFER = "counter-offer"
    RELEASE = "release"
    DELIVERY = "delivery"
    ENDING = "ending"
    CERTIFICATE = "certificate"
    SEARCH = "search"


class NoticePace(StrEnum):
    """How often a person is told: within a minute, once an hour at most, once a day in the morning, or never."""

    AT_ONCE = "at-once"
    HOURLY = "hourly"
    DAILY = "daily"
    NEVER = "never"


class UserOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A new user of the pages."""

    example: ClassVar[dict[str, Any]] = {"name": "a.kaya", "person": "Aylin Kaya", "roles": ["provider"]}

    name: Annotated[
        str,
        Meta(
            pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$",
            description="Name to sign in with: small letters, digits, dots, dashes.",
        ),
    ]
    person: Annotated[str, Meta(min_length=1, max_length=200, description="Name of the person, for other people.")]
    roles: Annotated[
        tuple[UserRole, ...], Meta(min_length=1, max_length=6, description="What the person may do on the pages.")
    ]
    member: Annotated[
        str, Meta(max_length=LONGEST_IDENTIFIER, description="At a broker: the participant for which the person reads.")
    ] = ""


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A user of the pages. `has_password` is false until the person has chosen one with the link.

    `has_login` is true if the person comes with the login of the organisation. `link_until` is the end of the link for
    the next password; null if there is none. `member` is the participant for which the person reads at a broker.
    """

    name: str
    person: str
    roles: tuple[UserRole, ...]
    created_at: datetime
    has_password: bool
    link_until: datetime | None = None
    signed_in_at: datetime | None = None
    disabled_at: datetime | None = None
    has_login: bool = False
    member: str = ""


class InvitedUserView(msgspec.Struct, frozen=True, kw_only=True):
    """A user with the link to choose a password with, once; it is not shown again."""

    user: UserView
    link: Annotated[str, Meta(description="Address to open in a browser; it works once, until `link_until`.")]
