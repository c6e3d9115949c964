"""The files that a transfer delivered: saved with a progress bar, and reported with their digests."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Failure
from connector.cli.frame.output import Output
from connector.cli.processes.progress import Bar
from connector.client.connector import Connector
from connector.client.delivery import SavedFiles

OutputOption = Annotated[
    str | None, typer.Option("--out", "-o", metavar="FILE|DIR", help="File or folder for the data (default: here).")
]
OverwriteOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Overwrite a file with other content without confirmation.")
]


def save_files(call: CommandCall, connector: Connector, transfer: str, out: str | None, yes: bool) -> SavedFiles:
    """Save the files of a transfer, with a progress bar; ask before a file is overwritten."""
    target = out or "."
    bar = Bar(call.output)
    try:
        overwrite = may_overwrite(call, target, yes)
        received = find_received(call)
        return connector.transfers.download(transfer, target, progress=bar, overwrite=overwrite, received=received)
    finally:
        bar.close()


def find_received(call: CommandCall) -> Path | None:
    """Return the folder of received data if the settings of the connector are on this machine."""
    if not call.file.exists():
        return None
    try:
        return call.read_settings().received
    except Failure:
        return None


def may_overwrite(call: CommandCall, target: str, yes: bool) -> bool:
    """Ask before a file is overwritten; return True if it may be. Raises Failure if the person refuses."""
    if Path(target).expanduser().is_file():
        call.output.confirm(call.output.say("cli.ask-overwrite", path=target), yes)
        return True
    return yes


def report_saved(output: Output, saved: SavedFiles, **also: Any) -> None:
    """Report the saved files with their sizes and digests."""
    target = Path(saved.path)
    lines = [
        output.say(
            "cli.saved",
            path=str(target if len(saved.files) == 1 else target / file.path),
            size=output.format_size(file.size),
            sha256=file.sha256,
        )
        for file in saved.files
    ]
    output.print_result(also | msgspec.to_builtins(saved), *lines)
