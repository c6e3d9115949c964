"""The words of a text that say what it is about: without the words that are in every text of a language."""

import re
from functools import cache

import tantivy

from connector.store.words import words

TOPICS = 16
"""The most topics of a text."""

_LEAST = 3
# What questions are asked with, folded: the stop words of the library are those of texts.
_ASKING = frozenset(
    [
        "how",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "many",
        "much",
        "need",
        "want",
        "know",
        "data",
        "viel",
        "viele",
        "wann",
        "warum",
        "welche",
        "welcher",
        "welches",
        "wieviel",
        "wieviele",
        "brauchen",
        "brauche",
        "wissen",
        "daten",
    ]
)
_WORD = re.compile(r"\w+")


@cache
def _analyzer() -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.lowercase())
    for language in ("german", "english"):
        builder = builder.filter(tantivy.Filter.stopword(language))
    return builder.build()


def list_topics(text: str) -> tuple[str, ...]:
    """Return the folded words of a German or English text that say what it is about, each once, at most `TOPICS`.

    >>> list_topics("Wie laut ist es nachts an der Brücke?")
    ('laut', 'nachts', 'brucke')
    """
    kept = _analyzer().analyze(" ".join(_WORD.findall(text)))
    found = dict.fromkeys(
        word for token in kept for word in words(token) if len(word) >= _LEAST and word not in _ASKING
    )
    return tuple(found)[:TOPICS]
