"""Where the quotes of a CSV stand (RFC 4180, section 2): around a whole value, doubled inside of it, nowhere else.

A text that keeps to it shows by the number of its quotes where its records end, so that it can be cut without reading.
"""

import re
from functools import cache


def find_stray_quote(text: str, delimiter: str) -> int | None:
    """Return the place of the first quote that neither begins nor ends a value, nor stands inside one twice.

    Parameters:
        text: begins with a record; its last value may go on.
        delimiter: one character.

    >>> find_stray_quote('a,"b ""c"" d"', ","), find_stray_quote('17" wide,"b"', ",")
    (None, 2)
    """
    outside = text.split('"')[::2]  # what stands outside of quotes, and nothing between doubled ones
    quotes = text.count('"')
    borders = {delimiter, "\n", "\r", ""}
    before, after = outside[: (quotes + 1) // 2], outside[1:]
    if {part[-1:] for part in before} <= borders and {part[:1] for part in after} <= borders:
        return None
    return _find_first(text.split('"'), borders)


def _find_first(parts: list[str], borders: set[str]) -> int:
    """Return the place of the first quote with a sign on its outer side that is no border."""
    at = 0
    for number, part in enumerate(parts[:-1]):
        at += len(part) + 1
        outer = part[-1:] if number % 2 == 0 else parts[number + 1][:1]
        if outer not in borders:
            return at - 1
    raise AssertionError("a stray quote was seen")


def drop_spaces(text: str, delimiter: str) -> str:
    """Return a text without the spaces between a delimiter or a line end and the quote that begins a value.

    >>> drop_spaces('a, "b, ""c", d', ",")
    'a,"b, ""c", d'
    """
    return _make_pattern(delimiter).sub(lambda found: found[0].lstrip(" "), text)


@cache
def _make_pattern(delimiter: str) -> re.Pattern[str]:
    """Return the pattern of a value between quotes, with the spaces before it at the beginning of a value."""
    return re.compile(rf'(?:(?<![^{re.escape(delimiter)}\r\n]) ++)?+"[^"]*+(?:""[^"]*+)*+"?+')


def find_last_end(text: str) -> int:
    """Return how many characters the complete records of a text have, which begins with one; 0 for none.

    >>> find_last_end('a,b\\n1,"x\\ny')
    4
    """
    end = text.rfind("\n") + 1
    open_quote = text.count('"', 0, end) % 2
    while open_quote and end:
        before = text.rfind("\n", 0, end - 1) + 1
        open_quote ^= text.count('"', before, end) % 2
        end = before
    return end


def count_lines(text: str) -> int:
    r"""Return how many line ends a text has: `\n`, `\r\n` or a single `\r`.

    >>> count_lines("a\r\nb\rc\n")
    3
    """
    return text.count("\n") + text.count("\r") - text.count("\r\n")
