"""Credentials that this participant holds and shows (Decentralized Claims Protocol 1.0)."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

_CredentialWord = Annotated[str, Meta(min_length=1, max_length=512)]


class CredentialStanding(StrEnum):
    """Whether a credential can be shown; `revoked` and `suspended` are what the status list of its issuer says."""

    VALID = "valid"
    NOT_YET = "not yet valid"
    EXPIRED = "expired"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


class IssuanceState(StrEnum):
    """What is known of credentials that an issuer may hand over; `failed` is a request that never reached it."""

    OFFERED = "offered"
    REQUESTED = "requested"
    ISSUED = "issued"
    REJECTED = "rejected"
    FAILED = "failed"


class CredentialImportOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A credential that was handed over in another way than by the protocol: a compact JWS."""

    credential: Annotated[
        str, Meta(min_length=1, max_length=131_072, description="The credential as its issuer signed it (a JWT).")
    ]


class IssuanceOrder(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Credentials to be requested from an issuer: by their types, and in these profiles.

    Without profiles, each in the first one that the issuer has.
    """

    issuer: Annotated[str, Meta(min_length=1, max_length=512, description="Identifier of the issuer: did:web:….")]
    types: Annotated[
        tuple[_CredentialWord, ...], Meta(min_length=1, max_length=16, description="Types of the credentials.")
    ]
    profiles: Annotated[tuple[_CredentialWord, ...], Meta(max_length=2, description="Aliases of profiles.")] = ()


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
    """What an issuer offers or was asked for.

    `reason` is what the issuer says, or why it could not be asked; `next_at` is when this side does its next step, and
    `attempts` how often that failed.
    """

    id: str
    issuer: str
    types: tuple[str, ...]
    state: IssuanceState
    at: datetime
    reason: str = ""
    attempts: int = 0
    next_at: datetime | None = None
