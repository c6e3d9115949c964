"""Readability formulas over plain text: Flesch (English), Flesch in Amstad's form and first Vienna formula (German)."""

import re

_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]+")
_SENTENCE = re.compile(r"[.!?]+(?:\s|$)")
_QUOTED = re.compile("[„“][^“”]*[“”]")


def sentences(text: str) -> list[str]:
    """Sentences without what a policy quotes, and without the dots of dates such as `1. Januar`."""
    plain = re.sub(r"(\d)\.(?=\s[A-ZÄÖÜ])", r"\1", _QUOTED.sub("x", text))
    return [part for part in _SENTENCE.split(plain) if _WORD.search(part)]


def words(text: str) -> list[str]:
    return _WORD.findall(_QUOTED.sub("x", text))


def syllables(word: str, language: str) -> int:
    """Groups of vowels; a silent e at the end of an English word does not count."""
    lower = word.casefold()
    groups = re.findall(r"[aeiouyäöü]+", lower)
    # German vowels that meet without being one sound, as in "Daten-quelle-n", are rare enough to be left out.
    count = len(groups)
    if language == "en" and lower.endswith("e") and not lower.endswith("le") and count > 1:
        count -= 1
    return max(count, 1)


def flesch(text: str, language: str) -> float:
    """Flesch Reading Ease; for German with Amstad's coefficients. 60 and more is plain, 30 is hard."""
    found = words(text)
    length = len(found) / len(sentences(text))
    weight = sum(syllables(word, language) for word in found) / len(found)
    return 180 - length - 58.5 * weight if language == "de" else 206.835 - 1.015 * length - 84.6 * weight


def vienna(text: str) -> float:
    """First Vienna formula (Wiener Sachtextformel): about the school year that can read it, 4 is easy, 15 is hard."""
    found = words(text)
    count = len(found)
    many = 100 * sum(syllables(word, "de") >= 3 for word in found) / count
    one = 100 * sum(syllables(word, "de") == 1 for word in found) / count
    long = 100 * sum(len(word) > 6 for word in found) / count
    return 0.1935 * many + 0.1672 * count / len(sentences(text)) + 0.1297 * long - 0.0327 * one - 0.875
