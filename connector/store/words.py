"""The folding of words for the full-text search of the broker: German titles match every usual spelling.

Folding removes case, diacritics and ligatures; ß becomes ss; ae, oe and ue become a, o and u, like ä, ö and ü. "Müll",
"MÜLL", "Muell" and "Mull" are one word, "Straße" and "STRASSE" another. As a side effect, "Pot" matches "Poet". Folding
works from left to right, so a folded prefix is a prefix of the folded word.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_UMLAUT = re.compile(r"([aou])e")
_MAX_QUERY = 400
_MAX_WORDS = 16


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    # Compatibility decomposition first: it separates marks, and replaces ligatures and full-width letters.
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character)).casefold()
    return [_UMLAUT.sub(r"\1", word) for word in _WORD.findall(bare)]


def query_words(text: str) -> list[str]:
    """Return the words of a query, up to a maximum length, because every member can send queries."""
    return words(text[:_MAX_QUERY])[:_MAX_WORDS]
