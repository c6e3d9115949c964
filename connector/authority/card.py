"""The identity card: a participant hands it to the data-space operator, who makes it a member of the list.

A card names the participant, the address of its endpoints and its public keys. It never states roles or claims: the
data-space operator confirms those, and a card with them is refused.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import msgspec

from connector.authority.roster import RosterFault
from connector.identity.files import FileFault, read_bounded
from connector.identity.keys import (
    KeyFault,
    SigningKey,
    VerificationKey,
    from_jwk,
    generate,
    load_private,
    public_jwk,
    save_private,
)
from connector.identity.roster import DataUrls, Member, ParticipantId
from connector.views.handed_in import HandedInFault, read_json

MAX_CARD = 64 * 1024

_JwkSet = Annotated[tuple[dict[str, str], ...], msgspec.Meta(min_length=1, max_length=8)]


class IdentityCard(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The identity card of a participant. `keys` are public JWKs, `address` is the base URL of its DSP endpoints.

    `data` are the URLs of its data planes that have another origin than `address`. A broker also states the addresses
    of its search (`search`) and of the signed participant list (`roster`), and the public keys of the roots (`roots`)
    if it answers for an authority.
    """

    id: ParticipantId
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    address: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    data: DataUrls = ()
    keys: Annotated[tuple[dict[str, str], ...], msgspec.Meta(min_length=1, max_length=8)]
    search: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    roster: Annotated[str, msgspec.Meta(max_length=2048)] | None = None
    roots: Annotated[tuple[dict[str, str], ...], msgspec.Meta(max_length=8)] = ()


def new_key(path: Path, *, password: bytes = b"") -> SigningKey:
    """Make a private key and keep it in a new file of mode 0600; raises RosterFault if the file exists.

    A `password` protects the file.
    """
    key = generate()
    try:
        save_private(path, key, password=password or None)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None
    return key


def load_key(path: Path, *, password: bytes = b"") -> SigningKey:
    """Load a private key; raises RosterFault if it is missing, damaged, readable by others or needs a password."""
    try:
        return load_private(path, password=password or None)
    except KeyFault as fault:
        raise RosterFault(str(fault)) from None


def card(
    key: SigningKey,
    *,
    id: str,
    name: str,
    address: str | None,
    data: Sequence[str] = (),
    search: str | None = None,
    roster: str | None = None,
    roots: Sequence[VerificationKey] = (),
) -> IdentityCard:
    """Return the card of a participant; raises RosterFault if an entry could not stand in a list."""
    keys = (public_jwk(key),)
    value = IdentityCard(
        id=id,
        name=name,
        address=address,
        data=tuple(data),
        keys=keys,
        search=search,
        roster=roster,
        roots=tuple(map(public_jwk, roots)),
    )
    return _read(msgspec.json.encode(value), "The card")


def read_card(path: Path) -> IdentityCard:
    """Read a card from a file somebody sent; raises RosterFault."""
    try:
        return _read(read_bounded(path, MAX_CARD), str(path))
    except FileFault as fault:
        raise RosterFault(str(fault)) from None


def take_card(content: bytes) -> IdentityCard:
    """Read a card that somebody hands in; raises RosterFault."""
    if len(content) > MAX_CARD:
        raise RosterFault(f"The card is larger than {MAX_CARD} bytes.")
    return _read(content, "The card")


def render(value: IdentityCard) -> bytes:
    """Return the card as the file that is handed over."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def verification_keys(value: IdentityCard) -> tuple[VerificationKey, ...]:
    """Return the card's keys, to verify a list with that its holder signed."""
    return tuple(from_jwk(jwk) for jwk in value.keys)


def operator_keys(path: Path) -> tuple[VerificationKey, ...]:
    """Return the operator's keys from its card, a public JWK or a JWK Set, in their order; raises RosterFault."""
    try:
        value = read_json(read_bounded(path, MAX_CARD), dict[str, object])
        if "kty" in value:
            return (from_jwk(value),)
        if value.keys() == {"keys"}:
            return tuple(from_jwk(jwk) for jwk in msgspec.convert(value["keys"], _JwkSet))
    except (FileFault, KeyFault) as fault:
        raise RosterFault(str(fault)) from None
    except (HandedInFault, msgspec.ValidationError) as fault:
        raise RosterFault(f"{path} is neither an identity card nor a public key: {fault}.") from None
    known = read_card(path)
    return tuple(map(from_jwk, known.roots)) or verification_keys(known)


def read_roots(content: bytes, origin: str) -> tuple[VerificationKey, ...]:
    """Return the roots in a JWK Set, in their order; raises RosterFault. `origin` is where it is from."""
    try:
        keys = read_json(content, dict[str, _JwkSet])["keys"]
        return tuple(from_jwk(jwk) for jwk in keys)
    except (HandedInFault, KeyError, KeyFault):
        raise RosterFault(f"{origin} is no set of public keys: ask the data-space operator for one.") from None


def make_member(
    value: IdentityCard,
    *,
    roles: Sequence[str] = (),
    claims: Mapping[str, Sequence[str]] | None = None,
    data: Sequence[str] = (),
) -> Member:
    """Return the entry of a list for the holder of a card, with the roles and claims the operator vouches for.

    `data` are URLs of data planes in addition to those of the card.
    """
    return Member(
        id=value.id,
        name=value.name,
        address=value.address,
        data=tuple(dict.fromkeys((*value.data, *data))),
        roles=tuple(roles) or ("participant",),
        claims={name: tuple(values) for name, values in (claims or {}).items()},
        keys=value.keys,
    )


def _read(content: bytes, origin: str) -> IdentityCard:
    try:
        value = read_json(content, IdentityCard)
        for jwk in (*value.keys, *value.roots):
            from_jwk(jwk)
    except HandedInFault as fault:
        raise RosterFault(f"{origin} is not an identity card: {fault}.") from None
    except KeyFault as fault:
        raise RosterFault(f"{origin} is not an identity card: {fault}") from None
    return value
