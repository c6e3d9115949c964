"""A text as a pair of German and English, for the records of decisions. Pure: standard library only."""

from typing import TypeAlias

from connector.language.catalogue import Language as Language

Pair: TypeAlias = tuple[str, str]
"""The same in German and in English."""


def choose(language: Language, pair: Pair) -> str:
    """Return the text in one language.

    >>> choose("en", ("ja", "yes"))
    'yes'
    """
    return pair[language == "en"]


def full_stop(phrase: str) -> str:
    """Make a phrase a sentence.

    >>> full_stop("read the data")
    'Read the data.'
    """
    return f"{phrase[:1].upper()}{phrase[1:]}."
