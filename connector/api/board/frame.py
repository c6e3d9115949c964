"""The values that the endpoints of the board share, and the errors that they answer with."""

import secrets
import uuid
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import msgspec
from fastapi import Depends, Request

from connector.api.broker import BrokerDesk, find_address
from connector.api.frame.errors import ApiError
from connector.broker.board.posting import WebhookPoster
from connector.broker.board.telling import Teller
from connector.broker.describing.subject import PublicSite
from connector.net.serving.rates import CallerRates
from connector.ports.board import Board, Need
from connector.ports.broker_store import BrokerStore
from connector.ports.identity import Caller
from connector.ports.search_index import SearchIndex
from connector.ports.store_errors import LimitReached
from connector.ports.webhooks import WebhookStore

T = TypeVar("T")


class BoardDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the routes; `now` returns the ms since the Unix epoch, `new_id` a new identifier
    and `new_secret` what nobody guesses."""

    board: Board
    record: BrokerStore
    index: SearchIndex
    teller: Teller
    webhooks: WebhookStore
    poster: WebhookPoster
    site: PublicSite
    now: Callable[[], int]
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())
    new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)


async def _desk(request: Request) -> BoardDesk:
    desk: BoardDesk = request.app.state.board
    return desk


AtBoard = Annotated[BoardDesk, Depends(_desk)]


def find_rates(request: Request) -> tuple[CallerRates | None, str]:
    """Return the rates of callers, and the address that a request is counted for."""
    desk: BrokerDesk = request.app.state.desk
    return desk.rates, find_address(request, desk)


async def find_need(desk: BoardDesk, id: str) -> Need:
    """Return a need. Raises ApiError if it is unknown."""
    need = await desk.board.need(id)
    if need is None:
        raise ApiError(404, "no-need", "Unknown need: list the needs for their identifiers.")
    return need


async def find_own_need(desk: BoardDesk, id: str, caller: Caller) -> Need:
    """Return a need of the caller that is not closed. Raises ApiError if there is none."""
    need = await find_need(desk, id)
    if need.owner != caller.participant:
        raise ApiError(403, "not-owner", "Only the owner of a need may change or close it.")
    if need.closed_at is not None:
        raise ApiError(409, "need-closed", "The need is closed: post a new one.")
    return need


async def limit_change(change: Awaitable[T]) -> T:
    """Return the result of a change. Raises ApiError if a limit of the participant is reached."""
    try:
        return await change
    except LimitReached as fault:
        raise ApiError(409, "limit", str(fault)) from None
