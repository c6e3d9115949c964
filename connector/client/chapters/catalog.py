"""The catalogues of other participants, and the participant list."""

from dataclasses import dataclass
from typing import Any

from connector.client.frame.flow import ApiCall, path_of, reason_order
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.common import Page
from connector.views.participants import BlockView, ParticipantView

DatasetDocument = dict[str, Any]


def _fetch(participant: str, *, after: str | None = None) -> ApiCall[Page[DatasetDocument]]:
    """Fetch one page of a participant's catalogue, with the datasets as it sends them.

    >>> page = connector.catalog.fetch("https://city.example")
    >>> [dataset["@id"] for dataset in page.items]
    ['urn:dataset:air']
    """
    query = {"participant": participant, "page": after}
    return ApiCall(method="GET", path=path_of("catalog"), answer=Page[DatasetDocument], query=query, timeout_s=60.0)


def dataset(participant: str, id: str) -> ApiCall[DatasetDocument]:
    """Fetch one dataset with its offers, as the provider sends it.

    >>> dataset = connector.catalog.dataset("https://city.example", "urn:dataset:air")
    >>> dataset["hasPolicy"][0]["@id"]
    'urn:offer:1'
    """
    query = {"participant": participant, "dataset": id}
    return ApiCall(
        method="GET", path=path_of("catalog", "dataset"), answer=DatasetDocument, query=query, timeout_s=60.0
    )


def _participants(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[ParticipantView]]:
    """List one page of the participants, ordered by identifier.

    >>> [participant.name for participant in connector.participants.list().items]
    ['City', 'Me']
    """
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("participants"), answer=Page[ParticipantView], query=query)


def _blocks() -> ApiCall[tuple[BlockView, ...]]:
    """List the participants that are excluded here.

    >>> connector.participants.blocks()
    ()
    """
    return ApiCall(method="GET", path=path_of("blocks"), answer=tuple[BlockView, ...])


def _block(id: str, *, reason: str | None = None) -> ApiCall[BlockView]:
    """Exclude a participant: its requests are refused and what runs ends; it receives the reason.

    >>> connector.participants.block("https://city.example", reason="Breach of contract.").reason
    'Breach of contract.'
    """
    path = path_of("participants", id, "block")
    return ApiCall(method="POST", path=path, answer=BlockView, body=reason_order(reason))


def _unblock(id: str) -> ApiCall[BlockView]:
    """Admit an excluded participant again.

    >>> blocked = connector.participants.block("https://city.example")
    >>> connector.participants.unblock("https://city.example") == blocked
    True
    """
    return ApiCall(method="POST", path=path_of("participants", id, "unblock"), answer=BlockView)


@dataclass(frozen=True)
class Catalogs:
    """The catalogues of other participants."""

    driver: Runs

    fetch = blocking(_fetch)
    all = every(_fetch)
    dataset = blocking(dataset)


@dataclass(frozen=True)
class AsyncCatalogs:
    """The catalogues of other participants."""

    driver: AsyncRuns

    fetch = asynchronous(_fetch)
    all = every_async(_fetch)
    dataset = asynchronous(dataset)


@dataclass(frozen=True)
class Participants:
    """The participant list as this connector knows it."""

    driver: Runs

    list = blocking(_participants)
    all = every(_participants)
    block = blocking(_block)
    unblock = blocking(_unblock)
    blocks = blocking(_blocks)


@dataclass(frozen=True)
class AsyncParticipants:
    """The participant list as this connector knows it."""

    driver: AsyncRuns

    list = asynchronous(_participants)
    all = every_async(_participants)
    block = asynchronous(_block)
    unblock = asynchronous(_unblock)
    blocks = asynchronous(_blocks)
