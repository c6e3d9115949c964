"""Events that policies may ask about."""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from connector.client.frame.flow import ApiCall, place
from connector.client.frame.methods import AsyncRuns, Runs, awaited, blocking


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event stands: whether it goes on, since when, and which API key declared it."""

    name: str
    going_on: bool
    since: datetime
    by: str


def _list() -> ApiCall[tuple[Event, ...]]:
    """List every event that was ever declared, the latest first."""
    return ApiCall(method="GET", path=place("events"), answer=tuple[Event, ...])


def _begin(name: str) -> ApiCall[Event]:
    """Declare that an event has begun; `name` is an IRI or a short form as in policies (`dk:emergency`)."""
    return ApiCall(method="POST", path=place("events", "begin"), answer=Event, body={"name": name})


def _end(name: str) -> ApiCall[Event]:
    """Declare that an event is over."""
    return ApiCall(method="POST", path=place("events", "end"), answer=Event, body={"name": name})


@dataclass(frozen=True)
class Events:
    """Events that policies may ask about."""

    driver: Runs

    list = blocking(_list)
    begin = blocking(_begin)
    end = blocking(_end)


@dataclass(frozen=True)
class AsyncEvents:
    """Events that policies may ask about."""

    driver: AsyncRuns

    list = awaited(_list)
    begin = awaited(_begin)
    end = awaited(_end)
