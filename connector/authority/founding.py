"""The founding of an authority beside a broker: it signs the list, and the broker proves itself by its document."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from connector.authority import keeping, roster
from connector.authority.keeping import Authority, AuthorityRecord
from connector.identity.keys import SigningKey
from connector.identity.roster import Member

FOLDER = "authority"
"""The folder of an authority beside the settings of its broker, and the last segment of its identifier."""


def establish(
    authority: Authority,
    broker: str,
    *,
    own: str,
    did: str,
    url: str,
    path: str,
    now: datetime,
    operator: SigningKey | None = None,
    password: bytes = b"",
) -> AuthorityRecord:
    """Make the authority `did`, and enter its broker as a member that proves itself as `own`; raises RosterFault.

    Parameters:
        broker: the identifier that the list has of the broker until now.
        own: its identifier from now on (did:web).
        did: the identifier of the authority.
        url: where both are reached: scheme, host and port.
        path: the base path of the endpoints of the Dataspace Protocol.
        now: aware.
        operator: the key that signed the list until now, if others are on it.
        password: protects the private keys of the roots.
    """
    record = keeping.create(authority, did, url, now=now, operator=operator, password=password)

    def move(entry: Member) -> Member:
        names = tuple(dict.fromkeys((*entry.former, entry.id)))
        former = tuple(name for name in names if name != own)
        return msgspec.structs.replace(entry, id=own, address=url + path, former=former, by_document=True)

    roster.change(authority.members, broker, move)
    return record


def know_by_documents(entries: Sequence[Member]) -> list[Member]:
    """Return the entries of an authority's list: who has an identifier with a document proves itself by it."""
    return [msgspec.structs.replace(each, by_document=each.id.startswith("did:web:")) for each in entries]
