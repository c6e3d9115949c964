"""The broker as a Catalog Service: one nested catalogue for each participant.

Dataspace Protocol 2025-1, Catalog Protocol. The datasets keep the identifiers and the bytes of their providers. Each
nested catalogue contains the participant and the service for negotiations. A page has a fixed number of datasets, so a
participant can continue on the next page.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.ports.broker_store import EVERYBODY, Entry, Liveness, RecordView
from connector.protocol.dsp.catalog import DataService, catalog_document, find_services, make_catalog
from connector.protocol.dsp.catalog_filter import Wanted, read_filter
from connector.protocol.dsp.common import add_context
from connector.protocol.dsp.errors import RemoteProtocolError

PAGE = 50
# An offset of QuerySpec is at most 5,000 datasets: 100 pages reach it.
SCANNED_MOST = 120


class CatalogPart(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the broker's catalogue: the document, and the cursor of the next page, if any."""

    body: bytes
    next: str | None


async def provide(
    record: RecordView,
    *,
    participant: str,
    address: str,
    name: str | None = None,
    after: str | None = None,
    limit: int | None = None,
    filters: Sequence[Any] = (),
) -> CatalogPart:
    """Return a page of all indexed datasets, after the cursor of the previous page.

    `participant` is the broker with its `name`, `address` the base URL of its own endpoints. Raises
    RemoteProtocolError.
    """
    wanted = read_filter(filters)
    try:
        entries, following = await _find(record, wanted, after, min(limit or wanted.limit or PAGE, PAGE))
    except ValueError:
        raise RemoteProtocolError("Unknown cursor: begin with the first page.", code="cursor") from None
    # What the caller sees and not everybody is in a catalogue of its own, so that another broker does not pass it on.
    by_participant: dict[tuple[str, bool], list[Entry]] = {}
    for entry in entries:
        by_participant.setdefault((entry.participant, entry.visibility != EVERYBODY), []).append(entry)
    service = DataService(id=f"{participant}#connector", endpoint_url=address)
    nested = [
        await _nest(record, provider, offered, restricted=restricted)
        for (provider, restricted), offered in by_participant.items()
    ]
    body = catalog_document(f"{participant}#catalog", participant, services=[service], catalogs=nested, name=name)
    return CatalogPart(body=body, next=following)


async def _find(record: RecordView, wanted: Wanted, after: str | None, size: int) -> tuple[Sequence[Entry], str | None]:
    """Return the entries of a page that the filter matches, and the next cursor; it scans a bounded number of pages."""
    skip = wanted.offset if after is None else 0
    found: list[Entry] = []
    for _ in range(SCANNED_MOST):
        entries, after = await record.entries(after, min(skip + size - len(found), PAGE))
        fitting = [
            entry
            for entry in entries
            # A teaser and a reference have no offer to negotiate, and the protocol wants one of each Dataset.
            if not entry.reduced
            and entry.via is None
            and wanted.takes(themes=entry.themes, keywords=entry.keywords, publisher=entry.participant)
        ]
        found += fitting[skip:]
        skip = max(skip - len(fitting), 0)
        if after is None or len(found) >= size:
            break
    return found, after


async def provide_dataset(record: RecordView, id: str) -> bytes | None:
    """Return one dataset with context; of several with this identifier, that of the first participant by name."""
    reach = await record.reach()
    for participant in await record.providers(id):
        if participant not in reach.portals and reach.find_liveness(participant) is not Liveness.DEAD:
            entry = await record.entry(participant, id)
            if entry is not None and not entry.reduced:
                return _add_context(entry.document)
    return None


async def _nest(record: RecordView, provider: str, entries: Sequence[Entry], *, restricted: bool) -> bytes:
    """Return the nested catalogue of a provider with every service that its datasets refer to, and its brokers."""
    source = await record.source(provider)
    services = {f"{provider}#connector": entries[0].address}
    for entry in entries:
        _, references = find_services(msgspec.json.decode(entry.document))
        services |= dict.fromkeys(references, entry.address)
    return make_catalog(
        f"{provider}#{'restricted' if restricted else 'catalog'}",
        provider,
        services=[DataService(id=name, endpoint_url=url) for name, url in services.items()],
        datasets=[entry.document for entry in entries],
        name=source.name if source else None,
        brokers=source.brokers if source else (),
        restricted=restricted,
    )


def _add_context(document: bytes) -> bytes:
    members = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    return document if "@context" in members else add_context(document)
