"""Events that policies can refer to."""

from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.events import EventOrder, EventView


def _list() -> ApiCall[tuple[EventView, ...]]:
    """List all declared events, the latest first.

    >>> [(event.name, event.going_on) for event in connector.events.list()]
    [('https://w3id.org/datenkontor/policy/1#emergency', True)]
    """
    return ApiCall(method="GET", path=path_of("events"), answer=tuple[EventView, ...])


def _begin(name: str) -> ApiCall[EventView]:
    """Declare that an event has begun; `name` is an IRI, or a short form such as `dk:emergency`.

    >>> connector.events.begin("dk:emergency").going_on
    True
    """
    return ApiCall(method="POST", path=path_of("events", "begin"), answer=EventView, body=EventOrder(name=name))


def _end(name: str) -> ApiCall[EventView]:
    """Declare that an event is over.

    >>> connector.events.end("dk:emergency").going_on
    False
    """
    return ApiCall(method="POST", path=path_of("events", "end"), answer=EventView, body=EventOrder(name=name))


@dataclass(frozen=True)
class Events:
    """Events that policies can refer to."""

    driver: Runs

    list = blocking(_list)
    begin = blocking(_begin)
    end = blocking(_end)


@dataclass(frozen=True)
class AsyncEvents:
    """Events that policies can refer to."""

    driver: AsyncRuns

    list = asynchronous(_list)
    begin = asynchronous(_begin)
    end = asynchronous(_end)
