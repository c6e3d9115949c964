"""`transfer`: start, follow, suspend and end transfers under an agreement, and save their files."""

import uuid
from typing import Annotated
from urllib.parse import quote

import typer

from connector.cli.assets.place import SinkOption, choose_place
from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    ReasonOption,
    TimeoutOption,
    YesOption,
    create_noun,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_counterparty
from connector.cli.frame.output import Output
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.cli.processes.following import CountOption, StreamOutput, follow_stream
from connector.cli.processes.outcome import has_arrived, report_state, report_waited, to_common_fields, to_head_fields
from connector.cli.processes.saving import OutputOption, OverwriteOption, report_saved, save_files
from connector.client.connector import Connector
from connector.protocol.dsp.machines.transfer_machine import TransferState
from connector.views.transfers import DeliveryView, TransferView

app = create_noun("Transfers under an agreement, as provider and as consumer.")

EXAMPLE = "urn:uuid:5b7a2a0e-62c0-4d25-9d0e-0f8b7c7e4a51"
TransferArgument = Annotated[str, typer.Argument(metavar="TRANSFER", help="Identifier of the transfer.")]


@register(
    app,
    "start",
    example="""datenkontor transfer start urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --wait -o air.csv
    datenkontor transfer start urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --keep
    datenkontor transfer start urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --choose form=geojson --wait
    datenkontor transfer start urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --push --to table.json
    datenkontor transfer start urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --follow --into readings/""",
)
def start(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of an agreement as consumer.")],
    push: Annotated[bool, typer.Option("--push", help="Let the provider send the data (default: fetch it).")] = False,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep the transfer open, to pull again from a live source.")
    ] = False,
    choose: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Form and rows: form=geojson, columns=A,B, where=A>=5, bbox=WEST,SOUTH,EAST,NORTH, datetime=FROM/TO, "
            "crs=EPSG:25832, limit=10, offset=10. May be repeated.",
        ),
    ] = None,
    into: Annotated[str | None, typer.Option(metavar="PATH", help="Path in the folder for received data.")] = None,
    post_to: Annotated[
        str | None, typer.Option(metavar="URL", help="HTTP backend that receives the data instead of a file.")
    ] = None,
    to: SinkOption = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Take the messages of a stream into the sink as they arrive.")
    ] = False,
    parameter: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Value for a parameter that the provider allows. May be repeated."),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the data has arrived.")] = False,
    timeout: TimeoutOption = 300.0,
    out: OutputOption = None,
    yes: OverwriteOption = False,
) -> None:
    """Request the data of an agreement.

    --to names another sink than a folder: a table, an object store, a message broker. --push of a stream lets the
    provider send its messages in batches, --follow takes them from it; both go on by themselves until the transfer
    ends.
    """
    chosen = _read_parameters(parameter or [])
    sink = choose_place(into, post_to, to)
    if follow:
        sink = {**(sink or {"kind": "file", "path": f"{uuid.uuid4()}/"}), "follow": True}
    with connect(call) as connector:
        found = connector.transfers.start(
            agreement, push=push, sink=sink, keep=keep, choice=write_choice(choose or []), parameters=chosen
        )
        if not wait and out is None:
            report_state(call, found)
            return
        call.output.print_hint(call.output.say("cli.step-transferring", id=found.id))
        found = connector.transfers.wait(found.id, timeout_s=timeout)
        _finish(call, connector, found, timeout, out=out, yes=yes)


def _read_parameters(given: list[str]) -> dict[str, str]:
    """Return the values of parameters by name. Raises Failure for one without a value, and for a name twice."""
    chosen: dict[str, str] = {}
    for pair in given:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise Failure(Code.USAGE, "errors.parameter-value", pair=pair)
        if name in chosen:
            raise Failure(Code.USAGE, "errors.parameter-twice", parameter=name)
        chosen[name] = value
    return chosen


