"""A search: the index finds rows, the record has their entries and knows whose sources can be reached."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec

from connector.broker import nearby
from connector.broker.query import Asked, QueryRefused
from connector.broker.reading.likeness import agree
from connector.ports.broker_store import CrawlSource, Entry, Liveness, RecordView
from connector.ports.search_index import Counted, Facet, SearchIndex

HIDDEN_AFTER_MS = 86_400_000
"""The time after which the entries of an offline source are hidden, unless a query includes stale ones."""

_MOST_IN_AREA = 100_000


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """One search result; `also` are the references to the same dataset at further portals.

    `described` is whether its provider has pushed a signed self-description of it. `same` are entries of others that
    state to be the same and agree with it; `contrary` those that state so and say something else.
    """

    entry: Entry
    liveness: Liveness
    score: float
    also: tuple[Entry, ...] = ()
    described: bool = False
    same: tuple[Entry, ...] = ()
    contrary: tuple[Entry, ...] = ()


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A page of search results, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[Facet, Sequence[Counted]] = {}
    corrected: bool = False
    apart: tuple[str, ...] = ()


async def find(record: RecordView, index: SearchIndex, asked: Asked, now: int, *, only: int | None = None) -> Results:
    """Search at `now` (ms). Removed entries, those of dead sources and, unless asked for, those hidden are left out.

    With `only`, the one entry in this row can be found. Raises QueryRefused, and Unavailable if the index or the record
    cannot answer.
    """
    reach = await record.reach()
    query = msgspec.structs.replace(
        asked.query,
        visible=record.visible,
        tests=record.tests,
        hidden=list_hidden(reach.away.values(), now, stale=asked.stale) | await record.withheld(),
        stale=frozenset(name for name, source in reach.away.items() if source.liveness is Liveness.OFFLINE),
        rows=_restrict(await _find_rows(record, asked), only),
        like=await _find_like(record, asked),
        now=now,
    )
    found = await index.find(query)
    entries = {entry.row: entry for entry in await record.at_rows([row for row, _ in found.hits])}
    described = await record.find_described([*entries.values()])
    alike = await record.alike([*entries.values()])
    further = await record.references([entry.id for entry in entries.values()]) if reach.portals else ()
    hits = tuple(
        Hit(
            entry=entry,
            liveness=reach.find_liveness(entry.participant),
            score=score,
            also=tuple(other for other in further if other.id == entry.id and other.row != row),
            described=row in described,
            same=tuple(other for other in alike.get(row, ()) if agree(entry, other)),
            contrary=tuple(other for other in alike.get(row, ()) if not agree(entry, other)),
        )
        for row, score in found.hits
        if (entry := entries.get(row)) and entry.participant not in query.hidden
    )
    return Results(
        hits=_join_same(hits), total=found.total, facets=found.facets, corrected=found.corrected, apart=found.apart
    )


def _join_same(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Return a page on which entries that are possibly one and agree are one result, in the best of their places.

    It is the oldest of them: so nobody who states later to be what is there already takes its place.
    """
    at_row = {hit.entry.row: hit for hit in hits}
    kept, joined = list[Hit](), set[int]()
    for hit in hits:
        if hit.entry.row not in joined:
            together = {hit.entry.row, *(other.row for other in hit.same if other.row in at_row)} - joined
            kept.append(at_row[min(together)])
            joined |= together
    return tuple(kept)


def list_hidden(sources: Iterable[CrawlSource], now: int, *, stale: bool) -> frozenset[str]:
    """Return the participants whose entries are not shown: dead ones, and unless `stale` those offline for a day."""
    return frozenset(source.participant for source in sources if _is_hidden(source, now, stale=stale))


def _is_hidden(source: CrawlSource, now: int, *, stale: bool) -> bool:
    if source.liveness is Liveness.DEAD:
        return True
    away = source.liveness is Liveness.OFFLINE and (source.failing_since or 0) <= now - HIDDEN_AFTER_MS
    return away and not stale


def is_found_elsewhere(entry: Entry, first: Mapping[str, int]) -> bool:
    """Return whether another place of the dataset of a reference is found; `first` are the rows that come first."""
    return entry.via is not None and first.get(entry.id) != entry.row


async def _find_rows(record: RecordView, asked: Asked) -> tuple[int, ...] | None:
    """Return the rows in the area of a search, or None without one."""
    rows: set[int] | None = None
    if asked.box:
        rows = {row for row, _ in await record.within(asked.box, _MOST_IN_AREA + 1)}
        _check_size(rows)
    if asked.near:
        x, y, km = asked.near.longitude, asked.near.latitude, asked.near.km
        within = await record.within(nearby.surround(x, y, km), _MOST_IN_AREA + 1)
        _check_size(within)
        near = {row for row, box in within if nearby.measure_km(x, y, box) <= km}
        rows = near if rows is None else rows & near
    return None if rows is None else tuple(sorted(rows))


def _restrict(rows: tuple[int, ...] | None, only: int | None) -> tuple[int, ...] | None:
    if only is None:
        return rows
    return (only,) if rows is None or only in rows else ()


def _check_size(found: Collection[object]) -> None:
    if len(found) > _MOST_IN_AREA:
        raise QueryRefused(f"The area has more than {_MOST_IN_AREA} offers: name a smaller one.")


async def _find_like(record: RecordView, asked: Asked) -> Entry | None:
    if asked.like is None:
        return None
    participant, dataset = asked.like
    participant = participant or (await record.claimants([dataset])).get(dataset, "")
    entry = await record.entry(participant, dataset)
    if entry is None:
        raise QueryRefused("The dataset that results should be like is unknown: search for its identifier.")
    return entry


async def suggest(record: RecordView, index: SearchIndex, text: str, now: int, limit: int) -> Sequence[Counted]:
    """Return words, keywords and titles of shown entries that begin with a text. Raises Unavailable."""
    hidden = list_hidden((await record.reach()).away.values(), now, stale=False) | await record.withheld()
    return await index.suggest(text, hidden, record.visible, limit)
