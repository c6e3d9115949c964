"""`hold`: what waits for a person; negotiations are answered with approve, reject or counter."""

from connector.cli.frame.command import AfterOption, AllOption, LimitOption, command, group
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import moment
from connector.cli.frame.process import choose_reason
from connector.cli.frame.remote import connect, print_listing

app = group("What waits for a person.")


@command(app, "list", example="datenkontor hold list")
def list_holds(call: CommandCall, limit: LimitOption = 50, after: AfterOption = None, all: AllOption = False) -> None:
    """List what waits for somebody, oldest first; answer with `negotiation approve`, `reject` or `counter`."""
    columns = {
        "process": lambda hold: hold.process_id,
        "kind": lambda hold: hold.process_kind,
        "for": lambda hold: hold.who,
        "reason": lambda hold: choose_reason(hold, call.output.lang),
        "since": lambda hold: moment(hold.created_at),
        "until": lambda hold: moment(hold.until),
    }
    with connect(call) as connector:
        print_listing(
            call,
            lambda size, cursor: connector.holds.list(limit=size, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )
