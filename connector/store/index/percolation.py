"""Percolation: changed entries are compared with many queries, in an index of these entries alone.

A query of this small index takes a fraction of one of the whole. It cannot know what the whole index decides: whether
a word is known, and what is hidden. So it admits similar words and parts of compounds, and what it finds is only what
the query may find.
"""

from collections.abc import Sequence
from functools import partial

import tantivy
from msgspec.structs import replace

from connector.ports.broker_store import Entry
from connector.ports.search_index import Facet, Query
from connector.store.index.apart import take_apart
from connector.store.index.queries import join, make_filter_clauses, make_text_clauses, make_topic_clauses
from connector.store.index.track import Track
from connector.store.index.typed import parse

# What these filter by is not in the entries, or changes with time.
_OUTSIDE = {Facet.FRESHNESS, Facet.CHANGED}


def open_small(entries: Sequence[Entry]) -> Track:
    """Return an index in memory of the present ones of these entries alone. Raises Fault."""
    track = Track(None)
    track.put([entry for entry in entries if entry.removed_at is None])
    track.commit()
    return track


def percolate(small: Track, entries: Sequence[Entry], queries: Sequence[Query]) -> list[frozenset[int]]:
    """Return for each query the rows of the entries of a small index that it may find. Raises Fault."""
    everything = frozenset(entry.row for entry in entries if entry.removed_at is None)
    if not everything:
        return [frozenset()] * len(queries)
    # What an entry resembles depends on the whole index.
    return [
        everything if query.like else small.search(partial(_find, query=query, most=len(everything)))
        for query in queries
    ]


def _find(searcher: tantivy.Searcher, query: Query, most: int) -> frozenset[int]:
    parts = parse(query.text)
    if query.text.strip() and not parts:
        return frozenset()
    clauses = make_text_clauses(searcher, parts, similar=True, apart=take_apart(searcher, parts, ()))
    if query.topics:
        clauses += make_topic_clauses(searcher, query.topics)
    kept = {facet: values for facet, values in query.filters.items() if facet not in _OUTSIDE}
    clauses += make_filter_clauses(replace(query, filters=kept, hidden=frozenset(), rows=None, after=None))
    addresses = [address for _, address in searcher.search(join(clauses), most).hits]
    rows = searcher.fast_field_values("row", addresses) if addresses else []
    return frozenset(int(row) for row in rows if row is not None)
