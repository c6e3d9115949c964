"""One crawl of one source: all pages of its catalogue, compared with what is known, applied all or nothing.

Nothing is deleted before the whole catalogue was read, and a catalogue that lost more than half of what it had is
believed only when a second crawl misses more than half as well. Whatever a source sends is bounded: pages, datasets,
bytes, and the time it takes over them.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field

import msgspec

from connector.broker import schedule
from connector.broker.normalise import Unusable, catalog_digest, entry
from connector.broker.schedule import Rhythm
from connector.ports.broker_store import CrawlSource, Delta, Entry
from connector.ports.peer import CatalogPage, InDoubt, Peer, Refused
from connector.protocol.dsp.errors import clean

# So many datasets are read before others get their turn.
_BREATH = 50


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """What is taken of one catalogue at the most; `seconds` keeps a slow source from holding a place for hours."""

    pages: int = 1000
    datasets: int = 20_000
    bytes: int = 64 * 1024 * 1024
    seconds: float = 900.0


class CrawlFailed(Exception):
    """A catalogue could not be read to its end; the message is one sentence. `retry_after` is the peer's wish in ms."""

    def __init__(self, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.reason = clean(reason)
        self.retry_after = retry_after


@dataclass
class Found:
    """What a crawl found so far: the digest of every dataset, the entries that are new or other than known.

    `kept` are datasets that are offered and cannot be read now: what is known of them stays.
    """

    digests: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Entry] = field(default_factory=dict)
    kept: set[str] = field(default_factory=set)
    unusable: int = 0
    repeated: int = 0
    problem: str | None = None


async def crawl(
    peer: Peer, source: CrawlSource, known: dict[str, str], *, now: int, bounds: Bounds | None = None
) -> Found:
    """Read a source's whole catalogue; `known` are the digests of its present entries by id. Raises CrawlFailed."""
    found, count, bounds = Found(), 0, bounds or Bounds()
    # Without a digest the source is new or has moved: then every entry is written again, with its new address.
    compared = known if source.digest else {}
    try:
        async with asyncio.timeout(bounds.seconds), contextlib.aclosing(_pages(peer, source, bounds)) as pages:
            async for documents in pages:
                for document in documents:
                    count += 1
                    if count % _BREATH == 0:
                        await asyncio.sleep(0)
                    _take(found, document, source, compared, now)
    except TimeoutError:
        raise CrawlFailed(f"The catalogue was not read to its end within {bounds.seconds:g} seconds.") from None
    return found


def delta(
    source: CrawlSource, known: dict[str, str], found: Found, *, now: int, jitter: float, rhythm: Rhythm
) -> Delta:
    """Return what a complete crawl changes: of the entries, and of the source with its next date."""
    missing = tuple(sorted(known.keys() - found.digests.keys() - found.kept))
    shrunk = len(missing) * 2 > len(known)
    doubted = shrunk and not source.shrink_seen
    removed = () if doubted else missing
    digest = catalog_digest(found.digests)
    changed = digest != source.digest
    after = schedule.note_success(source, changed=changed, now=now, jitter=jitter, rhythm=rhythm)
    if doubted:
        after = msgspec.structs.replace(after, next_at=now + schedule.spread(rhythm.shortest, jitter))
    after = msgspec.structs.replace(
        after,
        digest=digest,
        datasets=len(known.keys() | found.digests.keys()) - len(removed),
        shrink_seen=doubted,
        error=_remark(found, len(missing) if doubted else 0),
    )
    verified = tuple(sorted(found.digests.keys() - found.changed.keys()))
    return Delta(source=after, upserts=tuple(found.changed.values()), removed=removed, verified=verified)


async def _pages(peer: Peer, source: CrawlSource, bounds: Bounds) -> AsyncGenerator[list[bytes], None]:
    """Yield the datasets of page after page. Raises CrawlFailed for one that fails, and for what has no end."""
    seen: set[str] = set()
    url: str | None = None
    datasets = size = 0
    for _ in range(bounds.pages):
        page = _accept_page(await peer.fetch_catalog(source.participant, source.address, page_url=url), source)
        documents = _select_own(page, source)
        datasets += len(documents)
        size += sum(len(document) for document in documents)
        if datasets > bounds.datasets or size > bounds.bytes:
            raise CrawlFailed(f"The catalogue is larger than {bounds.datasets} datasets or {bounds.bytes} bytes.")
        yield documents
        url = page.next_url
        if url is None:
            return
        # A page without datasets says nothing: one that is filtered empty may come again.
        marks = {url, page.digest} if documents else {url}
        if seen & marks:
            raise CrawlFailed("The pages of the catalogue lead in a circle: a page came twice.")
        seen |= marks
    raise CrawlFailed(f"The catalogue has more than {bounds.pages} pages.")


def _accept_page(answer: CatalogPage | Refused | InDoubt, source: CrawlSource) -> CatalogPage:
    """Return the page that was answered. Raises CrawlFailed where none was, or that of somebody else."""
    if isinstance(answer, InDoubt):
        raise CrawlFailed(f"The catalogue was not answered: {answer.reason}", answer.retry_after_ms)
    if isinstance(answer, Refused):
        raise CrawlFailed(f"The catalogue was refused to us: {answer.reason}")
    if answer.participant_id not in {None, source.participant}:
        raise CrawlFailed(f"The catalogue is that of {answer.participant_id}, not that of {source.participant}.")
    return answer


def _select_own(page: CatalogPage, source: CrawlSource) -> list[bytes]:
    """Return the source's datasets, those of its own nested catalogues too; others' it may only pass on."""
    nested = [entry.dataset for entry in page.nested if entry.participant_id in {None, source.participant}]
    return [*page.datasets, *nested]


def _take(found: Found, document: bytes, source: CrawlSource, known: dict[str, str], now: int) -> None:
    """Take one dataset; the first of several with the same identifier counts."""
    try:
        fresh = entry(document, source, now)
    except Unusable as error:
        found.unusable += 1
        found.problem = found.problem or error.reason
        if error.id is not None and error.id not in found.digests:
            found.kept.add(error.id)
        return
    if fresh.id in found.digests:
        found.repeated += found.digests[fresh.id] != fresh.digest
        return
    found.digests[fresh.id] = fresh.digest
    if known.get(fresh.id) != fresh.digest:
        found.changed[fresh.id] = fresh


def _remark(found: Found, missing: int) -> str | None:
    """Return what an operator should know of a crawl that worked."""
    remarks = []
    if missing:
        remarks.append(f"More than half of the catalogue ({missing} datasets) is missing; a second crawl must confirm.")
    if found.unusable:
        remarks.append(f"Not indexed: {found.unusable}. {found.problem}")
    if found.repeated:
        remarks.append(f"Identifiers that came again with other content: {found.repeated}; the first counts.")
    return clean(" ".join(remarks)) or None
