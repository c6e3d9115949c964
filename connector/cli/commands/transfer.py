"""`transfer`: deliveries under an agreement: ask for, follow, pause, end, pull once more, save."""

from typing import Annotated, Any

import typer

from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    ReasonOption,
    TimeoutOption,
    YesOption,
    command,
    group,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.output import moment, size
from connector.cli.frame.process import has_arrived, report_state, report_waited, to_common_fields
from connector.cli.frame.progress import OutputOption, OverwriteOption, report, save
from connector.cli.frame.remote import connect, print_listing
from connector.client.chapters.transfers import Transfer
from connector.client.connector import Connector
from connector.protocol.dsp.machines.transfer_machine import TransferState

app = group("Deliveries under an agreement, as provider and as consumer.")

EXAMPLE = "urn:uuid:5b7a2a0e-62c0-4d25-9d0e-0f8b7c7e4a51"
TransferArgument = Annotated[str, typer.Argument(metavar="TRANSFER", help="Identifier of the transfer.")]


@command(
    app,
    "start",
    example="""datenkontor transfer start urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --wait -o air.csv
    datenkontor transfer start urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --keep""",
)
def start(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="An agreement in which we are consumer.")],
    push: Annotated[bool, typer.Option("--push", help="Let the provider send; else it is fetched.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Keep it open, to pull again from a live source.")] = False,
    into: Annotated[
        str | None, typer.Option(metavar="PATH", help="Where it arrives, below the folder for received data.")
    ] = None,
    post_to: Annotated[
        str | None, typer.Option(metavar="URL", help="A backend of ours that gets it instead of a file.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it has arrived.")] = False,
    timeout: TimeoutOption = 300.0,
    out: OutputOption = None,
    yes: OverwriteOption = False,
) -> None:
    """Ask for the data of an agreement."""
    sink: dict[str, Any] | None = {"kind": "file", "path": into} if into else None
    if post_to:
        sink = {"kind": "http", "url": post_to}
    with connect(call) as connector:
        found = connector.transfers.start(agreement, push=push, sink=sink, keep=keep)
        if not wait and out is None:
            report_state(call, found)
            return
        call.output.hint(call.output.say("step-transferring", id=found.id))
        found = connector.transfers.wait(found.id, timeout_s=timeout)
        _over(call, connector, found, timeout, out=out, yes=yes)


