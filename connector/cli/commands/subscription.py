"""`subscription`: standing orders for the data of agreements, which the connector runs by itself."""

from typing import Annotated

import typer

from connector.cli.assets.place import SinkOption, choose_place
from connector.cli.frame.command import AfterOption, AllOption, LimitOption, YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import Columns, Output
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.views.subscriptions import SubscriptionRhythm, SubscriptionState, SubscriptionView

app = create_noun("Subscriptions: standing orders that get the data of agreements regularly, as far as it has changed.")

EXAMPLE = "urn:uuid:2e6f3a1c-6c0e-4b55-9a34-0f4b8f7c1d20"
AGREEMENT = "urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2"
SubscriptionArgument = Annotated[
    str, typer.Argument(metavar="SUBSCRIPTION", help="Identifier of the subscription.", show_default=False)
]


@register(
    app,
    "add",
    example=f"""datenkontor subscription add {AGREEMENT} --every day --at 06:30
    datenkontor subscription add {AGREEMENT} --every week --on 1 --at 07:00 --into roadworks/
    datenkontor subscription add {AGREEMENT} --every change --post-to https://gis.example/load
    datenkontor subscription add {AGREEMENT} --every stream --to table.json""",
)
def add(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of an agreement as consumer.")],
    every: Annotated[SubscriptionRhythm, typer.Option(help="When to look for changed data.")] = SubscriptionRhythm.DAY,
    at: Annotated[
        str | None,
        typer.Option(
            metavar="HH:MM", help="Local time, HH:MM; of an hour, only its minutes count (default: the time now)."
        ),
    ] = None,
    on: Annotated[
        int | None,
        typer.Option(min=1, max=7, help="Day of a week, from 1 (Monday) to 7 (default: that of today)."),
    ] = None,
    into: Annotated[
        str | None,
        typer.Option(
            metavar="PATH",
            help="Path in the folder for received data, which each delivery replaces (default: a new folder each "
            "time).",
        ),
    ] = None,
    post_to: Annotated[
        str | None, typer.Option(metavar="URL", help="HTTP backend that receives the data instead of a file.")
    ] = None,
    to: SinkOption = None,
) -> None:
    """Order the data of an agreement regularly, the first time at once.

    The connector runs it by itself. The provider states digest and date of its data, and only what has changed is
    delivered; a look spends no use. Data of which nothing is stated is delivered each time, unless the agreement limits
    its uses. What was missed is caught up once, a failure is tried again and told once, and a subscription ends with
    its agreement. The same order again is the same subscription. `stream` follows a stream: its messages go to the
    sink as they arrive, and what was missed meanwhile is caught up.
    """
    sink = choose_place(into, post_to, to)
    with connect(call) as connector:
        made = connector.subscriptions.add(agreement, every=every.value, at=at, weekday=on, sink=sink)
    rhythm = _write_rhythm(made, call.output)
    call.output.print_result(made, call.output.say("cli.subscription-added", id=made.id, rhythm=rhythm))


@register(
    app,
    "list",
    example="""datenkontor subscription list
    datenkontor subscription list --state paused --json""",
)
def list_subscriptions(
    call: CommandCall,
    state: Annotated[SubscriptionState | None, typer.Option(help="Only subscriptions in this state.")] = None,
    agreement: Annotated[
        str | None, typer.Option(metavar="ID", help="Only subscriptions under this agreement.")
    ] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the subscriptions, newest first."""
    columns: Columns[SubscriptionView] = {
        "id": lambda found: found.id,
        "dataset": lambda found: choose_text(found.title, call.output.lang) or found.dataset,
        "state": lambda found: found.state,
        "every": lambda found: _write_rhythm(found, call.output),
        "last run": lambda found: call.output.format_time(found.looked_at),
        "outcome": lambda found: found.outcome,
        "next run": lambda found: call.output.format_time(found.next_at),
    }
    chosen = state.value if state else None
    with connect(call) as connector:
        print_listing(
            call,
            lambda count, cursor: connector.subscriptions.list(
                state=chosen, agreement=agreement, limit=count, after=cursor
            ),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "show", example=f"datenkontor subscription show {EXAMPLE}")
def show_subscription(call: CommandCall, subscription: SubscriptionArgument) -> None:
    """Show one subscription: when it looks for data, what the last run came to, and the next one."""
    with connect(call) as connector:
        found = connector.subscriptions.show(subscription)
    call.output.print_details(found, _build_fields(found, call.output))


@register(app, "pause", example=f"datenkontor subscription pause {EXAMPLE}")
def pause(call: CommandCall, subscription: SubscriptionArgument) -> None:
    """Pause a subscription; a delivery under way arrives."""
    with connect(call) as connector:
        found = connector.subscriptions.pause(subscription)
    call.output.print_result(found, call.output.say("cli.subscription-paused", id=found.id))


@register(app, "resume", example=f"datenkontor subscription resume {EXAMPLE}")
def resume(call: CommandCall, subscription: SubscriptionArgument) -> None:
    """Resume a paused subscription: it looks for changed data at once."""
    with connect(call) as connector:
        found = connector.subscriptions.resume(subscription)
    call.output.print_result(found, call.output.say("cli.subscription-resumed", id=found.id))


@register(app, "remove", example=f"datenkontor subscription remove {EXAMPLE} --yes")
def remove(call: CommandCall, subscription: SubscriptionArgument, yes: YesOption = False) -> None:
    """Remove a subscription; what was delivered stays."""
    with connect(call) as connector:
        found = connector.subscriptions.show(subscription)
        title = choose_text(found.title, call.output.lang) or found.dataset
        call.output.confirm(call.output.say("cli.ask-remove-subscription", title=title), yes)
        removed = connector.subscriptions.remove(found.id)
    call.output.print_result(removed, call.output.say("cli.subscription-removed", id=removed.id))


@register(
    app,
    "run",
    example=f"""datenkontor subscription run {EXAMPLE}
    datenkontor subscription run {EXAMPLE} --anyway""",
)
def run(
    call: CommandCall,
    subscription: SubscriptionArgument,
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Get the data also if it has not changed: that is a use.")
    ] = False,
) -> None:
    """Look for changed data now; it runs in the connector."""
    with connect(call) as connector:
        found = connector.subscriptions.run(subscription, anyway=anyway)
    call.output.print_result(found, call.output.say("cli.subscription-runs", id=found.id))


def _write_rhythm(found: SubscriptionView, output: Output) -> str:
    weekday = output.say(f"subscriptions.weekday-{found.weekday}")
    return output.say(f"subscriptions.rhythm-{found.every}", at=found.at, minute=found.at[-2:], weekday=weekday)


def _build_fields(found: SubscriptionView, output: Output) -> dict[str, object]:
    return {
        "id": found.id,
        "state": found.state,
        "title": choose_text(found.title, output.lang),
        "dataset": found.dataset,
        "counterparty": found.counterparty_name or found.counterparty,
        "agreement": found.agreement,
        "every": _write_rhythm(found, output),
        "into": found.sink and output.format_members(found.sink, without=("overwrite",)),
        "next run": output.format_time(found.next_at),
        "last run": output.format_time(found.looked_at),
        "outcome": found.outcome,
        "reason": choose_text(found.reason, output.lang),
        "failures": found.failures or None,
        "failing since": output.format_time(found.failing_since),
        "delivery": found.transfer,
        "last delivery": found.delivered,
        "delivered": output.format_time(found.delivered_at),
        "deliveries": found.deliveries,
        "created": output.format_time(found.created_at),
    }
