"""Invitations: a link that makes one organisation a member, once and until a time.

The link ends with a fragment, which no server gets to see and no log contains: which invitation, its secret, and the
thumbprint of the root that the new member pins.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from connector.authority import acts, keeping
from connector.authority.acts import AT_THE_MACHINE, Doer, MembershipDeed
from connector.authority.issuing import BASE
from connector.authority.keeping import MAX_INVITATIONS, Authority, AuthorityRecord, Invitation
from connector.authority.roster import RosterFault
from connector.net.addresses import Endpoint, parse_url
from connector.net.errors import Blocked
from connector.protocol.dcp.did import LOCAL_HOST, parse_web_did
from connector.protocol.dcp.errors import ClaimFault

DEFAULT_VALIDITY: Final = timedelta(days=7)
REMEMBERED: Final = timedelta(days=30)
"""How long one that has expired is kept, so that who comes late is told so."""
LONGEST_LINK: Final = 2048
_BREAK: Final = re.compile(r"=\r?\n|\s+")


class InvitationLink(NamedTuple):
    """A link taken apart: where the authority answers, the invitation, its secret and the thumbprint of the root."""

    base: str
    id: str
    secret: str
    root: str

    def write(self) -> str:
        """Return the link as text."""
        return f"{self.base}/join#{self.id}.{self.secret}.{self.root}"


def invite(
    authority: Authority,
    name: str,
    *,
    now: datetime,
    valid_for: timedelta = DEFAULT_VALIDITY,
    roles: Sequence[str] = (),
    types: Sequence[str] = (),
    claims: Mapping[str, Sequence[str]] | None = None,
    did: str = "",
    data: Sequence[str] = (),
    doer: Doer = AT_THE_MACHINE,
    waits: bool = False,
) -> str:
    """Keep an invitation and return its link, the only place of its secret; raises RosterFault.

    Parameters:
        name: how the list will name the organisation.
        now: aware.
        valid_for: how long the link can be used.
        roles: its roles, `participant` if none is given.
        types: the types of its credential, all that the profile trusts the authority for if none is given.
        claims: what the list confirms of it.
        did: the only identifier that can use the invitation, if given.
        data: URLs of data planes at other hosts than its own that the new member may name.
        doer: who invites.
        waits: whether somebody else has to agree before the link can be used.
    """
    if valid_for <= timedelta(0):
        raise RosterFault("The invitation would expire before it begins: give a positive validity.")
    number, secret, moment = secrets.token_hex(8), secrets.token_urlsafe(32), int(now.timestamp() * 1000)
    root = keeping.load_roots(authority)[0].kid
    issued = keeping.read_profile(authority).issuers

    def add(record: AuthorityRecord) -> AuthorityRecord:
        own = issued.get(record.did, ())
        unknown = next((each for each in types if each not in own), None)
        if unknown:
            raise RosterFault(f"The profile does not trust {record.did} for {unknown}: add it below [issuers].")
        invitation = Invitation(
            name=name,
            until=moment + int(valid_for.total_seconds() * 1000),
            secret=_hash(secret),
            roles=tuple(roles) or ("participant",),
            types=tuple(types) or own,
            claims={key: tuple(values) for key, values in (claims or {}).items()},
            did=_check_did(did),
            data=tuple(read_origin(url).origin for url in data),
            by=doer.by,
            waits=waits,
        )
        oldest = moment - int(REMEMBERED.total_seconds() * 1000)
        kept = {key: each for key, each in record.invitations.items() if each.until > oldest}
        if len(kept) >= MAX_INVITATIONS:
            kept = {key: each for key, each in kept.items() if each.until > moment and not each.withdrawn}
        if len(kept) >= MAX_INVITATIONS:
            raise RosterFault(f"{MAX_INVITATIONS} invitations are open, which is as many as there can be.")
        noted = acts.note(record.acts, MembershipDeed.INVITE, number, doer, at=moment, name=name)
        return msgspec.structs.replace(record, invitations={**kept, number: invitation}, acts=noted)

    record = keeping.change(authority, add)
    return InvitationLink(record.url + BASE, number, secret, root).write()


def find_invitation(record: AuthorityRecord, id: str, secret: str, now: int) -> Invitation:
    """Return the invitation that a link speaks of, used or not, at `now` (ms); raises RosterFault."""
    found = record.invitations.get(id)
    if found is None or not hmac.compare_digest(found.secret, _hash(secret)):
        raise RosterFault("There is no such invitation: use the link as the data-space operator sent it.")
    if found.withdrawn:
        raise RosterFault("The invitation was withdrawn: ask the data-space operator for the reason, or for a new one.")
    if found.until <= now:
        raise RosterFault("The invitation has expired: ask the data-space operator for a new one.")
    if found.waits:
        raise RosterFault("A second person has to agree to the invitation first: try again later.")
    return found


_STANDING: Final = frozenset({"open", "waiting"})


class KnownInvitation(NamedTuple):
    """An invitation with its identifier in the record."""

    id: str
    invitation: Invitation


def find_state(invitation: Invitation, now: int) -> str:
    """Return what became of an invitation by `now` (ms): `open`, `waiting`, `used`, `withdrawn` or `expired`."""
    if invitation.used_by:
        return "used"
    if invitation.withdrawn:
        return "withdrawn"
    if invitation.until <= now:
        return "expired"
    return "waiting" if invitation.waits else "open"


def find_open(record: AuthorityRecord, word: str, now: int) -> KnownInvitation:
    """Return the invitation that can still be used, with this identifier or the only one for this name.

    Raises RosterFault.
    """
    named = {key: each for key, each in record.invitations.items() if word in (key, each.name)}
    found = [KnownInvitation(key, each) for key, each in named.items() if find_state(each, now) in _STANDING]
    if len(found) > 1:
        raise RosterFault(f"Several invitations are for {word}: give the id of one, from `authority invitation list`.")
    if not found:
        user = next((each.used_by for each in named.values() if each.used_by), None)
        if user:
            raise RosterFault(f"{user} has used the invitation: `authority member revoke` ends its membership.")
        raise RosterFault(f"{word} is no open invitation: `authority invitation list` shows them.")
    return found[0]


def withdraw(authority: Authority, id: str, now: int, *, doer: Doer = AT_THE_MACHINE) -> AuthorityRecord:
    """Let nobody join with an open invitation any more, at `now` (ms); raises RosterFault."""

    def end(record: AuthorityRecord) -> AuthorityRecord:
        found = find_open(record, id, now)
        ended = msgspec.structs.replace(found.invitation, withdrawn=True)
        return _put(record, found.id, ended, MembershipDeed.WITHDRAW, doer, now)

    return keeping.change(authority, end)


def agree(authority: Authority, id: str, now: int, *, doer: Doer = AT_THE_MACHINE) -> AuthorityRecord:
    """Agree to an invitation of somebody else, which counts from now (ms) on; raises RosterFault."""

    def release(record: AuthorityRecord) -> AuthorityRecord:
        found = find_open(record, id, now)
        if not found.invitation.waits:
            raise RosterFault("Nobody has to agree to this invitation: its link can be used.")
        if doer.by and doer.by == found.invitation.by:
            raise RosterFault("Somebody else than who invites has to agree to the invitation.")
        agreed = msgspec.structs.replace(found.invitation, waits=False, agreed_by=doer.by)
        return _put(record, found.id, agreed, MembershipDeed.AGREE, doer, now)

    return keeping.change(authority, release)


def _put(
    record: AuthorityRecord, id: str, invitation: Invitation, deed: MembershipDeed, doer: Doer, now: int
) -> AuthorityRecord:
    """Return the record with a changed invitation, and the act in its log."""
    noted = acts.note(record.acts, deed, id, doer, at=now, name=invitation.name)
    return msgspec.structs.replace(record, invitations={**record.invitations, id: invitation}, acts=noted)


def parse_link(text: str) -> InvitationLink:
    """Take a link apart; raises RosterFault."""
    # A mail program may have broken it into lines, with a sign of its own at the end of each (RFC 2045, section 6.7).
    base, mark, fragment = _BREAK.sub("", text[: LONGEST_LINK + 1]).partition("/join#")
    parts = fragment.split(".")
    if len(text) > LONGEST_LINK or not mark or len(parts) != 3 or not all(parts) or not _is_place(base):
        raise RosterFault("This is not an invitation: expected the whole link that the data-space operator sent.")
    return InvitationLink(base, *parts)


def _is_place(base: str) -> bool:
    try:
        url = urlsplit(base)
    except ValueError:
        return False  # what stands in brackets is no address
    return url.scheme == "https" or (url.scheme == "http" and url.hostname == LOCAL_HOST)


def _check_did(did: str) -> str:
    if did:
        try:
            parse_web_did(did)
        except ClaimFault as fault:
            raise RosterFault(fault.reason) from None
    return did


def read_origin(url: str) -> Endpoint:
    """Return the place of a data plane; raises RosterFault."""
    try:
        return parse_url(url)
    except Blocked as fault:
        raise RosterFault(f"The data plane {url[:200]!r} cannot be used: {fault.reason}") from None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
