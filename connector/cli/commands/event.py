"""`event`: events that policies can refer to and the operator declares, such as an emergency."""

from collections.abc import Callable
from itertools import chain
from typing import Annotated

import typer

from connector.cli.frame.command import create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.remote import connect
from connector.client.connector import Connector
from connector.client.frame.errors import ClientError
from connector.policy.vocabulary.names import expand
from connector.views.events import EventView

app = create_noun("Events that policies can refer to, declared by the operator.")

EventArgument = Annotated[
    str, typer.Argument(metavar="NAME", help="Event as policies name it, such as dk:emergency, or an IRI.")
]


@register(app, "begin", example="datenkontor event begin dk:emergency")
def begin(call: CommandCall, name: EventArgument) -> None:
    """Declare that an event has begun; the policies of active transfers are evaluated again."""
    with connect(call) as connector:
        found = connector.events.begin(name)
        named = _is_named(connector, {name, found.name})
    _report(call, found)
    if not named:
        call.output.print_hint(call.output.say("cli.event-unnamed", name=name))


@register(app, "end", example="datenkontor event end dk:emergency")
def end(call: CommandCall, name: EventArgument) -> None:
    """Declare that an event is over; the policies of active transfers are evaluated again."""
    with connect(call) as connector:
        _report(call, connector.events.end(name))


@register(app, "list", example="datenkontor event list")
def list_events(call: CommandCall) -> None:
    """List all declared events, latest first."""
    columns: dict[str, Callable[[EventView], object]] = {
        "event": lambda found: found.name,
        "active": lambda found: found.going_on,
        "since": lambda found: call.output.format_time(found.since),
        "declared by": lambda found: found.by,
    }
    with connect(call) as connector:
        call.output.print_rows(connector.events.list(), columns)


def _is_named(connector: Connector, names: set[str]) -> bool:
    """Return whether a policy of an asset or an agreement names an event; True if the key may not see them."""
    try:
        assets = (policy for asset in connector.assets.all(limit=500) for policy in (asset.policy, asset.access))
        agreed = (agreement.policy for agreement in connector.agreements.all(limit=500))
        return any(_contains(policy, names) for policy in chain(assets, agreed))
    except ClientError:
        return True


def _contains(value: object, names: set[str]) -> bool:
    if isinstance(value, dict):
        return any(_contains(inner, names) for inner in value.values())
    if isinstance(value, list | tuple):
        return any(_contains(inner, names) for inner in value)
    return isinstance(value, str) and (value in names or expand(value, {}) in names)


def _report(call: CommandCall, found: EventView) -> None:
    at = call.output.format_time(found.since)
    begun = call.output.say("cli.event-active", name=found.name, at=at)
    call.output.print_result(
        found, begun if found.going_on else call.output.say("cli.event-over", name=found.name, at=at)
    )
