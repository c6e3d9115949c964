"""A new pair of roots: named by the spare, so that members follow by themselves, or pinned anew by hand.

The first root has no word in it: whoever has stolen it could name roots of his own. If the spare is lost too, nobody
can name others, and each member pins the new pair by its thumbprint.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from connector.authority import keeping, roster
from connector.authority.keeping import ROOT, ROOTS, SPARE, Authority, AuthorityRecord
from connector.authority.roster import RosterFault
from connector.identity.keys import SigningKey, public_jwk
from connector.identity.listing.successions import MAX_SUCCESSIONS, RootSuccession, write_succession


def renew_roots(
    authority: Authority,
    spare: SigningKey | None,
    *,
    now: datetime,
    operator: Sequence[SigningKey] = (),
    password: bytes = b"",
    stolen: bool = False,
) -> AuthorityRecord:
    """Make a new pair of roots, and return the record; raises RosterFault.

    A call that was cut short goes on if it is made again; `keeping.end` says that there is nothing left to go on with.

    Parameters:
        spare: the last root, which names the new ones; members follow. Without it, the issuer key stays certified by
            the old roots too, until each member has pinned the new ones by hand or the old certificate ends.
        now: aware.
        operator: keys that certify the issuer key too, while a data space moves over.
        password: protects the private keys of the new roots.
        stolen: the issuer key was stolen too, as for `keeping.rotate`.
    """
    if spare is None and stolen:
        raise RosterFault("Without the spare root, a stolen issuer key cannot be replaced: make a new authority.")
    before, begun = keeping.load_roots(authority), keeping.find_last_root(authority)
    if begun and begun != before[-1].kid and (authority.folder / ROOT).exists():
        return _go_on(authority, spare, operator, password, now, begun, stolen=stolen)
    if spare is not None and spare.kid != before[-1].kid:
        raise RosterFault("The key is not the spare root of this authority: only that one names the next pair.")
    for name in (ROOT, SPARE):
        if begun != before[-1].kid and (authority.folder / name).exists():
            raise RosterFault(f"{authority.folder / name} exists: move the old roots away from this machine first.")
    keeping.begin(authority, before[-1].kid)
    root, second = (keeping.make_root(authority.folder / name, password) for name in (ROOT, SPARE))
    if {root.kid, second.kid} & {key.kid for key in before}:
        raise RosterFault(f"{authority.folder} has an old root: move the old roots away from this machine first.")
    pair = (public_jwk(root), public_jwk(second))

    def name_pair(record: AuthorityRecord) -> AuthorityRecord:
        former = (*record.former_roots, *map(public_jwk, before))
        changed = msgspec.structs.replace(record, roots=pair, former_roots=former)
        if spare is None:
            # Who pins the old roots starts a chain of its own: nothing leads from it to the new pair.
            return keeping.certify_too(msgspec.structs.replace(changed, successions=()), authority, root, now)
        said = RootSuccession(authority=record.did, roots=pair, issued=now.astimezone(UTC).replace(microsecond=0))
        named = (*record.successions, write_succession(spare, said))[-MAX_SUCCESSIONS:]
        return msgspec.structs.replace(changed, successions=named)

    keeping.change(authority, name_pair)
    return _go_on(authority, spare, operator, password, now, before[-1].kid, stolen=stolen)


def _go_on(
    authority: Authority,
    spare: SigningKey | None,
    operator: Sequence[SigningKey],
    password: bytes,
    now: datetime,
    last_root: str,
    *,
    stolen: bool,
) -> AuthorityRecord:
    """Let the pair that the record names take over: the way on for a call that was cut short too."""
    record = keeping.show(authority)
    root = keeping.load_root(authority.folder / ROOT, password)
    certified = keeping.has_certified(root.verification, record)
    if (spare is None and not certified) or (spare is not None and spare.kid != last_root):
        raise RosterFault("A renewal with the spare root of before was cut short: give that root, and it goes on.")
    # After a crash before this, the old pair is still handed out, which the word of the spare leads on from.
    roster.write(authority.folder / ROOTS, keeping.render({"keys": list(record.roots)}), mode=0o644)
    if certified:
        return record
    return keeping.rotate(authority, [root, *operator], now=now, stolen=stolen)
