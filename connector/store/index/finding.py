"""A search in one index: its page of rows, its total number, and its facets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import tantivy

from connector.ports.broker_store import Entry
from connector.ports.search_index import CHANGED_WITHIN, CURRENT, STALE, Counted, Facet, IndexPage, Order, Query
from connector.store.index.apart import count, list_apart, read_count, take_apart
from connector.store.index.documents import COUNTED, SEPARATOR, name_counted
from connector.store.index.queries import (
    Clause,
    Split,
    any_of,
    find_distance,
    join,
    list_like_words,
    make_filter_clauses,
    make_like_clauses,
    make_text_clauses,
    make_topic_clauses,
    match_stem,
)
from connector.store.index.typed import TypedPart, parse
from connector.store.words import words

# The values of a facet that are told, and those that are counted in each segment.
_VALUES, _COUNTED_VALUES = 30, 20_000
# Of so few results all values are read at once: most often several of them are equally frequent.
_FEW = 5_000
_SUGGEST_FROM, _SUGGEST_AMONG = 2, 200


def find(searcher: tantivy.Searcher, query: Query) -> IndexPage:
    """Search: without words everything matches, words of signs alone match nothing."""
    parts = parse(query.text)
    if query.text.strip() and not parts:
        return IndexPage(hits=(), total=0)
    shown = Query(hidden=query.hidden, visible=query.visible, tests=query.tests)
    beside = _make_like(searcher, query.like, shown) if query.like is not None else []
    beside += make_topic_clauses(searcher, query.topics) if query.topics else []
    text = [*make_text_clauses(searcher, parts), *beside]
    rows, total = _read_page(searcher, text, query)
    apart: Mapping[str, Sequence[Split]] = {}
    similar = False
    # Most words are known: whether they are not is asked only if nothing was found.
    if not total and _is_unknown(searcher, parts, shown):
        apart = take_apart(searcher, parts, make_filter_clauses(shown))
        similar = not apart
        text = [*make_text_clauses(searcher, parts, similar=similar, apart=apart), *beside]
        rows, total = _read_page(searcher, text, query)
    facets: Mapping[Facet, tuple[Counted, ...]] = {}
    if query.facets:
        marked = [*make_text_clauses(searcher, parts, similar=similar, apart=apart, ranked=False), *beside]
        facets = _count_facets(searcher, marked, query, total)
    return IndexPage(hits=rows, total=total, facets=facets, corrected=similar, apart=list_apart(apart))


def _is_unknown(searcher: tantivy.Searcher, parts: Sequence[TypedPart], shown: Query) -> bool:
    """Return whether nothing has the words as they were typed, and similar words can be searched for.

    `shown` says which entries are seen at all. Filters do not count for it: a filter that leaves nothing does not make
    the search another one.
    """
    if not any(find_distance(part.words[0]) for part in parts if not part.phrase and not part.excluded):
        return False
    clauses = [*make_text_clauses(searcher, parts, ranked=False), *make_filter_clauses(shown)]
    return count(searcher, join(clauses)) == 0


def _make_like(searcher: tantivy.Searcher, like: Entry, shown: Query) -> list[Clause]:
    """Return the clauses for entries that resemble one; rare is what few of the entries have that are seen."""
    seen = make_filter_clauses(shown)
    words_of = list_like_words(like)
    counts = [(word, count(searcher, join([*seen, (tantivy.Occur.Must, match_stem(word, 1))]))) for word in words_of]
    return make_like_clauses(like, counts, count(searcher, join(seen)))


def _read_page(
    searcher: tantivy.Searcher, text: Sequence[Clause], query: Query
) -> tuple[tuple[tuple[int, float], ...], int]:
    """Return rows with their scores and the total number. Without words the newest come first."""
    whole = join([*text, *make_filter_clauses(query)])
    if text and query.order is Order.RELEVANCE and query.after is None:
        return _read_best(searcher, whole, query.offset, query.limit)
    by, order = ("sort", tantivy.Order.Asc) if query.order is Order.TITLE else ("newest", tantivy.Order.Desc)
    if query.after is not None:
        by, order = "change", tantivy.Order.Asc
    found = searcher.search(whole, max(query.limit, 1), True, by, query.offset, order)
    rows = _read_rows(searcher, found)[: query.limit]
    return tuple((row, 0.0) for row in rows), read_count(found)


def _read_best(
    searcher: tantivy.Searcher, whole: tantivy.Query, offset: int, limit: int
) -> tuple[tuple[tuple[int, float], ...], int]:
    """Return a page of the best rows; of those with the same score the oldest row comes first.

    The library orders such rows by their places in its segments, which depend on all that was ever written. So the page
    is read with its neighbours until the scores around it are other ones, and ordered here. Few entries have one score.
    """
    around = 1
    while True:
        begin, end = max(offset - around, 0), offset + limit + around
        found = searcher.search(whole, end - begin, True, None, begin, tantivy.Order.Desc, "weight")
        scores = [float(score) for score, _ in found.hits]
        page = scores[offset - begin : offset - begin + limit]
        is_open_before = bool(page) and begin > 0 and scores[0] == page[0]
        is_open_after = bool(page) and len(scores) == end - begin and scores[-1] == page[-1]
        if not (is_open_before or is_open_after):
            break
        around *= 4
    ordered = sorted((-score, row) for score, row in zip(scores, _read_rows(searcher, found), strict=True))
    shown = ordered[offset - begin : offset - begin + limit]
    return tuple((row, -score) for score, row in shown), read_count(found)


def _read_rows(searcher: tantivy.Searcher, found: tantivy.SearchResult) -> list[int]:
    addresses = [address for _, address in found.hits]
    return [int(row or 0) for row in searcher.fast_field_values("row", addresses)] if addresses else []


def _count_facets(
    searcher: tantivy.Searcher, text: Sequence[Clause], query: Query, total: int
) -> dict[Facet, tuple[Counted, ...]]:
    """Return the values of each facet with the number of results; the filter of a facet does not count for itself."""
    shared = [facet for facet in (*COUNTED, Facet.CHANGED) if facet not in query.filters]
    whole = join([*text, *make_filter_clauses(query)])
    counted = _aggregate(searcher, whole, shared, query.now, are_few=total <= _FEW)
    for facet in (*COUNTED, Facet.CHANGED):
        if facet in query.filters:
            rest = join([*text, *make_filter_clauses(query, without=facet)])
            counted |= _aggregate(searcher, rest, [facet], query.now)
    unfiltered = [*text, *make_filter_clauses(query, without=Facet.FRESHNESS)]
    everything = count(searcher, join(unfiltered)) if Facet.FRESHNESS in query.filters else total
    outdated = (tantivy.Occur.Must, any_of(Facet.PARTICIPANT, query.stale))
    stale = count(searcher, join([*unfiltered, outdated])) if query.stale else 0
    fresh = (Counted(CURRENT, everything - stale), Counted(STALE, stale))
    counted[Facet.FRESHNESS] = tuple(value for value in fresh if value.count)
    return counted


def _aggregate(
    searcher: tantivy.Searcher, query: tantivy.Query, facets: Sequence[Facet], now: int, *, are_few: bool = False
) -> dict[Facet, tuple[Counted, ...]]:
    """Return the values of facets with their numbers.

    Which of several equally frequent values the library leaves out depends on its segments: then all are read.
    """
    if not facets:
        return {}
    ranked = [facet for facet in facets if facet not in {Facet.CHANGED, Facet.PURPOSE}]
    size = _COUNTED_VALUES if are_few else _VALUES + 1
    asked: dict[str, Any] = {facet: _ask_terms(facet, size) for facet in ranked}
    if Facet.PURPOSE in facets:
        asked[Facet.PURPOSE] = _ask_terms(Facet.PURPOSE, _COUNTED_VALUES)
    if Facet.CHANGED in facets:
        asked[Facet.CHANGED] = _ask_changed(now)
    answer = searcher.aggregate(query, asked)
    unsure = [] if are_few else [facet for facet in ranked if _is_cut_among_equals(answer[facet])]
    if unsure:
        answer |= searcher.aggregate(query, {facet: _ask_terms(facet, _COUNTED_VALUES) for facet in unsure})
    return {facet: (_read_changed if facet is Facet.CHANGED else _read_terms)(answer[facet]) for facet in facets}


def _ask_terms(facet: Facet, size: int) -> dict[str, Any]:
    return {"terms": {"field": name_counted(facet), "size": size, "segment_size": _COUNTED_VALUES}}


def _is_cut_among_equals(answer: dict[str, Any]) -> bool:
    counts = [bucket["doc_count"] for bucket in answer["buckets"]]
    return len(counts) > _VALUES and counts[_VALUES - 1] == counts[_VALUES]


def _read_terms(answer: dict[str, Any]) -> tuple[Counted, ...]:
    """Return the most frequent values; those of entries that have several in one value are counted for each of them."""
    counts = Counter[str]()
    for bucket in answer["buckets"]:
        for value in bucket["key"].split(SEPARATOR):
            counts[value] += bucket["doc_count"]
    found = sorted(counts.items(), key=lambda value: (-value[1], value[0]))
    return tuple(Counted(value, number) for value, number in found[:_VALUES])


def _ask_changed(now: int) -> dict[str, Any]:
    """Return the request for the numbers of what has changed within each span, and within none that is shorter."""
    begins = [float(now - ms) for ms in CHANGED_WITHIN.values()]
    ranges = [
        {"key": name, "from": begin} | ({"to": later} if later is not None else {})
        for name, begin, later in zip(CHANGED_WITHIN, begins, [None, *begins], strict=False)
    ]
    return {"range": {"field": "changed", "ranges": ranges}}


def _read_changed(answer: dict[str, Any]) -> tuple[Counted, ...]:
    """Return the numbers of what has changed within each span; tantivy adds what is outside of the ranges."""
    within = {bucket["key"]: bucket["doc_count"] for bucket in answer["buckets"]}
    counts = zip(CHANGED_WITHIN, accumulate(within.get(name, 0) for name in CHANGED_WITHIN), strict=True)
    return tuple(Counted(name, count) for name, count in counts if count)


def suggest(searcher: tantivy.Searcher, text: str, shown: Query, limit: int) -> tuple[Counted, ...]:
    """Return what begins with a text of at least two letters, as it is written most often, the most frequent first.

    `shown` is the query whose filters an entry has to pass.
    """
    begun = " ".join(words(text))
    if len(begun) < _SUGGEST_FROM:
        return ()
    found = searcher.terms_with_prefix("suggested", begun, join(make_filter_clauses(shown)), _SUGGEST_AMONG)
    written: dict[str, Counted] = {}
    for value, number in found:
        folded, _, original = value.partition(SEPARATOR)
        known = written.get(folded)
        written[folded] = Counted(known.value, known.count + number) if known else Counted(original, number)
    ranked = sorted(written.values(), key=lambda value: (-value.count, value.value))
    return tuple(ranked[:limit])
