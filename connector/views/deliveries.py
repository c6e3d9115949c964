"""Deliveries: the files that arrived under a transfer."""

import msgspec


class DeliveredFileView(msgspec.Struct, frozen=True, kw_only=True):
    """A delivered file: its path in the delivery, size in bytes, SHA-256 in hex."""

    path: str
    size: int
    sha256: str
