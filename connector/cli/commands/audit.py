"""`audit`: the audit log: read it, export it with its proofs, and verify an export."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.audit.export import ExportBroken, verify_export
from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    check_period,
    create_noun,
    parse_time,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.files import require_new, write_text
from connector.cli.frame.finding import find_subject
from connector.cli.frame.remote import connect, print_listing
from connector.views.agreements import LeafView

app = create_noun("The audit log: read it, export it with its proofs, verify an export.")

ProcessOption = Annotated[
    str | None,
    typer.Option("--process", metavar="ID|NAME", help="Only entries about this process, asset or participant."),
]


@register(app, "list", example="datenkontor audit list --process urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def list_entries(
    call: CommandCall,
    process: ProcessOption = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the entries of the audit log, oldest first."""
    columns: dict[str, Callable[[LeafView], object]] = {
        "at": lambda leaf: call.output.format_time(leaf.at),
        "event": lambda leaf: call.output.name_event(leaf.kind),
        "about": lambda leaf: leaf.process_id,
        "id": lambda leaf: leaf.id,
    }
    with connect(call) as connector:
        if process is not None:
            process = find_subject(connector, process, lambda one: connector.audit.list(process=one, limit=1))
        print_listing(
            call,
            lambda count, cursor: connector.audit.list(process=process, limit=count, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "show", example="datenkontor audit show urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10")
def show(
    call: CommandCall,
    process: Annotated[str, typer.Argument(metavar="ID|NAME", help="Process, asset or participant.")],
) -> None:
    """Show all that the audit log has about one process, asset or participant, with the recorded facts."""
    with connect(call) as connector:
        process = find_subject(connector, process, lambda one: connector.audit.list(process=one, limit=1))
        leaves = tuple(connector.audit.all(process=process))
    if not leaves:
        raise Failure(Code.NOT_FOUND, "errors.nothing-recorded", process=process)
    lines = []
    for leaf in leaves:
        said = f"{call.output.format_time(leaf.at)}  {call.output.name_event(leaf.kind)}"
        lines.append(f"{said}  {msgspec.json.encode(leaf.body).decode()}")
    call.output.print_result(leaves, *lines)


@register(
    app,
    "export",
    example="""datenkontor audit export -o audit.jsonl
    datenkontor audit export --from 2026-01-01 --until 2026-07-01 -o half-year.jsonl""",
)
def export(
    call: CommandCall,
    out: Annotated[str, typer.Option("--out", "-o", metavar="FILE", help="File to write, or - for standard output.")],
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help="Begin of the period.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="TIME", help="End of the period, not included.")
    ] = None,
) -> None:
    """Export the entries of a period, each with the proof that it belongs to the log (JSON Lines)."""
    require_new(out)
    begin, end = parse_time(start, call.output.zone), parse_time(until, call.output.zone)
    check_period(begin, end)
    with connect(call) as connector:
        lines = connector.audit.export(start=begin, end=end).lines
    path = write_text(out, "".join(f"{line}\n" for line in lines))
    if path is None:
        return
    entries = max(0, len(lines) - 1)
    call.output.print_result(
        {"file": str(path), "entries": entries}, call.output.say("cli.audit-exported", path=path, entries=entries)
    )


@register(app, "verify", example="datenkontor audit verify audit.jsonl")
def verify(
    call: CommandCall,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Export of an audit log.")],
) -> None:
    """Verify an export without a connector: no entry was changed, added, omitted or moved.

    Exit code 1 if it is broken.
    """
    try:
        with file.open("rb") as lines:
            proven = verify_export(lines)
    except OSError as error:
        raise Failure(
            Code.NOT_FOUND, "errors.not-readable", file=file, problem=error.strerror or "the disk failed"
        ) from None
    except ExportBroken as error:
        raise Failure(Code.FAILED, "errors.export-broken", file=file, error={"en": str(error)}) from None
    found = {"owner": proven.owner, "size": proven.size, "root": proven.root.hex(), "entries": len(proven.bodies)}
    sentence = call.output.say("cli.audit-verified", file=file, entries=len(proven.bodies), root=proven.root.hex())
    call.output.print_result(found, sentence)
