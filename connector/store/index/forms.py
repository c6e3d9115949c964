"""A word of a query in all its forms: as it was typed, its stems, the beginning or a part of a longer word.

What a word costs is mostly the lists of entries that are read. So one pass of an automaton marks the entries that have
any form, without the lists whose entries are in another one: a word as it is always has its stem beside it, and a part
that a stem tells is no part. What a form is worth beyond that is looked up for the results alone: for those of several
words, these are few. The worths are additions, each for what a form is more than the next one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import tantivy

from connector.store.index.documents import (
    ENGLISH,
    GERMAN,
    TEXTS,
    FormLevel,
    choose_part,
    make_schema,
    name_form,
    stem,
)
from connector.store.words import HIGH

# In any form an entry has a word; then as a part of a word of its title or keywords; then as its stem or as it is.
_ANY, _PART = 0.75, 3.25
_ADDED: Mapping[FormLevel, float] = {
    FormLevel.TITLE: 2.0,
    FormLevel.KEYWORD: 1.25,
    FormLevel.NAME: 2.5,
    FormLevel.DESCRIPTION: 0.5,
    FormLevel.TITLE_STEM: 7.25,
    FormLevel.KEYWORD_STEM: 4.0,
    FormLevel.BODY_STEM: 0.75,
}
STEMS = (FormLevel.TITLE_STEM, FormLevel.KEYWORD_STEM, FormLevel.BODY_STEM)
# A shorter beginning would be that of a large part of the words of all descriptions.
_BEGUN_LEAST = {FormLevel.NAME: 2, FormLevel.DESCRIPTION: 3}
_HEADS, _HEAD_STEMS = (FormLevel.TITLE, FormLevel.KEYWORD), (FormLevel.TITLE_STEM, FormLevel.KEYWORD_STEM)
_REMEMBERED = 256
# What a word goes on with, by its first letter. The library makes an automaton of bytes of each pattern, and that can
# cost more than the search: letters of two bytes cost a tenth of a `.`, and one serves all beginnings.
_LOW, _HIGH = rf"[\x00-\x{{{HIGH - 1:x}}}]", rf"[\x{{{HIGH:x}}}-\x{{10ffff}}]"

_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


def match_word(searcher: tantivy.Searcher, word: str, *, begun: bool, alone: bool) -> tantivy.Query:
    """Return the query for a folded word in all its forms; with `begun` also as the beginning of words.

    `alone` says that nothing else restricts the search: then each form is read as a whole, in place of looked up for
    each result. It changes no score.
    """
    any_form, part = worth(mark_word(word, begun=begun), _ANY), _match_part(word, begun=begun)
    added = [worth(part, _PART)] if part else []
    added += [_match_best(names, amount) for names, amount in _list_worths(searcher, word)]
    if alone:
        return tantivy.Query.boolean_query([(_MUST, any_form), *((_SHOULD, query) for query in added)])
    for query in added:
        any_form = tantivy.Query.boolean_query([(_MUST, any_form), (_SHOULD, query)])
    return any_form


def mark_word(word: str, *, begun: bool) -> tantivy.Query:
    """Return the query for the entries that have a folded word in any form, whatever it is worth.

    A word as it is needs no list of its own: each entry with it has its stem too.
    """
    part, stems = choose_part(word), _list_stems_of(word)
    whole = [
        name_form(level, one)
        for one in stems
        for level in STEMS
        if not (part and one.startswith(part) and level is not FormLevel.BODY_STEM)
    ]
    longer = [name_form(level, word) for level, least in _BEGUN_LEAST.items() if begun and len(word) >= least]
    if begun and not part:
        longer += _list_names(_HEADS, word)
    return _match_begun(word, _list_names((FormLevel.PART, *_HEAD_STEMS), part) if part else [], longer, whole)


def _list_worths(searcher: tantivy.Searcher, word: str) -> list[tuple[Sequence[str], float]]:
    """Return the forms of a word that the index has, of each level, with what they add."""
    counts = {
        level: {name: searcher.doc_freq("forms", name) for name in names} for level, names in _list_forms(word).items()
    }
    worths = {
        level: ([name for name, number in found.items() if number], _ADDED[level]) for level, found in counts.items()
    }
    exact, stemmed = (list(counts[level].values()) for level in (FormLevel.TITLE, FormLevel.TITLE_STEM))
    if exact == stemmed:
        # All who have the one stem have the word as it is: then one list tells both.
        names, amount = worths[FormLevel.TITLE_STEM]
        worths[FormLevel.TITLE_STEM] = names, amount + _ADDED[FormLevel.TITLE]
        del worths[FormLevel.TITLE]
    return [(names, amount) for names, amount in worths.values() if names]


def list_exact(word: str) -> Iterator[tuple[FormLevel, tantivy.Query]]:
    """Yield the queries for a word as it is and for its stems, each with its level."""
    for level, names in _list_forms(word).items():
        yield from ((level, form(name)) for name in names)


def list_stems(word: str) -> Iterator[tuple[FormLevel, tantivy.Query]]:
    """Yield the queries for the stems of a word, each with its level."""
    return ((level, query) for level, query in list_exact(word) if level in STEMS)


def form(name: str) -> tantivy.Query:
    """Return the query for one form of a word."""
    return tantivy.Query.term_query(make_schema(), "forms", name)


def begin(level: FormLevel, word: str) -> tantivy.Query:
    """Return the query for words of a level that begin with one."""
    return resemble("forms", name_form(level, word), 0, begun=True)


def resemble(field: str, word: str, distance: int, *, begun: bool = False) -> tantivy.Query:
    """Return the query for words at most so many letters away from one, or that begin so."""
    return tantivy.Query.fuzzy_term_query(make_schema(), field, word, distance, True, begun)


def worth(query: tantivy.Query, amount: float) -> tantivy.Query:
    """Return a query whose results are worth an amount each."""
    return tantivy.Query.const_score_query(query, amount)


def _list_forms(word: str) -> dict[FormLevel, Sequence[str]]:
    """Return the forms of a word at each level."""
    exact = {level: (name_form(level, word),) for level in TEXTS}
    return exact | {level: tuple(name_form(level, one) for one in _list_stems_of(word)) for level in STEMS}


def _list_stems_of(word: str) -> tuple[str, ...]:
    """Return the stems of a word; often it has the same one in both languages."""
    return tuple(dict.fromkeys(stem(word, language) for language in (GERMAN, ENGLISH)))


def _match_best(names: Sequence[str], amount: float) -> tantivy.Query:
    """Return the query for any of the forms of one level."""
    found = [worth(form(name), amount) for name in names]
    return found[0] if len(found) == 1 else tantivy.Query.disjunction_max_query(found)


def begin_part(part: str) -> tantivy.Query:
    """Return the query for words of titles and keywords that begin with a part, or have one in them that does."""
    return _match_begun(part, _list_names((FormLevel.PART, FormLevel.WHOLE), part))


def _match_part(word: str, *, begun: bool) -> tantivy.Query | None:
    """Return the query for a word in longer words of titles and keywords, or None if it is too short for that.

    Those that have its stem are worth more, and are not read here.
    """
    part = choose_part(word)
    if part:
        return _match_begun(word, [name_form(FormLevel.PART, part)], _list_names(_HEAD_STEMS, part))
    return _match_begun(word, [], _list_names(_HEADS, word)) if begun else None


def _list_names(levels: Iterable[FormLevel], word: str) -> list[str]:
    return [name_form(level, word) for level in levels]


def _match_begun(
    word: str, begins: Sequence[str], longer: Sequence[str] = (), whole: Sequence[str] = ()
) -> tantivy.Query:
    """Return the query for forms of a word: that begin with one of some, that are longer than one, and whole ones."""
    letter = _LOW if ord(word[0]) < HIGH else _HIGH
    begins = [*begins, *([f"({'|'.join(longer)}){letter}"] if longer else [])]
    return _match_pattern("|".join([*([f"({'|'.join(begins)}){letter}*"] if begins else []), *whole]))


@lru_cache(_REMEMBERED)
def _match_pattern(pattern: str) -> tantivy.Query:
    return tantivy.Query.regex_query(make_schema(), "forms", pattern)
