"""The code lists of a description, from `vocab/codes`: frequencies, file types, licences, languages and others.

People write a code (`DAILY`, `cc-by/4.0`, `de`), a catalogue its IRI (DCAT-AP 3.0.1, Controlled Vocabularies to be
used; DCAT-AP.de 3.0, Kontrollierte Vokabulare). A list is read when it is first needed. Imports no library for RDF.
"""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from connector import resources

# Creative Commons, "Understanding the licences": the layers for people and for lawyers of one licence.
_LAYER = re.compile(r"/(?:deed|legalcode)(?:\.[a-z-]{2,10})?/?$")

# The lists of languages that catalogues refer to, whose codes are read like tags.
_LANGUAGES = re.compile(
    r"^https?://(?:id\.loc\.gov/vocabulary/(?:iso639-[125]|languages)|lexvo\.org/(?:id|page)/(?:iso639-[13]|term)"
    r"|w3id\.org/idsa/code|publications\.europa\.eu/(?:resource|mdr)/authority/language)/",
    re.IGNORECASE,
)
# DCAT-AP.de 3.0, political geocoding: a list for each kind of key.
_AREA = re.compile(r"https?://dcat-ap\.de/def/politicalGeocoding/[A-Za-z]{1,40}/([0-9]{2,12})", re.ASCII)
_MEDIA_TYPES = re.compile(r"^https?://www\.iana\.org/assignments/media-types/")

ListName = Literal["access-right", "file-type", "frequency", "hvd-category", "language", "licence"]


class ListedCode(msgspec.Struct, frozen=True, kw_only=True):
    """One value of a list: its code, its IRI, its label by language, and the media types that a file type has.

    `also` are names and addresses by which deployed portals and people mean the same value.
    """

    code: str
    iri: str
    labels: Mapping[str, str]
    media_types: tuple[str, ...] = ()
    also: tuple[str, ...] = ()


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
            also=tuple(row.get("also", ())),
        )
        for code, row in document["code"].items()
    }


def find_code(name: ListName, text: str) -> ListedCode | None:
    """Return the value of a list that a text names, in any case; None if there is none.

    A text is its code, label, IRI or other name. The scheme of an address, a slash at its end, and whether it leads to
    the summary of a licence or to its text make no difference.

    >>> find_code("licence", "CC-BY/4.0").iri
    'http://dcat-ap.de/def/licenses/cc-by/4.0'
    >>> find_code("frequency", "http://publications.europa.eu/resource/authority/frequency/DAILY").code
    'DAILY'
    >>> find_code("frequency", "täglich").code
    'DAILY'
    >>> find_code("licence", "https://creativecommons.org/licenses/by/4.0/deed.de").code
    'cc-by/4.0'
    >>> find_code("frequency", "sometimes") is None
    True
    """
    return _by_spelling(name).get(_fold(text))


def _fold(text: str) -> str:
    """Return a spelling without what makes no difference."""
    folded = " ".join(text.casefold().split())
    scheme, mark, rest = folded.partition("://")
    if not mark or scheme not in {"http", "https"}:
        return folded
    # EU Vocabularies were the Metadata Registry once.
    current = rest.replace("publications.europa.eu/mdr/authority/", "publications.europa.eu/resource/authority/", 1)
    return _LAYER.sub("", current.removeprefix("www.")).rstrip("/")


def find_language(tag: str) -> str | None:
    """Return the IRI of the language of a tag (BCP 47), by its first part; None if the EU vocabulary has none for it.

    A tag of three letters is a code of ISO 639-3, which the vocabulary has in capitals, or a bibliographic code of ISO
    639-2. Also a label, and the IRI of a language in a list that catalogues refer to.

    >>> find_language("de-AT"), find_language("gsw"), find_language("xx")
    ('http://publications.europa.eu/resource/authority/language/DEU', \
'http://publications.europa.eu/resource/authority/language/GSW', None)
    >>> find_language("http://id.loc.gov/vocabulary/iso639-2/ger") == find_language("ger") == find_language("de")
    True
    """
    first = _LANGUAGES.sub("", tag.strip()).partition("-")[0].partition("_")[0]
    base = read_codes("language")["de"].iri.removesuffix("DEU")
    known = find_code("language", first) or find_code("language", base + first)
    if known:
        return known.iri
    return base + first.upper() if len(first) == 3 and first.isascii() and first.isalpha() else None


def find_file_type(text: str) -> ListedCode | None:
    """Return the file type that a text means: a media type or its IRI at IANA, a code, a name or an ending; or None.

    >>> find_file_type("text/csv; charset=utf-8").code, find_file_type(".geojson").code
    ('CSV', 'GEOJSON')
    >>> find_file_type("ESRI Shapefile").code, find_file_type("HttpData-PULL") is None
    ('SHP', True)
    """
    word = text.partition(";")[0].strip().lower()
    media = _MEDIA_TYPES.sub("", word)
    return _by_media_type().get(media) or find_code("file-type", word.removeprefix("."))


def find_area(iri: str) -> str | None:
    """Return the name of a German area by its IRI: of a state, or of a city that is a district; None for another one.

    Such a city has the key of its district, filled up with zeros, as a municipality too.

    >>> find_area("http://dcat-ap.de/def/politicalGeocoding/municipalityKey/09162000")
    'München'
    """
    found = _AREA.fullmatch(iri)
    if found is None:
        return None
    key = found[1]
    return _read_areas().get(key if len(key) == 2 or key[5:].strip("0") else key[:5])


@cache
def _read_areas() -> Mapping[str, str]:
    document = tomllib.loads(resources.read_text("vocab", "codes", "area.toml"))
    return {**document["states"], **document["cities"]}


@cache
def _by_spelling(name: ListName) -> Mapping[str, ListedCode]:
    codes = read_codes(name).values()
    others = {_fold(other): code for code in codes for other in (*code.labels.values(), *code.also)}
    return others | {_fold(spelling): code for code in codes for spelling in (code.iri, code.code)}


@cache
def _by_media_type() -> Mapping[str, ListedCode]:
    return {kind: code for code in read_codes("file-type").values() for kind in code.media_types}
