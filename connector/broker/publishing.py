"""What the broker publishes: pages of the record as subjects of statements, and single datasets.

Every participant sees every dataset of the record, so nothing here depends on the caller.
"""

from collections.abc import AsyncIterator, Sequence

from msgspec.structs import replace

from connector.broker.describing.subject import PublicSite, Subject, decode_segment
from connector.ports.broker_store import BrokerStore, CrawlSource, Entry, Listing

PAGE = 100
# A page ends before its documents are larger, so that one answer has a bounded size.
PAGE_BYTES = 2 * 1024 * 1024
# Crawls end in another order than they began: their times differ from the order of the change numbers by less.
_SLACK_MS = 3_600_000
_MOST_STEPS = 64
_MOST_BATCHES = 50
_WIDEST = 10_000


async def gather_subjects(record: BrokerStore, site: PublicSite, entries: Sequence[Entry]) -> list[Subject]:
    """Return entries as subjects of statements: each with the name of its provider, and whether its IRI is its own.

    An identifier is a provider's if the provider listed it first. A fragment belongs to what it is a fragment of, and
    identifiers of participants and of the broker are nobody else's.
    """
    stems = {entry.id: entry.id.partition("#")[0] for entry in entries}
    first = await record.claimants(tuple({*stems, *stems.values()}))
    taken = {stem for stem in set(stems.values()) if await record.source(stem) is not None}
    providers = {entry.participant for entry in entries}
    sources = {participant: await record.source(participant) for participant in providers}
    return [
        Subject(
            entry=entry,
            provider=_name_source(sources[entry.participant]) or entry.participant,
            is_claimed=first.get(entry.id) == entry.participant
            and first.get(stems[entry.id], entry.participant) == entry.participant
            and stems[entry.id] not in taken | {site.participant}
            and not entry.id.startswith(f"{site.base}/"),
            site=site,
        )
        for entry in entries
    ]


def _name_source(source: CrawlSource | None) -> str:
    return source.name if source else ""


async def find_subject(record: BrokerStore, site: PublicSite, participant: str, dataset: str) -> Subject | None:
    """Return the subject of one present entry by the two segments of its path, or None if there is none."""
    names = decode_segment(participant), decode_segment(dataset)
    entry = await record.entry(names[0], names[1]) if names[0] and names[1] else None
    return None if entry is None else (await gather_subjects(record, site, [entry]))[0]


async def list_page(record: BrokerStore, after: str | None, limit: int = PAGE) -> tuple[Sequence[Entry], str | None]:
    """Return a page of all present entries in the order of their arrival, and the next cursor.

    No change of the record lets a page leave out or repeat an entry. Raises ValueError for an unknown cursor.
    """
    entries, following = await record.entries(after, limit)
    kept = _count_fitting(entries)
    while kept < len(entries):
        # The cursor of a shorter page is known to the record alone.
        entries, following = await record.entries(after, kept)
        kept = _count_fitting(entries)
    return entries, following


def _count_fitting(entries: Sequence[Entry]) -> int:
    """Return how many entries a page may have: at least one, and `PAGE_BYTES` of documents."""
    size = 0
    for count, entry in enumerate(entries):
        size += len(entry.document)
        if size > PAGE_BYTES and count:
            return count
    return len(entries)


async def list_changed(
    record: BrokerStore, since: int, after: int | None, limit: int = PAGE
) -> tuple[Sequence[Entry], int | None]:
    """Return a page of the present entries that changed since a time in ms, and the change number to go on after."""
    if after is None:
        after = await find_position(record, since - _SLACK_MS)
    found: list[Entry] = []
    for _ in range(_MOST_BATCHES):
        batch = await record.changes(after, limit)
        fitting = [entry for entry in batch if entry.removed_at is None and entry.changed_at >= since]
        found += fitting[: limit - len(found)]
        kept = _count_fitting(found)
        if kept < len(found) or len(found) == limit:
            return found[:kept], found[kept - 1].seq
        if len(batch) < limit:
            return found, None
        after = batch[-1].seq
    return found, after


async def list_changes(record: BrokerStore, after: int, limit: int = PAGE) -> Sequence[Entry]:
    """Return the entries after a change number, tombstones too, in the order of change."""
    entries = await record.changes(after, limit)
    return entries[: _count_fitting(entries)]


async def find_position(record: BrokerStore, at: int) -> int:
    """Return a change number after which all changes since a time in ms follow; few others do.

    Change numbers and times grow together, so a few reads find the place.
    """
    low, high = 0, await record.last_change()
    for _ in range(_MOST_STEPS):
        if low >= high:
            break
        middle = (low + high) // 2
        following = await record.changes(middle, 1)
        if following and following[0].changed_at < at:
            low = following[0].seq
        else:
            high = middle
    return low


async def list_newest(record: BrokerStore, limit: int) -> Sequence[Entry]:
    """Return the entries that changed last, tombstones too, the newest first."""
    last, width = await record.last_change(), limit
    while True:
        entries = await record.changes(max(last - width, 0), width)
        if len(entries) >= limit or width >= min(last, _WIDEST):
            return sorted(entries, key=lambda entry: -entry.seq)[:limit]
        width *= 2


async def count_list(record: BrokerStore, listing: Listing) -> int:
    """Return how many entries a list has."""
    return (await record.list_entries(replace(listing, limit=0)))[1]


async def walk_list(record: BrokerStore, listing: Listing) -> AsyncIterator[Sequence[Entry]]:
    """Yield the entries of a list from its offset to its limit, in parts of a bounded size."""
    offset, end = listing.offset, listing.offset + listing.limit
    while offset < end:
        entries, _ = await record.list_entries(replace(listing, offset=offset, limit=min(end - offset, PAGE)))
        if not entries:
            return
        yield entries
        offset += len(entries)
