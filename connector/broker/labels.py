"""The values of facets in words: what people read, and what they may write instead of a code or an IRI."""

from functools import cache

from connector.broker.reading.statements import name_format, name_licence
from connector.broker.reading.terms import name_purposes
from connector.language.catalogue import LANGUAGES, find_sentence
from connector.ports.search_index import CHANGED_WITHIN, CURRENT, STALE, Facet
from connector.protocol import dcat
from connector.semantic.codes import ListName, find_file_type, read_codes

FREQUENCIES = (
    "CONT",
    "UPDATE_CONT",
    "HOURLY",
    "DAILY",
    "WEEKLY",
    "MONTHLY",
    "QUARTERLY",
    "ANNUAL_2",
    "ANNUAL",
    "IRREG",
    "NEVER",
    "UNKNOWN",
)
CLASSES = ("open", "internal", "confidential", "personal")
"""The classes of data that an asset states."""

_LANGUAGES = ("de", "en", "fr", "nl", "it", "es", "pl", "cs", "da", "tr")
_KNOWN: dict[Facet, tuple[str, ...]] = {
    Facet.FREQUENCY: FREQUENCIES,
    Facet.ACCESS: ("PUBLIC", "RESTRICTED", "NON_PUBLIC"),
    Facet.DATA_CLASS: CLASSES,
    Facet.PRICE: ("free", "paid"),
    Facet.FRESHNESS: (CURRENT, STALE),
    Facet.CHANGED: tuple(CHANGED_WITHIN),
    Facet.LANGUAGE: _LANGUAGES,
}


_LISTS: dict[Facet, ListName] = {Facet.FREQUENCY: "frequency", Facet.LANGUAGE: "language"}


def label_value(facet: Facet, value: str) -> dict[str, str]:
    """Return a value of a facet in words, by language; nothing if it has no other words.

    >>> label_value(Facet.FREQUENCY, "DAILY")
    {'de': 'täglich', 'en': 'daily'}
    """
    if facet is Facet.THEME:
        return dcat.label_theme(value)
    if facet is Facet.PURPOSE:
        return name_purposes().get(value, {})
    if facet is Facet.LICENCE:
        return _label_licences().get(value, {})
    if facet is Facet.FORMAT:
        known = find_file_type(value)
        return dict(known.labels) if known else {}
    if value not in _KNOWN.get(facet, ()):
        return _label_code(facet, value)
    found = {language: find_sentence(language, f"search.{facet}-{value}") for language in LANGUAGES}
    return {language: sentence for language, sentence in found.items() if sentence}


def find_value(facet: Facet, text: str) -> str:
    """Return the value of a facet that a text means: by its code, its IRI or its label; another text means itself.

    >>> find_value(Facet.FREQUENCY, "Täglich"), find_value(Facet.FORMAT, "csv"), find_value(Facet.PUBLISHER, "Stadt")
    ('DAILY', 'CSV', 'Stadt')
    """
    if facet is Facet.FORMAT:
        return name_format(text)
    if facet is Facet.LICENCE:
        return name_licence(text)
    if facet is Facet.PLACE:
        return dcat.name_area(text) if dcat.is_area_key(text) else text
    return _list_words(facet).get(text.strip().casefold(), text)


def _label_code(facet: Facet, value: str) -> dict[str, str]:
    """Return the label of a value that only the code list has."""
    known = read_codes(_LISTS[facet]).get(value) if facet in _LISTS else None
    return dict(known.labels) if known else {}


@cache
def _label_licences() -> dict[str, dict[str, str]]:
    return {code.iri: dict(code.labels) for code in read_codes("licence").values()}


@cache
def _list_words(facet: Facet) -> dict[str, str]:
    """Return what people may write, in lower case, with the value that it means."""
    values: dict[str, str] = {value: value for value in _KNOWN.get(facet, ())}
    if facet is Facet.THEME:
        values = {code: dcat.to_theme(code) for code in sorted(dcat.THEMES)}
    elif facet is Facet.PURPOSE:
        values = {spelling: iri for iri in name_purposes() for spelling in (iri, iri.rpartition("#")[2])}
        values |= {f"dpv:{name}": iri for name, iri in values.items() if "#" not in name}
    labels = {label: value for value in values.values() for label in label_value(facet, value).values()}
    return {word.casefold(): value for word, value in (labels | values).items()}
