"""A folder as it was when a use of it began: one mark for each member, of its path, its state and its digest.

The marks of the largest folder take 160 kB; an access looks its member up in them and reads nothing of the folder.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Mapping

from connector.ports.flow import MemberState

_PATH, _STATE, _DIGEST = 6, 4, 6
_LENGTH = _PATH + _STATE + _DIGEST
_UNKNOWN = bytes(_DIGEST)


def mark_members(members: Mapping[str, MemberState]) -> bytes:
    """Return the marks of members, ordered.

    >>> marks = mark_members({"a.csv": MemberState("12 2026"), "b.csv": MemberState("7 2026", "c0ffee")})
    >>> has_member(marks, "a.csv", MemberState("12 2026")), has_member(marks, "a.csv", MemberState("12 2027"))
    (True, False)
    >>> has_member(marks, "b.csv", MemberState("7 2027", "c0ffee")), has_member(marks, "c.csv", MemberState("7 2026"))
    (True, False)
    """
    return b"".join(sorted(_mark(path, member) for path, member in members.items()))


def has_member(marks: bytes, path: str, member: MemberState) -> bool:
    """Return whether a member was there with the same data: the same digest or, without two, the same state."""

    def read(place: int) -> bytes:
        return marks[place * _LENGTH : (place + 1) * _LENGTH]

    wanted = _mark(path, member)
    places = range(len(marks) // _LENGTH)
    found = read(bisect_left(places, wanted[:_PATH], key=lambda place: read(place)[:_PATH]))
    if found[:_PATH] != wanted[:_PATH]:
        return False
    if _UNKNOWN in {found[-_DIGEST:], wanted[-_DIGEST:]}:
        return found[_PATH:-_DIGEST] == wanted[_PATH:-_DIGEST]
    return found[-_DIGEST:] == wanted[-_DIGEST:]


def _mark(path: str, member: MemberState) -> bytes:
    digest = _shorten(member.sha256, _DIGEST) if member.sha256 else _UNKNOWN
    return _shorten(path, _PATH) + _shorten(member.state, _STATE) + digest


def _shorten(text: str, length: int) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=length).digest()
