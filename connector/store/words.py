"""How the broker's full text folds words, so that people find German titles however they type them.

Case, diacritics and ligatures go; ß is ss; and ae, oe, ue are what is left of ä, ö, ü: "Müll", "MÜLL", "Muell" and
"Mull" are one word, "Straße" and "STRASSE" another. The price is that "Poet" is found by "Pot", which nobody minds. The
folding goes from left to right, so that a folded prefix is a prefix of the folded word.
"""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")
_UMLAUT = re.compile(r"([aou])e")
_MAX_QUERY = 400
_MAX_WORDS = 16


def words(text: str) -> list[str]:
    """Return the folded words of a text, in order."""
    # Compatibility decomposition first: it turns ligatures and full-width letters into plain ones, marks into marks.
    plain = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in plain if not unicodedata.combining(character)).casefold()
    return [_UMLAUT.sub(r"\1", word) for word in _WORD.findall(bare)]


def query_words(text: str) -> list[str]:
    """Return the words of a query; what is beyond a sensible length is left out, because anybody may ask."""
    return words(text[:_MAX_QUERY])[:_MAX_WORDS]
