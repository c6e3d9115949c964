"""What the authority signs: the participant list with the profile, credentials, the status list, its document."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import reduce
from typing import Any

import msgspec

from connector.authority import keeping, roster
from connector.authority.keeping import CREDENTIAL_DAYS, Authority, AuthorityRecord, PlacedCredential
from connector.authority.roster import DEFAULT_VALIDITY, RosterFault
from connector.identity.dcp.methods import name_key
from connector.identity.dcp.signing import sign_credential, sign_status_list
from connector.identity.keys import VerificationKey, from_jwk, public_jwk
from connector.identity.roster import Member, RosterDocument
from connector.protocol.dcp.claims import ClaimsProfile
from connector.protocol.dcp.document import write_document
from connector.protocol.dcp.issued import CredentialDraft, StatusListDraft, StatusPlace
from connector.protocol.dcp.status_list import MIN_BYTES, set_bits

BASE = "/authority"
"""The path of the authority below the public URL of the process that answers for it, and in its identifier."""
STATUS_VALID_MS = 48 * 3_600_000
"""How long a status list is valid, in ms. Connectors look sooner; so long may others go on without the authority."""
MOST_ISSUED = MIN_BYTES * 8 // 2
"""How many credentials can be in force, or revoked before their end: half of the places, so that one is found soon."""
MOST_HELD = 4
"""How many credentials of one holder are in force at most."""
MOST_OF_ONE = 64
"""How many places one holder can have: a revoked credential keeps its own until it ends."""
DAY_MS = 86_400_000


def publish(authority: Authority, *, now: datetime, valid_for: timedelta = DEFAULT_VALIDITY) -> RosterDocument:
    """Sign the next participant list with the issuer key and return it; raises RosterFault.

    The credentials of who has lost a role since the last list end first: they state it.
    """
    record, key = keeping.load_certified(authority)
    if record.certified_until <= now.timestamp() * 1000:
        raise RosterFault("The certificate of the issuer key has expired: run `authority rotate` with the root key.")
    profile = keeping.read_profile(authority)
    if record.did not in profile.issuers:
        raise RosterFault(f"The profile does not trust {record.did} for any credential: add it below [issuers].")
    former = _list_signers(authority, record)
    _end_lost_roles(authority, roster.load_published(authority.signed, (key.verification, *former)))
    document = roster.publish(
        authority.members,
        authority.signed,
        key,
        now=now,
        valid_for=valid_for,
        former=former,
        certificates=(*record.successions, *record.certificates),
        profile=profile,
        partners=record.partners,
    )
    if authority.mirror is not None:
        # Who publishes at the same time must not put the list of before back.
        with roster.lock(authority.members):
            roster.write(authority.mirror, authority.signed.read_bytes(), mode=0o644)
    return document


def list_published(authority: Authority, record: AuthorityRecord) -> tuple[Member, ...]:
    """Return the members of the list that was published last, none if that was cut short; raises RosterFault."""
    record, key = keeping.load_certified(authority, record)
    published = roster.load_published(authority.signed, (key.verification, *_list_signers(authority, record)))
    if published is None or not _is_mirrored(authority):
        return ()
    return published.members


def _is_mirrored(authority: Authority) -> bool:
    """Return whether the mirror, if there is one, has the list that was signed last."""
    if authority.mirror is None:
        return True
    return authority.mirror.exists() and authority.mirror.read_bytes() == authority.signed.read_bytes()


def _list_signers(authority: Authority, record: AuthorityRecord) -> tuple[VerificationKey, ...]:
    """Return the roots, in the order in which members pin them, whose issuer keys may have signed a list."""
    return (*map(from_jwk, record.former_roots), *keeping.list_roots(authority, record))


def _end_lost_roles(authority: Authority, published: RosterDocument | None) -> None:
    """End the credentials of members that have a role on the list `published`, and none of that name on the next one.

    Their processes ask for new ones as soon as they see the next list. Raises RosterFault.
    """
    had = {each.id: each.roles for each in published.members} if published else {}
    members = roster.show(authority.members).members
    losers = [each.id for each in members if not set(had.get(each.id, ())) <= set(each.roles)]
    if losers:
        keeping.change(authority, lambda record: reduce(revoke_credentials, losers, record))


def write_own_document(record: AuthorityRecord, authority: Authority, now: int) -> dict[str, Any]:
    """Return the document of the authority: its issuer key, and those of before whose credentials still count.

    `now` in ms. Raises RosterFault.
    """
    own = public_jwk(keeping.load_issuer(authority, record))
    keys = [own, *(each.key for each in record.former if each.until > now)]
    named = [(jwk["kid"], {name: value for name, value in jwk.items() if name != "kid"}) for jwk in keys]
    return write_document(record.did, named, [])


def place_credential(record: AuthorityRecord, holder: str, types: Sequence[str], now: int) -> AuthorityRecord:
    """Return the record with a place for a credential of `holder`, and without those that ended before `now` (ms).

    The last ones of the holder stay valid beside it, so that what relies on them goes on; older ones are revoked.
    Raises RosterFault.
    """
    kept = [each for each in record.issued if each.until > now]
    own = [each.index for each in kept if each.holder == holder]
    if len(own) >= MOST_OF_ONE:
        raise RosterFault(f"{holder} has {MOST_OF_ONE} credentials of this year: ask the data-space operator.")
    old = set(own[: -MOST_HELD + 1])
    kept = [msgspec.structs.replace(each, revoked=True) if each.index in old else each for each in kept]
    if len(kept) >= MOST_ISSUED:
        raise RosterFault(f"{MOST_ISSUED} credentials are in force, which is as many as there are places for.")
    taken = {each.index for each in kept}
    # A random place tells nobody when the credential was issued, or how many there are.
    index = next(place for place in iter(lambda: secrets.randbelow(MIN_BYTES * 8), -1) if place not in taken)
    placed = PlacedCredential(holder=holder, types=tuple(types), index=index, until=now + CREDENTIAL_DAYS * DAY_MS)
    return msgspec.structs.replace(record, issued=(*kept, placed))


def revoke_credentials(record: AuthorityRecord, holder: str) -> AuthorityRecord:
    """Return the record with all credentials of `holder` revoked."""
    issued = tuple(
        msgspec.structs.replace(each, revoked=True) if each.holder == holder else each for each in record.issued
    )
    return msgspec.structs.replace(record, issued=issued)


def issue_credential(authority: Authority, record: AuthorityRecord, member: Member, now: int) -> str:
    """Sign the credential that the record has a place for; raises RosterFault if there is none in force."""
    held = (each for each in reversed(record.issued) if each.holder == member.id and not each.revoked)
    placed = next(held, None)
    if placed is None:
        raise RosterFault(f"{member.id} has no credential in force.")
    draft = CredentialDraft(
        profile=choose_form(authority),
        id=f"urn:uuid:{secrets.token_hex(16)}",
        issuer=record.did,
        subject=member.id,
        types=placed.types,
        claims={"name": member.name, "role": list(member.roles), "memberOf": record.did},
        valid_from=now,
        valid_until=placed.until,
        status=StatusPlace(lists={"revocation": locate_status(record)}, index=placed.index),
    )
    return sign_credential(name_key(keeping.load_issuer(authority, record), record.did), draft)


def make_status_list(authority: Authority, now: int) -> str:
    """Sign the status list as of `now` (ms), valid for two days; raises RosterFault."""
    record, key = keeping.load_certified(authority)
    draft = StatusListDraft(
        profile=choose_form(authority),
        url=locate_status(record),
        issuer=record.did,
        purpose="revocation",
        bits=set_bits(each.index for each in record.issued if each.revoked),
        valid_from=now,
        valid_until=now + STATUS_VALID_MS,
    )
    return sign_status_list(name_key(key, record.did), draft)


def choose_form(authority: Authority) -> ClaimsProfile:
    """Return the data model of what is signed: the older one if members have an EDC, which reads lists in no other.

    A profile that cannot be read chooses nothing: no revocation waits for the hand that mends it.
    """
    try:
        return ClaimsProfile.VC11 if keeping.read_profile(authority).of_edc else ClaimsProfile.VC20
    except RosterFault:
        return ClaimsProfile.VC20


def locate_status(record: AuthorityRecord) -> str:
    """Return the URL of the status list."""
    return f"{record.url}{BASE}/status"
