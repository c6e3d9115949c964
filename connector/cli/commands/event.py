"""`event`: what policies may ask about and only we know: an emergency, a fair."""

from collections.abc import Callable
from typing import Annotated

import typer

from connector.cli.frame.command import command, group
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import moment
from connector.cli.frame.remote import connect
from connector.client.chapters.events import Event

app = group("Events that policies may ask about, as we declare them.")

EventArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="The event as policies name it: dk:emergency, or an IRI.")
]


@command(app, "begin", example="datenkontor event begin dk:emergency")
def begin(call: CommandCall, name: EventArgument) -> None:
    """Declare that an event has begun; transfers that depend on events are decided again at once."""
    with connect(call) as connector:
        _said(call, connector.events.begin(name))


@command(app, "end", example="datenkontor event end dk:emergency")
def end(call: CommandCall, name: EventArgument) -> None:
    """Declare that an event is over; transfers that depend on events are decided again at once."""
    with connect(call) as connector:
        _said(call, connector.events.end(name))


@command(app, "list", example="datenkontor event list")
def list_events(call: CommandCall) -> None:
    """List every event that was ever declared, the latest first."""
    columns: dict[str, Callable[[Event], object]] = {
        "event": lambda found: found.name,
        "going on": lambda found: found.going_on,
        "since": lambda found: moment(found.since),
        "declared by": lambda found: found.by,
    }
    with connect(call) as connector:
        call.output.rows(connector.events.list(), columns)


def _said(call: CommandCall, found: Event) -> None:
    at = moment(found.since)
    begun = call.output.say("event-begun", name=found.name, at=at)
    call.output.result(found, begun if found.going_on else call.output.say("event-over", name=found.name, at=at))
