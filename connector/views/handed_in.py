"""Texts and JSON that a person hands in: UTF-8 with or without a byte order mark, and no member twice.

The last of two members would win silently, and a text in another encoding would be read as another text: both are
refused. Pure: standard library and msgspec only.
"""

import json
from math import isinf
from typing import Any, NoReturn, TypeVar

import msgspec

T = TypeVar("T")

_MARK = "\ufeff"
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff")
_LONGEST_NUMBER = 100


class HandedInFault(ValueError):
    """A text that cannot be used; the message continues a sentence that names the text, and says what to do."""


def decode_text(content: bytes) -> str:
    """Return the text of a file or a body, without its byte order mark. Raises HandedInFault.

    >>> decode_text(b"\\xef\\xbb\\xbfa")
    'a'
    """
    if content.startswith(_WIDE_MARKS) or content[:2].count(0) == 1:
        raise HandedInFault("it is UTF-16 or UTF-32, not UTF-8: save it as UTF-8")
    try:
        return content.decode().removeprefix(_MARK)
    except UnicodeDecodeError as error:
        raise HandedInFault(f"it is not UTF-8 (byte {error.start}): save it as UTF-8") from None


def parse_json(content: bytes | str) -> Any:
    """Return the value of a JSON text. Raises HandedInFault: also for a member twice and for a lone surrogate.

    >>> parse_json(b'{"a": [1]}')
    {'a': [1]}
    """
    text = content if isinstance(content, str) else decode_text(content)
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise HandedInFault(f"it is not JSON ({place}): correct its syntax") from None
    except RecursionError:
        raise HandedInFault("it is nested too deeply: simplify it") from None
    if "\\" in text:
        _check_characters(value)
    return value


def read_json(content: bytes, kind: type[T]) -> T:
    """Return a JSON text as a value of a type. Raises HandedInFault.

    >>> read_json(b'{"a": 1}', dict[str, int])
    {'a': 1}
    """
    value = parse_json(content)
    try:
        return msgspec.convert(value, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        raise HandedInFault(f"it has another form: {str(error)[:1].lower()}{str(error)[1:]}") from None


def _check_unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for place, name in enumerate(names) if name in names[:place])
        shown = twice[:100].encode(errors="replace").decode()
        raise HandedInFault(f"an object contains the member {shown} twice: remove one")
    return found


def _parse_whole(text: str) -> int:
    if len(text) > _LONGEST_NUMBER:
        raise HandedInFault(f"a number has more than {_LONGEST_NUMBER} digits: write a smaller one")
    return int(text)


def _parse_decimal(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise HandedInFault("a number is too large: write a smaller one")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise HandedInFault(f"{name} is not a JSON number: write digits")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_check_unique,
    parse_int=_parse_whole,
    parse_float=_parse_decimal,
    parse_constant=_refuse_constant,
)


def _check_characters(value: Any) -> None:
    """Refuse half a character, which only an escape can write: nothing can carry it on."""
    stack = [value]
    while stack:
        entry = stack.pop()
        if isinstance(entry, str):
            try:
                entry.encode()
            except UnicodeEncodeError:
                raise HandedInFault("a text contains a lone surrogate, which is half a character: remove it") from None
        elif isinstance(entry, dict):
            stack.extend(entry)
            stack.extend(entry.values())
        elif isinstance(entry, list):
            stack.extend(entry)
