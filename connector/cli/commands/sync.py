"""`sync`: keep a folder up to date with the data of all agreements: only what changed is transferred."""

import re
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.cli.frame.command import TimeoutOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.remote import connect
from connector.cli.processes.progress import Bar
from connector.client.connector import Connector
from connector.client.frame.errors import ClientError
from connector.client.freshness import StatedData, read_stated
from connector.client.get import WantedOffer
from connector.views.agreements import AgreementState, AgreementView

app = create_word()

STATE = ".datenkontor-sync.json"
_LONGEST = 80


class SyncedDataset(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of a synchronised folder: its folder, and what the provider stated of the data that is there."""

    participant: str
    dataset: str
    folder: str
    stated: StatedData = StatedData()


@register(
    app,
    "sync",
    example="""datenkontor sync incoming/
    datenkontor sync incoming/ --participant urn:participant:tiefbauamt --json""",
)
def sync(
    call: CommandCall,
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder for the data, one folder a dataset.")],
    participant: Annotated[
        str | None, typer.Option(metavar="ID", help="Only the agreements with this participant.")
    ] = None,
    timeout: TimeoutOption = 300.0,
) -> None:
    """Get the data of every active agreement as consumer that changed since the last run.

    The provider states digest, size and date of its data; data of which it states nothing is transferred each time.
    Each transfer is a use. Exit code 1 if a dataset could not be transferred; the others are up to date.
    """
    known = {entry.dataset: entry for entry in _read_state(folder)}
    outcomes: list[dict[str, str]] = []
    with connect(call) as connector:
        for agreement in _list_agreements(connector, participant):
            earlier = known.get(agreement.dataset) or _begin(agreement, {entry.folder for entry in known.values()})
            try:
                entry, outcome = _update(call, connector, folder, earlier, timeout)
            except ClientError as error:
                outcomes.append({"dataset": agreement.dataset, "outcome": "failed", "reason": error.reason})
                continue
            known[agreement.dataset] = entry
            _write_state(folder, list(known.values()))
            outcomes.append({"dataset": agreement.dataset, "outcome": outcome, "folder": entry.folder})
    columns = {
        "dataset": lambda found: found["dataset"],
        "outcome": lambda found: found["outcome"],
        "folder": lambda found: found.get("folder", ""),
        "reason": lambda found: found.get("reason", ""),
    }
    call.output.print_rows(outcomes, columns)
    if any(found["outcome"] == "failed" for found in outcomes):
        raise typer.Exit(Code.FAILED)


def _list_agreements(connector: Connector, participant: str | None) -> list[AgreementView]:
    """Return the newest active agreement as consumer for each dataset."""
    newest: dict[str, AgreementView] = {}
    for found in connector.agreements.all(counterparty=participant):
        if found.role == "consumer" and found.state == AgreementState.ACTIVE and found.finalized_at is not None:
            newest.setdefault(found.dataset, found)
    return list(newest.values())


def _begin(agreement: AgreementView, taken: set[str]) -> SyncedDataset:
    """Return a dataset that was never transferred, with a folder of its own."""
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", re.split(r"[/:#]", agreement.dataset)[-1]).strip("-.") or "dataset"
    name = stem = words[:_LONGEST]
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return SyncedDataset(participant=agreement.counterparty, dataset=agreement.dataset, folder=name)


def _update(
    call: CommandCall, connector: Connector, folder: Path, entry: SyncedDataset, timeout: float
) -> tuple[SyncedDataset, str]:
    stated = read_stated(connector.catalog.dataset(entry.participant, entry.dataset))
    target = folder / entry.folder
    if target.is_dir() and stated.is_same(entry.stated):
        return entry, "unchanged"
    bar = Bar(call.output)
    try:
        wanted = WantedOffer(participant=entry.participant, dataset=entry.dataset)
        connector.get(wanted, f"{target}/", progress=bar, overwrite=True, timeout_s=timeout)
    finally:
        bar.close()
    return msgspec.structs.replace(entry, stated=stated), "updated"


def _read_state(folder: Path) -> list[SyncedDataset]:
    path = folder / STATE
    if not path.exists():
        return []
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[SyncedDataset])
    except (OSError, msgspec.MsgspecError):
        raise Failure(Code.FAILED, "errors.sync-state", path=path) from None


def _write_state(folder: Path, entries: list[SyncedDataset]) -> None:
    path = folder / STATE
    part = path.with_name(path.name + ".new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_bytes(msgspec.json.encode(entries))
        part.replace(path)
    except OSError as error:
        raise Failure(
            Code.FAILED, "errors.not-writable", path=path, problem=error.strerror or "the disk failed"
        ) from None
