"""The token of a peer, verified by the document of its identifier (DCP 1.0, 4.3.4).

The rules are one ordered list, the cheap ones first: a token of somebody who is not on the participant list causes no
fetch, and neither does one that any earlier rule refuses.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

from connector.identity.dcp.methods import find_key
from connector.identity.jws import (
    KEY_RULES,
    OPENING_RULES,
    Opened,
    Rejected,
    check_signature,
    find_signer,
    open_signed,
    verify_signature,
)
from connector.identity.keys import PEER_ALGORITHMS, KeyFault, VerificationKey
from connector.identity.tokens import (
    CLAIM_RULES,
    KIND,
    MAX_TOKEN,
    Claims,
    FindProof,
    find_no_proof,
    read_token_claims,
)
from connector.ports.seals import KeptSeal
from connector.protocol.dcp.did import parse_key_name
from connector.protocol.dcp.document import DidDocument, Relationship
from connector.protocol.dcp.errors import ClaimFault

RULES: Final = (*OPENING_RULES, *CLAIM_RULES, "key-name", "member", "document", *KEY_RULES, "pinned")
"""The names of the rules, in the order in which they are applied."""
LISTED_RULES: Final = frozenset({"member", "pinned"})
"""The rules by which a token fails that a newer participant list may let through."""

Resolve = Callable[[str, str | None], Awaitable[DidDocument]]
"""Returns the document of an identifier, one with the named key if there is any; raises ClaimFault."""


ListKeys = Callable[[str], Sequence[VerificationKey]]
"""Returns the keys that the participant list has of a participant, by any identifier that it has or had."""


class SelfIssued(NamedTuple):
    """A token that passed every rule, its key, the document of its issuer, and the seal that has proved it, if any."""

    claims: Claims
    key: VerificationKey
    document: DidDocument
    seal: KeptSeal | None = None


def list_nothing(_: str) -> Sequence[VerificationKey]:
    """Return that the list has no keys of a participant: those of its document count."""
    return ()


async def verify_self_issued(
    token: str,
    *,
    audience: str,
    is_member: Callable[[str], bool],
    resolve: Resolve,
    now_s: float,
    take_missing: bool = False,
    list_keys: ListKeys = list_nothing,
    find_proof: FindProof = find_no_proof,
) -> SelfIssued:
    """Check a token against `RULES` in order; raises Rejected at the first rule that fails.

    Parameters:
        token: the compact JWS.
        audience: the identifier of this participant.
        is_member: whether an identifier is on the participant list: the gate before any fetch.
        resolve: fetches documents. What it raises beside ClaimFault goes through.
        now_s: seconds since the Unix epoch.
        take_missing: accept the keys of a document that states no verification relationship at all.
        list_keys: if the list has keys of the issuer, the key is one of them, whatever its document says: whoever gets
            hold of its host name is not the issuer.
        find_proof: a seal that it returns stands for the signature of the token (`tokens.verify`).
    """
    opened = open_signed(token, limit=MAX_TOKEN, kinds=(KIND,), algorithms=PEER_ALGORITHMS, of_others=True)
    claims = read_token_claims(opened, audience=audience, now_s=now_s)
    check_key_name(opened, claims.iss)
    if not is_member(claims.iss):
        raise Rejected("member", "the issuer is not on the participant list.")
    document = await resolve_signer(resolve, claims.iss, opened)
    key = find_signer(opened, (find_signing_key(opened, document, Relationship.TOKEN, take_missing=take_missing),))
    seal = find_proof(claims.iss, key)
    if seal is None:
        check_signature(opened, key)
    pinned = list_keys(claims.iss)
    if pinned and not any(key.public == each.public for each in pinned):
        raise Rejected("pinned", "the key of the token is not one of those on the participant list.")
    return SelfIssued(claims, key, document, seal)


async def verify_by_newest(
    verify: Callable[[], Awaitable[SelfIssued]], look_again: Callable[[], Awaitable[bool]]
) -> SelfIssued:
    """Verify a token, and once more if it failed by the participant list and there is a newer one; raises Rejected.

    A caller that the list does not know may be on one that was published a moment ago. `look_again` returns whether
    there is another list in use now.
    """
    try:
        return await verify()
    except Rejected as fault:
        if fault.rule not in LISTED_RULES or not await look_again():
            raise
    return await verify()


def check_key_name(opened: Opened, signer: str) -> None:
    """Check that the `kid` of a signed text, if it has one, is a key of `signer`, and so its `iss`; raises Rejected."""
    if opened.header.get("iss", signer) != signer:
        raise Rejected("key-name", "iss in the header is another one than who signed.")
    if opened.kid is None:
        return
    try:
        named = parse_key_name(opened.kid).did
    except ClaimFault as fault:
        raise Rejected("key-name", fault.reason) from None
    if named != signer:
        raise Rejected("key-name", "kid names a key of another participant than the issuer.")


async def resolve_signer(resolve: Resolve, signer: str, opened: Opened) -> DidDocument:
    """Return the document of who signed; raises Rejected for a wrong one."""
    try:
        return await resolve(signer, opened.kid)
    except ClaimFault as fault:
        raise Rejected("document", fault.reason) from None


def verify_by(
    opened: Opened, document: DidDocument, relationship: Relationship, *, take_missing: bool
) -> VerificationKey:
    """Verify a signed text by the keys of a document that may sign what `relationship` is for; raises Rejected."""
    return verify_signature(opened, (find_signing_key(opened, document, relationship, take_missing=take_missing),))


def find_signing_key(
    opened: Opened, document: DidDocument, relationship: Relationship, *, take_missing: bool
) -> VerificationKey:
    """Return the key of a document that a text names, if it may sign what `relationship` is for; raises Rejected."""
    try:
        return find_key(document, relationship, opened.kid, take_missing=take_missing, algorithm=opened.algorithm)
    except KeyFault as fault:
        raise Rejected("key", str(fault)) from None
