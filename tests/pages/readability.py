"""How easily a German text is read: the length of its sentences, and the reading ease of Flesch in Amstad's form.

Toni Amstad, Wie verständlich sind unsere Zeitungen?, Zürich 1978: 180 - words per sentence - 58.5 x syllables per word.
From 60 on a text is easy enough for most, below 30 for few. `python -m tests.pages.readability` tells both figures.
"""

import re
from collections.abc import Iterable

from connector.language.catalogue import read_chapter
from tests.web.test_texts import CHAPTERS

SHOWN = (*CHAPTERS, "changes", "findings")
"""The chapters whose sentences stand on the pages."""
_VALUE = re.compile(r"\{[^}]*\}")
_END = re.compile(r"(?<=[.!?:])\s+(?=[„A-ZÄÖÜ0-9])")
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß][\wÄÖÜäöüß-]*")
# Two vowels that are spoken as one make one syllable.
_SYLLABLE = re.compile(r"(?:aa|ai|au|äu|ay|ee|ei|eu|ey|ie|oi|oo|ou|oy|[aeiouyäöü])", re.IGNORECASE)


def list_sentences(text: str) -> list[str]:
    """Return the sentences of a text of the catalogue; a value in it counts as one word.

    >>> list_sentences("Sie haben {count} Angebote. Was nun?")
    ['Sie haben Wert Angebote.', 'Was nun?']
    """
    plain = _VALUE.sub("Wert", text)
    return [part for part in _END.split(plain) if part.rstrip("“").endswith((".", "!", "?", ":"))]


def count_words(sentence: str) -> int:
    """Return how many words a sentence has.

    >>> count_words("Daten-Räume sind offen.")
    3
    """
    return len(_WORD.findall(sentence))


def count_syllables(word: str) -> int:
    """Return how many syllables a word has, by its groups of vowels.

    >>> [count_syllables(word) for word in ("Haus", "Angebot", "Vertrag", "veröffentlichen")]
    [1, 3, 2, 5]
    """
    return max(1, len(_SYLLABLE.findall(word)))


def measure_length(sentences: Iterable[str]) -> float:
    """Return the mean number of words of a sentence."""
    lengths = [count_words(sentence) for sentence in sentences]
    return sum(lengths) / len(lengths)


def measure_ease(sentences: list[str]) -> float:
    """Return the reading ease after Amstad.

    >>> round(measure_ease(["Das Haus ist alt.", "Wir sind da."]))
    118
    """
    words = [word for sentence in sentences for word in _WORD.findall(sentence)]
    syllables = sum(map(count_syllables, words)) / len(words)
    return 180 - measure_length(sentences) - 58.5 * syllables


def list_texts() -> list[str]:
    """Return all German sentences of the pages."""
    texts = (text for chapter in SHOWN for text in read_chapter("de", chapter).values())
    return [sentence for text in texts for sentence in list_sentences(text)]


if __name__ == "__main__":
    found = list_texts()
    print(f"{len(found)} sentences, {measure_length(found):.1f} words each, reading ease {measure_ease(found):.0f}")
    print("\n".join(sorted(found, key=count_words)[-10:]))
