"""Endpoints for the catalogues of other participants: one page, or one dataset, as the provider sends it."""

from functools import partial
from typing import Annotated, Any

import msgspec
from fastapi import Query

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtCounterparties
from connector.controlplane.usecases import catalog
from connector.net.aside import work_aside
from connector.ports.peer import CatalogPage
from connector.views.catalog import CatalogView
from connector.views.common import LONGEST_IDENTIFIER

router = ChapterRouter(tags=["catalog"])

ParticipantQuery = Annotated[
    str, Query(min_length=1, max_length=LONGEST_IDENTIFIER, description="Identifier of the provider.")
]


@router.get("/catalog")
async def fetch_catalog(
    counterparties: AtCounterparties,
    participant: ParticipantQuery,
    page: Annotated[str | None, Query(max_length=4096, description="The `next` of the previous page.")] = None,
) -> CatalogView:
    """Fetch one page of the catalogue that a participant shows to this connector."""
    found = await catalog.fetch(counterparties, participant, page_url=page)
    items = await work_aside(found.size, partial(_read_items, found))
    return CatalogView(participant=found.participant_id or participant, items=items, next=found.next_url)


def _read_items(found: CatalogPage) -> tuple[dict[str, Any], ...]:
    own = (msgspec.json.decode(dataset) for dataset in found.datasets)
    nested = ({**msgspec.json.decode(entry.dataset), "participantId": entry.participant_id} for entry in found.nested)
    return (*own, *nested)


@router.get("/catalog/dataset")
async def fetch_dataset(
    counterparties: AtCounterparties,
    participant: ParticipantQuery,
    dataset: Annotated[
        str, Query(min_length=1, max_length=LONGEST_IDENTIFIER, description="Identifier of the dataset.")
    ],
) -> dict[str, Any]:
    """Fetch one dataset of a participant with its offers, as the provider sends it."""
    return await catalog.fetch_dataset(counterparties, participant, dataset)
