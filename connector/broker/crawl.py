"""One crawl of one source: read all pages of its catalogue and compare them with the index, all or nothing.

No entry is deleted before the catalogue was read completely. If more than half of the entries are missing, they are
deleted only after a second crawl that misses more than half too. Pages, datasets, bytes, values and time are limited.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

import msgspec

from connector.broker import schedule
from connector.broker.normalise import FindAddress, Unusable, compute_catalog_digest, read_entry
from connector.broker.schedule import Rhythm
from connector.net.aside import work_aside
from connector.ports.broker_store import CrawlSource, Delta, Entry, Liveness, Portal, UnreadDataset
from connector.ports.peer import CatalogPage, InDoubt, Nested, Peer, Refused
from connector.protocol.dsp.catalog import choose_service, find_services
from connector.protocol.dsp.errors import clean

AddressProblem = Callable[[str, str], str | None]
LoadKnown = Callable[[], Awaitable[dict[str, str]]]
"""Returns the digests of a source's entries by id. It is asked at the first page that has to be read."""
Relay = Callable[[Sequence[Nested]], None]

# The datasets and bytes that are read before other tasks run.
_BATCH = 50
_BATCH_BYTES = 256 * 1024
# The pages whose hashes are remembered: more are read each time.
_REMEMBERED_PAGES = 64
# The unreadable datasets and offers that are named to the operator.
_MOST_UNREADABLE = 50


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """The limits of one catalogue, all its pages together and whatever they contain.

    `bytes` and `elements` (values of JSON) are what reading it costs; `seconds` ends a slow source. After `patience`
    seconds, a source needs one of the places for slow ones to go on.
    """

    pages: int = 1000
    datasets: int = 20_000
    bytes: int = 64 * 1024 * 1024
    elements: int = 5_000_000
    seconds: float = 900.0
    patience: float = 30.0


class _Changed(Exception):
    """A page is not that of the last crawl, and pages before it were not read: the catalogue is read from its start."""


