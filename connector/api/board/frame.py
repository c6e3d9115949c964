"""The values that the endpoints of the board share, and the errors that they answer with."""

import uuid
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import Depends, Request

from connector.api.frame.errors import ApiError
from connector.broker.board.telling import Teller
from connector.ports.board import Board, Need
from connector.ports.broker_store import BrokerStore
from connector.ports.identity import Caller
from connector.ports.search_index import SearchIndex


class BoardDesk(msgspec.Struct, frozen=True, kw_only=True):
    """The values of the routes; `now` returns the ms since the Unix epoch, `new_id` a new identifier."""

    board: Board
    record: BrokerStore
    index: SearchIndex
    teller: Teller
    now: Callable[[], int]
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())


def _desk(request: Request) -> BoardDesk:
    desk: BoardDesk = request.app.state.board
    return desk


AtBoard = Annotated[BoardDesk, Depends(_desk)]


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
