"""The profile of a data space: whose credentials count, which are shown for what, and what they say to policies.

A small text in TOML that the data-space operator signs (a JWS of `typ` `profile+jws`), so that no member has rules of
its own (DCP 1.0, 3: the mapping is made by the governance authority).
"""

import tomllib
from collections.abc import Sequence
from typing import Annotated

import msgspec

from connector.identity.jws import Rejected, verify_document
from connector.identity.keys import VerificationKey
from connector.ports.identity import Intent, RefreshFailed
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.errors import ClaimFault

KIND = "profile+jws"
MAX_PROFILE = 64 * 1024

_Name = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
_Names = Annotated[tuple[_Name, ...], msgspec.Meta(max_length=32)]


class TrustProfile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A profile as it was read.

    `issuers` are the types of credentials that an issuer is trusted for, `show` the types that a member shows for an
    intent, `claims` for a type the names that policies use with the members of the subject that have their values, and
    `schemas` the schemas of credentials that are known. `without_relationships` takes documents of identifiers that
    state no verification relationship at all, and `three_part_scopes` asks with scopes that end with `:read`.
    `of_edc` asks with the scopes of EDC, takes what it signs, and makes the authority sign what it reads.
    `moving_over` still takes tokens by the keys of the list, of members that are not known by their documents yet.
    """

    issuers: Annotated[dict[_Name, _Names], msgspec.Meta(max_length=64)] = {}
    show: dict[Intent, _Names] = {}
    claims: Annotated[dict[_Name, dict[_Name, _Name]], msgspec.Meta(max_length=64)] = {}
    schemas: _Names = ()
    without_relationships: bool = False
    three_part_scopes: bool = False
    of_edc: bool = False
    moving_over: bool = False


def list_granted(profile: TrustProfile, intent: Intent) -> tuple[str, ...]:
    """Return the types of credentials that the receiver of a message may see.

    They are what the profile shows for its intent. An EDC asks at each message: if nothing is said of messages that end
    something, it gets what is shown for a transfer, and nobody else asks.
    """
    if intent is Intent.ENDING and profile.of_edc and intent not in profile.show:
        intent = Intent.TRANSFER
    return profile.show.get(intent, ())


class ProfileRejected(RefreshFailed):
    """A profile cannot be used."""


def parse_profile(text: str) -> TrustProfile:
    """Read the text of a profile; raises ProfileRejected.

    >>> parse_profile('issuers."did:web:stadt.example" = ["MembershipCredential"]').issuers
    {'did:web:stadt.example': ('MembershipCredential',)}
    """
    try:
        profile = msgspec.convert(tomllib.loads(text), TrustProfile)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, RecursionError) as error:
        raise ProfileRejected(f"The profile of the data space cannot be read: {error}") from None
    for issuer in profile.issuers:
        try:
            parse_web_did(issuer)
        except ClaimFault:
            raise ProfileRejected(f"The profile names {issuer} as an issuer: expected did:web:host.") from None
    issued = {name for names in profile.issuers.values() for name in names}
    named = [(f"show.{intent}", names) for intent, names in profile.show.items()]
    for where, names in [*named, ("claims", tuple(profile.claims))]:
        unknown = next((name for name in names if name not in issued), None)
        if unknown:
            raise ProfileRejected(f"{where} names {unknown}, which no issuer is trusted for: add it below [issuers].")
    return profile


def read_profile(signed: bytes, operator: Sequence[VerificationKey]) -> TrustProfile:
    """Verify a signed profile by the keys of the data-space operator, and read it; raises ProfileRejected."""
    try:
        payload = verify_document(signed.strip(), kind=KIND, keys=operator, limit=MAX_PROFILE).payload
        return parse_profile(payload.decode())
    except Rejected as fault:
        raise ProfileRejected(f"The profile of the data space is refused: {fault.problem}") from None
    except UnicodeDecodeError:
        raise ProfileRejected("The profile of the data space is not text in UTF-8.") from None