class CrawlFailed(Exception):
    """A catalogue could not be read completely; the message is one sentence. `retry_after` is the peer's wish in ms."""

    def __init__(self, reason: str, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.reason = clean(reason)
        self.retry_after = retry_after


@dataclass
class Found:
    """The results of a crawl: the digest of every dataset, and the entries that are new or changed.

    `unread` are datasets that are offered and cannot be read: their entries do not change. `left_out` counts offers
    that cannot be read, of datasets with others; `unreadable` names the first of both. `short` says why a portal did
    not list all: then nothing is removed. `portal` has the new validators of a portal, `others` the digest of what a
    broker lists of each other participant. `pages` are the hashes of all pages. If all of them are those of the last
    crawl, it is `unchanged`: nothing was read, and nothing else is known of it.
    """

    digests: dict[str, str] = field(default_factory=dict)
    changed: dict[str, Entry] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    unreadable: list[UnreadDataset] = field(default_factory=list)
    unusable: int = 0
    left_out: int = 0
    repeated: int = 0
    problem: str | None = None
    short: str | None = None
    portal: Portal | None = None
    others: dict[str, str] = field(default_factory=dict)
    pages: list[str] = field(default_factory=list)
    unchanged: bool = False


class _Page(NamedTuple):
    """One page: its own datasets, its services, the datasets of others, and its hash."""

    documents: list[bytes]
    services: Mapping[str, str]
    foreign: list[Nested]
    raw: str


async def crawl(
    peer: Peer,
    source: CrawlSource,
    load_known: LoadKnown,
    *,
    now: int,
    bounds: Bounds | None = None,
    address_problem: AddressProblem,
    go_aside: Callable[[], bool] = lambda: True,
    relay: Relay | None = None,
) -> Found:
    """Read the complete catalogue of a source. Raises CrawlFailed.

    `load_known()` returns the digests of its entries by id; it is not called if all pages are as they were.
    `address_problem(participant, url)` returns why a URL must not be dialled as an endpoint of a participant, or None.
    `go_aside()` gives a source that takes long a place among the slow ones, or returns False.
    `relay` takes the datasets of others; without it, they are ignored.
    """
    bounds = bounds or Bounds()
    fetch = partial(_fetch_pages, peer, source, bounds, go_aside, relays=relay is not None)
    read = partial(_read_catalog, source, load_known, now, address_problem, relay)
    try:
        async with asyncio.timeout(bounds.seconds):
            try:
                return await read(fetch(source.pages if relay is None and _is_settled(source, now) else ()))
            except _Changed:
                return await read(fetch(()))
    except TimeoutError:
        raise CrawlFailed(f"The catalogue was not read completely within {bounds.seconds:g} s.") from None


async def _read_catalog(
    source: CrawlSource,
    load_known: LoadKnown,
    now: int,
    address_problem: AddressProblem,
    relay: Relay | None,
    fetched: AsyncGenerator[_Page, None],
) -> Found:
    """Return what the pages contain; without a page that has to be read, the catalogue is unchanged."""
    found, compared = Found(), dict[str, str]()
    async with contextlib.aclosing(fetched) as pages:
        async for page in pages:
            if not found.pages:
                known = await load_known()
                # Without a digest it is new or has another address: every entry is written again, with its address.
                compared = known if source.digest else {}
            found.pages.append(page.raw)
            find_address = make_finder(source, page.services, address_problem)
            for batch, size in _make_batches(page.documents):
                add = partial(add_datasets, found, batch, source, compared, now, find_address)
                await work_aside(size, add)
                await asyncio.sleep(0)
            for first in range(0, len(page.foreign) if relay else 0, _BATCH):
                assert relay is not None
                nested = page.foreign[first : first + _BATCH]
                await work_aside(sum(len(entry.dataset) for entry in nested), partial(relay, nested))
    return found if found.pages else Found(unchanged=True)


def _is_settled(source: CrawlSource, now: int) -> bool:
    """Return whether all that is known of a source is what its last crawl has read, with nothing left to decide.

    The first crawl of a day reads everything: what a page means depends a little on the participant list too.
    """
    today = bool(source.days) and source.days[-1].day == now // schedule.DAY
    return bool(today and source.digest and source.liveness is Liveness.ONLINE and not source.shrink_seen)


def compute_delta(
    source: CrawlSource, known: dict[str, str], found: Found, *, now: int, jitter: float, rhythm: Rhythm
) -> Delta:
    """Return the changes of a complete crawl: of the entries, and of the source with its next date."""
    if found.unchanged:
        after = schedule.note_success(source, changed=False, now=now, jitter=jitter, rhythm=rhythm)
        # What the last crawl remarked still holds.
        return Delta(source=msgspec.structs.replace(after, error=source.error), unchanged=True)
    missing = () if found.short else tuple(sorted(known.keys() - found.digests.keys() - found.unread))
    # What the participant pushes is in its catalogue too, and no crawl may change it: it is not among the known ones.
    shrunk = len(missing) * 2 > max(len(known), source.datasets)
    doubted = shrunk and not source.shrink_seen
    removed = () if doubted else missing
    digest = compute_catalog_digest(found.digests | found.others)
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
        portal=found.portal or source.portal,
        unreadable=tuple(found.unreadable),
        pages=tuple(found.pages) if all(found.pages) and len(found.pages) <= _REMEMBERED_PAGES else (),
    )
    verified = tuple(sorted(found.digests.keys() - found.changed.keys()))
    return Delta(source=after, upserts=tuple(found.changed.values()), removed=removed, verified=verified)


async def _fetch_pages(
    peer: Peer,
    source: CrawlSource,
    bounds: Bounds,
    go_aside: Callable[[], bool],
    hashes: Sequence[str],
    *,
    relays: bool,
) -> AsyncGenerator[_Page, None]:
    """Yield each page, with the datasets of others if it `relays`; nothing if all pages have the `hashes` they had.

    Raises CrawlFailed if a page fails or the pages have no end, and _Changed if only the first ones have their hashes.
    """
    seen: set[str] = set()
    url: str | None = None
    datasets = size = elements = 0
    clock = asyncio.get_running_loop().time
    patient_until = clock() + bounds.patience
    for number in range(bounds.pages):
        known = hashes[number] if number < len(hashes) else None
        answer = await peer.fetch_catalog(source.participant, source.address, page_url=url, known=known)
        page = _accept_page(answer, source)
        if hashes and not page.same:
            if number:
                raise _Changed
            hashes = ()
        documents = _select_own(page, source)
        foreign = [entry for entry in page.nested if relays and entry.participant_id not in {None, source.participant}]
        datasets += len(documents) + len(foreign)
        size += max(page.size, sum(len(document) for document in documents))
        elements += page.elements
        if datasets > bounds.datasets or size > bounds.bytes:
            raise CrawlFailed(f"The catalogue is larger than {bounds.datasets} datasets or {bounds.bytes} bytes.")
        if elements > bounds.elements:
            raise CrawlFailed(f"The catalogue has more than {bounds.elements} values of JSON.")
        if not page.same:
            yield _Page(documents, page.services, foreign, page.raw)
        url = page.next_url
        if url is None:
            return
        if clock() >= patient_until:
            if not go_aside():
                raise CrawlFailed(f"The source is slow ({bounds.patience:g} s), and so are others: it is tried later.")
            patient_until = math.inf
        # A page without datasets can occur twice: the filter of the provider may leave several pages empty.
        marks = {url, page.digest} if documents else {url}
        if seen & marks:
            raise CrawlFailed("The pages of the catalogue form a cycle: the provider returned one page twice.")
        seen |= marks
    raise CrawlFailed(f"The catalogue has more than {bounds.pages} pages.")


def _accept_page(answer: CatalogPage | Refused | InDoubt, source: CrawlSource) -> CatalogPage:
    """Return the page of an answer. Raises CrawlFailed without a page or for a page of another participant."""
    if isinstance(answer, InDoubt):
        reason = f"The source did not answer: {answer.reason}"
        if answer.status:
            reason = f"The source did not return its catalogue: {answer.reason}"
        raise CrawlFailed(reason, answer.retry_after_ms)
    if isinstance(answer, Refused) and not answer.status:
        # What guards our own requests refused to send it: the source knows nothing of it.
        raise CrawlFailed(f"The source was not asked: {answer.reason}")
    if isinstance(answer, Refused):
        raise CrawlFailed(f"The source refused the catalogue request: {answer.reason}")
    if answer.participant_id not in {None, source.participant}:
        raise CrawlFailed(f"The catalogue belongs to {answer.participant_id}, not to {source.participant}.")
    return answer


def _select_own(page: CatalogPage, source: CrawlSource) -> list[bytes]:
    """Return the datasets of the source and of its own nested catalogues, without those of other participants."""
    nested = [entry.dataset for entry in page.nested if entry.participant_id in {None, source.participant}]
    return [*page.datasets, *nested]


def make_finder(source: CrawlSource, services: Mapping[str, str], address_problem: AddressProblem) -> FindAddress:
    """Return the function that finds the base URL for negotiations on a Dataset of one page."""
    fits: dict[str, bool] = {source.address: True}

    def is_allowed(url: str) -> bool:
        if url not in fits:
            fits[url] = address_problem(source.participant, url) is None
        return fits[url]

    def find(dataset: dict[str, Any]) -> str:
        return choose_service(*find_services(dataset), services, is_allowed, source.address)

    return find


def _make_batches(documents: list[bytes]) -> Iterator[tuple[list[bytes], int]]:
    """Yield the datasets of a page in batches, each with its bytes."""
    batch: list[bytes] = []
    size = 0
    for document in documents:
        if batch and (len(batch) == _BATCH or size + len(document) > _BATCH_BYTES):
            yield batch, size
            batch, size = [], 0
        batch.append(document)
        size += len(document)
    if batch:
        yield batch, size


def add_datasets(
    found: Found,
    documents: list[bytes],
    source: CrawlSource,
    known: dict[str, str],
    now: int,
    find_address: FindAddress,
) -> None:
    """Add datasets of one source to what was found of it; `known` are the digests of its entries."""
    for document in documents:
        _add_dataset(found, document, source, known, now, find_address)


def _add_dataset(
    found: Found, document: bytes, source: CrawlSource, known: dict[str, str], now: int, find_address: FindAddress
) -> None:
    """Add one dataset; of several with the same identifier, the first counts."""
    try:
        read = read_entry(document, source, now, find_address)
    except Unusable as error:
        found.unusable += 1
        found.problem = found.problem or error.reason
        _note_unreadable(found, error.id, error.reason)
        if error.id is not None and error.id not in found.digests:
            found.unread.add(error.id)
        return
    fresh = read.entry
    found.left_out += len(read.left_out)
    found.problem = found.problem or next(iter(read.left_out), None)
    for reason in read.left_out:
        _note_unreadable(found, fresh.id, reason)
    if fresh.id in found.digests:
        found.repeated += found.digests[fresh.id] != fresh.digest
        return
    found.digests[fresh.id] = fresh.digest
    if known.get(fresh.id) != fresh.digest:
        found.changed[fresh.id] = fresh


def _note_unreadable(found: Found, id: str | None, reason: str) -> None:
    if len(found.unreadable) < _MOST_UNREADABLE:
        found.unreadable.append(UnreadDataset(id, clean(reason)))


def _remark(found: Found, missing: int) -> str | None:
    """Return the remarks of a successful crawl for the operator."""
    remarks = [found.short] if found.short else []
    if missing:
        remarks.append(f"More than half of the catalogue ({missing} datasets) is missing: a second crawl decides.")
    if found.unusable:
        remarks.append(f"Not indexed: {found.unusable}. {found.problem}")
    if found.left_out:
        reason = "" if found.unusable else f" {found.problem}"
        remarks.append(f"Offers left out: {found.left_out}.{reason}")
    if found.repeated:
        remarks.append(f"Identifiers that occur twice with different content: {found.repeated}; the first counts.")
    return clean(" ".join(remarks)) or None
