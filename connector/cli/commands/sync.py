"""`sync`: keep a folder up to date with the data of all agreements: only what changed is transferred."""

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.frame.command import TimeoutOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code
from connector.cli.frame.finding import find_counterparty
from connector.cli.frame.output import Columns, Output
from connector.cli.frame.remote import connect
from connector.cli.processes.saving import OverwriteOption
from connector.cli.processes.synced import claim_folder, read_state
from connector.cli.processes.syncing import SyncOutcome, SyncRun, bring_all_up_to_date, list_agreements, list_orphans

app = create_word()

_NAMED = 10


@register(
    app,
    "sync",
    example="""datenkontor sync incoming/
    datenkontor sync incoming/ --delete
    datenkontor sync incoming/ --participant urn:participant:tiefbauamt --json""",
)
def sync(
    call: CommandCall,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder for the data, one folder a dataset.")],
    participant: Annotated[
        str | None, typer.Option(metavar="ID|NAME", help="Only the agreements with this participant.")
    ] = None,
    delete: Annotated[
        bool, typer.Option("--delete", help="Remove delivered files that the newest delivery no longer has.")
    ] = False,
    timeout: TimeoutOption = 300.0,
    yes: OverwriteOption = False,
) -> None:
    """Get the data of every active agreement as consumer that changed since the last run.

    The provider states digest, size and date of its data. Data of which it states nothing is transferred each time,
    unless the agreement limits its uses: then it is left as it is, and that is said. Each transfer is a use. A file
    that is missing or damaged in the folder is restored from the last delivery, without a use while the connector holds
    it. One that was changed there is replaced, and kept beside the new one as NAME.changed unless --yes is given. Files
    that no delivery put there are left alone: one in the way of a new file is overwritten only after a confirmation or
    with --yes (exit code 2). Files that the newest delivery no longer has are named, and removed with --delete unless
    they were changed.

    Exit code 4 at each run in which a dataset of the folder gets no data, as under an agreement that is withdrawn, over
    or used up, with the command to ask again; it is not requested again before the agreement or the data has changed. A
    dataset whose agreement has ended is left out when its folder is deleted, or if there never was one. Data that does
    not arrive within ten seconds is waited for after the other datasets. Exit code 1 if data could not be transferred.
    The rest is up to date.
    """
    with connect(call) as connector, claim_folder(folder):
        known = {(entry.participant, entry.dataset): entry for entry in read_state(folder)}
        run = SyncRun(
            call=call, connector=connector, folder=folder, timeout=timeout, yes=yes, delete=delete, known=known
        )
        if participant is not None:
            participant = find_counterparty(
                connector, participant, lambda one: connector.agreements.list(counterparty=one, limit=1)
            )
        agreements = list_agreements(connector, participant)
        done = [(outcome, Code.REFUSED) for outcome in list_orphans(run, agreements, participant)]
        done += bring_all_up_to_date(run, agreements)
    _report(call, done)


def _report(call: CommandCall, done: list[tuple[SyncOutcome, Code]]) -> None:
    """Print the outcomes; exit with the code of the worst one."""
    columns: Columns[SyncOutcome] = {
        "dataset": lambda found: found.dataset,
        "outcome": lambda found: found.outcome,
        "folder": lambda found: found.folder,
        "reason": lambda found: _write_remark(call.output, found),
    }
    call.output.print_rows([outcome for outcome, _ in done], columns)
    codes = {code for _, code in done}
    for code in (Code.FAILED, Code.USAGE, Code.REFUSED):
        if code in codes:
            raise typer.Exit(code)


def _write_remark(output: Output, found: SyncOutcome) -> str:
    """Return the reason of an outcome, with the files that a person has to know of."""
    remarks = [found.reason] if found.reason else []
    named = {"former-files": found.former, "former-removed": found.removed, "changed-kept": found.kept}
    for key, paths in named.items():
        if paths:
            files = ", ".join(paths[:_NAMED]) + (" …" if len(paths) > _NAMED else "")
            remarks.append(output.say(f"cli.{key}", count=len(paths), files=files))
    return " ".join(remarks)
