"""One harvest of one portal: read all that it lists and compare it with the record.

As of a participant, nothing is removed before a portal was read completely, and much only after a second harvest. New
and changed datasets are put while it is read, so that a large portal needs little memory, and a harvest that breaks off
is not lost.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from connector.broker.crawl import Bounds, CrawlFailed, Found
from connector.broker.harvesting.catalogs import read_catalog
from connector.broker.harvesting.ckan import read_ckan
from connector.broker.harvesting.parts import PORTAL_BOUNDS, Described, PortalPart
from connector.broker.harvesting.portal import PortalClient
from connector.broker.harvesting.references import read_reference
from connector.broker.normalise import Unusable
from connector.net.aside import SMALL, work_aside
from connector.ports.broker_store import CrawlSource, Entry
from connector.views.portals import PortalKind

Keep = Callable[[Sequence[Entry]], Awaitable[None]]

_KEPT = 500


async def harvest(
    client: PortalClient,
    source: CrawlSource,
    known: Mapping[str, str],
    *,
    now: int,
    keep: Keep,
    bounds: Bounds = PORTAL_BOUNDS,
) -> Found:
    """Read a portal completely; `known` are the digests of its entries by identifier. Raises CrawlFailed.

    `keep(entries)` puts new and changed entries into the record, some hundred at a time; those that are left are
    `changed` of the result.
    """
    assert source.portal is not None
    read = read_ckan if source.portal.kind is PortalKind.CKAN else read_catalog
    found, cost = Found(), _HarvestCost(bounds)
    try:
        async with asyncio.timeout(bounds.seconds), contextlib.aclosing(read(client, source, known)) as parts:
            async for part in parts:
                cost.count(part)
                found.digests |= {name: known[name] for name in part.same}
                found.portal = part.portal or found.portal
                found.short = part.short or found.short
                found.unusable += len(part.unusable)
                found.problem = found.problem or next(iter(part.unusable), None)
                if part.datasets:
                    await work_aside(SMALL + 1, partial(_add_datasets, found, part.datasets, source, known, now))
                if len(found.changed) >= _KEPT:
                    await keep(tuple(found.changed.values()))
                    found.changed.clear()
    except TimeoutError:
        raise CrawlFailed(f"The portal was not read completely within {bounds.seconds:g} s.") from None
    return found


class _HarvestCost:
    """Counts what a portal costs, against the bounds of all its pages together."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        self._pages = self._datasets = self._size = self._elements = 0

    def count(self, part: PortalPart) -> None:
        """Add a part. Raises CrawlFailed beyond a bound."""
        bounds = self._bounds
        self._pages += part.size > 0
        self._datasets += len(part.same) + len(part.datasets) + len(part.unusable)
        self._size += part.size
        self._elements += part.elements
        if self._datasets > bounds.datasets or self._size > bounds.bytes:
            raise CrawlFailed(f"The portal is larger than {bounds.datasets} datasets or {bounds.bytes} bytes.")
        if self._elements > bounds.elements:
            raise CrawlFailed(f"The portal has more than {bounds.elements} values.")
        if self._pages > bounds.pages:
            raise CrawlFailed(f"The portal has more than {bounds.pages} pages.")


def _add_datasets(
    found: Found, datasets: Sequence[Described], source: CrawlSource, known: Mapping[str, str], now: int
) -> None:
    for described in datasets:
        _add_dataset(found, described, source, known, now)


def _add_dataset(found: Found, described: Described, source: CrawlSource, known: Mapping[str, str], now: int) -> None:
    """Add one dataset; of several with the same identifier, the first counts."""
    try:
        entry = read_reference(described, source, now)
    except Unusable as error:
        found.unusable += 1
        found.problem = found.problem or error.reason
        if error.id is not None and error.id not in found.digests:
            found.unread.add(error.id)
        return
    if entry.id in found.digests:
        found.repeated += found.digests[entry.id] != entry.digest
        return
    found.digests[entry.id] = entry.digest
    if known.get(entry.id) != entry.digest:
        found.changed[entry.id] = entry
