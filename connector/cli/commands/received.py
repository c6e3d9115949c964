"""`received`: list the folder of received data, and remove what is not needed any more."""

from typing import Annotated

import typer

from connector.cli.frame.command import AfterOption, AllOption, LimitOption, YesOption, create_noun, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.remote import choose_text, connect

app = create_noun("The folder of received data.")


@register(
    app,
    "list",
    example="""datenkontor received list
    datenkontor received list --all""",
)
def list_received(
    call: CommandCall, limit: LimitOption = 50, after: AfterOption = None, all: AllOption = False
) -> None:
    """List the received files and the partial ones, oldest first, with what they are and from whom.

    Listed is the folder of the connector. Copies that `get` or `sync` saved are where those commands were told, and
    `transfer show` names the place of data that a transfer delivers elsewhere.
    """
    with connect(call) as connector:
        found = connector.received.list(limit=None if all else limit, after=after)
    if call.output.json:
        call.output.print_result(found)
        return
    call.output.print_rows(
        found.items,
        {
            "path": lambda file: file.path,
            "title": lambda file: choose_text(file.title, call.output.lang) or file.dataset,
            "participant": lambda file: file.counterparty_name or file.counterparty,
            "agreement": lambda file: file.agreement_id,
            "size": lambda file: call.output.format_size(file.size),
            "partial": lambda file: file.partial or None,
            "also saved": lambda file: file.saved or None,
            "written": lambda file: call.output.format_time(file.written_at),
        },
        after=found.next,
    )
    if found.folder:
        call.output.print_hint(call.output.say("cli.received-folder", folder=found.folder))


@register(
    app,
    "clean",
    example="""datenkontor received clean --older-than 90 --dry-run
    datenkontor received clean --older-than 90 --yes
    datenkontor received clean --older-than 1 --partial --yes""",
)
def clean(
    call: CommandCall,
    older_than: Annotated[float, typer.Option(min=0, metavar="DAYS", help="Age from which files are removed.")],
    partial: Annotated[
        bool, typer.Option("--partial", help="Only the files of deliveries that are not complete.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed; remove nothing.")] = False,
    yes: YesOption = False,
) -> None:
    """Remove received files that are older than a number of days. Files that were saved elsewhere stay."""
    with connect(call) as connector:
        planned = connector.received.clean(older_than, partial=partial, dry_run=True)
        size = call.output.format_size(planned.size) or "0 B"
        if dry_run or not planned.files:
            shown = [f"{file.path} ({call.output.format_size(file.size)})" for file in planned.files]
            call.output.print_result(
                planned, *shown, call.output.say("cli.would-clean", count=len(planned.files), size=size)
            )
            return
        call.output.confirm(call.output.say("cli.ask-clean", count=len(planned.files), size=size), yes)
        done = connector.received.clean(older_than, partial=partial)
    call.output.print_result(
        done, call.output.say("cli.cleaned", count=len(done.files), size=call.output.format_size(done.size) or "0 B")
    )
    for path in done.failed:
        call.output.print_hint(call.output.say("cli.not-cleaned", path=path))
