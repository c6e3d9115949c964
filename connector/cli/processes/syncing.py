"""One run of `sync` over a folder: what is looked at, transferred, restored and refused, one dataset after the other.

A dataset whose data does not arrive soon is left for later, so that a slow source does not keep the others waiting: its
transfer goes on at the connector meanwhile.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.remote import choose_text, explain_error
from connector.cli.processes.progress import Bar
from connector.cli.processes.synced import (
    SyncedDataset,
    SyncRefusal,
    begin,
    clear,
    deliver,
    find_replaceable,
    keep_changed,
    settle,
    write_state,
)
from connector.client.connector import Connector
from connector.client.delivery import is_saved
from connector.client.frame.errors import (
    ClientError,
    Damaged,
    FileThere,
    InvalidRequest,
    NotFound,
    RequestRefused,
    StillWaiting,
)
from connector.client.get import GetResult, WantedOffer
from connector.client.terms import lasts_until_changed, limits_uses, prefer_usable
from connector.protocol.stated import StatedData, read_stated
from connector.views.agreements import AgreementState, AgreementView

PATIENCE_S = 10.0
"""How long a dataset is waited for while others are still to be looked at."""

_OVER = frozenset({AgreementState.EXPIRED, AgreementState.WITHDRAWN})
"""The states in which nothing is asked. Under an agreement that is used up, unchanged data needs no further use."""
_ENDED = _OVER | {AgreementState.USED_UP, AgreementState.UNUSABLE}
_LEAST_S = 1.0


class SyncOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a run did with a dataset.

    `former` are the paths of former files that are still in its folder, `removed` of those that were removed, `kept` of
    the copies of files that were changed in the folder.
    """

    dataset: str
    outcome: str
    folder: str = ""
    reason: str = ""
    former: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


class Looked(NamedTuple):
    """What the provider states of the data; why it does not show it, if so; whether a transfer was interrupted."""

    stated: StatedData
    gone: NotFound | RequestRefused | None = None
    noted: bool = False


class _Late(NamedTuple):
    """A dataset whose data did not arrive in time: since when it is waited for, and what was stated before."""

    since: float
    looked: Looked


@dataclass(frozen=True, kw_only=True, slots=True)
class SyncRun:
    """One run over a folder: its connector and its options, and the datasets that it knows by their names."""

    call: CommandCall
    connector: Connector
    folder: Path
    timeout: float
    yes: bool
    delete: bool
    known: dict[tuple[str, str], SyncedDataset]

    def explain(self, error: ClientError) -> str:
        """Return the reason of an error in the language of the call."""
        return choose_text(explain_error(error), self.call.output.lang)


def list_agreements(connector: Connector, participant: str | None) -> list[AgreementView]:
    """Return the newest active agreement as consumer for each dataset, else the newest that is over."""
    ours = [
        found
        for found in connector.agreements.all(counterparty=participant)
        if found.role == "consumer" and found.finalized_at is not None and found.state is not AgreementState.PENDING
    ]
    order = dict.fromkeys((found.counterparty, found.dataset) for found in ours)
    chosen = {(found.counterparty, found.dataset): found for found in reversed(prefer_usable(ours))}
    return [chosen[name] for name in order]


def list_orphans(run: SyncRun, agreements: list[AgreementView], participant: str | None) -> list[SyncOutcome]:
    """Return the outcome of each dataset in the folder under whose name this connector has no agreement at all."""
    agreed = {(found.counterparty, found.dataset) for found in agreements}
    return [
        SyncOutcome(dataset=entry.dataset, outcome="refused", reason=run.call.output.say("cli.no-agreement", folder=at))
        for name, entry in run.known.items()
        if name not in agreed and participant in {None, entry.participant}
        for at in [run.folder / entry.folder]
        if at.exists()
    ]


