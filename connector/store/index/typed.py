"""What a person typed, as the parts of a query. Everything is data: there is no syntax that could fail.

`"…"` is a phrase, `-word` and `-"…"` are excluded, the last word is a prefix. Few letters with figures behind them are
one word or two: PM10, PM 10 and PM-10 find each other. Pure: standard library and msgspec only.
"""

import re

import msgspec

from connector.store.words import words

LENGTH = 400
WORDS = 16

_FIGURES = re.compile(r"([^\W\d_]{1,3})(\d{1,3})")
_PARTS = re.compile(r'(?:(?<=\s)|^)(-?)"([^"]*)(?:"|$)|(\S+)')


class TypedPart(msgspec.Struct, frozen=True):
    """One part of a query: its folded words, and what they mean.

    `joined` are letters and figures as one word; `words` are the two then, as a `phrase` if they were typed as one.
    """

    words: tuple[str, ...]
    excluded: bool = False
    phrase: bool = False
    prefix: bool = False
    joined: str = ""


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
    return _mark_prefix(_cut(_join_figures(parts)))


def _join_figures(parts: list[TypedPart]) -> list[TypedPart]:
    joined: list[TypedPart] = []
    for part in parts:
        if part.phrase or part.excluded:
            joined.append(part)
        elif together := _FIGURES.fullmatch(part.words[0]):
            joined.append(TypedPart(together.groups(), phrase=True, joined=together[0]))
        elif joined and (apart := _find_apart(joined[-1], part)):
            joined[-1] = apart
        else:
            joined.append(part)
    return joined


def _find_apart(before: TypedPart, part: TypedPart) -> TypedPart | None:
    """Return letters and the figures behind them as one part, or None if they are something else."""
    word = before.words[0] + part.words[0]
    if before.phrase or before.excluded or before.joined or not before.words[0].isalpha():
        return None
    return TypedPart((*before.words, *part.words), joined=word) if _FIGURES.fullmatch(word) else None


def _cut(parts: list[TypedPart]) -> list[TypedPart]:
    left, kept = WORDS, []
    for part in parts:
        if left <= 0 or (part.joined and left < len(part.words)):
            break
        kept.append(msgspec.structs.replace(part, words=part.words[:left]))
        left -= len(part.words)
    return kept


def _mark_prefix(parts: list[TypedPart]) -> tuple[TypedPart, ...]:
    if parts and not parts[-1].excluded and (parts[-1].joined or not parts[-1].phrase):
        parts[-1] = msgspec.structs.replace(parts[-1], prefix=True)
    return tuple(parts)
