"""The values of a parsed Dataset, under every name that deployed connectors use for a term.

They are bounded and have no control characters.

Pure: standard library only.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from connector.protocol import dcat
from connector.protocol.dsp.errors import clean

WORD_LENGTH = 200
WORDS = 64
LANGUAGES = 30
# The values of one term that are looked at, and the further values below them.
VALUES = 256

# The language of a text without one (BCP 47: undetermined).
NO_LANGUAGE = "und"

_SPELLINGS = {
    "dct": ("dct:", "dcterms:", "http://purl.org/dc/terms/", ""),
    "dcat": ("dcat:", "http://www.w3.org/ns/dcat#", ""),
    "dcatde": ("dcatde:", "http://dcat-ap.de/def/dcatde/"),
    "dcatap": ("dcatap:", "http://data.europa.eu/r5r/"),
    "foaf": ("foaf:", "http://xmlns.com/foaf/0.1/", ""),
    "skos": ("skos:", "http://www.w3.org/2004/02/skos/core#"),
    "rdfs": ("rdfs:", "http://www.w3.org/2000/01/rdf-schema#"),
    "locn": ("locn:", "http://www.w3.org/ns/locn#"),
    "odrl": ("odrl:", "http://www.w3.org/ns/odrl/2/", ""),
    "edc": ("edc:", "https://w3id.org/edc/v0.0.1/ns/", ""),
    "dk": ("dk:", "https://w3id.org/datenkontor/policy/1#"),
}

# The members of an object that say what a word is: a portal writes labels with a prefix.
_WORD = ("@id", "@value", dcat.PREF_LABEL, "skos:prefLabel", dcat.LABEL, "rdfs:label", "dct:title")


def find_values(members: dict[str, Any], term: str) -> Iterator[Any]:
    """Yield the values of a term such as `dct:title` under each of its spellings, at most `VALUES`.

    >>> list(find_values({"dct:title": "a", "http://purl.org/dc/terms/title": ["b", "c"]}, "dct:title"))
    ['a', 'b', 'c']
    """
    return islice(_list_values(members, term), VALUES)


def _list_values(members: dict[str, Any], term: str) -> Iterator[Any]:
    prefix, _, name = term.partition(":")
    for spelling in _SPELLINGS[prefix]:
        value = members.get(spelling + name)
        yield from value if isinstance(value, list) else () if value is None else (value,)


def read_texts(members: dict[str, Any], term: str, limit: int, *, paragraphs: bool = False) -> dict[str, str]:
    """Return the texts of a term by language: plain, language-tagged, or as a map from language to text.

    A text is one line; with `paragraphs` it keeps its lines, and one empty line at most between two of them.
    """
    texts: dict[str, str] = {}
    for language, text in _read_tagged(members, term):
        cleaned = _clean_paragraphs(text, limit) if paragraphs else clean(text, limit)
        if cleaned and len(texts) < LANGUAGES:
            texts.setdefault(_read_language(language), cleaned)
    return texts


def _clean_paragraphs(text: str, limit: int) -> str:
    """Return a text whose lines are clean, at most `limit` characters long.

    >>> _clean_paragraphs("Eins  zwei\\n\\n\\n drei\\x00", 99)
    'Eins zwei\\n\\ndrei'
    """
    lines = [clean(line, limit) for line in text[:limit].splitlines()]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    joined = "\n".join(kept).strip()
    return f"{joined[: limit - 1]}…" if len(text) > limit else joined


def _read_tagged(members: dict[str, Any], term: str) -> Iterator[tuple[Any, str]]:
    for value in find_values(members, term):
        if isinstance(value, str):
            yield None, value
        elif isinstance(value, dict) and isinstance(value.get("@value"), str):
            yield value.get("@language"), value["@value"]
        elif isinstance(value, dict):
            yield from ((key, text) for key, text in value.items() if isinstance(text, str) and key[:1] != "@")


def _read_language(tag: Any) -> str:
    """Return a language tag in lower case, or `NO_LANGUAGE` if it is not one."""
    if isinstance(tag, str) and 2 <= len(tag) <= 20 and tag.replace("-", "").isalnum() and tag.isascii():
        return tag.lower()
    return NO_LANGUAGE


def read_word(value: Any) -> str:
    """Return a value as one word, IRI or label; empty if it is none.

    >>> read_word({"@id": "urn:a"}), read_word({"rdfs:label": [{"@value": "b"}]}), read_word(3)
    ('urn:a', 'b', '')
    """
    if isinstance(value, dict):
        value = next(filter(None, map(value.get, _WORD)), None)
        # A label can have languages; the first one says what is meant.
        value = value[0] if isinstance(value, list) else value
        value = value.get("@value") if isinstance(value, dict) else value
    return clean(value, WORD_LENGTH) if isinstance(value, str) else ""


def read_words(members: dict[str, Any], term: str, most: int = WORDS) -> tuple[str, ...]:
    """Return the words, IRIs or labels of a term, each once, in their order, at most `most`."""
    words: dict[str, None] = {}
    for value in find_values(members, term):
        cleaned = read_word(value)
        if cleaned and len(words) < most:
            words[cleaned] = None
    return tuple(words)
