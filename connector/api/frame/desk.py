"""Values that an endpoint can request as parameters, and the listings and waits that chapters share."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request

from connector.api.frame.errors import ApiError
from connector.controlplane.core.context import Context
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.ports.entities import PageBounds
from connector.ports.watch import Watch
from connector.views.common import Page

Search = Callable[[Mapping[str, str]], Awaitable[bytes]]
ReadinessCheck = Callable[[], Awaitable[str | None]]

_LOOK_S = 5.0

V = TypeVar("V")
T = TypeVar("T")


def _given(name: str) -> Any:
    """Return the dependency for one of the values that `make_management_app` received."""

    def take(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(take)


AtContext = Annotated[Context, _given("context")]
AtEvaluator = Annotated[Evaluator, _given("evaluator")]
AtEnforcer = Annotated[Enforcer, _given("enforcer")]
AtPublisher = Annotated[Publisher, _given("publisher")]
AtCounterparties = Annotated[Counterparties, _given("counterparties")]
AtRegister = Annotated[ConsentRegister, _given("register")]
AtSearch = Annotated[Search | None, _given("search")]
AtReceived = Annotated[Path, _given("received")]
AtChecks = Annotated[Mapping[str, ReadinessCheck], _given("checks")]
AtWarnings = Annotated[Mapping[str, ReadinessCheck], _given("warnings")]
LimitQuery = Annotated[int, Query(ge=1, le=500, description="Maximum number of entries on the page.")]
AfterQuery = Annotated[str | None, Query(max_length=4096, description="The `next` of the previous page.")]
WaitQuery = Annotated[float, Query(ge=0, le=300, description="Maximum time to wait, in seconds.")]


def page(limit: int, after: str | None) -> PageBounds:
    """Return the bounds of a page."""
    return PageBounds(limit=limit, after=after)


async def read_listing(rows: Awaitable[V]) -> V:
    """Return the rows of a listing and the next cursor. Raises ApiError if the cursor is unknown."""
    try:
        return await rows
    except ValueError as error:
        raise ApiError(400, "cursor", str(error)) from None


async def read_page(rows: Awaitable[tuple[Sequence[V], str | None]], convert: Callable[[V], T]) -> Page[T]:
    """Return a listing of the store as a page of views. Raises ApiError if the cursor is unknown."""
    found, following = await read_listing(rows)
    return Page(items=tuple(convert(row) for row in found), next=following)


async def wait(
    watch: Watch, process_id: str, timeout_s: float, read: Callable[[], Awaitable[V]], done: Callable[[V], bool]
) -> V:
    """Read after every commit of the process until `done` or the timeout; return the last value."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + timeout_s
    while True:
        left = min(deadline - clock(), _LOOK_S)
        # The watch begins before the read: a commit in between is not missed.
        watching = asyncio.create_task(watch.wait_for_change(process_id, max(left, 0)))
        try:
            await asyncio.sleep(0)
            value = await read()
            if left <= 0 or done(value):
                return value
            await watching
        finally:
            watching.cancel()
