"""`hold`: the processes that wait for a person; `negotiation` has the answers."""

from typing import Annotated

import typer

from connector.cli.frame.command import AfterOption, AllOption, LimitOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.finding import find_counterparty
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.cli.processes.outcome import say_why_held

app = create_noun("Holds: processes that wait for a person.")


@register(app, "list", example="datenkontor hold list --peer urn:participant:firma")
def list_holds(
    call: CommandCall,
    peer: Annotated[str | None, typer.Option(metavar="ID|NAME", help="Only processes with this participant.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the Holds, oldest first; answer with `negotiation approve`, `reject` or `counter`."""
    columns = {
        "process": lambda hold: hold.process_id,
        "counterparty": lambda hold: hold.counterparty_name or hold.counterparty,
        "dataset": lambda hold: choose_text(hold.title, call.output.lang) or hold.dataset,
        "kind": lambda hold: hold.process_kind,
        "for": lambda hold: hold.who,
        "reason": lambda hold: say_why_held(hold, call.output.lang),
        "since": lambda hold: call.output.format_time(hold.created_at),
        "until": lambda hold: call.output.format_time(hold.until),
    }
    with connect(call) as connector:
        if peer is not None:
            peer = find_counterparty(connector, peer, lambda one: connector.holds.list(peer=one, limit=1))
        print_listing(
            call,
            lambda size, cursor: connector.holds.list(peer=peer, limit=size, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )
