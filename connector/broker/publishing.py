"""What the broker publishes: pages of the record as subjects of statements, and single datasets.

All is read from a view of the record: from what one caller sees.
"""

from collections.abc import AsyncIterator, Sequence

from msgspec.structs import replace

from connector.broker.describing.subject import PublicSite, Subject, decode_segment
from connector.broker.visibility.audience import explain_teaser
from connector.ports.broker_store import EVERYBODY, CrawlSource, Entry, Listing, RecordView

PAGE = 100
# A page ends before its documents are larger, so that one answer has a bounded size.
PAGE_BYTES = 2 * 1024 * 1024
_MOST_BATCHES = 50


async def gather_subjects(record: RecordView, site: PublicSite, entries: Sequence[Entry]) -> list[Subject]:
    """Return entries as subjects of statements: each with the name of its provider, and whether its IRI is its own.

    An identifier is a provider's if the provider listed it first, for everybody to see: what only some callers see has
    a name below the broker, so that it never decides how others see a dataset named. A fragment belongs to what it is a
    fragment of, and identifiers of participants and of the broker are nobody else's.
    """
    stems = {entry.id: entry.id.partition("#")[0] for entry in entries}
    first = await record.claimants(tuple({*stems, *stems.values()}))
    taken = {stem for stem in set(stems.values()) if await record.source(stem) is not None}
    providers = {entry.participant for entry in entries}
    sources = {participant: await record.source(participant) for participant in providers}
    return [
        Subject(
            entry=explain_teaser(entry),
            provider=_name_source(sources[entry.participant]) or entry.participant,
            is_claimed=entry.visibility == EVERYBODY
            and first.get(entry.id) == entry.participant
            and first.get(stems[entry.id], entry.participant) == entry.participant
            and stems[entry.id] not in taken | {site.participant}
            and not entry.id.startswith(f"{site.base}/"),
            site=site,
        )
        for entry in entries
    ]


def _name_source(source: CrawlSource | None) -> str:
    return source.name if source else ""


async def find_subject(record: RecordView, site: PublicSite, participant: str, dataset: str) -> Subject | None:
    """Return the subject of one present entry by the two segments of its path, or None if there is none."""
    names = decode_segment(participant), decode_segment(dataset)
    entry = await record.entry(names[0], names[1]) if names[0] and names[1] else None
    return None if entry is None else (await gather_subjects(record, site, [entry]))[0]


async def list_page(record: RecordView, after: str | None, limit: int = PAGE) -> tuple[Sequence[Entry], str | None]:
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
    record: RecordView, since: int, after: str | None, limit: int = PAGE
) -> tuple[Sequence[Entry], str | None]:
    """Return a page of the present entries that changed since a time in ms, and the position to go on after.

    Raises ValueError for an unknown position.
    """
    if after is None:
        after = await record.find_position(since)
    found: list[Entry] = []
    for _ in range(_MOST_BATCHES):
        # What a page has no room for is read again: each batch is at most what is missing.
        batch, following = await record.changes(after, limit - len(found))
        fitting = [entry for entry in batch if entry.removed_at is None and entry.changed_at >= since]
        if found and _count_fitting([*found, *fitting]) < len(found) + len(fitting):
            return found, after
        found += fitting
        after = following
        if not batch:
            return found, None
        if len(found) >= limit:
            return found, after
    return found, after


async def list_changes(record: RecordView, after: str | None, limit: int = PAGE) -> tuple[Sequence[Entry], str]:
    """Return the entries after a position, tombstones too, in the order of change, and the next position.

    Raises ValueError for an unknown position.
    """
    entries, following = await record.changes(after, limit)
    kept = _count_fitting(entries)
    while kept < len(entries):
        # The position after a shorter page is known to the record alone.
        entries, following = await record.changes(after, kept)
        kept = _count_fitting(entries)
    return entries, following


async def count_list(record: RecordView, listing: Listing) -> int:
    """Return how many entries a list has."""
    return (await record.list_entries(replace(listing, limit=0)))[1]


async def walk_list(record: RecordView, listing: Listing) -> AsyncIterator[Sequence[Entry]]:
    """Yield the entries of a list from its offset to its limit, in parts of a bounded size."""
    offset, end = listing.offset, listing.offset + listing.limit
    while offset < end:
        entries, _ = await record.list_entries(replace(listing, offset=offset, limit=min(end - offset, PAGE)))
        if not entries:
            return
        yield entries
        offset += len(entries)
