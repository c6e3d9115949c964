"""A new pair of roots: named by the spare, so that members follow by themselves, or pinned anew by hand.

The first root has no word in it: whoever has stolen it could name roots of his own. If the spare is lost too, nobody
can name others, and each member pins the new pair by its thumbprint.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from connector.authority import keeping
from connector.authority.card import new_key
from connector.authority.keeping import ROOT, ROOTS, SPARE, Authority, AuthorityRecord
from connector.authority.roster import RosterFault
from connector.identity.files import replace_atomically
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

    Parameters:
        spare: the last root, which names the new ones; members follow. Without it, the issuer key stays certified by
            the old roots too, until each member has pinned the new ones by hand or the old certificate ends.
        now: aware.
        operator: keys that certify the issuer key too, while a data space moves over.
        password: protects the private keys of the new roots.
        stolen: the issuer key was stolen too, as for `keeping.rotate`.
    """
    before = keeping.load_roots(authority)
    if spare is not None and spare.kid != before[-1].kid:
        raise RosterFault("The key is not the spare root of this authority: only that one names the next pair.")
    if spare is None and stolen:
        raise RosterFault("Without the spare root, a stolen issuer key cannot be replaced: make a new authority.")
    for name in (ROOT, SPARE):
        if (authority.folder / name).exists():
            raise RosterFault(f"{authority.folder / name} exists: move the old roots away from this machine first.")
    root, second = (new_key(authority.folder / name, password=password) for name in (ROOT, SPARE))
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

    record = keeping.change(authority, name_pair)
    # After a crash before this, the old pair is still handed out, which the word of the spare leads on from.
    replace_atomically(authority.folder / ROOTS, keeping.render({"keys": list(pair)}), mode=0o644)
    return record if spare is None else keeping.rotate(authority, [root, *operator], now=now, stolen=stolen)
