"""Leaves of the audit log: independent, salted commitments to what happened. Pure: salt, time and id are arguments.

A leaf holds no payload and no personal data. Its hash is SHA-256(0x00 || salt || body), the leaf hash of RFC 6962 (2.1)
over the salted body; whoever erases salt and body keeps the hash, and with it the tree, but nobody can guess the body
back. Leaves do not chain, so that nothing serialises those who write them; `seal` gives them their place in the tree.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Protocol, TypeVar

import msgspec

from connector.audit.canonical import canonical

SALT_BYTES = 16
"""The length of a salt: fixed, so that no other split into salt and body has the same hash."""

L = TypeVar("L", bound=msgspec.Struct)


class AuditLeaf(msgspec.Struct, frozen=True, kw_only=True):
    """One leaf: canonical JSON `body`, its `salt` and `hash`; `position` in the owner's tree once sealed.

    The members are those of the leaf that the store keeps, which `Leaf(**msgspec.structs.asdict(leaf))` makes of it.
    """

    owner: str
    id: str
    at: int
    kind: str
    process_id: str
    body: bytes
    salt: bytes
    hash: bytes
    position: int | None = None


class SealedLeaf(Protocol):
    """What an export needs of a leaf; the leaf that the store keeps and `AuditLeaf` are both of this form."""

    @property
    def owner(self) -> str:
        """Whose log it is in."""

    @property
    def at(self) -> int:
        """When it was recorded, in ms since the epoch."""

    @property
    def body(self) -> bytes:
        """Canonical JSON; empty once erased."""

    @property
    def salt(self) -> bytes:
        """16 bytes; empty once erased."""

    @property
    def hash(self) -> bytes:
        """SHA-256 over salt and body."""

    @property
    def position(self) -> int | None:
        """The place in the owner's tree."""


def leaf(
    *, owner: str, id: str, salt: bytes, at: int, kind: str, process_id: str, fields: Mapping[str, object]
) -> AuditLeaf:
    """Return the leaf that records `kind` (negotiated, agreed, refused …) of a process at `at` (ms since the epoch).

    `fields` are further facts: message hash, jti, decision, states. `salt` are 16 random bytes. Raises ValueError for a
    salt of another length and for facts without a canonical form.
    """
    facts = {"at": at, "fields": fields, "id": id, "kind": kind, "owner": owner, "process": process_id}
    body = canonical(facts)
    return AuditLeaf(
        owner=owner,
        id=id,
        at=at,
        kind=kind,
        process_id=process_id,
        body=body,
        salt=salt,
        hash=leaf_hash(salt, body),
    )


def leaf_hash(salt: bytes, body: bytes) -> bytes:
    """Return SHA-256(0x00 || salt || body). Raises ValueError where the salt is not 16 bytes long."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A leaf's salt has {SALT_BYTES} bytes, not {len(salt)}: draw as many at random.")
    return sha256(b"\x00" + salt + body).digest()


def seal(leaves: Sequence[L], position: int) -> tuple[L, ...]:
    """Return the leaves with their positions in the tree: the first gets `position`, which is the size of the tree."""
    return tuple(msgspec.structs.replace(leaf, position=number) for number, leaf in enumerate(leaves, position))
