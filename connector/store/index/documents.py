"""An entry as a document of the index: its schema, its analysis of German and English, and its parts of compounds.

Texts are folded first (`words`), so that every field agrees on what a word is. Stems are those of the language of a
text; a text without a language has those of both. All forms of words are in one field, so that one pass finds the
entries that have any form of a word. A search reads each list of the entries that have a form: so a word is written
once for an entry, at the best level at which the entry has it, and once for its stem. A part that a stem tells as well
is written apart, so that no search reads both. Whoever changes what is written here raises the `LAYOUT` of `folders`.
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import StrEnum
from functools import cache, lru_cache
from itertools import chain

import tantivy

from connector.ports.broker_store import EVERYBODY, Entry
from connector.ports.search_index import Facet
from connector.protocol import dcat
from connector.store.words import words

GERMAN, ENGLISH = "de", "en"
COUNTED = (
    Facet.THEME,
    Facet.PUBLISHER,
    Facet.PARTICIPANT,
    Facet.LICENCE,
    Facet.PURPOSE,
    Facet.FORMAT,
    Facet.LANGUAGE,
    Facet.FREQUENCY,
    Facet.ACCESS,
    Facet.DATA_CLASS,
    Facet.PLACE,
    Facet.PRICE,
)
"""The facets whose values are in the index and are counted there."""

ALLOWED = "allowed"
"""The field with all purposes of an entry as one value: most allow some dozens, and would be counted for each."""

PLACED = "placed"
"""The field by which places are filtered: their names and IRIs, folded, so that people need not spell as providers."""

MARK = 0
"""The row of the one document that is no entry: its `seq` is the change number of the commit.

Its `change` is that of the last change that everybody sees, among those for everybody."""

SEPARATOR = "\x1f"
"""Between the folded and the written form of a suggestion, and between purposes."""

PART_FROM, PART_LEAST = 3, 4
"""A part of a compound begins after so many letters, and has at least so many."""


class FormLevel(StrEnum):
    """Where an entry has a form of a word: texts, from the best one on, stems, and the parts of compounds.

    `WHOLE` are words of titles and keywords whose stem tells each beginning of them; they are no `PART`.
    """

    TITLE = "title"
    KEYWORD = "keyword"
    NAME = "name"
    DESCRIPTION = "description"
    TITLE_STEM = "title-stem"
    KEYWORD_STEM = "keyword-stem"
    BODY_STEM = "body-stem"
    PART = "part"
    WHOLE = "whole"


SIGNS: Mapping[FormLevel, str] = dict(zip(FormLevel, (*"tkndTKB", "part", "whole"), strict=True))
"""With what a form of each level begins. Folded words have no capital and no colon.

