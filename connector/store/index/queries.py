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

import tantivy

from connector.ports.broker_store import EVERYBODY, Entry
from connector.ports.search_index import CHANGED_WITHIN, STALE, Facet, Query
from connector.store.index.documents import (
    ENGLISH,
    GERMAN,
    PLACED,
    choose_part,
    cut_part,
    fold_place,
    make_schema,
    name_level,
    stem,
)
from connector.store.index.typed import TypedPart
from connector.store.words import words

# What a word is worth at each level: as typed, as its stem, as the beginning of a word, and as a similar word.
_EXACT = {"title": 10.0, "keyword": 6.0, "name": 4.0, "description": 2.0}
_BEGUN = {"title": 5.0, "keyword": 3.5, "name": 2.5, "description": 0.75}
_SIMILAR = {"title": 3.0, "keyword": 2.0, "name": 1.0, "description": 0.375}
_STEMS = {"title": 8.0, "body": 1.5}
_ALIKE = {"title": 2, "body": 1}
_PART, _SIMILAR_PART = 4.0, 1.0
# A shorter prefix would expand to a large part of the words of all descriptions.
_BEGUN_LEAST = {"title": 1, "keyword": 1, "name": 2, "description": 3}
_SIMILAR_LEAST, _SIMILAR_TWICE, _SIMILAR_PART_LEAST, _SIMILAR_MOST = 4, 8, 6, 30
# What a word adds that an entry has in other forms than the best one.
_OTHER_FORMS = 0.125
_LIKE_WORDS, _LIKE_TERMS = 48, 25
# Among so few entries a word is not common because half of them have it.
_FEW = 40
# Fewer letters end too many words by chance.
_END_LEAST = 6
_SAME_THEME = 1.0

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
    parts: Sequence[TypedPart], *, similar: bool, apart: Mapping[str, Sequence[Split]] = NOT_APART
) -> list[Clause]:
    """Return the clauses of what was typed; `similar` admits similar words too, `apart` the splits of a word."""
    return [
        (_NOT, _match_phrase(part) if part.phrase else _match_forms(part.words[0]))
        if part.excluded
        else (
            _MUST,
            _match_phrase(part) if part.phrase else _match_word(part, apart.get(part.words[0], ()), similar=similar),
        )
        for part in parts
    ]


def make_filter_clauses(query: Query, *, without: Facet | None = None) -> list[Clause]:
    """Return the clauses of the filters, `without` the one of a facet."""
    clauses = [_see(query.visible)]
    if query.hidden:
        clauses.append((_NOT, any_of(Facet.PARTICIPANT, query.hidden)))
    if not query.tests:
        clauses.append((_NOT, term("test", 1)))
    if query.rows is not None:
        clauses.append(_require(tantivy.Query.term_set_query(make_schema(), "row", list(query.rows))))
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


def _see(visible: AbstractSet[int]) -> Clause:
    """Return the clause of the visible classes.

    What everybody sees is most of an index: it is told by what is not restricted, which is looked up for results alone.
    """
    classes = [term("visibility", number) for number in sorted(visible) if number != EVERYBODY]
    if EVERYBODY not in visible:
        return _require(tantivy.Query.boolean_query([(_SHOULD, one) for one in classes]))
    return _NOT, tantivy.Query.boolean_query([(_MUST, term("restricted", 1)), *((_NOT, one) for one in classes)])


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


def make_topic_clauses(topics: Sequence[str]) -> list[Clause]:
    """Return the clauses for entries that have some of the topics: two if there are three or more."""
    found = [(_SHOULD, _match_word(TypedPart((topic,)), (), similar=False)) for topic in topics]
    return [(_MUST, tantivy.Query.boolean_query(found, minimum_number_should_match=count_needed(topics)))]


def list_like_words(like: Entry) -> list[str]:
    """Return the words by which entries resemble one: first those of its titles, then of keywords and descriptions."""
    texts = (*like.titles.values(), *like.keywords, *like.descriptions.values())
    return list(dict.fromkeys(word for text in texts for word in words(text)))[:_LIKE_WORDS]


