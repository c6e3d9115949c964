"""The broker as a Catalog Service: one nested catalogue for each participant.

Dataspace Protocol 2025-1, Catalog Protocol. The datasets keep the identifiers and the bytes of their providers. Each
nested catalogue contains the participant and the service for negotiations. A page has a fixed number of datasets, so a
participant can continue on the next page.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.ports.broker_store import BrokerStore, Entry, Liveness
from connector.protocol.dsp.catalog import DataService, catalog_document, find_services
from connector.protocol.dsp.catalog_filter import read_filter
from connector.protocol.dsp.common import add_context
from connector.protocol.dsp.errors import RemoteProtocolError

PAGE = 50


class CatalogPart(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the broker's catalogue: the document, and the cursor of the next page, if any."""

    body: bytes
    next: str | None


async def provide(
    store: BrokerStore,
    *,
    participant: str,
    address: str,
    after: str | None = None,
    limit: int | None = None,
    filters: Sequence[Any] = (),
) -> CatalogPart:
    """Return a page of all indexed datasets, after the cursor of the previous page.

    `participant` is the broker, `address` the base URL of its own endpoints.
    """
    wanted = read_filter(filters)
    if wanted.fits or wanted.offset:
        raise RemoteProtocolError(
            "The broker does not support catalogue filters: omit the filter, or use the search.", code="filter"
        )
    try:
        entries, following = await store.entries(after, min(limit or wanted.limit or PAGE, PAGE))
    except ValueError:
        raise RemoteProtocolError("Unknown cursor: begin with the first page.", code="cursor") from None
    by_participant: dict[str, list[Entry]] = {}
    for entry in entries:
        by_participant.setdefault(entry.participant, []).append(entry)
    service = DataService(id=f"{participant}#connector", endpoint_url=address)
    nested = [_nest(provider, offered) for provider, offered in by_participant.items()]
    body = catalog_document(f"{participant}#catalog", participant, services=[service], catalogs=nested)
    return CatalogPart(body=body, next=following)


async def provide_dataset(store: BrokerStore, id: str) -> bytes | None:
    """Return one dataset with context; of several with this identifier, that of the first participant by name."""
    sources = sorted(await store.sources(), key=lambda source: source.participant)
    for source in sources:
        # Sources without datasets are skipped to keep the look-up short.
        if source.datasets and source.liveness is not Liveness.DEAD:
            entry = await store.entry(source.participant, id)
            if entry is not None:
                return _add_context(entry.document)
    return None


def _nest(provider: str, entries: Sequence[Entry]) -> bytes:
    """Return the nested catalogue of a provider with every service that its datasets refer to."""
    services = {f"{provider}#connector": entries[0].address}
    for entry in entries:
        _, references = find_services(msgspec.json.decode(entry.document))
        services |= dict.fromkeys(references, entry.address)
    document = {
        "@id": f"{provider}#catalog",
        "@type": "Catalog",
        "participantId": provider,
        "service": [DataService(id=name, endpoint_url=url) for name, url in services.items()],
        "dataset": [msgspec.Raw(entry.document) for entry in entries],
    }
    return msgspec.json.encode(document)


def _add_context(document: bytes) -> bytes:
    members = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    return document if "@context" in members else add_context(document)
