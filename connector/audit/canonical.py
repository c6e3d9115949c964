"""Canonical JSON: exactly one sequence of bytes for each value.

RFC 8785, JSON Canonicalization Scheme.

The log needs a part of it: strings, integers, booleans, null, lists and objects. Fractions are refused, because no
recorded value is one. Integers are limited to the range that every JSON reader represents exactly.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_EXACT = 2**53 - 1
_MAX_DEPTH = 32
_PLAIN_DEPTH = 8
_in_order = msgspec.json.Encoder(order="deterministic").encode


def canonical(value: object) -> bytes:
    """Return the canonical JSON of `value`, UTF-8, members sorted by their UTF-16 code units (RFC 8785, 3.2.3).

    Raises ValueError for a value without a canonical form here: a fraction, an integer beyond 2^53 - 1, a lone
    surrogate, a member name that is not a string, another type, or more than 32 levels.
    """
    try:
        if _is_plain(value):
            written = _in_order(value)
            # Names of ASCII have the same order in every encoding, and what is ASCII as a whole has no others.
            if written.isascii():
                return written
        return msgspec.json.encode(_sort_members(value, 0))
    except UnicodeEncodeError as fault:
        raise ValueError("A text in an audit leaf contains a lone surrogate: write the whole character.") from fault


def _is_plain(value: object, depth: int = _PLAIN_DEPTH) -> bool:
    """Return whether a container has the usual form."""
    if type(value) is dict:
        for name in value:
            if type(name) is not str:
                return False
        entries: Iterable[object] = value.values()
    elif type(value) is list or type(value) is tuple:
        entries = value
    else:
        return False
    for entry in entries:
        kind = type(entry)
        if kind is str or kind is bool or entry is None:
            continue
        if kind is int:
            if not -_EXACT <= entry <= _EXACT:  # type: ignore[operator]  # its type was compared
                return False
        elif kind is dict or kind is list or kind is tuple:
            if depth == 0 or not _is_plain(entry, depth - 1):
                return False
        elif not isinstance(entry, str):
            return False
    return True


def _sort_members(value: object, depth: int) -> Any:
    if depth > _MAX_DEPTH:
        raise ValueError(f"An audit leaf has at most {_MAX_DEPTH} levels: flatten the recorded value.")
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        if abs(value) > _EXACT:
            raise ValueError("An integer beyond 2^53 - 1 is not exact in JSON: write it as a string.")
        return value
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise ValueError(f"The name of a member is a {type(name).__name__}: expected a string.")  # noqa: TRY004
        names = sorted(value, key=_code_units)
        return {name: _sort_members(value[name], depth + 1) for name in names}
    if isinstance(value, list | tuple):
        return [_sort_members(item, depth + 1) for item in value]
    raise ValueError(
        f"An audit leaf contains a {type(value).__name__}: use strings, integers, booleans, null, lists or objects."
    )


def _code_units(name: str) -> bytes:
    return name.encode("utf-16-be")
