"""`store`: the store of a connector, moved to another database."""

import time
from functools import partial
from typing import Annotated, Any

import typer

from connector.cli.frame.command import YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.ports.store_errors import StoreError
from connector.settings import SettingsError

app = create_noun("The store: move it to another database.")


@register(
    app,
    "copy",
    needs="settings",
    example="""datenkontor store copy --to postgresql://datenkontor@db.example/office
    datenkontor store copy --from postgresql://datenkontor@db.example/office --to store.sqlite""",
)
def copy(
    call: CommandCall,
    target: Annotated[
        str, typer.Option("--to", metavar="STORE", help="New file, or address of an empty PostgreSQL database.")
    ],
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="STORE", help="File or address (default: the store of the settings)."),
    ] = None,
    yes: YesOption = False,
) -> None:
    """Move the store to another database, also while the connector runs: it takes no changes meanwhile and after.

    Each table is compared with its copy. Then name the new store in the settings and start the connector again. The
    password of an address is that of the settings.
    """
    settings = call.read_settings()
    from connector.app.storing.moving import find_origin, move_store

    question = call.output.say("cli.ask-move-store", source=find_origin(settings, source), target=target)
    call.output.confirm(question, yes)
    begun = time.monotonic()
    try:
        copied = move_store(settings, source, target, partial(_tell, call))
    except (StoreError, SettingsError) as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None
    seconds = round(time.monotonic() - begun, 1)
    rows = sum(table.rows for table in copied)
    sentence = call.output.say("cli.store-copied", tables=len(copied), rows=rows, target=target, seconds=seconds)
    call.output.print_result({"target": target, "tables": copied, "seconds": seconds}, sentence)
    call.output.print_hint(call.output.say("cli.store-copied-hint"))


def _tell(call: CommandCall, table: Any) -> None:
    if table.rows:
        call.output.print_hint(call.output.say("cli.store-table", table=table.table, rows=table.rows))