def match_stem(word: str, worth: float) -> tantivy.Query:
    """Return the query for a word in any of its forms; in a title it is worth twice as much."""
    return tantivy.Query.disjunction_max_query(list(_list_stems(word, _ALIKE, worth)))


def make_like_clauses(like: Entry, counts: Sequence[tuple[str, int]], total: int) -> list[Clause]:
    """Return the clauses for entries that resemble one: they share its rarer words, and count more with its themes.

    `counts` has each word with the number of entries that have it, of `total` ones: only of those that are seen.
    """
    rare = sorted((count, word) for word, count in counts if 0 < 2 * count < max(total, _FEW))[:_LIKE_TERMS]
    shared = [(_SHOULD, match_stem(word, _measure_rarity(count, total))) for count, word in rare]
    resembling = tantivy.Query.boolean_query(shared) if shared else tantivy.Query.empty_query()
    themes = [(_SHOULD, _worth(term(f"is_{Facet.THEME}", theme), _SAME_THEME)) for theme in like.themes]
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
    found = list(_list_forms(word))
    if len(word) >= _END_LEAST:
        found += _list_parts(word)
    if first:
        found += [_begin(level, word) for level in ("title", "keyword")]
    return tantivy.Query.disjunction_max_query(found, 0.1)


def _match_split(split: Split) -> tantivy.Query:
    clauses = [(_MUST, match_part(word, first=at == 0)) for at, word in enumerate(split)]
    return tantivy.Query.boolean_query(clauses)


def _match_word(part: TypedPart, splits: Sequence[Split], *, similar: bool) -> tantivy.Query:
    word = part.words[0]
    found = [*_list_forms(word), *_list_parts(word), *map(_match_split, splits)]
    if part.prefix:
        found += [_begin(level, word) for level, least in _BEGUN_LEAST.items() if len(word) >= least]
    distance = find_distance(word) if similar else 0
    if distance:
        found += [_worth(_resemble(name, word, distance), worth) for name, worth in _SIMILAR.items()]
    if distance and len(word) >= _SIMILAR_PART_LEAST:
        found.append(_worth(_resemble("parts", cut_part(word), distance, begun=True), _SIMILAR_PART))
    return tantivy.Query.disjunction_max_query(found, _OTHER_FORMS)


def _match_forms(word: str) -> tantivy.Query:
    return tantivy.Query.disjunction_max_query(list(_list_forms(word)))


def _list_forms(word: str) -> Iterable[tantivy.Query]:
    """Yield the queries for a word as it was typed, and for its stems."""
    for level, worth in _EXACT.items():
        yield _worth(term("exact", name_level(level, word)), worth)
    yield from _list_stems(word, _STEMS)


def _list_stems(word: str, worths: Mapping[str, float], factor: float = 1.0) -> Iterable[tantivy.Query]:
    """Yield the queries for the stems of a word at each level; often it has the same one in both languages."""
    for one in dict.fromkeys(stem(word, language) for language in (GERMAN, ENGLISH)):
        for level, worth in worths.items():
            yield _worth(term("stem", name_level(level, one)), worth * factor)


def _begin(level: str, word: str) -> tantivy.Query:
    """Return the query for words of a level that begin with one."""
    return _worth(_resemble("exact", name_level(level, word), 0, begun=True), _BEGUN[level])


def _list_parts(word: str) -> Iterable[tantivy.Query]:
    """Yield the query for longer words that have a word, or its stem if it is long enough, as a part."""
    begun = choose_part(word)
    if begun:
        yield _worth(_resemble("parts", begun, 0, begun=True), _PART)


def _match_phrase(part: TypedPart) -> tantivy.Query:
    if len(part.words) == 1:
        found = {name: term(name, part.words[0]) for name in _EXACT}
    else:
        found = {name: tantivy.Query.phrase_query(make_schema(), name, list(part.words)) for name in _EXACT}
    return tantivy.Query.disjunction_max_query([_worth(query, _EXACT[name]) for name, query in found.items()])


def _resemble(field: str, word: str, distance: int, *, begun: bool = False) -> tantivy.Query:
    """Return the query for words at most so many letters away from one, or that begin so."""
    return tantivy.Query.fuzzy_term_query(make_schema(), field, word, distance, True, begun)


def _worth(query: tantivy.Query, worth: float) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, worth)