def bring_all_up_to_date(run: SyncRun, agreements: Iterable[AgreementView]) -> list[tuple[SyncOutcome, Code]]:
    """Bring the datasets of all agreements up to date; return the outcomes in their order, each with its exit code."""
    wanted = [agreement for agreement in agreements if not _is_left_out(run, agreement)]
    done: dict[int, tuple[SyncOutcome, Code]] = {}
    late: dict[int, _Late] = {}
    for number, agreement in enumerate(wanted):
        alone = agreement is wanted[-1] and not late
        since, patience = time.monotonic(), run.timeout if alone else min(run.timeout, PATIENCE_S)
        found = _bring_up_to_date(run, agreement, None, patience, last=patience >= run.timeout)
        if isinstance(found, Looked):
            late[number] = _Late(since, found)
        else:
            done[number] = found
    for number, waiting in late.items():
        left = max(run.timeout - (time.monotonic() - waiting.since), _LEAST_S)
        found = _bring_up_to_date(run, wanted[number], waiting.looked, left, last=True)
        assert not isinstance(found, Looked)
        done[number] = found
    return [done[number] for number in range(len(wanted))]


def _is_left_out(run: SyncRun, agreement: AgreementView) -> bool:
    """Return whether an agreement has ended and the folder has nothing of its data."""
    entry = run.known.get((agreement.counterparty, agreement.dataset))
    return agreement.state in _ENDED and not (entry and (run.folder / entry.folder).exists())


def _bring_up_to_date(
    run: SyncRun, agreement: AgreementView, looked: Looked | None, timeout: float, *, last: bool
) -> tuple[SyncOutcome, Code] | Looked:
    """Bring one dataset up to date; return its outcome and its exit code.

    Unless it is the `last` time, what was stated of data that has not arrived yet is returned.
    """
    name = agreement.counterparty, agreement.dataset
    if name not in run.known:
        run.known[name] = begin(agreement, run.folder, (entry.folder for entry in run.known.values()))
        # A run that is killed during the first delivery finds its folder again, and knows it as its own.
        write_state(run.folder, run.known.values())
    earlier = run.known[name]
    try:
        looked = looked or _look(run, earlier, agreement)
        entry, outcome = _update(run, earlier, agreement, looked, timeout)
        entry, removed = settle(run.folder / entry.folder, entry, delete=run.delete)
        clear(run.folder / entry.folder, entry)
        former = tuple(file.path for file in entry.former)
        outcome = msgspec.structs.replace(outcome, folder=entry.folder, former=former, removed=removed)
        code = Code.OK
    except _NotGiven as refused:
        entry = msgspec.structs.replace(earlier, refusal=refused.refusal)
        outcome, code = _tell(run.call, agreement, refused), Code.REFUSED
    except Failure as stopped:
        entry, outcome, code = earlier, _fail(agreement, stopped.say(run.call.output.lang)), stopped.code
    except StillWaiting as error:
        if looked is not None and not last and error.code != "message-refused":
            return looked
        entry, outcome, code = earlier, _fail(agreement, run.explain(error)), Code.FAILED
    except ClientError as error:
        entry, outcome, code = earlier, _fail(agreement, run.explain(error)), Code.FAILED
    if entry != earlier:
        run.known[name] = entry
        write_state(run.folder, run.known.values())
    return outcome, code


def _fail(agreement: AgreementView, reason: str) -> SyncOutcome:
    return SyncOutcome(dataset=agreement.dataset, outcome="failed", reason=reason)


class _NotGiven(Exception):
    """The provider does not give a dataset under its agreement."""

    def __init__(self, refusal: SyncRefusal, *, renewable: bool = False) -> None:
        super().__init__(refusal.reason)
        self.refusal = refusal
        self.renewable = renewable


def _tell(call: CommandCall, agreement: AgreementView, refused: _NotGiven) -> SyncOutcome:
    """Return the outcome of a dataset that its provider does not give, with what helps: at each run.

    A new agreement helps if this one grants nothing more at any time. Any other reason says itself what helps.
    """
    reason = refused.refusal.reason
    if refused.renewable or agreement.state in _ENDED:
        stop = "" if reason.endswith((".", "!", "?", "“")) else "."
        names = {"participant": agreement.counterparty, "dataset": agreement.dataset}
        reason += f"{stop} {call.output.say('cli.ask-again', **names)}"
    return SyncOutcome(dataset=agreement.dataset, outcome="refused", reason=reason)


def _look(run: SyncRun, entry: SyncedDataset, agreement: AgreementView) -> Looked:
    """Return what the provider states of the data. Raises _NotGiven if the agreement is over, ClientError."""
    if agreement.state in _OVER:
        raise _NotGiven(SyncRefusal(agreement=agreement.key, reason=run.call.output.say("cli.agreement-over")))
    noted = any((run.folder / entry.folder).rglob("*.part"))
    try:
        return Looked(read_stated(run.connector.catalog.dataset(entry.participant, entry.dataset)), None, noted)
    except (RequestRefused, NotFound) as error:
        # An offer can end before its agreements do: only the transfer tells whether the provider refuses the data.
        return Looked(StatedData(), error, noted)


