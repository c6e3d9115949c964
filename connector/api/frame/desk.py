"""What every chapter of the API works with, and the forms that its answers share.

Answers name times in UTC and never hold a token: the bodies of pending messages and data addresses are left out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from fastapi import Depends, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connector.api.frame.errors import ApiError
from connector.controlplane.core.context import Context
from connector.controlplane.enforcing.enforcing import Enforcing
from connector.controlplane.judging.judging import Judging
from connector.controlplane.usecases.consents import ConsentRegister
from connector.controlplane.usecases.counterparties import Counterparties
from connector.controlplane.usecases.offering import Offering
from connector.ports.entities import Hold
from connector.ports.entities import PageBounds as StorePage
from connector.ports.watch import Watch
from connector.protocol.dsp.machines.machine import Process

Search = Callable[[Mapping[str, str]], Awaitable[bytes]]
ReadinessCheck = Callable[[], Awaitable[str | None]]

_DEEPEST = 32
_LOOK_S = 5.0

V = TypeVar("V")
T = TypeVar("T", bound=BaseModel)


def _given(name: str) -> Any:
    """Return the dependency that hands an endpoint one of the values that `make_management_app` was given."""

    def take(request: Request) -> Any:
        return getattr(request.app.state, name)

    return Depends(take)


AtContext = Annotated[Context, _given("context")]
AtJudging = Annotated[Judging, _given("judging")]
AtEnforcing = Annotated[Enforcing, _given("enforcing")]
AtOffering = Annotated[Offering, _given("offering")]
AtCounterparties = Annotated[Counterparties, _given("counterparties")]
AtRegister = Annotated[ConsentRegister, _given("register")]
AtSearch = Annotated[Search | None, _given("search")]
AtReceived = Annotated[Path, _given("received")]
AtChecks = Annotated[Mapping[str, ReadinessCheck], _given("checks")]
AtWarnings = Annotated[Mapping[str, ReadinessCheck], _given("warnings")]
LimitQuery = Annotated[int, Query(ge=1, le=500, description="Entries of one page.")]
AfterQuery = Annotated[str | None, Query(max_length=4096, description="The `next` of the page before.")]
WaitQuery = Annotated[float, Query(ge=0, le=300, description="Seconds to wait at the most.")]


def _shallow(value: dict[str, Any]) -> dict[str, Any]:
    level: list[Any] = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in (outer.values() if isinstance(outer, dict) else outer)]
        level = [inner for inner in level if isinstance(inner, dict | list)]
        if not level:
            return value
    raise ValueError(f"it is nested deeper than {_DEEPEST} levels")


def _portable(value: dict[str, Any]) -> dict[str, Any]:
    try:
        msgspec.json.encode(value)
    except UnicodeEncodeError:
        raise ValueError("it holds half a character of Unicode, which JSON cannot be sent with") from None
    return value


Document = Annotated[dict[str, Any], AfterValidator(_shallow), AfterValidator(_portable)]


class Order(BaseModel):
    """A request body: what it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")


class Reason(Order):
    """Why; the counter-party is told."""

    reason: str = Field("No reason was given.", min_length=1, max_length=1000)


class Listing(BaseModel, Generic[T]):
    """One page; `next` is the cursor of the page after it, or null at the end."""

    items: list[T]
    next: str | None


class PendingAnswer(BaseModel):
    """The message we owe the counter-party; `in_doubt` when a try ended without an answer."""

    message: str
    attempts: int
    refusals: int
    in_doubt: bool


class EndedAnswer(BaseModel):
    """Why a process ended, and who said so; `reasons` says why by language, where we decided it."""

    code: str
    reason: str
    by: str
    reasons: dict[str, str]


class HoldAnswer(BaseModel):
    """A process that waits for somebody: why, for whom, until when at the latest; `reasons` says why by language."""

    process_id: str
    process_kind: str
    reason: str
    who: str
    created_at: datetime
    until: datetime | None
    reasons: dict[str, str]


def moment(ms: int) -> datetime:
    """Return milliseconds since the Unix epoch as a time in UTC."""
    return datetime.fromtimestamp(ms / 1000, UTC)


def moment_or_none(ms: int | None) -> datetime | None:
    """Return milliseconds since the Unix epoch as a time in UTC, None as None."""
    return None if ms is None else moment(ms)


def milliseconds(at: datetime | None) -> int | None:
    """Return a time, without a zone in UTC, as milliseconds since the Unix epoch; None as None."""
    if at is None:
        return None
    return int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)


def page(limit: int, after: str | None) -> StorePage:
    """Return the bound of a listing."""
    return StorePage(limit=limit, after=after)


async def read_listing(rows: Awaitable[V]) -> V:
    """Return what a listing of the store gives. Raises ApiError where its cursor is none of the store's."""
    try:
        return await rows
    except ValueError as error:
        raise ApiError(400, "cursor", str(error)) from None


def parse_json(document: bytes | None) -> Any:
    """Return a stored JSON document as values, None as None."""
    return None if document is None else msgspec.json.decode(document)


def pending_answer(process: Process) -> PendingAnswer | None:
    """Return the pending message without its body, which may hold an address with a token."""
    if process.pending is None:
        return None
    waiting = process.pending
    return PendingAnswer(
        message=waiting.message, attempts=waiting.attempts, refusals=waiting.refusals, in_doubt=waiting.in_doubt
    )


def ended_answer(process: Process) -> EndedAnswer | None:
    """Return why the process ended."""
    ended = process.ended
    return (
        None if ended is None else EndedAnswer(code=ended.code, reason=ended.reason, by=ended.by, reasons=ended.reasons)
    )


def hold_answer(hold: Hold | None) -> HoldAnswer | None:
    """Return a hold in the form of the API."""
    if hold is None:
        return None
    return HoldAnswer(
        process_id=hold.process_id,
        process_kind=hold.process_kind,
        reason=hold.reason,
        who=hold.who,
        created_at=moment(hold.created_at),
        until=moment_or_none(hold.until),
        reasons=hold.reasons,
    )


async def wait(
    watch: Watch, process_id: str, timeout_s: float, read: Callable[[], Awaitable[V]], done: Callable[[V], bool]
) -> V:
    """Read again after every commit of the process until it is `done` or the time is up; return what was read last."""
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
