"""Data planes in processes of their own: list, add, drain, remove."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.planes import DataPlaneOrder, DataPlaneView, DrainOrder


def _list() -> ApiCall[tuple[DataPlaneView, ...]]:
    """List the data planes, ordered by identifier.

    >>> [(plane.id, plane.flows) for plane in connector.dataplanes.list()]
    [('urn:plane:1', 2)]
    """
    return ApiCall(method="GET", path=path_of("dataplanes"), answer=tuple[DataPlaneView, ...])


def _add(
    endpoint: str,
    key: str | None = None,
    *,
    labels: Sequence[str] = (),
    id: str | None = None,
    profiles: Sequence[str] = (),
    keys: dict[str, Any] | None = None,
) -> ApiCall[DataPlaneView]:
    """Register a data plane of Datenkontor by its address and its key; another one by what it is.

    >>> print(connector.dataplanes.add("https://plane.example:7084", "key of the data plane", labels=["gold"]).state)
    active
    """
    order = DataPlaneOrder(endpoint=endpoint, key=key, id=id, profiles=tuple(profiles), keys=keys, labels=tuple(labels))
    return ApiCall(method="POST", path=path_of("dataplanes"), answer=DataPlaneView, body=order)


def _drain(id: str, *, drain: bool = True) -> ApiCall[DataPlaneView]:
    """Keep new flows away from a data plane; its flows go on. With `drain=False`, it gets new ones again.

    >>> print(connector.dataplanes.drain("urn:plane:1").state)
    draining
    """
    return ApiCall(
        method="POST", path=path_of("dataplanes", id, "drain"), answer=DataPlaneView, body=DrainOrder(drain=drain)
    )


def _remove(id: str, *, force: bool = False) -> ApiCall[DataPlaneView]:
    """Remove a data plane without flows; with `force` also one with flows, whose transfers end.

    >>> connector.dataplanes.remove("urn:plane:1", force=True).id
    'urn:plane:1'
    """
    query = {"force": "true"} if force else {}
    return ApiCall(method="DELETE", path=path_of("dataplanes", id), answer=DataPlaneView, query=query)


@dataclass(frozen=True)
class DataPlaneList:
    """Data planes in processes of their own."""

    driver: Runs

    list = blocking(_list)
    add = blocking(_add)
    drain = blocking(_drain)
    remove = blocking(_remove)


@dataclass(frozen=True)
class AsyncDataPlaneList:
    """Data planes in processes of their own."""

    driver: AsyncRuns

    list = asynchronous(_list)
    add = asynchronous(_add)
    drain = asynchronous(_drain)
    remove = asynchronous(_remove)
