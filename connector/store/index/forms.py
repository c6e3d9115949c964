"""A word of a query in all its forms: as it was typed, its stems, the beginning or a part of a longer word.

What a word costs is mostly the entries that have it. So one pass of an automaton marks all of them, and what a form is
worth beyond that is looked up for the results alone: for those of several words, these are few. The worths are
additions, each for what a form is more than the next one: an exact word of a title has a stem there, and is a part.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import tantivy

from connector.store.index.documents import (
    ENGLISH,
    GERMAN,
    SIGNS,
    TEXTS,
    FormLevel,
    choose_part,
    make_schema,
    name_form,
    stem,
)

# In any form an entry has a word; then as a part of a word of its title or keywords; then as itself or its stem.
_ANY, _PART = 0.75, 3.25
_ADDED: Mapping[FormLevel, float] = {
    FormLevel.TITLE: 2.0,
    FormLevel.KEYWORD: 1.25,
    FormLevel.NAME: 2.5,
    FormLevel.DESCRIPTION: 0.5,
    FormLevel.TITLE_STEM: 4.0,
    FormLevel.BODY_STEM: 0.75,
}
STEMS = (FormLevel.TITLE_STEM, FormLevel.BODY_STEM)
# A shorter beginning would be that of a large part of the words of all descriptions.
_BEGUN_LEAST = {FormLevel.NAME: 2, FormLevel.DESCRIPTION: 3}
_REMEMBERED = 256

_MUST, _SHOULD = tantivy.Occur.Must, tantivy.Occur.Should


def match_word(searcher: tantivy.Searcher, word: str, *, begun: bool, alone: bool) -> tantivy.Query:
    """Return the query for a folded word in all its forms; with `begun` also as the beginning of words.

    `alone` says that nothing else restricts the search: then each form is read as a whole, in place of looked up for
    each result. It changes no score.
    """
    forms = {
        level: [name for name in names if searcher.doc_freq("forms", name)]
        for level, names in _list_forms(word).items()
    }
    part = _match_part(word, begun=begun)
    is_elsewhere = begun or any(forms[level] for level in (FormLevel.NAME, FormLevel.DESCRIPTION, *STEMS))
    if is_elsewhere:
        any_form, added = worth(_match_any(word, begun=begun), _ANY), [worth(part, _PART)]
    else:
        any_form, added = worth(part, _ANY + _PART), []
    added += [_match_best(names, _ADDED[level]) for level, names in forms.items() if names]
    if alone:
        return tantivy.Query.boolean_query([(_MUST, any_form), *((_SHOULD, query) for query in added)])
    for query in added:
        any_form = tantivy.Query.boolean_query([(_MUST, any_form), (_SHOULD, query)])
    return any_form


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
    """Return the forms of a word at each level; often it has the same stem in both languages."""
    stems = tuple(dict.fromkeys(stem(word, language) for language in (GERMAN, ENGLISH)))
    exact = {level: (name_form(level, word),) for level in TEXTS}
    return exact | {level: tuple(name_form(level, one) for one in stems) for level in STEMS}


def _match_best(names: Sequence[str], amount: float) -> tantivy.Query:
    """Return the query for any of the forms of one level."""
    found = [worth(form(name), amount) for name in names]
    return found[0] if len(found) == 1 else tantivy.Query.disjunction_max_query(found)


def _match_part(word: str, *, begun: bool) -> tantivy.Query:
    """Return the query for a word in titles and keywords: as a part of their words, or whole if it is too short."""
    part = choose_part(word)
    if part:
        return begin(FormLevel.PART, part)
    return _match_pattern(_join([FormLevel.TITLE, FormLevel.KEYWORD], word, begun=begun))


def _match_any(word: str, *, begun: bool) -> tantivy.Query:
    """Return the query for the entries that have a word in any form."""
    part = choose_part(word)
    found = [
        f"{SIGNS[FormLevel.PART]}:{part}.*" if part else _join([FormLevel.TITLE, FormLevel.KEYWORD], word, begun=begun),
        *(_join([level], word, begun=begun and len(word) >= least) for level, least in _BEGUN_LEAST.items()),
        *(name for level in STEMS for name in _list_forms(word)[level]),
    ]
    return _match_pattern("|".join(found))


def _join(levels: Iterable[FormLevel], word: str, *, begun: bool) -> str:
    """Return the pattern for a word at some levels. A folded word has letters and digits alone."""
    return f"[{''.join(SIGNS[level] for level in levels)}]:{word}" + (".*" if begun else "")


@lru_cache(_REMEMBERED)
def _match_pattern(pattern: str) -> tantivy.Query:
    return tantivy.Query.regex_query(make_schema(), "forms", pattern)
