"""`store`: the store of a connector, moved to another database."""

from typing import Annotated

import typer

from connector.cli.frame.command import create_noun, register
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
) -> None:
    """Move the store to another database, also while the connector runs: it takes no changes meanwhile and after.

    Each table is compared with its copy. Then name the new store in the settings and start the connector again. The
    password of an address is that of the settings.
    """
    settings = call.read_settings()
    from connector.app.storing.moving import move_store

    try:
        copied = move_store(settings, source, target)
    except (StoreError, SettingsError) as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None
    rows = sum(table.rows for table in copied)
    sentence = call.output.say("cli.store-copied", tables=len(copied), rows=rows, target=target)
    call.output.print_result({"target": target, "tables": copied}, sentence)
    call.output.print_hint(call.output.say("cli.store-copied-hint"))
