"""What the endpoints for the operator of a broker share: their values, and acts whose refusal is an answer."""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import Query, Request

from connector.api.frame.desk import DeskValue
from connector.api.frame.errors import ApiError
from connector.broker.operating.acts import ActRefused
from connector.desk.operating import values
from connector.desk.operating.values import OperatorDesk
from connector.ports.moderation import Act
from connector.views.common import LONGEST_IDENTIFIER
from connector.views.moderation import ActedView

OfParticipantQuery = Annotated[
    str | None, Query(max_length=LONGEST_IDENTIFIER, description="Only of this participant.")
]

AtOperator = Annotated[OperatorDesk, DeskValue(lambda desk: desk)]


def find_key(request: Request) -> str:
    """Return the name of the management key of a request."""
    name: str = request.state.key_id
    return name


@contextmanager
def answering_refusals() -> Iterator[None]:
    """Answer an act that is refused with its reason. Raises ApiError."""
    try:
        yield
    except ActRefused as refused:
        raise ApiError(404 if refused.missing else 409, refused.code, refused.reason) from None


async def do(desk: OperatorDesk, act: Awaitable[Act | None]) -> ActedView:
    """Do an act; answer when the search index has followed, or after a while. Raises ApiError and StoreError."""
    with answering_refusals():
        return await values.do(desk, act)
