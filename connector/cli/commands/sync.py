"""`sync`: keep a folder up to date with the data of all agreements: only what changed is transferred."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from connector.cli.frame.command import TimeoutOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.remote import choose_text, connect, explain_error
from connector.cli.processes.progress import Bar
from connector.client.connector import Connector
from connector.client.delivery import is_saved
from connector.client.frame.errors import ClientError, Damaged, InvalidRequest, NotFound, RequestRefused
from connector.client.freshness import StatedData, read_stated
from connector.client.get import WantedOffer
from connector.client.terms import lasts_until_changed, prefer_usable
from connector.views.agreements import AgreementState, AgreementView
from connector.views.deliveries import DeliveredFileView

app = create_word()

STATE = ".datenkontor-sync.json"
_LONGEST = 80


class SyncRefusal(msgspec.Struct, frozen=True, kw_only=True):
    """A refusal under an agreement (its key) that was told, and what the provider stated of the data then."""

    agreement: str
    reason: str
    stated: StatedData | None = None


class SyncedDataset(msgspec.Struct, frozen=True, kw_only=True):
    """One dataset of a synchronised folder: its folder, the delivery in it, and what the provider stated of the data.

    `files` is None before the first delivery. `refusal` is what was said of a refusal, until something has changed.
    """

    participant: str
    dataset: str
    folder: str
    stated: StatedData = StatedData()
    transfer: str = ""
    files: tuple[DeliveredFileView, ...] | None = None
    refusal: SyncRefusal | None = None


_OVER = frozenset({AgreementState.EXPIRED, AgreementState.WITHDRAWN})
"""The states in which nothing is asked. Under an agreement that is used up, unchanged data needs no further use."""


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
    Each transfer is a use. A file that is missing or damaged in the folder is restored from the last delivery, without
    a use while the connector holds it. Exit code 4 at each run in which a dataset of the folder gets no data, as under
    an agreement that is withdrawn, over or used up, with the command to ask again; it is not requested again before the
    agreement or the data has changed. A dataset whose agreement has ended is left out when its folder is deleted. Exit
    code 1 if data could not be transferred. The rest is up to date.
    """
    known = {(entry.participant, entry.dataset): entry for entry in _read_state(folder)}
    outcomes: list[dict[str, str]] = []
    with connect(call) as connector:
        agreements = _list_agreements(connector, participant)
        outcomes += _list_orphans(call, folder, known, agreements, participant)
        for agreement in agreements:
            name = agreement.counterparty, agreement.dataset
            if agreement.state in _OVER and not (name in known and (folder / known[name].folder).exists()):
                continue
            earlier = known.get(name) or _begin(agreement, {entry.folder for entry in known.values()})
            try:
                entry, outcome = _update(call, connector, folder, earlier, agreement, timeout)
                outcomes.append({"dataset": agreement.dataset, "outcome": outcome, "folder": entry.folder})
            except _NotGiven as refused:
                entry = msgspec.structs.replace(earlier, refusal=refused.refusal)
                outcomes.append(_tell(call, agreement, refused.refusal))
            except ClientError as error:
                outcomes.append({"dataset": agreement.dataset, "outcome": "failed", "reason": _explain(call, error)})
                continue
            if entry != earlier:
                known[name] = entry
                _write_state(folder, list(known.values()))
    _report(call, outcomes)


def _report(call: CommandCall, outcomes: list[dict[str, str]]) -> None:
    columns = {
        "dataset": lambda found: found["dataset"],
        "outcome": lambda found: found["outcome"],
        "folder": lambda found: found.get("folder", ""),
        "reason": lambda found: found.get("reason", ""),
    }
    call.output.print_rows(outcomes, columns)
    ended = {found["outcome"] for found in outcomes}
    if "failed" in ended:
        raise typer.Exit(Code.FAILED)
    if "refused" in ended:
        raise typer.Exit(Code.REFUSED)


