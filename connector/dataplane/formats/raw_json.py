"""Objects of JSON whose members stay as they are written: a number keeps its digits, a text its escapes.

Many records are read in one go, if it is certain that nothing is lost: msgspec keeps the last of two members with one
name, and reads several values on one line. A member is the text of a value (`msgspec.Raw`), which `values.to_text` and
the readers of numbers understand.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any

import msgspec

from connector.ports.flow import Record

DEEPEST = 32
_ESCAPED_COLON = b"\\u003"
_Raw = dict[str, msgspec.Raw]
_object = msgspec.json.Decoder(_Raw)
_objects = msgspec.json.Decoder(list[_Raw])
_nested = msgspec.json.Decoder(float_hook=str)
_ERRORS = (msgspec.MsgspecError, ValueError, RecursionError)


def read_object(document: bytes) -> tuple[Record, bool]:
    """Return one object, and whether it certainly has all its members. Raises ValueError if it is none."""
    document.decode()
    try:
        found = _object.decode(document)
    except RecursionError as error:
        raise ValueError("The object has too many levels.") from error
    return dict(found), _is_whole(document, [found])


def read_members(text: bytes) -> list[Record] | None:
    """Return the objects of a text such as `{…}, {…}`; None if another way has to find out what it contains."""
    try:
        text.decode()
        found = _objects.decode(b"[" + text + b"]")
    except _ERRORS:
        return None
    return _widen(text, found)


def read_lines(text: bytes) -> list[Record] | None:
    """Return the objects of a text with one on each line; None if another way has to find out what it contains."""
    count = text.count(b"\n")
    # Each line end has an object on either side: then it is inside of none, and each line has one.
    if not (text.startswith(b"{") and text.endswith(b"}\n") and text.count(b"}\n{") == count - 1):
        return None
    try:
        text.decode()
        found = _object.decode_lines(text)
    except _ERRORS:
        return None
    return _widen(text, found) if len(found) == count else None


def _widen(text: bytes, found: list[_Raw]) -> list[Record] | None:
    return list[Record](found) if _is_whole(text, found) else None


def _is_whole(text: bytes, found: list[_Raw]) -> bool:
    """Return whether no member of an object was lost, and none is too deep.

    Each member has one colon, and the others are in names and values: more of them in the text mean a lost member.
    """
    if _ESCAPED_COLON in text:
        return False
    colons = sum(map(len, found)) + b"".join(chain.from_iterable(map(_Raw.values, found))).count(b":")
    if any(":" in name for name in {*chain.from_iterable(found)}):
        colons += sum(name.count(":") for name in chain.from_iterable(found))
    if text.count(b":") != colons:
        return False
    if text.count(b"{") == len(found) and b"[" not in text:
        return True
    values = chain.from_iterable(map(_Raw.values, found))
    return all(_is_whole_inside(bytes(value)) for value in values if memoryview(value)[0] in b"{[")


def _is_whole_inside(value: bytes) -> bool:
    """Return the same for an object or a list inside of a record."""
    try:
        level: list[Any] = [_nested.decode(value)]
    except _ERRORS:
        return False
    colons = 0
    for _ in range(DEEPEST - 1):
        colons += sum(_count_colons(entry) for entry in level)
        level = list(chain.from_iterable(map(_list_inner, level)))
        if not level:
            return value.count(b":") == colons
    return False


def _count_colons(value: Any) -> int:
    if isinstance(value, str):
        return value.count(":")
    return len(value) + sum(name.count(":") for name in value) if isinstance(value, dict) else 0


def _list_inner(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
