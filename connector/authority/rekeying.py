"""A member changes its keys: the old one asks for the new one, and for a time the list has both.

The request is that for a credential, signed with a listed key. It brings a request of the same member along that the
new key has signed: so nobody lists a key that is not its own.
"""

from typing import Final

import msgspec

from connector.authority import keeping, roster
from connector.authority.asking import JoinRequest, read_request, write_signed
from connector.authority.card import verification_keys
from connector.authority.keeping import Authority
from connector.authority.roster import RosterFault
from connector.identity.keys import SigningKey, VerificationKey, from_jwk, public_jwk
from connector.identity.roster import Member

MOST_KEYS: Final = 4
"""How many keys of a member overlap at most."""


def change_keys(authority: Authority, entry: Member, request: JoinRequest, now: int) -> Member:
    """Enter the new key that a request brings along, and drop those that it names, and return the entry.

    `now` in ms. The key that signed the request stays. Raises RosterFault.
    """
    signer = verification_keys(request.card)[0]
    if signer.kid in request.dropped:
        raise RosterFault("The key that signs the request cannot be dropped: sign with the one that stays.")
    new: VerificationKey | None = None
    if request.successor:
        successor = read_request(request.successor, now)
        if (successor.authority, successor.card.id) != (keeping.show(authority).did, entry.id):
            raise RosterFault("The new key has signed for somebody else: ask for it anew.")
        new = verification_keys(successor.card)[0]

    def exchange(current: Member) -> Member:
        listed = {from_jwk(jwk).kid: jwk for jwk in current.keys}
        if signer.kid not in listed:
            raise RosterFault(f"The list does not know {entry.id} by the key that signed the request.")
        kept = {kid: jwk for kid, jwk in listed.items() if kid not in request.dropped}
        if new is not None:
            kept = {new.kid: public_jwk(new), **kept}
        if len(kept) > MOST_KEYS:
            raise RosterFault(f"The member has {MOST_KEYS} keys: drop old ones first with `key revoke`.")
        return msgspec.structs.replace(current, keys=tuple(kept.values()))

    return roster.change(authority.members, entry.id, exchange)


def write_change(
    request: JoinRequest, *, successor: SigningKey | None = None, dropped: tuple[str, ...] = ()
) -> JoinRequest:
    """Return the request of a member so that it brings a new key along, or drops old ones by their names."""
    brought = ""
    if successor is not None:
        card = msgspec.structs.replace(request.card, keys=(public_jwk(successor),))
        brought = write_signed(successor, msgspec.structs.replace(request, card=card))
    return msgspec.structs.replace(request, successor=brought, dropped=dropped)