class _NotGiven(Exception):
    """The provider does not give a dataset under its agreement."""

    def __init__(self, refusal: SyncRefusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def _tell(call: CommandCall, agreement: AgreementView, refusal: SyncRefusal) -> dict[str, str]:
    """Return the outcome of a dataset that its provider does not give, with what helps: at each run.

    A new agreement helps if this one grants nothing more at any time. Any other reason says itself what helps.
    """
    reason = refusal.reason
    if agreement.state in {*_OVER, AgreementState.USED_UP}:
        stop = "" if reason.endswith((".", "!", "?")) else "."
        names = {"participant": agreement.counterparty, "dataset": agreement.dataset}
        reason += f"{stop} {call.output.say('cli.ask-again', **names)}"
    return {"dataset": agreement.dataset, "outcome": "refused", "reason": reason}


def _list_orphans(
    call: CommandCall,
    folder: Path,
    known: Mapping[tuple[str, str], SyncedDataset],
    agreements: list[AgreementView],
    participant: str | None,
) -> list[dict[str, str]]:
    """Return the outcome of each dataset in the folder under whose name this connector has no agreement at all."""
    agreed = {(found.counterparty, found.dataset) for found in agreements}
    return [
        {"dataset": entry.dataset, "outcome": "refused", "reason": call.output.say("cli.no-agreement", folder=place)}
        for name, entry in known.items()
        if name not in agreed and participant in {None, entry.participant}
        for place in [folder / entry.folder]
        if place.exists()
    ]


def _list_agreements(connector: Connector, participant: str | None) -> list[AgreementView]:
    """Return the newest active agreement as consumer for each dataset, else the newest that is over."""
    ours = [
        found
        for found in connector.agreements.all(counterparty=participant)
        if found.role == "consumer" and found.finalized_at is not None and found.state is not AgreementState.PENDING
    ]
    order = dict.fromkeys((found.counterparty, found.dataset) for found in ours)
    chosen = {(found.counterparty, found.dataset): found for found in reversed(prefer_usable(ours))}
    return [chosen[name] for name in order]


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
    call: CommandCall,
    connector: Connector,
    folder: Path,
    entry: SyncedDataset,
    agreement: AgreementView,
    timeout: float,
) -> tuple[SyncedDataset, str]:
    """Bring the folder of a dataset up to date; return its entry and what was done. Raises _NotGiven, ClientError."""
    if agreement.state in _OVER:
        raise _NotGiven(SyncRefusal(agreement=agreement.key, reason=call.output.say("cli.agreement-over")))
    stated = _read_stated(connector, entry)
    try:
        return _get_changed(call, connector, folder, entry, agreement, stated, timeout)
    except (RequestRefused, NotFound) as error:
        reason = _explain(call, error)
        raise _NotGiven(SyncRefusal(agreement=agreement.key, reason=reason, stated=stated)) from None


def _read_stated(connector: Connector, entry: SyncedDataset) -> StatedData:
    """Return what the provider states of the data: nothing of a dataset that it does not offer (any more).

    An offer can end before its agreements do, so that only the transfer tells whether the provider refuses the data.
    """
    try:
        return read_stated(connector.catalog.dataset(entry.participant, entry.dataset))
    except (RequestRefused, NotFound):
        return StatedData()


def _explain(call: CommandCall, error: ClientError) -> str:
    return choose_text(explain_error(error), call.output.lang)


def _get_changed(
    call: CommandCall,
    connector: Connector,
    folder: Path,
    entry: SyncedDataset,
    agreement: AgreementView,
    stated: StatedData,
    timeout: float,
) -> tuple[SyncedDataset, str]:
    target = folder / entry.folder
    if entry.files is not None and _is_delivered(stated, entry):
        if is_saved(target, entry.files):
            return entry, "unchanged"
        if _restore(connector, target, entry):
            return entry, "restored"
    told = entry.refusal
    lasts = agreement.state is AgreementState.USED_UP or lasts_until_changed(agreement.policy)
    if told and (told.agreement, told.stated) == (agreement.key, stated) and lasts:
        raise _NotGiven(told)
    if not stated.is_datable:
        call.output.print_hint(call.output.say("cli.step-unstated", id=entry.dataset))
    bar = Bar(call.output)
    try:
        wanted = WantedOffer(participant=entry.participant, dataset=entry.dataset)
        got = connector.get(wanted, f"{target}/", progress=bar, overwrite=True, timeout_s=timeout)
    finally:
        bar.close()
    # Files of an earlier transfer can be older than what the provider states now.
    current = StatedData() if got.resumed else stated
    after = msgspec.structs.replace(entry, stated=current, transfer=got.transfer, files=got.saved.files, refusal=None)
    return after, "updated"


def _is_delivered(stated: StatedData, entry: SyncedDataset) -> bool:
    """Return whether the stated data is what was delivered last, for certain."""
    digests = [file.sha256 for file in entry.files or ()]
    return digests == [stated.sha256] if stated.sha256 and len(digests) == 1 else stated.is_same(entry.stated)


def _restore(connector: Connector, target: Path, entry: SyncedDataset) -> bool:
    """Save the last delivery again, which is no use; return False if the connector does not hold it any more."""
    try:
        saved = connector.transfers.download(entry.transfer, f"{target}/", overwrite=True)
    except (NotFound, RequestRefused, InvalidRequest):
        return False
    except Damaged as error:
        if error.code == "disk":
            raise
        return False
    return saved.files == entry.files


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
