"""The values of a parsed Dataset, under every name that deployed connectors use for a term.

Dataspace Protocol 2025-1, Catalog Protocol: the compact form by its schema, with prefixed names or full IRIs beside it.
The values are bounded and have no control characters.

Pure: standard library and msgspec only.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from itertools import chain
from typing import Any

from connector.broker.reading.namespaces import DCATDE, LOCN, READ_PREFIXES
from connector.protocol.dsp.errors import clean
from connector.semantic.statements import LiteralTerm, is_iri, is_web_address, read_time

WORD_LENGTH = 200
WORDS = 64
TEXT_LENGTH = 2000
LANGUAGES = 30
# The values of one term that are looked at, and the further values below them.
VALUES = 256
MOST_NODES = 32
"""The values of one term that are described: each can be an object with values of its own."""

# The language of a text without one (BCP 47: undetermined).
NO_LANGUAGE = "und"

# The terms that nobody writes without a prefix.
_ALWAYS_PREFIXED = frozenset({DCATDE, LOCN, READ_PREFIXES["dk"]})

# Of a text in several languages, the first of these is chosen.
_PREFERRED = ("de", "en")

# The members of an object that say what it is called.
_LABELS = ("@value", "skos:prefLabel", "rdfs:label", "foaf:name", "vcard:fn", "dct:title")

MemberMap = Mapping[str, Any]


@cache
def _spell(term: str) -> tuple[str, ...]:
    """Return the names under which a term may stand: prefixed, as a full IRI, and bare."""
    prefix, _, local = term.partition(":")
    if not local:
        return (term,)
    space = READ_PREFIXES[prefix]
    other = (f"dcterms:{local}",) if prefix == "dct" else ()
    return (term, *other, space + local, *(() if space in _ALWAYS_PREFIXED else (local,)))


def find_values(members: MemberMap, term: str, most: int = VALUES) -> list[Any]:
    """Return the first values of a term such as `dct:title` under all of its names, equal ones once.

    >>> find_values({"dct:title": "a", "http://purl.org/dc/terms/title": ["b", "c"], "title": "a"}, "dct:title")
    ['a', 'b', 'c']
    """
    names = _spell(term)
    if members.keys().isdisjoint(names):
        return []
    stated = [members[name] for name in names if members.get(name) is not None]
    if len(stated) == 1:
        # Under one name equal values are as the provider wrote them.
        return stated[0][:most] if isinstance(stated[0], list) else [stated[0]]
    found: list[Any] = []
    for value in chain.from_iterable(value[:most] if isinstance(value, list) else [value] for value in stated):
        if len(found) < most and value not in found:
            found.append(value)
    return found


def find_nodes(members: MemberMap, term: str) -> Iterator[MemberMap]:
    """Yield the values of a term that are objects; an IRI is one with its `@id`."""
    for value in find_values(members, term, MOST_NODES):
        if isinstance(value, dict):
            yield value
        elif isinstance(value, str):
            yield {"@id": value} if is_iri(value) else {"@value": value}


def read_texts(members: MemberMap, term: str, limit: int, *, lines: bool = False) -> dict[str, str]:
    """Return the texts of a term by language: plain, language-tagged, or as a map from language to text.

    With `lines`, a text keeps its lines and paragraphs; else it is one line.
    """
    texts: dict[str, str] = {}
    for language, text in _read_tagged(members, term):
        cleaned = _clean_lines(text, limit) if lines else clean(text, limit)
        if cleaned and len(texts) < LANGUAGES:
            texts.setdefault(_read_language(language), cleaned)
    return texts


def _clean_lines(text: str, limit: int) -> str:
    """Return the lines of a text without control characters, with one empty line between paragraphs.

    >>> _clean_lines("a \\r\\nb\\n\\n\\n\\x07c\\n", 9)
    'a\\nb\\n\\nc'
    """
    lines = [clean(line, limit) for line in text[: 2 * limit].splitlines()]
    kept = [line for line, before in zip(lines, ["", *lines], strict=False) if line or before]
    whole = "\n".join(kept).strip()
    return whole if len(whole) <= limit else whole[: limit - 1] + "…"


def _read_tagged(members: MemberMap, term: str) -> Iterator[tuple[Any, str]]:
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
        named = value.get("@id")
        return clean(named, WORD_LENGTH) if named and isinstance(named, str) else _find_label(value, WORD_LENGTH)
    return clean(value, WORD_LENGTH) if isinstance(value, str) else ""


def read_words(members: MemberMap, term: str, most: int = WORDS) -> tuple[str, ...]:
    """Return the words, IRIs or labels of a term, each once, in their order, at most `most`."""
    words: dict[str, None] = {}
    for value in find_values(members, term):
        cleaned = read_word(value)
        if cleaned and len(words) < most:
            words[cleaned] = None
    return tuple(words)


def read_concepts(members: MemberMap, term: str, most: int = WORDS) -> dict[str, str]:
    """Return the concepts of a term, as `read_words` names them, each with the label that the Dataset states, or none.

    >>> read_concepts({"dcat:theme": [{"@id": "urn:a", "skos:prefLabel": "Air"}, "TRAN"]}, "dcat:theme")
    {'urn:a': 'Air', 'TRAN': ''}
    """
    concepts: dict[str, str] = {}
    for value in find_values(members, term):
        named = read_word(value)
        if named and len(concepts) < most:
            label = _find_label(value, WORD_LENGTH) if isinstance(value, dict) else ""
            concepts[named] = concepts.get(named) or label
    return concepts


def read_tagged(members: MemberMap, term: str, limit: int, most: int = WORDS) -> tuple[tuple[str, str], ...]:
    """Return the texts of a term, each with its language or `NO_LANGUAGE`, in their order.

    >>> read_tagged({"dcat:keyword": [{"@value": "Luft", "@language": "de"}, "air"]}, "dcat:keyword", 9)
    (('Luft', 'de'), ('air', 'und'))
    """
    said = ((clean(text, limit), _read_language(language)) for language, text in _read_tagged(members, term))
    return tuple(dict.fromkeys(pair for pair in said if pair[0]))[:most]


def read_text(value: Any) -> str:
    """Return the text of a value, cleaned and cut: its own, or the label of an object; empty if it has none."""
    if isinstance(value, list):
        value = next(iter(_order(value)), None)
    if isinstance(value, dict):
        return _find_label(value, TEXT_LENGTH)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return clean(str(value), TEXT_LENGTH)


def choose_text(texts: Mapping[str, str]) -> str:
    """Return a text in German, English or the first other language; empty if there is none."""
    return next((texts[tag] for tag in (*_PREFERRED, *texts) if tag in texts), "")


def _order(values: list[Any]) -> list[Any]:
    """Return values in the order in which one is chosen: German, English, then as they are stated."""
    return sorted(values, key=_rank) if len(values) > 1 else values


def _rank(value: Any) -> int:
    language = _read_language(value.get("@language")).partition("-")[0] if isinstance(value, dict) else ""
    return _PREFERRED.index(language) if language in _PREFERRED else len(_PREFERRED)


def _find_label(node: MemberMap, limit: int) -> str:
    """Return a label of an object, of several languages one that is preferred."""
    return next(filter(None, (_read_label(node, name, limit) for name in _LABELS)), "")


def _read_label(node: MemberMap, name: str, limit: int) -> str:
    found = next(iter(_order(find_values(node, name, LANGUAGES))), None)
    if isinstance(found, dict):
        found = found.get("@value")
    return clean(found, limit) if isinstance(found, str) else ""


def find_text(members: MemberMap, term: str) -> str:
    """Return the text of a term, of several languages one that is preferred; empty if there is none."""
    return next(filter(None, map(read_text, _order(find_values(members, term, MOST_NODES)))), "")


def read_iri(value: Any) -> str | None:
    """Return the IRI of a value, or None if it has none."""
    if isinstance(value, dict):
        value = value.get("@id", value.get("@value"))
    return value if isinstance(value, str) and is_iri(value) else None


def find_iris(members: MemberMap, term: str) -> tuple[str, ...]:
    """Return the IRIs of a term, each once."""
    return tuple(dict.fromkeys(filter(None, map(read_iri, find_values(members, term, MOST_NODES)))))


def find_identifiers(members: MemberMap) -> tuple[str, ...]:
    """Return the identifiers that a Dataset states beside its own (`dct:identifier`), each once."""
    stated = (read_iri(value) or read_text(value) for value in find_values(members, "dct:identifier", MOST_NODES))
    return tuple(dict.fromkeys(filter(None, stated)))


def find_addresses(members: MemberMap, term: str) -> tuple[str, ...]:
    """Return the IRIs of a term that a browser can open, each once."""
    return tuple(filter(is_web_address, find_iris(members, term)))


def find_time(members: MemberMap, term: str) -> LiteralTerm | None:
    """Return the first day or instant of a term, or None."""
    return next(filter(None, (read_time(read_text(value)) for value in find_values(members, term, 4))), None)