@command(app, "list", example="datenkontor transfer list --state STARTED")
def list_transfers(
    call: CommandCall,
    state: Annotated[TransferState | None, typer.Option(help="Only those.")] = None,
    peer: Annotated[str | None, typer.Option(metavar="ID", help="Only with this participant.")] = None,
    agreement: Annotated[str | None, typer.Option(metavar="ID", help="Only under this agreement.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the transfers, newest first."""
    columns = {
        "id": lambda found: found.id,
        "role": lambda found: found.role,
        "state": lambda found: found.state,
        "peer": lambda found: found.peer,
        "dataset": lambda found: found.dataset,
        "moved": lambda found: found.progress and size(found.progress.bytes_moved),
        "changed": lambda found: moment(found.updated_at),
    }
    chosen = state.value if state else None
    with connect(call) as connector:
        print_listing(
            call,
            lambda count, cursor: connector.transfers.list(
                state=chosen, peer=peer, agreement=agreement, limit=count, after=cursor
            ),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@command(app, "show", example=f"datenkontor transfer show {EXAMPLE}")
def show(call: CommandCall, transfer: TransferArgument) -> None:
    """Show one transfer: its state, what has moved, and what it waits for."""
    with connect(call) as connector:
        found = connector.transfers.show(transfer)
    call.output.details(found, _fields(found, call.output.lang))


@command(
    app,
    "wait",
    example=f"""datenkontor transfer wait {EXAMPLE} -o air.csv
    datenkontor transfer wait {EXAMPLE} --state SUSPENDED --timeout 10""",
)
def wait(
    call: CommandCall,
    transfer: TransferArgument,
    state: Annotated[TransferState | None, typer.Option(help="Wait for this state; else for the data.")] = None,
    timeout: TimeoutOption = 300.0,
    out: OutputOption = None,
    yes: OverwriteOption = False,
) -> None:
    """Wait until the data has arrived or the transfer has ended; -o saves what arrived.

    Ends with 0 when the data is there, 4 when the transfer was ended, 6 when it goes on.
    """
    wanted = state.value if state else None
    with connect(call) as connector:
        found = connector.transfers.wait(transfer, timeout_s=timeout, states=[wanted] if wanted else ())
        _over(call, connector, found, timeout, wanted=wanted, out=out, yes=yes)


@command(app, "pull", example=f"datenkontor transfer pull {EXAMPLE} -o roadworks.json --yes")
def pull(call: CommandCall, transfer: TransferArgument, out: OutputOption = None, yes: OverwriteOption = False) -> None:
    """Fetch once more from a transfer that is kept open; -o saves what arrived."""
    with connect(call) as connector:
        delivery = connector.transfers.pull(transfer)
        if out is not None:
            report(call.output, save(call, connector, transfer, out, yes), transfer=transfer)
            return
    call.output.result(delivery, f"{size(delivery.bytes_moved)}, SHA-256 {delivery.sha256}")


@command(app, "suspend", example=f"datenkontor transfer suspend {EXAMPLE} --reason 'Wartung'")
def suspend(call: CommandCall, transfer: TransferArgument, reason: ReasonOption = None) -> None:
    """Pause a transfer: no further byte moves until it is resumed."""
    with connect(call) as connector:
        report_state(call, connector.transfers.suspend(transfer, reason=reason))


@command(app, "resume", example=f"datenkontor transfer resume {EXAMPLE}")
def resume(call: CommandCall, transfer: TransferArgument) -> None:
    """Go on with a transfer that was suspended here."""
    with connect(call) as connector:
        report_state(call, connector.transfers.resume(transfer))


@command(app, "complete", example=f"datenkontor transfer complete {EXAMPLE}")
def complete(call: CommandCall, transfer: TransferArgument) -> None:
    """Say that a transfer is done."""
    with connect(call) as connector:
        report_state(call, connector.transfers.complete(transfer))


@command(app, "terminate", example=f"datenkontor transfer terminate {EXAMPLE} --reason 'Vertrag verletzt' --yes")
def terminate(
    call: CommandCall, transfer: TransferArgument, reason: ReasonOption = None, yes: YesOption = False
) -> None:
    """End a transfer for good: no further byte moves, and the counter-party is told the reason."""
    call.output.confirm(call.output.say("ask-terminate", id=transfer), yes)
    with connect(call) as connector:
        report_state(call, connector.transfers.terminate(transfer, reason=reason))


def _over(
    call: CommandCall,
    connector: Connector,
    found: Transfer,
    timeout: float,
    *,
    wanted: str | None = None,
    out: str | None,
    yes: bool,
) -> None:
    if out is not None and (found.state == "COMPLETED" or has_arrived(found)):
        report(call.output, save(call, connector, found.id, out, yes), transfer=found.id)
    else:
        report_waited(call, found, timeout, lambda shown: _fields(shown, call.output.lang), wanted)


def _fields(found: Transfer, lang: str) -> dict[str, object]:
    progress = found.progress
    return {
        "id": found.id,
        "role": found.role,
        "state": found.state,
        "peer": found.peer,
        "dataset": found.dataset,
        "agreement": found.agreement_id,
        "format": found.format,
        "kept open": found.keep or None,
        "moved": progress and size(progress.bytes_moved) + (f" of {size(progress.size)}" if progress.size else ""),
        "sha256": progress and progress.sha256,
        "fault": progress and progress.error,
        "into": found.sink and " ".join(f"{name}={value}" for name, value in found.sink.items()),
        "suspended by": found.suspended_by,
        **to_common_fields(found, lang),
    }
