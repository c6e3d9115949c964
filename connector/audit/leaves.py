"""The leaves of the audit log: independent, salted commitments to events.

RFC 6962, section 2.1.

A leaf contains no payload and no personal data. Its hash is SHA-256(0x00 || salt || body). If salt and body are erased,
the hash and the tree remain, and the body cannot be guessed from the hash. Leaves are not chained, so writers do not
wait for each other; `seal` gives each leaf its place in the tree.

Pure: salt, time and id are arguments.
"""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Protocol, TypeVar

import msgspec

from connector.audit.canonical import canonical

SALT_BYTES = 16
"""The length of a salt. It is fixed, so no other split into salt and body has the same hash."""

L = TypeVar("L", bound=msgspec.Struct)


class Leaf(msgspec.Struct, frozen=True, kw_only=True):
    """One salted leaf of the audit log: canonical JSON `body`, its `salt` and `hash`, and the process that it is about.

    `position` is its place in the owner's tree; None until it is sealed.
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
    """The part of a leaf that an export reads."""

    @property
    def owner(self) -> str:
        """The owner of the log."""

    @property
    def at(self) -> int:
        """The time of the record, in ms since the epoch."""

    @property
    def body(self) -> bytes:
        """Canonical JSON; empty after an erasure."""

    @property
    def salt(self) -> bytes:
        """16 bytes; empty after an erasure."""

    @property
    def hash(self) -> bytes:
        """SHA-256 over salt and body."""

    @property
    def position(self) -> int | None:
        """The place in the owner's tree."""


def leaf(
    *, owner: str, id: str, salt: bytes, at: int, kind: str, process_id: str, fields: Mapping[str, object]
) -> Leaf:
    """Return the leaf that records `kind` (negotiated, agreed, refused …) of a process at `at` (ms since the epoch).

    `fields` are further facts: message hash, jti, decision, states. `salt` is 16 random bytes. Raises ValueError if the
    salt has another length or a fact has no canonical form.
    """
    facts = {"at": at, "fields": fields, "id": id, "kind": kind, "owner": owner, "process": process_id}
    body = canonical(facts)
    return Leaf(
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
    """Return SHA-256(0x00 || salt || body). Raises ValueError if the salt is not 16 bytes long."""
    if len(salt) != SALT_BYTES:
        raise ValueError(f"A leaf's salt has {SALT_BYTES} bytes, not {len(salt)}: use {SALT_BYTES} random bytes.")
    return sha256(b"\x00" + salt + body).digest()


def seal(leaves: Sequence[L], position: int) -> tuple[L, ...]:
    """Return the leaves with their positions; the first gets `position`, which is the size of the tree."""
    return tuple(msgspec.structs.replace(leaf, position=number) for number, leaf in enumerate(leaves, position))
