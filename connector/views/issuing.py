"""What an issuer was asked for and what it has issued (Decentralized Claims Protocol 1.0, 6)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from connector.views.credentials import CredentialStanding

_IssuingText = Annotated[str, Meta(min_length=1, max_length=512)]


class Otherwise(StrEnum):
    """What becomes of a request of a member without the role that a type of credentials is for."""

    WAIT = "wait"
    REJECT = "reject"


class RequestState(StrEnum):
    """What became of a request for credentials; `offered` is an offer of this issuer that nobody has answered yet."""

    OFFERED = "offered"
    RECEIVED = "received"
    ISSUED = "issued"
    REJECTED = "rejected"


class CredentialOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Credentials for one holder: by their types, and in these profiles; without profiles, in the first one."""

    holder: Annotated[_IssuingText, Meta(description="Identifier of the holder, as in the participant list.")]
    types: Annotated[
        tuple[_IssuingText, ...], Meta(min_length=1, max_length=16, description="Types of the credentials.")
    ]
    profiles: Annotated[tuple[_IssuingText, ...], Meta(max_length=2, description="Aliases of profiles.")] = ()
    reason: Annotated[str, Meta(max_length=500, description="What the offer is for: `reissue` if omitted.")] = ""


class CredentialRequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a holder, or an offer to it.

    `id` is its name here, `holder_pid` that of the holder. `reason` is why it was rejected or waits. `next_at` is when
    the holder is told next, `delivered_at` when it was; `problem` is why it could not be told.
    """

    id: str
    holder: str
    holder_name: str = ""
    holder_pid: str = ""
    types: tuple[str, ...]
    state: RequestState
    at: datetime
    reason: str = ""
    attempts: int = 0
    next_at: datetime | None = None
    delivered_at: datetime | None = None
    problem: str = ""


class IssuedCredentialView(msgspec.Struct, frozen=True, kw_only=True):
    """A credential that this issuer has signed; `list` and `index` are its place in the status lists.

    `credential` is the JWT; it is left out in a list.
    """

    id: str
    holder: str
    holder_name: str = ""
    type: str
    profile: str
    standing: CredentialStanding
    issued_at: datetime
    valid_until: datetime
    list: int
    index: int
    reason: str = ""
    credential: str = ""
