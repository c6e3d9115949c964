"""A query of the port as one of tantivy.

Each word is searched for at every level, and the best form counts. An exact word is worth more than its stem, a stem
more than the beginning or the part of a word, and these more than a similar word. Every query has bounds: of words
(`typed`), of the terms that a prefix expands to by its length, and of the distance of similar words.

What an entry is worth depends on the entry and the query alone. How many other entries have a word does not count
(BM25), because entries that a caller does not see would change the order of those that the caller sees. All worths are
eighths, which are added without a rounding: a sum is the same in any order.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Protocol

import tantivy

from connector.ports.broker_store import EVERYBODY, Entry
from connector.ports.search_index import CHANGED_WITHIN, STALE, Facet, Query
from connector.store.index.documents import (
    MARK,
    PLACED,
    TEXTS,
    FormLevel,
    choose_part,
    cut_part,
    fold_place,
    make_schema,
    name_form,
)
from connector.store.index.forms import (
    begin,
    begin_part,
    form,
    list_exact,
    list_stems,
    mark_word,
    match_word,
    resemble,
    worth,
)
from connector.store.index.typed import TypedPart
from connector.store.words import words

# What a similar word is worth at each level, and a word of a phrase, of a split or of an entry that results resemble.
_SIMILAR = {FormLevel.TITLE: 3.0, FormLevel.KEYWORD: 2.0, FormLevel.NAME: 1.0, FormLevel.DESCRIPTION: 0.375}
_EXACT = {
    FormLevel.TITLE: 10.0,
    FormLevel.KEYWORD: 6.0,
    FormLevel.NAME: 4.0,
    FormLevel.DESCRIPTION: 2.0,
    FormLevel.TITLE_STEM: 8.0,
    FormLevel.KEYWORD_STEM: 4.0,
    FormLevel.BODY_STEM: 1.5,
}
_BEGUN = {FormLevel.TITLE: 5.0, FormLevel.KEYWORD: 3.5}
_ALIKE = {FormLevel.TITLE_STEM: 2, FormLevel.KEYWORD_STEM: 1, FormLevel.BODY_STEM: 1}
_PART, _SIMILAR_PART = 4.0, 1.0
_SIMILAR_LEAST, _SIMILAR_TWICE, _SIMILAR_PART_LEAST, _SIMILAR_MOST = 4, 8, 6, 30
# What a word adds that an entry has in other forms than the best one.
_OTHER_FORMS = 0.125
_LIKE_WORDS, _LIKE_TERMS = 48, 25
# Among so few entries a word is not common because half of them have it.
_FEW = 40
# Fewer letters end too many words by chance.
_END_LEAST = 6
_SAME_THEME = 1.0
# Numbers of classes up to which those between the visible ones are named.
_CLASSES_BETWEEN = 4096

_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot
Clause = tuple[tantivy.Occur, tantivy.Query]
Split = tuple[str, ...]
"""The parts of a compound, all of which an entry must have."""

NOT_APART: Mapping[str, Sequence[Split]] = {}


def find_distance(word: str) -> int:
    """Return how many letters of a similar word may differ.

    >>> find_distance("rad"), find_distance("wald"), find_distance("baustelle")
    (0, 1, 2)
    """
    if not _SIMILAR_LEAST <= len(word) <= _SIMILAR_MOST:
        return 0
    return 2 if len(word) >= _SIMILAR_TWICE else 1


def make_text_clauses(
    searcher: tantivy.Searcher,
    parts: Sequence[TypedPart],
    *,
    similar: bool = False,
    apart: Mapping[str, Sequence[Split]] = NOT_APART,
    ranked: bool = True,
) -> list[Clause]:
    """Return the clauses of what was typed; `similar` admits similar words too, `apart` the splits of a word.

    Those that are not `ranked` find the same entries, all of the same worth: to count them costs less.
    """
    if not ranked:
        return [_exclude(part) if part.excluded else (_MUST, _mark(part, apart, similar=similar)) for part in parts]
    return [
        _exclude(part)
        if part.excluded
        else (_MUST, _match(searcher, part, apart, similar=similar, alone=len(parts) == 1))
        for part in parts
    ]


def _exclude(part: TypedPart) -> Clause:
    found = [query for _, query in list_exact(part.words[0])]
    return _NOT, _match_phrase(part) if part.phrase else tantivy.Query.disjunction_max_query(found)


def _match(
    searcher: tantivy.Searcher,
    part: TypedPart,
    apart: Mapping[str, Sequence[Split]],
    *,
    similar: bool,
    alone: bool,
) -> tantivy.Query:
    """Return the query for a phrase, or for a word, its splits and words similar to it."""
    if part.joined:
        return _match_joined(part, partial(match_word, searcher, alone=False))
    if part.phrase:
        return _match_phrase(part)
    word = part.words[0]
    found = [match_word(searcher, word, begun=part.prefix, alone=alone), *map(_match_split, apart.get(word, ()))]
    found += _list_similar(word) if similar else []
    return found[0] if len(found) == 1 else tantivy.Query.disjunction_max_query(found, _OTHER_FORMS)


def _mark(part: TypedPart, apart: Mapping[str, Sequence[Split]], *, similar: bool) -> tantivy.Query:
    """Return the query for a phrase, or for a word, its splits and words similar to it, whatever they are worth."""
    if part.joined:
        return _match_joined(part, mark_word)
    if part.phrase:
        return _match_phrase(part)
    word = part.words[0]
    found = [mark_word(word, begun=part.prefix), *map(_match_split, apart.get(word, ()))]
    found += _list_similar(word) if similar else []
    return found[0] if len(found) == 1 else tantivy.Query.boolean_query([(_SHOULD, query) for query in found])


class _MatchWord(Protocol):
    def __call__(self, word: str, *, begun: bool) -> tantivy.Query: ...


def _match_joined(part: TypedPart, match: _MatchWord) -> tantivy.Query:
    """Return the query for letters and figures, as one word and as two."""
    letters, figures = part.words
    two = (
        _match_phrase(part)
        if part.phrase
        else tantivy.Query.boolean_query(
            [(_MUST, match(letters, begun=False)), (_MUST, match(figures, begun=part.prefix))]
        )
    )
    return tantivy.Query.disjunction_max_query([match(part.joined, begun=part.prefix), two])


def _list_similar(word: str) -> Iterable[tantivy.Query]:
    """Yield the queries for words similar to one, and for words with a similar part."""
    distance = find_distance(word)
    if not distance:
        return
    yield from (worth(resemble(level, word, distance), amount) for level, amount in _SIMILAR.items())
    if len(word) >= _SIMILAR_PART_LEAST:
        for level in (FormLevel.PART, FormLevel.WHOLE):
            part = name_form(level, cut_part(word))
            yield worth(resemble("forms", part, distance, begun=True), _SIMILAR_PART)


def make_filter_clauses(query: Query, *, without: Facet | None = None) -> list[Clause]:
    """Return the clauses of the filters, `without` the one of a facet."""
    clauses = [*_see(query.visible)]
    if query.hidden:
        clauses.append((_NOT, any_of(Facet.PARTICIPANT, query.hidden)))
    if not query.tests:
        clauses.append((_NOT, term("test", 1)))
    if query.rows is not None:
        clauses.append(_require(_any_number("row", query.rows)))
    if query.after is not None:
        clauses.append(_require(at_least("change", query.after + 1)))
    if query.begins is not None:
        clauses.append(_require(at_least("ends", query.begins)))
    if query.ends is not None:
        clauses.append(_require(_at_most("begins", query.ends)))
    for facet, values in query.filters.items():
        if facet is not without:
            clauses += _filter(facet, values, query)
    return clauses


def _see(visible: AbstractSet[int]) -> Iterable[Clause]:
    """Yield the clauses of the visible classes.

    What everybody sees is most of an index: it is told by what is not seen. That is what is restricted, or if some
    classes are visible, all other numbers of classes: those between them, and all above, also of classes that are new.
    """
    classes = [number for number in sorted(visible) if number != EVERYBODY]
    last = max(classes, default=EVERYBODY)
    if EVERYBODY not in visible:
        yield _require(_any_number("visibility", classes))
    elif not classes:
        yield _NOT, term("restricted", 1)
    elif last > _CLASSES_BETWEEN:
        yield (
            _NOT,
            tantivy.Query.boolean_query([(_MUST, term("restricted", 1)), (_NOT, _any_number("visibility", classes))]),
        )
    else:
        # A set and a range are read once, and looked up for results alone.
        yield _NOT, _any_number("visibility", sorted({*range(EVERYBODY + 1, last)} - visible))
        yield _NOT, at_least("visibility", last + 1)
        yield _NOT, term("row", MARK)


def _filter(facet: Facet, values: Sequence[str], query: Query) -> Iterable[Clause]:
    if facet is Facet.CHANGED:
        longest = max((CHANGED_WITHIN[value] for value in values if value in CHANGED_WITHIN), default=0)
        yield _require(at_least("changed", query.now - longest))
    elif facet is Facet.FRESHNESS:
        if len(set(values)) == 1:
            wanted = (_MUST if values[0] == STALE else _NOT, any_of(Facet.PARTICIPANT, query.stale))
            yield _require(tantivy.Query.boolean_query([(_MUST, tantivy.Query.all_query()), wanted]))
    elif facet is Facet.PLACE:
        yield _require(tantivy.Query.term_set_query(make_schema(), PLACED, sorted(set(map(fold_place, values)))))
    else:
        yield _require(any_of(facet, values))


def count_needed(topics: Sequence[str]) -> int:
    """Return how many of the topics an entry has to have."""
    return 2 if len(topics) > 2 else 1


def make_topic_clauses(searcher: tantivy.Searcher, topics: Sequence[str]) -> list[Clause]:
    """Return the clauses for entries that have some of the topics: two if there are three or more."""
    found = [(_SHOULD, match_word(searcher, topic, begun=False, alone=False)) for topic in topics]
    return [(_MUST, tantivy.Query.boolean_query(found, minimum_number_should_match=count_needed(topics)))]


def list_like_words(like: Entry) -> list[str]:
    """Return the words by which entries resemble one: first those of its titles, then of keywords and descriptions."""
    texts = (*like.titles.values(), *like.keywords, *like.descriptions.values())
    return list(dict.fromkeys(word for text in texts for word in words(text)))[:_LIKE_WORDS]


def match_stem(word: str, amount: float) -> tantivy.Query:
    """Return the query for a word in any of its forms; in a title it is worth twice as much."""
    return tantivy.Query.disjunction_max_query(
        [worth(query, _ALIKE[level] * amount) for level, query in list_stems(word)]
    )


def make_like_clauses(like: Entry, counts: Sequence[tuple[str, int]], total: int) -> list[Clause]:
    """Return the clauses for entries that resemble one: they share its rarer words, and count more with its themes.

    `counts` has each word with the number of entries that have it, of `total` ones: only of those that are seen.
    """
    rare = sorted((count, word) for word, count in counts if 0 < 2 * count < max(total, _FEW))[:_LIKE_TERMS]
    shared = [(_SHOULD, match_stem(word, _measure_rarity(count, total))) for count, word in rare]
    resembling = tantivy.Query.boolean_query(shared) if shared else tantivy.Query.empty_query()
    themes = [(_SHOULD, worth(term(f"is_{Facet.THEME}", theme), _SAME_THEME)) for theme in like.themes]
    return [(_MUST, resembling), *themes, (_NOT, term("row", like.row))]


def _measure_rarity(count: int, total: int) -> float:
    """Return how rare a word is, in eighths."""
    return max(math.floor(8 * math.log2(max(total, 2) / count)), 1) / 8


def join(clauses: Sequence[Clause]) -> tantivy.Query:
    """Return the query of clauses; if they only exclude, everything else matches."""
    if all(occur == _NOT for occur, _ in clauses):
        clauses = [(_MUST, tantivy.Query.all_query()), *clauses]
    return tantivy.Query.boolean_query(clauses)


def term(field: str, value: str | int) -> tantivy.Query:
    """Return the query for one value of a field."""
    return tantivy.Query.term_query(make_schema(), field, value)


def any_of(facet: Facet, values: Iterable[str]) -> tantivy.Query:
    """Return the query for entries that have one of the values of a facet."""
    return tantivy.Query.term_set_query(make_schema(), f"is_{facet}", sorted(values))


def _any_number(field: str, values: Iterable[int]) -> tantivy.Query:
    """Return the query for one of some numbers of a field."""
    return tantivy.Query.term_set_query(make_schema(), field, list(values))


def at_least(field: str, value: int) -> tantivy.Query:
    """Return the query for a number that is not below a value."""
    return tantivy.Query.range_query(make_schema(), field, tantivy.FieldType.Integer, lower_bound=value)


def _at_most(field: str, value: int) -> tantivy.Query:
    return tantivy.Query.range_query(make_schema(), field, tantivy.FieldType.Integer, upper_bound=value)


def _require(query: tantivy.Query) -> Clause:
    """Return the clause of a filter, which does not count for the score."""
    return _MUST, tantivy.Query.const_score_query(query, 0.0)


def match_part(word: str, *, first: bool) -> tantivy.Query:
    """Return the query for a part of a compound: a word or its stem, or in a longer word its beginning or its end.

    Only the first part may be a short beginning: else the letters of a slip would be parts.
    """
    found = [worth(query, _EXACT[level]) for level, query in list_exact(word)]
    part = choose_part(word) if len(word) >= _END_LEAST else ""
    if part:
        found.append(worth(begin_part(part), _PART))
    if first:
        found += [worth(begin(level, word), amount) for level, amount in _BEGUN.items()]
    return tantivy.Query.disjunction_max_query(found, 0.1)


def _match_split(split: Split) -> tantivy.Query:
    clauses = [(_MUST, match_part(word, first=at == 0)) for at, word in enumerate(split)]
    return tantivy.Query.boolean_query(clauses)


def _match_phrase(part: TypedPart) -> tantivy.Query:
    if len(part.words) == 1:
        found = {level: form(name_form(level, part.words[0])) for level in TEXTS}
    else:
        found = {level: tantivy.Query.phrase_query(make_schema(), level, list(part.words)) for level in TEXTS}
    return tantivy.Query.disjunction_max_query([worth(query, _EXACT[level]) for level, query in found.items()])
