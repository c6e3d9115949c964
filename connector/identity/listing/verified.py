"""What was verified last: all participants of one process read the same list, which is verified and kept once."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from connector.identity.keys import VerificationKey, public_jwk

T = TypeVar("T")
RootKeys = Sequence[VerificationKey]

_MOST = 2


class LastVerified(Generic[T]):
    """The results for the last signed texts, each for the keys with which it was verified. Nothing of it may change."""

    def __init__(self) -> None:
        self._found: dict[tuple[bytes, str], T] = {}

    def find(
        self,
        signed: bytes,
        roots: RootKeys,
        pinned: RootKeys,
        verify: Callable[[bytes, RootKeys, RootKeys], T],
    ) -> T:
        """Return the result for a text and keys: the one that is kept, or that of `verify`, whose errors pass."""
        keys = [[public_jwk(key) for key in some] for some in (roots, pinned)]
        place = hashlib.sha256(signed).digest(), repr(keys)
        found = self._found.get(place)
        if found is None:
            found = verify(signed, roots, pinned)
            # Lists are read beside the loop too: what is kept takes the place of what was, and is not changed itself.
            newest = [each for each in self._found.items() if each[0] != place][1 - _MOST :]
            self._found = {**dict(newest), place: found}
        return found
