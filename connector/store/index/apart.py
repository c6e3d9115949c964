"""Words of a query that nothing contains are taken apart: their parts are words of the index.

"Radzählstellen" is found where "Radverkehr" and "Zählstelle" are. There is no dictionary: the index knows its words.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, cast

import tantivy

from connector.store.index.queries import Clause, Split, join, make_text_clauses, match_part
from connector.store.index.typed import TypedPart

# The letters of a word that is taken apart, and of its first and its further parts; the most parts.
_LEAST, _MOST = 7, 32
_FIRST_LEAST, _REST_LEAST, _PARTS = 3, 4, 3
_SPLITS = 4


def take_apart(
    searcher: tantivy.Searcher, parts: Sequence[TypedPart], shown: Sequence[Clause]
) -> dict[str, tuple[Split, ...]]:
    """Return the splits of the words that nothing `shown` contains; nothing if they find nothing either.

    A word has the splits into the fewest parts, at most four.
    """
    words = dict.fromkeys(part.words[0] for part in parts if not part.phrase and not part.excluded)
    found: dict[str, tuple[Split, ...]] = {}
    for word in words:
        alone = make_text_clauses(searcher, [TypedPart((word,))])
        if _LEAST <= len(word) <= _MOST and count(searcher, join([*alone, *shown])) == 0:
            splits = _find_splits(searcher, word, shown)
            found |= {word: splits} if splits else {}
    clauses = [*make_text_clauses(searcher, parts, apart=found), *shown]
    return found if found and count(searcher, join(clauses)) else {}


def list_apart(apart: Mapping[str, Sequence[Split]]) -> tuple[str, ...]:
    """Return the parts of all words, each once."""
    return tuple(dict.fromkeys(part for splits in apart.values() for split in splits for part in split))


def _find_splits(searcher: tantivy.Searcher, word: str, shown: Sequence[Clause]) -> tuple[Split, ...]:
    known: dict[tuple[str, bool], bool] = {}

    def is_known(part: str, *, first: bool) -> bool:
        if (part, first) not in known:
            known[part, first] = (
                count(searcher, join([(tantivy.Occur.Must, match_part(part, first=first)), *shown])) > 0
            )
        return known[part, first]

    for size in range(2, _PARTS + 1):
        splits = [
            split
            for split in list_splits(word, size)
            if all(is_known(part, first=at == 0) for at, part in reversed(list(enumerate(split))))
        ]
        if splits:
            return tuple(splits[:_SPLITS])
    return ()


def list_splits(word: str, size: int) -> Iterator[Split]:
    """Yield the ways to take a word apart into so many parts that are long enough.

    >>> list(list_splits("radwege", 2))
    [('rad', 'wege')]
    """
    for cuts in combinations(range(_FIRST_LEAST, len(word)), size - 1):
        ends = (*cuts, len(word))
        split = tuple(word[begin:end] for begin, end in zip((0, *cuts), ends, strict=True))
        if all(len(part) >= _REST_LEAST for part in split[1:]):
            yield split


def count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    """Return how many documents a query finds."""
    return read_count(searcher.search(query, 1))


def read_count(found: tantivy.SearchResult) -> int:
    """Return how many documents a search has found in all."""
    number: int = cast("Any", found).count  # the stubs of the library leave it out
    return number
