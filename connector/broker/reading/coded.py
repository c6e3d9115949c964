"""The values of code lists in a Dataset, by the IRIs of EU Vocabularies, however catalogues write them. Pure.

DCAT-AP 3.0.1, Controlled Vocabularies to be used. Portals write a language as `de`, `ger` or an IRI of the Library of
Congress, a frequency as `Annual`, `R/P1Y` or an IRI of Dublin Core, and any of them as a node with a label.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from connector.broker.reading.members import MOST_NODES, MemberMap, find_values, read_text, read_word
from connector.semantic.codes import ListName, find_code, find_language, read_codes
from connector.semantic.statements import is_iri

_LISTS: Mapping[str, ListName] = {"dct:accessRights": "access-right", "dct:accrualPeriodicity": "frequency"}
_REMEMBERED = 2048


def read_coded(sources: Iterable[MemberMap], term: str, most: int = MOST_NODES) -> tuple[str, ...]:
    """Return the values of a term of several objects, each once: the IRI of the list, else the word that is stated.

    >>> read_coded([{"dct:language": ["de", {"@id": "http://id.loc.gov/vocabulary/iso639-2/ger"}]}], "dct:language")
    ('http://publications.europa.eu/resource/authority/language/DEU',)
    """
    stated = (_name_value(term, value) for source in sources for value in find_values(source, term, most))
    return tuple(dict.fromkeys(filter(None, stated)))[:most]


def find_coded(members: MemberMap, term: str) -> tuple[str, ...]:
    """Return the IRIs of the values of a term; what is in no list and no IRI is left out."""
    return tuple(filter(is_iri, read_coded((members,), term)))


@lru_cache(_REMEMBERED)
def write_language(iri: str) -> str:
    """Return the tag (BCP 47) of a language by its IRI at EU Vocabularies, or of another word in small letters.

    >>> write_language("http://publications.europa.eu/resource/authority/language/DEU"), write_language("x-Y")
    ('de', 'x')
    """
    known = find_code("language", iri)
    return known.code if known else iri.removeprefix(_name_base()).partition("-")[0].lower()


def _name_base() -> str:
    return read_codes("language")["de"].iri.removesuffix("DEU")


def _name_value(term: str, value: Any) -> str:
    word = read_word(value)
    if found := _find_iri(term, word) if word else None:
        return found
    label = read_text(value) if isinstance(value, dict) else ""
    return (_find_iri(term, label) if label else None) or word


@lru_cache(_REMEMBERED)
def _find_iri(term: str, spelling: str) -> str | None:
    if term == "dct:language":
        return find_language(spelling)
    known = find_code(_LISTS[term], spelling)
    return known.iri if known else None
