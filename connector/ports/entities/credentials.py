"""Credentials that this participant holds, and what their issuers offer or were asked for."""

import msgspec

from connector.views.credentials import CredentialStanding, IssuanceState


class HeldCredential(msgspec.Struct, frozen=True, kw_only=True):
    """A credential about this participant: `secured` is the compact JWS of its issuer.

    `key` names it here: that of its issuer, its types and its profile, so that a renewed one takes the place of the old
    one. `id` is its own identifier, which may be empty. `standing` is what its status list said at `looked_at`, if that
    was ever read. Times are in ms.
    """

    owner: str
    key: str
    version: int
    id: str
    issuer: str
    types: tuple[str, ...]
    profile: str
    secured: str
    received_at: int
    valid_from: int | None = None
    valid_until: int | None = None
    standing: CredentialStanding = CredentialStanding.VALID
    looked_at: int | None = None


class Issuance(msgspec.Struct, frozen=True, kw_only=True):
    """An offer of an issuer, or a request to it: `id` is the holder's name for it (`holderPid`), `at` is in ms."""

    owner: str
    id: str
    issuer: str
    types: tuple[str, ...]
    state: IssuanceState
    at: int
    reason: str = ""
