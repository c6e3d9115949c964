"""The code lists of a description, from `vocab/codes`: frequencies, file types, licences, languages and others.

People write a code (`DAILY`, `cc-by/4.0`, `de`), a catalogue its IRI (DCAT-AP 3.0.1, Controlled Vocabularies to be
used; DCAT-AP.de 3.0, Kontrollierte Vokabulare). A list is read when it is first needed. Imports no library for RDF.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from connector import resources

ListName = Literal["access-right", "file-type", "frequency", "hvd-category", "language", "licence"]


class ListedCode(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a list: its code, its IRI, its label by language, and the media types that a file type has."""

    code: str
    iri: str
    labels: Mapping[str, str]
    media_types: tuple[str, ...] = ()


@cache
def read_codes(name: ListName) -> Mapping[str, ListedCode]:
    """Return the values of a list by their codes, in the order of the file."""
    document = tomllib.loads(resources.read_text("vocab", "codes", f"{name}.toml"))
    return {
        code: ListedCode(
            code=code,
            iri=document["base"] + row.get("id", code),
            labels={language: row[language] for language in ("de", "en")},
            media_types=tuple(row.get("media_types", ())),
        )
        for code, row in document["code"].items()
    }


def find_code(name: ListName, text: str) -> ListedCode | None:
    """Return the value of a list that a text names: by its code, label or IRI in any case; None if there is none.

    >>> find_code("licence", "CC-BY/4.0").iri
    'http://dcat-ap.de/def/licenses/cc-by/4.0'
    >>> find_code("frequency", "http://publications.europa.eu/resource/authority/frequency/DAILY").code
    'DAILY'
    >>> find_code("frequency", "täglich").code
    'DAILY'
    >>> find_code("frequency", "sometimes") is None
    True
    """
    return _by_spelling(name).get(text.casefold())


def find_language(tag: str) -> str | None:
    """Return the IRI of the language of a tag (BCP 47), by its first part; None if the EU vocabulary has none for it.

    A tag of three letters is a code of ISO 639-3, which the vocabulary has in capitals.

    >>> find_language("de-AT"), find_language("gsw"), find_language("xx")
    ('http://publications.europa.eu/resource/authority/language/DEU', \
'http://publications.europa.eu/resource/authority/language/GSW', None)
    """
    first = tag.partition("-")[0]
    known = find_code("language", first)
    if known:
        return known.iri
    return read_codes("language")["de"].iri.removesuffix("DEU") + first.upper() if len(first) == 3 else None


def find_file_type(media_type: str) -> ListedCode | None:
    """Return the file type of a media type, whose parameters do not matter, or None.

    >>> find_file_type("text/csv; charset=utf-8").code
    'CSV'
    """
    return _by_media_type().get(media_type.partition(";")[0].strip().lower())


@cache
def _by_spelling(name: ListName) -> Mapping[str, ListedCode]:
    codes = read_codes(name).values()
    labels = {label.casefold(): code for code in codes for label in code.labels.values()}
    return labels | {spelling.casefold(): code for code in codes for spelling in (code.iri, code.code)}


@cache
def _by_media_type() -> Mapping[str, ListedCode]:
    return {kind: code for code in read_codes("file-type").values() for kind in code.media_types}
