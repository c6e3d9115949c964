"""Events that policies may ask about: our people declare that one has begun or is over."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from connector.api.frame.desk import AtContext, AtJudging, Order, moment
from connector.controlplane.usecases import events
from connector.ports.entities import EventEntry

router = APIRouter(tags=["events"])


class EventOrder(Order):
    """An event, by its IRI or by the short form that policies use (`dk:emergency`)."""

    name: str = Field(min_length=1, max_length=500)


class EventAnswer(BaseModel):
    """Where an event stands: whether it goes on, since when, and which API key declared it."""

    name: str
    going_on: bool
    since: datetime
    by: str


def _answer(entry: EventEntry) -> EventAnswer:
    return EventAnswer(name=entry.name, going_on=entry.begun, since=moment(entry.at), by=entry.by)


@router.get("/events")
async def list_events(context: AtContext) -> list[EventAnswer]:
    """List every event that was ever declared, the latest first."""
    return [_answer(entry) for entry in await events.list_events(context)]


@router.post("/events/begin")
async def begin_event(judging: AtJudging, request: Request, order: EventOrder) -> EventAnswer:
    """Declare that an event has begun; what runs under a policy that asks for events is decided again at once."""
    return _answer(await events.begin(judging, order.name, by=request.state.key_id))


@router.post("/events/end")
async def end_event(judging: AtJudging, request: Request, order: EventOrder) -> EventAnswer:
    """Declare that an event is over."""
    return _answer(await events.end(judging, order.name, by=request.state.key_id))
