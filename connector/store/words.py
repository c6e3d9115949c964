"""The folding of words for the search of the broker: German titles match every usual spelling.

Folding removes case, diacritics and ligatures; ß becomes ss; ae, oe and ue become a, o and u, like ä, ö and ü. "Müll",
"MÜLL", "Muell" and "Mull" are one word, "Straße" and "STRASSE" another. As a side effect, "Pot" matches "Poet". Folding
works from left to right, so a folded prefix is a prefix of the folded word.

The letters of a word are all below `HIGH`, as those of Latin, Greek, Cyrillic, Hebrew and Arabic are, or none is: so
"wlan热点" is two words, and what a word begins with tells with which letters it can go on.
"""

import re
import unicodedata
from functools import lru_cache

WORD_LENGTH = 60
"""The letters of a word that count."""

HIGH = 0x800
"""The first character that is three bytes in UTF-8."""

_WORD = re.compile(rf"[^\W_{chr(HIGH)}-\U0010ffff]+|[^\W_\x00-{chr(HIGH - 1)}]+")
WRITTEN = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")
"""A word as it is written, with marks that are characters of their own."""

_UMLAUT = re.compile(r"([aou])e")


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    found: list[str] = []
    for piece in text.split():
        found += _split_known(piece) if len(piece) <= WORD_LENGTH else _split(piece)
    return found


def spans(text: str) -> list[tuple[int, int, str]]:
    """Return the words of a text with their places: begin, end (in characters of the text) and the folded word.

    >>> spans("Müll: 1")
    [(0, 4, 'mull'), (6, 7, '1')]
    """
    found: list[tuple[int, int, str]] = []
    # A plain loop: each result of a search has some dozens of words, and this is most of what a page costs.
    for match in WRITTEN.finditer(text):
        written = match[0]
        folded = _split_known(written) if len(written) <= WORD_LENGTH else _split(written)
        if folded:
            found.append((match.start(), match.end(), folded[0]))
    return found


def _split(piece: str) -> tuple[str, ...]:
    return tuple(word[:WORD_LENGTH] for word in _WORD.findall(_fold(piece)))


# Texts repeat their words: looking one up takes a tenth of folding it.
_split_known = lru_cache(16_384)(_split)


def _fold(text: str) -> str:
    if not text.isascii():
        # Compatibility decomposition first: it separates marks, and replaces ligatures and full-width letters.
        plain = unicodedata.normalize("NFKD", text.casefold())
        text = "".join(character for character in plain if not unicodedata.combining(character)).casefold()
    return _UMLAUT.sub(r"\1", text.lower())
