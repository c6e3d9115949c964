"""What a person typed, as the parts of a query. Everything is data: there is no syntax that could fail.

`"…"` is a phrase, `-word` and `-"…"` are excluded, the last word is a prefix. Pure: standard library and msgspec only.
"""

import re

import msgspec

from connector.store.words import words

LENGTH = 400
WORDS = 16

_PARTS = re.compile(r'(?:(?<=\s)|^)(-?)"([^"]*)(?:"|$)|(\S+)')


class TypedPart(msgspec.Struct, frozen=True):
    """One part of a query: its folded words, and what they mean."""

    words: tuple[str, ...]
    excluded: bool = False
    phrase: bool = False
    prefix: bool = False


def parse(text: str) -> tuple[TypedPart, ...]:
    """Return the parts of a query, at most `WORDS` words of at most `LENGTH` characters.

    >>> [(part.words, part.excluded, part.phrase) for part in parse('Müll "blaue Tonne" -Sack')]
    [(('mull',), False, False), (('blau', 'tonne'), False, True), (('sack',), True, False)]
    """
    parts: list[TypedPart] = []
    for match in _PARTS.finditer(text[:LENGTH]):
        minus, phrase, word = match.groups()
        if word is None:
            found = tuple(words(phrase))
            parts += [TypedPart(found, excluded=bool(minus), phrase=True)] if found else []
        else:
            excluded = word[:1] == "-" and word[1:2].isalnum()
            parts += [TypedPart((entry,), excluded=excluded) for entry in words(word)]
    return _mark_prefix(_cut(parts))


def _cut(parts: list[TypedPart]) -> list[TypedPart]:
    left, kept = WORDS, []
    for part in parts:
        if left <= 0:
            break
        kept.append(msgspec.structs.replace(part, words=part.words[:left]))
        left -= len(part.words)
    return kept


def _mark_prefix(parts: list[TypedPart]) -> tuple[TypedPart, ...]:
    if parts and not parts[-1].phrase and not parts[-1].excluded:
        parts[-1] = msgspec.structs.replace(parts[-1], prefix=True)
    return tuple(parts)
