"""Passwords of people: Argon2id (RFC 9106), stored as PHC strings with their parameters."""

import asyncio
import os
import unicodedata
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from connector.ports.passwords import Busy

_SALT_BYTES, _HASH_BYTES = 16, 32
WAITING = 16
"""The most passwords that wait for their turn, with the one that is being hashed."""

T = TypeVar("T")


class Argon2Passwords:
    """Hashes one password at a time, on a thread; implements `ports.passwords.Passwords`.

    Parameters:
        memory_kib: memory of one hash in KiB; the default is the second recommended option of RFC 9106, section 4.
        passes: passes over that memory.
        lanes: lanes of that memory.
    """

    def __init__(self, *, memory_kib: int = 65_536, passes: int = 3, lanes: int = 4) -> None:
        self._memory_kib, self._passes, self._lanes = memory_kib, passes, lanes
        self._turn = asyncio.Semaphore(1)
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Return the PHC string of a password with a new salt. Raises Busy."""
        return await self._work(partial(self._hash, password))

    async def verify(self, password: str, stored: str) -> bool:
        """Return whether a password belongs to a PHC string. Raises Busy.

        Without one, the work is done all the same, so that the time does not tell who exists.
        """
        return await self._work(partial(self._verify, password, stored))

    async def _work(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise Busy("Too many sign-ins wait at the same time: try again in a minute.")
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

    def _hash(self, password: str) -> str:
        made = Argon2id(
            salt=os.urandom(_SALT_BYTES),
            length=_HASH_BYTES,
            iterations=self._passes,
            lanes=self._lanes,
            memory_cost=self._memory_kib,
        )
        return made.derive_phc_encoded(_encode(password))

    def _verify(self, password: str, stored: str) -> bool:
        if not stored:
            self._nobody = self._nobody or self._hash("nobody")
        try:
            Argon2id.verify_phc_encoded(_encode(password), stored or self._nobody)
        except InvalidKey:
            return False
        return bool(stored)


def _encode(password: str) -> bytes:
    """Return the bytes of a password: two keyboards write the same letter in two ways (RFC 8265, section 4.2)."""
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
