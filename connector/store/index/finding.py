"""A search in one index: its page of rows, its total number, and its facets."""

from collections.abc import Sequence
from typing import Any, cast

import tantivy

from connector.ports.search_index import CHANGED_WITHIN, CURRENT, STALE, Counted, Facet, IndexPage, Order, Query
from connector.store.index.documents import COUNTED, SEPARATOR
from connector.store.index.queries import (
    Clause,
    any_of,
    find_distance,
    join,
    make_filter_clauses,
    make_like_clauses,
    make_text_clauses,
)
from connector.store.index.typed import TypedPart, parse
from connector.store.words import words

# The values of a facet that are told, and those that are counted in each segment.
_VALUES, _COUNTED_VALUES = 30, 20_000
_SUGGEST_FROM, _SUGGEST_AMONG = 2, 200


def find(searcher: tantivy.Searcher, query: Query) -> IndexPage:
    """Search: without words everything matches, words of signs alone match nothing."""
    parts = parse(query.text)
    if query.text.strip() and not parts:
        return IndexPage(hits=(), total=0)
    similar = _is_unknown(searcher, parts, query.hidden)
    text = make_text_clauses(parts, similar=similar)
    if query.like is not None:
        text += make_like_clauses(query.like)
    whole = join([*text, *make_filter_clauses(query)])
    page = _read_page(searcher, whole, query, ranked=bool(text))
    facets = _count_facets(searcher, text, query) if query.facets else {}
    return IndexPage(hits=page[0], total=page[1], facets=facets, corrected=similar)


def _is_unknown(searcher: tantivy.Searcher, parts: Sequence[TypedPart], hidden: frozenset[str]) -> bool:
    """Return whether nothing has the words as they were typed, and similar words can be searched for.

    Filters do not count for it: a filter that leaves nothing does not make the search another one.
    """
    if not any(find_distance(part.words[0]) for part in parts if not part.phrase and not part.excluded):
        return False
    clauses = [*make_text_clauses(parts, similar=False), *make_filter_clauses(Query(hidden=hidden))]
    return _count(searcher, join(clauses)) == 0


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    return _read_count(searcher.search(query, 1))


def _read_count(found: tantivy.SearchResult) -> int:
    count: int = cast("Any", found).count  # the stubs of the library leave it out
    return count


def _read_page(
    searcher: tantivy.Searcher, whole: tantivy.Query, query: Query, *, ranked: bool
) -> tuple[tuple[tuple[int, float], ...], int]:
    """Return rows with their scores and the total number. Without words the newest come first."""
    by, order = None, tantivy.Order.Desc
    if query.order is Order.TITLE:
        by, order = "sort", tantivy.Order.Asc
    elif query.order is Order.NEWEST or not ranked:
        by = "changed"
    found = searcher.search(whole, max(query.limit, 1), True, by, max(query.offset, 0), order)
    addresses = [address for _, address in found.hits][: query.limit]
    rows = searcher.fast_field_values("row", addresses) if addresses else []
    scores = [0.0 if by else float(score) for score, _ in found.hits]
    hits = tuple((int(row), score) for row, score in zip(rows, scores, strict=False) if row is not None)
    return hits, _read_count(found)


def _count_facets(searcher: tantivy.Searcher, text: list[Clause], query: Query) -> dict[Facet, tuple[Counted, ...]]:
    """Return the values of each facet with the number of results; the filter of a facet does not count for itself."""
    shared = [facet for facet in (*COUNTED, Facet.CHANGED) if facet not in query.filters]
    counted = _aggregate(searcher, join([*text, *make_filter_clauses(query)]), shared, query.now)
    for facet in (*COUNTED, Facet.CHANGED):
        if facet in query.filters:
            rest = join([*text, *make_filter_clauses(query, without=facet)])
            counted |= _aggregate(searcher, rest, [facet], query.now)
    rest_clauses = [*text, *make_filter_clauses(query, without=Facet.FRESHNESS)]
    everything = _count(searcher, join(rest_clauses))
    stale = _count(searcher, join([*rest_clauses, (tantivy.Occur.Must, any_of(Facet.PARTICIPANT, query.stale))]))
    fresh = (Counted(CURRENT, everything - stale), Counted(STALE, stale))
    counted[Facet.FRESHNESS] = tuple(value for value in fresh if value.count)
    return counted


def _aggregate(
    searcher: tantivy.Searcher, query: tantivy.Query, facets: Sequence[Facet], now: int
) -> dict[Facet, tuple[Counted, ...]]:
    if not facets:
        return {}
    asked: dict[str, Any] = {}
    for facet in facets:
        if facet is Facet.CHANGED:
            ranges = [{"key": name, "from": float(now - ms)} for name, ms in CHANGED_WITHIN.items()]
            asked |= {f"{facet}-{entry['key']}": {"range": {"field": "changed", "ranges": [entry]}} for entry in ranges}
        else:
            terms = {"field": f"is_{facet}", "size": _VALUES, "segment_size": _COUNTED_VALUES}
            asked[facet] = {"terms": terms}
    answer = searcher.aggregate(query, asked)
    return {facet: _read_changed(answer) if facet is Facet.CHANGED else _read_terms(answer[facet]) for facet in facets}


def _read_terms(answer: dict[str, Any]) -> tuple[Counted, ...]:
    found = [Counted(bucket["key"], bucket["doc_count"]) for bucket in answer["buckets"]]
    return tuple(sorted(found, key=lambda value: (-value.count, value.value)))


def _read_changed(answer: dict[str, Any]) -> tuple[Counted, ...]:
    """Return the numbers of what has changed within each span; tantivy adds what is outside of a range."""
    buckets = ((name, answer[f"{Facet.CHANGED}-{name}"]["buckets"]) for name in CHANGED_WITHIN)
    counts = ((name, sum(entry["doc_count"] for entry in found if entry["key"] == name)) for name, found in buckets)
    return tuple(Counted(name, count) for name, count in counts if count)


def suggest(searcher: tantivy.Searcher, text: str, hidden: frozenset[str], limit: int) -> tuple[Counted, ...]:
    """Return what begins with a text of at least two letters, as it is written most often, the most frequent first."""
    begun = " ".join(words(text))
    if len(begun) < _SUGGEST_FROM:
        return ()
    shown = join(make_filter_clauses(Query(hidden=hidden)))
    found = searcher.terms_with_prefix("suggested", begun, shown, _SUGGEST_AMONG)
    written: dict[str, Counted] = {}
    for value, count in found:
        folded, _, original = value.partition(SEPARATOR)
        known = written.get(folded)
        written[folded] = Counted(known.value, known.count + count) if known else Counted(original, count)
    ranked = sorted(written.values(), key=lambda value: (-value.count, value.value))
    return tuple(ranked[:limit])
