"""The port of the hashing of passwords: slow by design, so it never runs on the event loop."""

from typing import Protocol


class Busy(Exception):
    """Too many passwords wait to be hashed: the caller asks again later."""


class Passwords(Protocol):
    """Hashes passwords and compares them with their hashes."""

    async def hash(self, password: str) -> str:
        """Return the hash of a password, with its salt and its parameters. Raises Busy."""

    async def verify(self, password: str, stored: str) -> bool:
        """Return whether a password belongs to a hash. An empty hash takes as long as any other. Raises Busy."""
