"""`backup`: the folder of a connector or a broker in one file."""

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.frame.command import create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.ports.store_errors import StoreError

app = create_word()


@register(
    app,
    "backup",
    needs="settings",
    example="datenkontor backup office-2026-11-30.tar --settings office/datenkontor.toml",
)
def backup(
    call: CommandCall,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write; it must not exist.")],
) -> None:
    """Write a backup: settings, keys, store and participant list, also while the connector runs.

    Offered and received data is not in it. Keep it as safe as the private key.
    """
    settings = call.read_settings()
    from connector.app.backup import BackupFault, write_backup

    try:
        written = write_backup(call.file, settings, file)
    except (BackupFault, StoreError) as fault:
        raise Failure(Code.FAILED, "errors.reported", reason={"en": str(fault)}) from None
    sentence = call.output.say("cli.backup-written", file=written.file, count=len(written.files))
    call.output.print_result(written, sentence)
    if settings.store.url:
        call.output.print_hint(call.output.say("cli.backup-database"))
    for path in written.outside:
        call.output.print_hint(call.output.say("cli.backup-outside", path=path))
