"""Endpoints for the events that policies can refer to: people of this connector declare their begin and end."""

from fastapi import Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AtContext, AtEvaluator
from connector.controlplane.usecases import events
from connector.ports.entities import EventEntry
from connector.views.conversion import moment, to_view
from connector.views.events import EventOrder, EventView

router = ChapterRouter(tags=["events"])


def _view(entry: EventEntry) -> EventView:
    return to_view(EventView, entry, going_on=entry.begun, since=moment(entry.at))


@router.get("/events")
async def list_events(context: AtContext) -> tuple[EventView, ...]:
    """List all declared events, the latest first."""
    return tuple(_view(entry) for entry in await events.list_events(context))


@router.post("/events/begin")
async def begin_event(evaluator: AtEvaluator, request: Request, order: EventOrder) -> EventView:
    """Declare that an event has begun; transfers under policies that refer to events are decided again."""
    return _view(await events.begin(evaluator, order.name, by=request.state.key_id))


@router.post("/events/end")
async def end_event(evaluator: AtEvaluator, request: Request, order: EventOrder) -> EventView:
    """Declare that an event is over."""
    return _view(await events.end(evaluator, order.name, by=request.state.key_id))
