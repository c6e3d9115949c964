"""The catalogues of others: one page, or one dataset, as the provider sends it to us."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from connector.api.frame.desk import AtCounterparties, parse_json
from connector.controlplane.usecases import catalog

router = APIRouter(tags=["catalog"])

ParticipantQuery = Annotated[str, Query(min_length=1, max_length=1000, description="The provider, by its identifier.")]


class CatalogAnswer(BaseModel):
    """A page of a catalogue: the datasets as received; `next` is what to give as `page` for the page after it.

    A dataset of a catalogue inside the catalogue has the member `participantId`: whose it is.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "participant": "https://city.example/participants/environment",
                    "items": [{"@id": "urn:uuid:7f…", "@type": "Dataset", "hasPolicy": [], "distribution": []}],
                    "next": None,
                }
            ]
        }
    )

    participant: str
    items: list[dict[str, Any]]
    next: str | None


@router.get("/catalog")
async def fetch_catalog(
    counterparties: AtCounterparties,
    participant: ParticipantQuery,
    page: Annotated[str | None, Query(max_length=4096, description="The `next` of the page before.")] = None,
) -> CatalogAnswer:
    """Fetch one page of a participant's catalogue, as it shows it to us."""
    found = await catalog.fetch(counterparties, participant, page_url=page)
    items = [parse_json(dataset) for dataset in found.datasets]
    items += [{**parse_json(entry.dataset), "participantId": entry.participant_id} for entry in found.nested]
    return CatalogAnswer(participant=found.participant_id or participant, items=items, next=found.next_url)


@router.get("/catalog/dataset")
async def fetch_dataset(
    counterparties: AtCounterparties,
    participant: ParticipantQuery,
    dataset: Annotated[str, Query(min_length=1, max_length=1000, description="The dataset's identifier.")],
) -> dict[str, Any]:
    """Fetch one dataset of a participant, with its offers, as the provider sends it."""
    return await catalog.fetch_dataset(counterparties, participant, dataset)
