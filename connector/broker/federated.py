"""The broker as a Catalogue Service of its own: one nested catalogue per participant (Dataspace Protocol 2025-1).

The datasets keep the identifiers and the bytes their providers gave them, and each nested catalogue names the
participant and the service to negotiate with. A page has so many datasets; a participant may go on on the next.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from connector.ports.broker_store import BrokerStore, Entry, Liveness
from connector.protocol.dsp.catalog import DataService, catalog_document
from connector.protocol.dsp.catalog_filter import read_filter
from connector.protocol.dsp.common import add_context
from connector.protocol.dsp.errors import RemoteProtocolError

PAGE = 50


class CatalogPart(msgspec.Struct, frozen=True, kw_only=True):
    """One page of the broker's catalogue: the document, and the cursor of the next page, if there is one."""

    body: bytes
    next: str | None


async def provide(
    record: BrokerStore,
    *,
    participant: str,
    address: str,
    after: str | None = None,
    limit: int | None = None,
    filters: Sequence[Any] = (),
) -> CatalogPart:
    """Return a page of everything the broker knows, after the cursor of the page before.

    `participant` is the broker, `address` the base URL of its own endpoints.
    """
    wanted = read_filter(filters)
    if wanted.fits or wanted.offset:
        raise RemoteProtocolError("A filter is not supported here: leave it out, or use the search.", code="filter")
    try:
        entries, following = await record.entries(after, min(limit or wanted.limit or PAGE, PAGE))
    except ValueError:
        raise RemoteProtocolError("There is no such page: begin with the first.", code="cursor") from None
    held: dict[str, list[Entry]] = {}
    for entry in entries:
        held.setdefault(entry.participant, []).append(entry)
    service = DataService(id=f"{participant}#connector", endpoint_url=address)
    nested = [_nest(provider, offered) for provider, offered in held.items()]
    body = catalog_document(f"{participant}#catalog", participant, services=[service], catalogs=nested)
    return CatalogPart(body=body, next=following)


async def provide_dataset(record: BrokerStore, id: str) -> bytes | None:
    """Return one dataset with context; where several participants use its identifier, that of the first by name."""
    sources = sorted(await record.sources(), key=lambda source: source.participant)
    for source in sources:
        # Asking only where there is something keeps the look-up short.
        if source.datasets and source.liveness is not Liveness.DEAD:
            entry = await record.entry(source.participant, id)
            if entry is not None:
                return _add_context(entry.document)
    return None


def _nest(provider: str, entries: Sequence[Entry]) -> bytes:
    service = DataService(id=f"{provider}#connector", endpoint_url=entries[0].address)
    document = {
        "@id": f"{provider}#catalog",
        "@type": "Catalog",
        "participantId": provider,
        "service": [service],
        "dataset": [msgspec.Raw(entry.document) for entry in entries],
    }
    return msgspec.json.encode(document)


def _add_context(document: bytes) -> bytes:
    members = msgspec.json.decode(document, type=dict[str, msgspec.Raw])
    return document if "@context" in members else add_context(document)