Those of parts are so long that no slip of two letters makes another one of them."""

_PART_LENGTH, _PARTED_WORDS = 24, 64
_SUGGESTED, _SUGGESTED_LENGTH = 40, 80
_OPEN = 2**62
_ROW_BITS, _LONG_TITLE = 31, 20
TEXTS = (FormLevel.TITLE, FormLevel.KEYWORD, FormLevel.NAME, FormLevel.DESCRIPTION)
"""The levels that are texts; each has a field of its own too, with the places of words."""


@cache
def make_schema() -> tantivy.Schema:
    """Return the schema of the index."""
    builder = tantivy.SchemaBuilder()
    # tantivy 0.27 deletes by signed numbers and texts only: a deletion by an unsigned number deletes nothing.
    builder.add_integer_field("row", indexed=True, fast=True)
    builder.add_integer_field("seq", fast=True)
    builder.add_integer_field("change", fast=True)
    builder.add_integer_field("visibility", indexed=True)
    builder.add_integer_field("restricted", indexed=True)
    for level in TEXTS:
        builder.add_text_field(level, tokenizer_name="words", index_option="position")
    builder.add_text_field("forms", tokenizer_name="words", index_option="basic")
    for name in (*(name_counted(facet) for facet in COUNTED), "sort"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    for name in (f"is_{Facet.KEYWORD}", f"is_{Facet.PURPOSE}", PLACED, "suggested"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    for name in ("changed", "begins", "ends", "test"):
        builder.add_integer_field(name, indexed=True, fast=True)
    builder.add_integer_field("newest", fast=True)
    builder.add_float_field("weight", fast=True)
    return builder.build()


def name_counted(facet: Facet) -> str:
    """Return the field in which the values of a facet are counted."""
    return ALLOWED if facet is Facet.PURPOSE else f"is_{facet}"


@cache
def _stemmer(language: str) -> tantivy.TextAnalyzer:
    name = "german" if language == GERMAN else "english"
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).filter(tantivy.Filter.stemmer(name)).build()


def register(index: tantivy.Index) -> None:
    """Tell an index how its fields are analysed."""
    index.register_tokenizer("words", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())


# Results of one page, and pages of one search, repeat their words.
@lru_cache(16_384)
def stem(word: str, language: str) -> str:
    """Return the stem of a folded word."""
    return (_stemmer(language).analyze(word) or [word])[0]


def list_parts(folded: Iterable[str]) -> list[str]:
    """Return the words and the parts of compounds with which a query can find them: each end of a long word.

    >>> list_parts(["luftqualitat"])[:3]
    ['luftqualitat', 'tqualitat', 'qualitat']
    """
    found: dict[str, None] = {}
    long = [word for word in dict.fromkeys(folded) if len(word) >= PART_LEAST]
    for word in long[:_PARTED_WORDS]:
        begins = (0, *range(PART_FROM, len(word) - PART_LEAST + 1))
        found |= dict.fromkeys(word[begin : begin + _PART_LENGTH] for begin in begins)
    return list(found)


def cut_part(word: str) -> str:
    """Return as much of a word as the parts have."""
    return word[:_PART_LENGTH]


def choose_part(word: str) -> str:
    """Return what the parts of longer words begin with if they have a word: its stem, or itself if that is too short.

    Empty if the word is too short for a part.

    >>> choose_part("dacher"), choose_part("rad")
    ('dach', '')
    """
    begun = stem(word, GERMAN)
    begun = begun if len(begun) >= PART_LEAST else word
    return cut_part(begun) if len(begun) >= PART_LEAST else ""


def make_mark(seq: int, change: int) -> tantivy.Document:
    """Return the document that says up to which change number a commit goes: of the record, and for everybody."""
    mark = tantivy.Document()
    mark.add_integer("row", MARK)
    # It has no class: nobody sees what is restricted and of no visible class.
    mark.add_integer("restricted", 1)
    mark.add_integer("seq", seq)
    mark.add_integer("change", change)
    return mark


def list_names(entry: Entry) -> list[str]:
    """Return the names in an entry that words can find beside its texts: of publisher, themes, places and formats."""
    labels = chain.from_iterable(map(_name_theme, entry.themes))
    return [entry.publisher, *labels, *entry.statements.places, *entry.statements.formats]


@lru_cache(256)
def _name_theme(theme: str) -> tuple[str, ...]:
    return tuple(dcat.label_theme(theme).values()) or (theme,)


def make_document(entry: Entry) -> tantivy.Document:
    """Return the document of a present entry."""
    made = tantivy.Document()
    made.add_integer("row", entry.row)
    made.add_integer("change", entry.change)
    made.add_integer("visibility", entry.visibility)
    if entry.visibility != EVERYBODY:
        made.add_integer("restricted", 1)
    titles = {language: words(text) for language, text in entry.titles.items()}
    keywords = [words(text) for text in entry.keywords]
    names = [words(text) for text in list_names(entry)]
    descriptions = {language: words(text) for language, text in entry.descriptions.items()}
    folded = {"title": titles.values(), "keyword": keywords, "name": names, "description": descriptions.values()}
    for name, texts in folded.items():
        for text in texts:
            made.add_text(name, " ".join(text))
    # Keywords and names have no language.
    stems = {
        FormLevel.TITLE_STEM: _list_stems(titles),
        FormLevel.KEYWORD_STEM: _list_stems({"": list(chain.from_iterable(keywords))}),
        FormLevel.BODY_STEM: [*_list_stems(descriptions), *_list_stems({"": list(chain.from_iterable(names))})],
    }
    told = {*stems[FormLevel.TITLE_STEM], *stems[FormLevel.KEYWORD_STEM]}
    whole = [word for text in (*titles.values(), *keywords) for word in text]
    made.add_text(
        "forms",
        " ".join(
            chain(
                _name_best({FormLevel(name): chain.from_iterable(texts) for name, texts in folded.items()}),
                _name_best(stems),
                _name_parts(list_parts(whole), told),
            )
        ),
    )
    for suggested in _list_suggested(entry):
        made.add_text("suggested", suggested)
    _add_values(made, entry)
    return made


def name_form(level: FormLevel, word: str) -> str:
    """Return how a word, a stem or a part is written that an entry has at a level.

    >>> name_form(FormLevel.TITLE, "baum"), name_form(FormLevel.BODY_STEM, "baum")
    ('t:baum', 'B:baum')
    """
    return f"{SIGNS[level]}:{word}"


def _name_best(levels: Mapping[FormLevel, Iterable[str]]) -> Iterator[str]:
    """Yield the forms of the words of all levels, the best level first, each word at its best level alone."""
    seen: set[str] = set()
    for level, found in levels.items():
        fresh = [word for word in dict.fromkeys(found) if word not in seen]
        seen.update(fresh)
        yield from (name_form(level, word) for word in fresh)


def _name_parts(parts: Iterable[str], told: AbstractSet[str]) -> Iterator[str]:
    """Yield the forms of parts. `told` are the stems of titles and keywords."""
    for part in parts:
        is_told = any(one in told and _tells(one, part) for one in {stem(part, GERMAN), stem(part, ENGLISH)})
        yield name_form(FormLevel.WHOLE if is_told else FormLevel.PART, part)


# The words of titles and keywords repeat themselves from offer to offer.
@lru_cache(16_384)
def _tells(stemmed: str, word: str) -> bool:
    """Return whether the stem of a word begins with all that a query makes of a beginning of the word."""
    if not word.startswith(stemmed) or len(word) == _PART_LENGTH:
        return False
    return all(
        stemmed.startswith(choose_part(word[:end])) for end in range(max(len(stemmed), PART_LEAST), len(word) + 1)
    )


def _list_stems(texts: Mapping[str, Iterable[str]]) -> list[str]:
    """Return the stems of the words of texts by language tag, in German or English; without one of both, in both."""
    found: list[str] = []
    for tag, text in texts.items():
        language = tag.partition("-")[0]
        for spoken in (language,) if language in {GERMAN, ENGLISH} else (GERMAN, ENGLISH):
            found += [stem(word, spoken) for word in text]
    return found


def _add_values(made: tantivy.Document, entry: Entry) -> None:
    """Add what filters, counts and orders read."""
    stated = entry.statements
    values: dict[Facet, tuple[str, ...]] = {
        Facet.THEME: entry.themes,
        Facet.PUBLISHER: (entry.publisher,),
        Facet.PARTICIPANT: (entry.participant,),
        Facet.KEYWORD: entry.keywords,
        Facet.LICENCE: stated.licences,
        Facet.PURPOSE: stated.purposes,
        Facet.FORMAT: stated.formats,
        Facet.LANGUAGE: stated.languages or tuple({tag.partition("-")[0] for tag in entry.titles} - {"und"}),
        Facet.FREQUENCY: (stated.frequency,) if stated.frequency else (),
        Facet.ACCESS: (stated.access_rights,) if stated.access_rights else (),
        Facet.DATA_CLASS: (stated.data_class,) if stated.data_class else (),
        Facet.PLACE: tuple(filter(_is_name, stated.places)) or stated.places,
        Facet.PRICE: stated.prices,
    }
    for facet, texts in values.items():
        for text in dict.fromkeys(texts):
            made.add_text(f"is_{facet}", text)
    if stated.purposes:
        made.add_text(ALLOWED, SEPARATOR.join(stated.purposes))
    for place in dict.fromkeys(map(fold_place, stated.places)):
        made.add_text(PLACED, place)
    # A date in the future does not come before what has changed.
    changed = min(stated.modified or stated.issued or entry.changed_at, entry.changed_at)
    made.add_integer("changed", changed)
    made.add_integer("newest", _order_newest(changed, entry.row))
    made.add_float("weight", weigh(entry))
    if stated.begins is not None or stated.ends is not None:
        made.add_integer("begins", -_OPEN if stated.begins is None else stated.begins)
        made.add_integer("ends", _OPEN if stated.ends is None else stated.ends)
    if entry.is_test:
        made.add_integer("test", 1)
    first = next((entry.titles[tag] for tag in (GERMAN, ENGLISH, *entry.titles) if tag in entry.titles), "")
    # No two entries have the same place in an order: what comes first never depends on where the library keeps them.
    made.add_text("sort", f"{' '.join(words(first))[:_SUGGESTED_LENGTH]}{SEPARATOR}{entry.row:012}")


def _order_newest(changed: int, row: int) -> int:
    """Return a number that orders by seconds, then by rows."""
    return (max(changed, 0) // 1000 << _ROW_BITS) + min(row, (1 << _ROW_BITS) - 1)


def weigh(entry: Entry) -> float:
    """Return by how much more an entry is worth than its words: a little for a short title, and a trace of its own.

    By the trace, a hash, few entries have the same score: a score that many had would be costly to order.
    """
    title = min(len(words(text)) for text in entry.titles.values()) if entry.titles else _LONG_TITLE
    # Those that are possibly one have one trace: they come one after the other.
    name = entry.likenesses[0] if entry.likenesses else f"{entry.participant} {entry.id}"
    trace = zlib.crc32(name.encode("utf-8", "replace")) / 2**32
    return 0.1 / (1 + min(title, _LONG_TITLE)) + 0.004 * trace


def fold_place(text: str) -> str:
    """Return the name or the IRI of a place as it is filtered by.

    >>> fold_place("Köln"), fold_place("http://places.example/1")
    ('koln', 'http places example 1')
    """
    return " ".join(words(text))


def _is_name(place: str) -> bool:
    """Return whether a place is stated by its name; its IRI beside it would be counted as another place."""
    return "://" not in place and not place.startswith("urn:")


def _list_suggested(entry: Entry) -> Iterable[str]:
    """Return what an entry lets suggest: titles, keywords, publisher and the words of titles, as folded and written."""
    single = (word.strip(".,;:()„“\"'") for title in entry.titles.values() for word in title.split())
    long = (word for word in single if len(word) >= PART_LEAST)
    texts = (*entry.titles.values(), *entry.keywords, entry.publisher, *long)
    shown = dict.fromkeys(text for text in texts if len(text) <= _SUGGESTED_LENGTH)
    return [f"{' '.join(words(text))}{SEPARATOR}{text}" for text in list(shown)[:_SUGGESTED]]