def _update(
    run: SyncRun, entry: SyncedDataset, agreement: AgreementView, looked: Looked, timeout: float
) -> tuple[SyncedDataset, SyncOutcome]:
    """Bring the folder of a dataset up to date; return its entry and what was done.

    Raises _NotGiven, ClientError, and Failure where a file of the user is in the way.
    """
    try:
        return _get_changed(run, entry, agreement, looked, timeout)
    except (RequestRefused, NotFound) as error:
        refusal = SyncRefusal(agreement=agreement.key, reason=run.explain(error), stated=looked.stated)
        renewable = isinstance(error, RequestRefused) and error.renewable
        raise _NotGiven(refusal, renewable=renewable) from None


def _get_changed(
    run: SyncRun, entry: SyncedDataset, agreement: AgreementView, looked: Looked, timeout: float
) -> tuple[SyncedDataset, SyncOutcome]:
    target, stated = run.folder / entry.folder, looked.stated
    outcome = SyncOutcome(dataset=agreement.dataset, outcome="unchanged")
    same = entry.files is not None and _is_delivered(stated, entry)
    if not same:
        _stop_at_known_refusal(entry, agreement, stated)
        if _is_unseen(entry, agreement, stated):
            if isinstance(looked.gone, RequestRefused):
                raise looked.gone
            same, outcome = True, msgspec.structs.replace(outcome, reason=_tell_unseen(run, agreement, looked))
    if same and entry.files is not None:
        if is_saved(target, entry.files):
            return entry, outcome
        kept = () if run.yes else keep_changed(target, entry)
        if _restore(run.connector, target, entry):
            return entry, msgspec.structs.replace(outcome, outcome="restored", kept=kept)
        _stop_at_known_refusal(entry, agreement, stated)
    if not stated.is_datable and not isinstance(looked.gone, RequestRefused):
        key = "cli.step-hidden" if looked.gone else "cli.step-unstated"
        run.call.output.print_hint(run.call.output.say(key, id=entry.dataset))
    kept = () if run.yes else keep_changed(target, entry)
    got = _get(run, target, entry, timeout)
    # Files of an earlier transfer can be older than what the provider states now.
    current = StatedData() if got.resumed and looked.noted else stated
    delivered = deliver(entry, got.saved.files, transfer=got.transfer, stated=current)
    return delivered, SyncOutcome(dataset=agreement.dataset, outcome="updated", kept=kept)


def _stop_at_known_refusal(entry: SyncedDataset, agreement: AgreementView, stated: StatedData) -> None:
    """Raise _NotGiven if the provider refused this data under this agreement, and nothing has changed since."""
    told = entry.refusal
    lasts = agreement.state is AgreementState.USED_UP or lasts_until_changed(agreement.policy)
    if told and (told.agreement, told.stated) == (agreement.key, stated) and lasts:
        raise _NotGiven(told)


def _is_unseen(entry: SyncedDataset, agreement: AgreementView, stated: StatedData) -> bool:
    """Return whether nobody can tell that delivered data has changed, while the agreement counts its uses."""
    counted = agreement.state is not AgreementState.USED_UP and limits_uses(agreement.policy)
    return entry.files is not None and not stated.is_datable and counted


def _tell_unseen(run: SyncRun, agreement: AgreementView, looked: Looked) -> str:
    """Return why data is not transferred though it may have changed, and the command that transfers it."""
    key = "cli.unseen-hidden" if looked.gone else "cli.unseen-unstated"
    return run.call.output.say(key, participant=agreement.counterparty, dataset=agreement.dataset)


def _get(run: SyncRun, target: Path, entry: SyncedDataset, timeout: float) -> GetResult:
    """Get the data of a dataset; a file that no delivery put into its folder is replaced only if a person agrees."""
    wanted = WantedOffer(participant=entry.participant, dataset=entry.dataset)
    replaces = find_replaceable(target, entry)
    bar = Bar(run.call.output)
    options: dict[str, Any] = {"progress": bar, "overwrite": run.yes, "timeout_s": timeout}
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
