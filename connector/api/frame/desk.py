"""The values that an endpoint can request as parameters, and the listings and waits that chapters share."""

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

from fastapi import FastAPI, Query, Request
from pydantic import BeforeValidator

from connector.api.frame.errors import ApiError
from connector.controlplane.core.context import Context
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.users import UserRegister
from connector.desk.holds import view_holds
from connector.desk.values import Ask, Desk, ReadinessCheck, Search
from connector.ports.entities import PageBounds
from connector.ports.identity import ListInUse
from connector.ports.planes import PlaneRegister
from connector.ports.seals import Seals
from connector.ports.watch import Watch
from connector.protocol.dsp.machines.machine import Process
from connector.views.common import Page, PendingView
from connector.views.conversion import moment, to_view
from connector.views.health import ListView
from connector.views.holds import HoldView

_LOOK_S = 5.0

DAY_MS = 86_400_000

V = TypeVar("V")
T = TypeVar("T")
P = TypeVar("P", bound=Process)


def show_list(listed: ListInUse | None, now: int) -> ListView | None:
    """Return the participant list in use, with the whole days that are left of it at `now` (ms)."""
    if listed is None:
        return None
    return to_view(ListView, listed, days_left=max(0, listed.expires_at - now) // DAY_MS)


def install_desk(app: FastAPI, desk: Desk) -> None:
    """Give the endpoints of an application their values."""
    app.state.desk = desk


def find_desk(request: Request) -> Any:
    """Return the values for a request: of the participant whose key it shows, which the access check has noted."""
    return getattr(request.state, "desk", None) or request.app.state.desk


@dataclass(frozen=True)
class DeskValue:
    """Marks a parameter of an endpoint: its value is `field` of the desk, which the router hands over."""

    field: Callable[[Desk], object]


def find_desk_value(annotation: Any) -> DeskValue | None:
    """Return the mark of a parameter's annotation, or None."""
    return next((mark for mark in getattr(annotation, "__metadata__", ()) if isinstance(mark, DeskValue)), None)


AtContext = Annotated[Context, DeskValue(lambda desk: desk.context)]
AtEvaluator = Annotated[Evaluator, DeskValue(lambda desk: desk.evaluator)]
AtEnforcer = Annotated[Enforcer, DeskValue(lambda desk: desk.enforcer)]
AtPublisher = Annotated[Publisher, DeskValue(lambda desk: desk.publisher)]
AtCounterparties = Annotated[Counterparties, DeskValue(lambda desk: desk.counterparties)]
AtUsers = Annotated[UserRegister, DeskValue(lambda desk: desk.users)]
AtRegister = Annotated[ConsentRegister, DeskValue(lambda desk: desk.register)]
AtCredentials = Annotated[CredentialService | None, DeskValue(lambda desk: desk.credentials)]
AtIssuing = Annotated[IssuerService | None, DeskValue(lambda desk: desk.issuing)]
AtSearch = Annotated[Search | None, DeskValue(lambda desk: desk.search)]
AtBrokerApi = Annotated[Ask | None, DeskValue(lambda desk: desk.broker)]
AtPlanes = Annotated[PlaneRegister | None, DeskValue(lambda desk: desk.planes)]
AtReceived = Annotated[Path, DeskValue(lambda desk: desk.received)]
AtChecks = Annotated[Mapping[str, ReadinessCheck], DeskValue(lambda desk: desk.checks)]
AtList = Annotated[Callable[[], ListInUse | None], DeskValue(lambda desk: desk.list_in_use)]
AtSeals = Annotated[Seals | None, DeskValue(lambda desk: desk.seals)]
AtWarnings = Annotated[Mapping[str, ReadinessCheck], DeskValue(lambda desk: desk.warnings)]
_NUMBER = re.compile(r"[-+]?[0-9._]*([eE][-+]?[0-9]+)?|[-+]?(inf|infinity|nan)", re.IGNORECASE)
LimitQuery = Annotated[int, Query(ge=1, le=500, description="Maximum number of entries on the page.")]
AfterQuery = Annotated[str | None, Query(max_length=4096, description="The `next` of the previous page.")]
WaitQuery = Annotated[float, Query(ge=0, le=300, description="Maximum time to wait, in seconds.")]


def _refuse_number(value: object) -> object:
    """Return the text of a time; pydantic would take a number for the seconds since 1970."""
    if _NUMBER.fullmatch(str(value)):
        raise ValueError("expected an instant such as 2026-05-01T00:00:00Z")
    return value


TimeQuery = Annotated[datetime | None, BeforeValidator(_refuse_number)]


def read_number(after: str | None) -> int:
    """Return how many rows come before a page of a list that is made anew for each page. Raises ApiError."""
    if after is None:
        return 0
    if not (after.isascii() and after.isdecimal() and len(after) < 10):
        raise ApiError(422, "invalid", "Unknown cursor: begin with the first page.")
    return int(after)


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


async def read_processes(
    context: Context,
    rows: Awaitable[tuple[Sequence[P], str | None]],
    convert: Callable[[Context, P, HoldView | None], T],
) -> Page[T]:
    """Return a listing of processes as a page of views, each with its hold; the holds of a page are one read."""
    found, following = await read_listing(rows)
    holds = await context.store.holds_of(context.owner, [row.id for row in found])
    views = {view.process_id: view for view in await view_holds(context, list(holds.values()))}
    return Page(items=tuple(convert(context, row, views.get(row.id)) for row in found), next=following)


async def read_hold(context: Context, process: Process) -> HoldView | None:
    """Return the view of the Hold of a process, or None."""
    hold = await context.store.hold(process.owner, process.id)
    return (await view_holds(context, [hold]))[0] if hold else None


def view_pending(process: Process) -> PendingView | None:
    """Return the view of the pending message of a process, with the time of the next attempt."""
    if process.pending is None:
        return None
    return to_view(PendingView, process.pending, next_at=None if process.due_at is None else moment(process.due_at))


async def wait(
    watch: Watch, process_id: str, timeout_s: float, read: Callable[[], Awaitable[V]], done: Callable[[V], bool]
) -> V:
    """Read after every commit of the process until `done` or the timeout; return the last value."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + timeout_s
    # The watch begins before the first read: no commit is missed.
    with watch.follow(process_id) as changed:
        while True:
            changed.clear()
            left = deadline - clock()
            value = await read()
            if left <= 0 or done(value):
                return value
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, _LOOK_S)):
                    await changed.wait()
