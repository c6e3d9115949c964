"""`sync`: keep a folder up to date with the data of all agreements: only what changed is transferred."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from connector.cli.frame.command import TimeoutOption, create_word, register
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_counterparty
from connector.cli.frame.output import Columns, Output
from connector.cli.frame.remote import choose_text, connect, explain_error
from connector.cli.processes.progress import Bar
from connector.cli.processes.saving import OverwriteOption
from connector.cli.processes.synced import (
    SyncedDataset,
    SyncRefusal,
    begin,
    claim_folder,
    deliver,
    read_state,
    settle,
    write_state,
)
from connector.client.connector import Connector
from connector.client.delivery import is_saved
from connector.client.frame.errors import ClientError, Damaged, FileThere, InvalidRequest, NotFound, RequestRefused
from connector.client.freshness import StatedData, read_stated
from connector.client.get import GetResult, WantedOffer
from connector.client.terms import lasts_until_changed, prefer_usable
from connector.views.agreements import AgreementState, AgreementView

app = create_word()

_NAMED = 10
_OVER = frozenset({AgreementState.EXPIRED, AgreementState.WITHDRAWN})
"""The states in which nothing is asked. Under an agreement that is used up, unchanged data needs no further use."""


class SyncOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run did with a dataset, and the paths of former files that are still in its folder or were removed."""

    dataset: str
    outcome: str
    folder: str = ""
    reason: str = ""
    former: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Run:
    """One run over a folder: its connector and its options."""

    call: CommandCall
    connector: Connector
    folder: Path
    timeout: float
    yes: bool
    delete: bool

    def explain(self, error: ClientError) -> str:
        """Return the reason of an error in the language of the call."""
        return choose_text(explain_error(error), self.call.output.lang)


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

    The provider states digest, size and date of its data; data of which it states nothing is transferred each time.
    Each transfer is a use. A file that is missing or damaged in the folder is restored from the last delivery, without
    a use while the connector holds it. Files that no delivery put there are left alone: one in the way of a new file is
    overwritten only after a confirmation or with --yes (exit code 2). Files that the newest delivery no longer has are
    named, and removed with --delete unless they were changed.

    Exit code 4 at each run in which a dataset of the folder gets no data, as under an agreement that is withdrawn, over
    or used up, with the command to ask again; it is not requested again before the agreement or the data has changed. A
    dataset whose agreement has ended is left out when its folder is deleted. Exit code 1 if data could not be
    transferred. The rest is up to date.
    """
    with connect(call) as connector, claim_folder(folder):
        known = {(entry.participant, entry.dataset): entry for entry in read_state(folder)}
        run = _Run(call=call, connector=connector, folder=folder, timeout=timeout, yes=yes, delete=delete)
        if participant is not None:
            participant = find_counterparty(
                connector, participant, lambda one: connector.agreements.list(counterparty=one, limit=1)
            )
        agreements = _list_agreements(connector, participant)
        done = [(outcome, Code.REFUSED) for outcome in _list_orphans(run, known, agreements, participant)]
        for agreement in agreements:
            name = agreement.counterparty, agreement.dataset
            if agreement.state in _OVER and not (name in known and (folder / known[name].folder).exists()):
                continue
            if name not in known:
                known[name] = begin(agreement, folder, (entry.folder for entry in known.values()))
                # A run that is killed during the first delivery finds its folder again, and knows it as its own.
                write_state(folder, known.values())
            entry, outcome, code = _bring_up_to_date(run, known[name], agreement)
            done.append((outcome, code))
            if entry != known[name]:
                known[name] = entry
                write_state(folder, known.values())
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
    """Return the reason of an outcome, with the former files."""
    remarks = [found.reason] if found.reason else []
    for key, paths in (("cli.former-files", found.former), ("cli.former-removed", found.removed)):
        if paths:
            named = ", ".join(paths[:_NAMED]) + (" …" if len(paths) > _NAMED else "")
            remarks.append(output.say(key, count=len(paths), files=named))
    return " ".join(remarks)


def _bring_up_to_date(
    run: _Run, earlier: SyncedDataset, agreement: AgreementView
) -> tuple[SyncedDataset, SyncOutcome, Code]:
    """Bring one dataset up to date; return its entry, its outcome and the exit code of the outcome."""
    reason, code = "", Code.FAILED
    try:
        entry, outcome = _update(run, earlier, agreement)
        entry, removed = settle(run.folder / entry.folder, entry, delete=run.delete)
        former = tuple(file.path for file in entry.former)
        names = {"dataset": agreement.dataset, "outcome": outcome, "folder": entry.folder}
        return entry, SyncOutcome(former=former, removed=removed, **names), Code.OK
    except _NotGiven as refused:
        entry = msgspec.structs.replace(earlier, refusal=refused.refusal)
        return entry, _tell(run.call, agreement, refused.refusal), Code.REFUSED
    except Failure as stopped:
        reason, code = stopped.say(run.call.output.lang), stopped.code
    except ClientError as error:
        reason, code = run.explain(error), Code.FAILED
    return earlier, SyncOutcome(dataset=agreement.dataset, outcome="failed", reason=reason), code


class _NotGiven(Exception):
    """The provider does not give a dataset under its agreement."""

    def __init__(self, refusal: SyncRefusal) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal


def _tell(call: CommandCall, agreement: AgreementView, refusal: SyncRefusal) -> SyncOutcome:
    """Return the outcome of a dataset that its provider does not give, with what helps: at each run.

    A new agreement helps if this one grants nothing more at any time. Any other reason says itself what helps.
    """
    reason = refusal.reason
    if agreement.state in {*_OVER, AgreementState.USED_UP}:
        stop = "" if reason.endswith((".", "!", "?")) else "."
        names = {"participant": agreement.counterparty, "dataset": agreement.dataset}
        reason += f"{stop} {call.output.say('cli.ask-again', **names)}"
    return SyncOutcome(dataset=agreement.dataset, outcome="refused", reason=reason)


def _list_orphans(
    run: _Run, known: Mapping[tuple[str, str], SyncedDataset], agreements: list[AgreementView], participant: str | None
) -> list[SyncOutcome]:
    """Return the outcome of each dataset in the folder under whose name this connector has no agreement at all."""
    agreed = {(found.counterparty, found.dataset) for found in agreements}
    return [
        SyncOutcome(dataset=entry.dataset, outcome="refused", reason=run.call.output.say("cli.no-agreement", folder=at))
        for name, entry in known.items()
        if name not in agreed and participant in {None, entry.participant}
        for at in [run.folder / entry.folder]
        if at.exists()
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


def _update(run: _Run, entry: SyncedDataset, agreement: AgreementView) -> tuple[SyncedDataset, str]:
    """Bring the folder of a dataset up to date; return its entry and what was done.

    Raises _NotGiven, ClientError, and Failure where a file of the user is in the way.
    """
    if agreement.state in _OVER:
        raise _NotGiven(SyncRefusal(agreement=agreement.key, reason=run.call.output.say("cli.agreement-over")))
    stated = _read_stated(run.connector, entry)
    try:
        return _get_changed(run, entry, agreement, stated)
    except (RequestRefused, NotFound) as error:
        reason = run.explain(error)
        raise _NotGiven(SyncRefusal(agreement=agreement.key, reason=reason, stated=stated)) from None


def _read_stated(connector: Connector, entry: SyncedDataset) -> StatedData:
    """Return what the provider states of the data: nothing of a dataset that it does not offer (any more).

    An offer can end before its agreements do, so that only the transfer tells whether the provider refuses the data.
    """
    try:
        return read_stated(connector.catalog.dataset(entry.participant, entry.dataset))
    except (RequestRefused, NotFound):
        return StatedData()


def _get_changed(
    run: _Run, entry: SyncedDataset, agreement: AgreementView, stated: StatedData
) -> tuple[SyncedDataset, str]:
    target = run.folder / entry.folder
    if entry.files is not None and _is_delivered(stated, entry):
        if is_saved(target, entry.files):
            return entry, "unchanged"
        if _restore(run.connector, target, entry):
            return entry, "restored"
    told = entry.refusal
    lasts = agreement.state is AgreementState.USED_UP or lasts_until_changed(agreement.policy)
    if told and (told.agreement, told.stated) == (agreement.key, stated) and lasts:
        raise _NotGiven(told)
    if not stated.is_datable:
        run.call.output.print_hint(run.call.output.say("cli.step-unstated", id=entry.dataset))
    got = _get(run, target, entry)
    # Files of an earlier transfer can be older than what the provider states now.
    current = StatedData() if got.resumed else stated
    return deliver(entry, got.saved.files, transfer=got.transfer, stated=current), "updated"


def _get(run: _Run, target: Path, entry: SyncedDataset) -> GetResult:
    """Get the data of a dataset; a file that no delivery put into its folder is replaced only if a person agrees."""
    wanted = WantedOffer(participant=entry.participant, dataset=entry.dataset)
    replaces = entry.own
    bar = Bar(run.call.output)
    options: dict[str, Any] = {"progress": bar, "overwrite": run.yes, "timeout_s": run.timeout}
    try:
        while True:
            try:
                return run.connector.get(wanted, f"{target}/", replaces=replaces, **options)
            except FileThere as there:
                bar.close()
                path = Path(there.path).relative_to(target.expanduser()).as_posix()
                if path in replaces:
                    raise
                run.call.output.confirm(run.call.output.say("cli.ask-overwrite", path=there.path), yes=False)
                replaces |= {path}
    finally:
        bar.close()


def _is_delivered(stated: StatedData, entry: SyncedDataset) -> bool:
    """Return whether the stated data is what was delivered last, for certain."""
    digests = [file.sha256 for file in entry.files or ()]
    return digests == [stated.sha256] if stated.sha256 and len(digests) == 1 else stated.is_same(entry.stated)


def _restore(connector: Connector, target: Path, entry: SyncedDataset) -> bool:
    """Save the last delivery again, which is no use; return False if the connector does not hold it any more."""
    try:
        saved = connector.transfers.download(entry.transfer, f"{target}/", replaces=entry.own)
    except (NotFound, RequestRefused, InvalidRequest):
        return False
    except Damaged as error:
        if error.code == "disk":
            raise
        return False
    return saved.files == entry.files
