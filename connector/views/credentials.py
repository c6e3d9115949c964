"""Credentials that this participant holds and shows (Decentralized Claims Protocol 1.0)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta


class CredentialStanding(StrEnum):
    """Whether a credential can be shown; `revoked` and `suspended` are what the status list of its issuer says."""

    VALID = "valid"
    NOT_YET = "not yet valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class IssuanceState(StrEnum):
    """What is known of credentials that an issuer may hand over."""

    OFFERED = "offered"
    REQUESTED = "requested"
    ISSUED = "issued"
    REJECTED = "rejected"


class CredentialImportOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A credential that was handed over in another way than by the protocol: a compact JWS."""

    credential: Annotated[
        str, Meta(min_length=1, max_length=131_072, description="The credential as its issuer signed it (a JWT).")
    ]


class CredentialView(msgspec.Struct, frozen=True, kw_only=True):
    """A credential in the store; `key` names it here, and stays the same when its issuer renews it.

    `looked_at` is when its status was last read from its issuer. `claims` are what it says about this participant;
    they are left out in a list.
    """

    key: str
    id: str
    issuer: str
    types: tuple[str, ...]
    profile: str
    standing: CredentialStanding
    received_at: datetime
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    looked_at: datetime | None = None
    claims: dict[str, Any] = {}


class IssuanceView(msgspec.Struct, frozen=True, kw_only=True):
    """What an issuer offers or was asked for; `reason` is what it says."""

    id: str
    issuer: str
    types: tuple[str, ...]
    state: IssuanceState
    at: datetime
    reason: str = ""
