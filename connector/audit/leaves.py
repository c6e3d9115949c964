"""What is recorded: one independent, salted leaf each. Pure.

A leaf is canonical JSON (sorted members, no white space); its hash is SHA-256 over a zero byte, the salt and the body,
as RFC 6962 hashes leaves. It holds identifiers, hashes and states, never payload; erasing the salt erases the link.
"""

import hashlib
from collections.abc import Mapping

import msgspec

_encode = msgspec.json.Encoder(order="deterministic").encode


class AuditLeaf(msgspec.Struct, frozen=True, kw_only=True):
    """A leaf as it is kept: `at` in ms since the Unix epoch, `body` canonical JSON, `hash` 32 bytes."""

    owner: str
    id: str
    at: int
    kind: str
    process_id: str
    body: bytes
    salt: bytes
    hash: bytes


def leaf(
    *, owner: str, id: str, salt: bytes, at: int, kind: str, process_id: str, fields: Mapping[str, str]
) -> AuditLeaf:
    """Return the leaf that records an event of a process."""
    body = _encode({"id": id, "at": at, "kind": kind, "owner": owner, "process": process_id, **fields})
    digest = hashlib.sha256(b"\0" + salt + body).digest()
    return AuditLeaf(owner=owner, id=id, at=at, kind=kind, process_id=process_id, body=body, salt=salt, hash=digest)