@register(app, "list", example="datenkontor transfer list --state STARTED")
def list_transfers(
    call: CommandCall,
    state: Annotated[TransferState | None, typer.Option(help="Only transfers in this state.")] = None,
    peer: Annotated[str | None, typer.Option(metavar="ID|NAME", help="Only transfers with this participant.")] = None,
    agreement: Annotated[str | None, typer.Option(metavar="ID", help="Only transfers under this agreement.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the transfers, newest first."""
    columns = {
        "id": lambda found: found.id,
        "role": lambda found: found.role,
        "state": lambda found: found.state,
        "counterparty": lambda found: found.counterparty_name or found.peer,
        "dataset": lambda found: choose_text(found.title, call.output.lang) or found.dataset,
        "moved": lambda found: found.progress and call.output.format_size(_count_moved(found)),
        "changed": lambda found: call.output.format_time(found.updated_at),
    }
    chosen = state.value if state else None
    with connect(call) as connector:
        if peer is not None:
            peer = find_counterparty(connector, peer, lambda one: connector.transfers.list(peer=one, limit=1))
        if agreement is not None and not connector.transfers.list(agreement=agreement, limit=1).items:
            connector.agreements.show(agreement)  # one that does not exist is told
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


@register(app, "show", example=f"datenkontor transfer show {EXAMPLE}")
def show(call: CommandCall, transfer: TransferArgument) -> None:
    """Show one transfer: its state, its progress and the reason why it waits."""
    with connect(call) as connector:
        found = connector.transfers.show(transfer)
    call.output.print_details(found, _build_fields(found, call.output))


@register(
    app,
    "wait",
    example=f"""datenkontor transfer wait {EXAMPLE} -o air.csv
    datenkontor transfer wait {EXAMPLE} --state SUSPENDED --timeout 10""",
)
def wait(
    call: CommandCall,
    transfer: TransferArgument,
    state: Annotated[
        TransferState | None, typer.Option(help="State to wait for (default: the data has arrived).")
    ] = None,
    timeout: TimeoutOption = 300.0,
    out: OutputOption = None,
    yes: OverwriteOption = False,
) -> None:
    """Wait until the data has arrived or the transfer has ended; -o saves the files.

    Exit code 0 if the data has arrived, 4 if the transfer was terminated, 6 if it continues.
    """
    wanted = state.value if state else None
    with connect(call) as connector:
        found = connector.transfers.wait(transfer, timeout_s=timeout, states=[wanted] if wanted else ())
        _finish(call, connector, found, timeout, wanted=wanted, out=out, yes=yes)


@register(app, "pull", example=f"datenkontor transfer pull {EXAMPLE} -o roadworks.json --yes")
def pull(call: CommandCall, transfer: TransferArgument, out: OutputOption = None, yes: OverwriteOption = False) -> None:
    """Pull again from a transfer that is kept open; -o saves the files."""
    with connect(call) as connector:
        delivery = connector.transfers.pull(transfer)
        if out is not None:
            report_saved(call.output, save_files(call, connector, transfer, out, yes), transfer=transfer)
            return
    call.output.print_result(delivery, f"{call.output.format_size(delivery.bytes_moved)}, SHA-256 {delivery.sha256}")


@register(
    app,
    "follow",
    example=f"""datenkontor transfer follow {EXAMPLE}
    datenkontor transfer follow {EXAMPLE} -o readings.ndjson
    datenkontor transfer follow {EXAMPLE} --count 10 | jq .data""",
)
def follow(
    call: CommandCall,
    transfer: TransferArgument,
    out: StreamOutput = None,
    after: Annotated[
        str, typer.Option("--after", metavar="ID", help="Identifier of the last message that arrived.")
    ] = "",
    count: CountOption = None,
) -> None:
    """Follow a stream: write each message as it arrives, a line of JSON with its identifier.

    It continues by itself after a break, and behind the last line of the file. A gap is a line too. Interrupt it to
    stop. Exit code 4 if the provider ended the stream.
    """
    with connect(call) as connector:
        follow_stream(call, connector, transfer, out, after=after, count=count)


@register(app, "suspend", example=f"datenkontor transfer suspend {EXAMPLE} --reason 'Wartung'")
def suspend(call: CommandCall, transfer: TransferArgument, reason: ReasonOption = None) -> None:
    """Suspend a transfer: no data moves until it is resumed."""
    with connect(call) as connector:
        report_state(call, connector.transfers.suspend(transfer, reason=reason))


@register(app, "resume", example=f"datenkontor transfer resume {EXAMPLE}")
def resume(call: CommandCall, transfer: TransferArgument) -> None:
    """Resume a transfer that this participant suspended."""
    with connect(call) as connector:
        report_state(call, connector.transfers.resume(transfer))


@register(app, "complete", example=f"datenkontor transfer complete {EXAMPLE}")
def complete(call: CommandCall, transfer: TransferArgument) -> None:
    """Complete a transfer."""
    with connect(call) as connector:
        report_state(call, connector.transfers.complete(transfer))


@register(app, "terminate", example=f"datenkontor transfer terminate {EXAMPLE} --reason 'Vertrag verletzt' --yes")
def terminate(
    call: CommandCall, transfer: TransferArgument, reason: ReasonOption = None, yes: YesOption = False
) -> None:
    """Terminate a transfer: no more data moves, and the counterparty receives the reason."""
    with connect(call) as connector:
        if not yes:
            connector.transfers.show(transfer)  # what does not exist is not asked about
        call.output.confirm(call.output.say("cli.ask-terminate", id=transfer), yes)
        report_state(call, connector.transfers.terminate(transfer, reason=reason))


def _finish(
    call: CommandCall,
    connector: Connector,
    found: TransferView,
    timeout: float,
    *,
    wanted: str | None = None,
    out: str | None,
    yes: bool,
) -> None:
    if out is not None and (found.state == "COMPLETED" or has_arrived(found)):
        report_saved(call.output, save_files(call, connector, found.id, out, yes), transfer=found.id)
    else:
        report_waited(call, found, timeout, lambda shown: _build_fields(shown, call.output), wanted)


def _count_moved(found: TransferView) -> int:
    """Return the moved bytes; a completed transfer has at least its size, even if a crash lost the count."""
    progress = found.progress
    if progress is None:
        return 0
    return max(progress.bytes_moved, (progress.size or 0) if found.state == "COMPLETED" else 0)


def _format_progress(found: TransferView, progress: DeliveryView, output: Output) -> str:
    moved = output.format_size(_count_moved(found))
    # A transfer that is kept open delivers more than once: its bytes are no part of the size of one delivery.
    if not progress.size or _count_moved(found) > progress.size:
        return moved
    return output.say("cli.moved-of", moved=moved, size=output.format_size(progress.size))


def _build_fields(found: TransferView, output: Output) -> dict[str, object]:
    progress = found.progress
    return {
        **to_head_fields(found, output.lang),
        "agreement": found.agreement_id,
        "format": found.format,
        "kept open": found.keep or None,
        "moved": progress and _format_progress(found, progress, output),
        "media type": progress and progress.media_type,
        "SHA-256": progress and progress.sha256,
        "error": progress and progress.error and output.translate(progress.error),
        "waits because": progress and progress.waits and output.translate(progress.waits),
        "remark": progress and progress.remark and output.translate(progress.remark),
        "into": found.sink and output.format_members(found.sink, without=("overwrite",)),
        "suspended by": found.suspended_by,
        **to_common_fields(found, output),
    }


def write_choice(options: list[str]) -> str:
    """Return the query of a choice, the form first. Raises Failure for an option that is not NAME=VALUE.

    >>> write_choice(["bbox=8,49,9,50", "form=csv", "where=name=Köln"])
    'form=csv&bbox=8,49,9,50&where=name%3DK%C3%B6ln'
    """
    pairs = [option.partition("=") for option in options]
    for name, sign, value in pairs:
        if not sign or not value or not name.isalpha():
            raise Failure(Code.USAGE, "errors.choice-pair", option=f"{name}{sign}{value}")
    ordered = sorted(pairs, key=lambda pair: pair[0] != "form")
    return "&".join(f"{name}={quote(value, safe=',:/.-_~')}" for name, _, value in ordered)
