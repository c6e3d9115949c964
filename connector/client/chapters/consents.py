"""The consent register: what people said about uses of data on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from connector.client.frame.flow import ApiCall, Page, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking, every, every_awaited


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """An entry. `subject` is a keyed reference to the person, `dataset` is empty where it is about all."""

    subject: str
    dataset: str
    purpose: str
    state: str
    at: datetime
    until: datetime | None


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """How many entries were recorded."""

    recorded: int


def _add(
    subject: str,
    purpose: str,
    *,
    state: str | None = None,
    dataset: str | None = None,
    until: datetime | None = None,
) -> ApiCall[Recorded]:
    """Record what one person said; `state` is a dpv:ConsentStatus, given if left out, `until` an aware instant."""
    entry = {"subject": subject, "purpose": purpose, "state": state, "dataset": dataset, "until": until}
    return _record([entry])


def _record(entries: Sequence[Mapping[str, Any]]) -> ApiCall[Recorded]:
    """Record several entries (up to 1000), all or none; each with the members of `add`."""
    body = {"entries": [{name: value for name, value in entry.items() if value is not None} for entry in entries]}
    return ApiCall(method="POST", path=place("consents"), answer=Recorded, body=body)


def _withdraw(subject: str, *, dataset: str | None = None, purpose: str | None = None) -> ApiCall[Page[Consent]]:
    """Record that a person withdraws, one purpose or all that are on record; answers what was recorded."""
    body = {"subject": subject, "dataset": dataset, "purpose": purpose}
    return ApiCall(method="POST", path=place("consents", "withdraw"), answer=Page[Consent], body=body)


def _lookup(subject: str) -> ApiCall[Page[Consent]]:
    """Show where one person stands: the latest entry for each dataset and purpose."""
    return ApiCall(method="POST", path=place("consents", "lookup"), answer=Page[Consent], body={"subject": subject})


def _list(*, dataset: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[Consent]]:
    """List a page of the entries, newest first."""
    query = {"dataset": dataset, "limit": limit, "after": after}
    return ApiCall(method="GET", path=place("consents"), answer=Page[Consent], query=query)


@dataclass(frozen=True)
class Consents:
    """The consent register."""

    driver: Runs

    add = blocking(_add)
    record = blocking(_record)
    withdraw = blocking(_withdraw)
    lookup = blocking(_lookup)
    list = blocking(_list)
    all = every(_list)


@dataclass(frozen=True)
class AsyncConsents:
    """The consent register."""

    driver: AsyncRuns

    add = awaited(_add)
    record = awaited(_record)
    withdraw = awaited(_withdraw)
    lookup = awaited(_lookup)
    list = awaited(_list)
    all = every_awaited(_list)
