"""The catalogues of others, and the participants there are."""

from dataclasses import dataclass
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, Page, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking, every, every_awaited

DatasetDocument = dict[str, Any]


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the signed participant list; `claims` are what its signer vouches for."""

    id: str
    name: str
    address: str | None
    roles: tuple[str, ...]
    claims: dict[str, tuple[str, ...]]


def _fetch(participant: str, *, after: str | None = None) -> ApiCall[Page[DatasetDocument]]:
    """Fetch one page of a participant's catalogue: the datasets as it sends them; `after` is the page's `next`."""
    query = {"participant": participant, "page": after}
    return ApiCall(method="GET", path=place("catalog"), answer=Page[DatasetDocument], query=query, timeout_s=60.0)


def _dataset(participant: str, dataset: str) -> ApiCall[DatasetDocument]:
    """Fetch one dataset with its offers, as the provider sends it."""
    query = {"participant": participant, "dataset": dataset}
    return ApiCall(method="GET", path=place("catalog", "dataset"), answer=DatasetDocument, query=query, timeout_s=60.0)


def _participants(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[Participant]]:
    """List a page of the participants, ordered by identifier."""
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=place("participants"), answer=Page[Participant], query=query)


@dataclass(frozen=True)
class Catalogs:
    """The catalogues of others."""

    driver: Runs

    fetch = blocking(_fetch)
    all = every(_fetch)
    dataset = blocking(_dataset)


@dataclass(frozen=True)
class AsyncCatalogs:
    """The catalogues of others."""

    driver: AsyncRuns

    fetch = awaited(_fetch)
    all = every_awaited(_fetch)
    dataset = awaited(_dataset)


@dataclass(frozen=True)
class Participants:
    """The participant list as this connector knows it."""

    driver: Runs

    list = blocking(_participants)
    all = every(_participants)


@dataclass(frozen=True)
class AsyncParticipants:
    """The participant list as this connector knows it."""

    driver: AsyncRuns

    list = awaited(_participants)
    all = every_awaited(_participants)
