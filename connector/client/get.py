"""The whole way in one call, from a search result or an offer to the file: negotiate, transfer, download.

A second call continues: it uses the newest agreement on the dataset that grants a use, waits for an open negotiation
or transfer, and saves what has arrived and was not saved. A refusal is final, in a negotiation or under an agreement:
only the wish for it, or the end of the agreement's time, makes a new request.
"""

import time
import uuid
from collections.abc import Callable, Container
from pathlib import Path
from typing import Any

import msgspec

from connector.client.chapters import agreements, catalog, negotiations, transfers
from connector.client.delivery import SavedFiles, download, find_folder, is_file_of, is_interrupted, list_files
from connector.client.ending import (
    AnyProcessView,
    advise_renewal,
    find_fault,
    find_own_fault,
    is_stuck,
    refuse,
    refuse_here,
    wait_longer,
)
from connector.client.frame.errors import (
    ClientError,
    Damaged,
    FileThere,
    InvalidRequest,
    NotFound,
    NotReachable,
    RequestRefused,
    StillWaiting,
)
from connector.client.frame.flow import ClientFlow, Progress, Report
from connector.client.freshness import is_current, is_newer
from connector.client.target import check_place, claim_place, drop_note, read_note, write_note
from connector.client.terms import limits_uses, list_purposes, prefer_usable, states_purpose
from connector.protocol.dsp.machines.transfer_machine import PUSH
from connector.protocol.stated import StatedData, read_stated
from connector.views.agreements import AgreementState, AgreementView
from connector.views.common import Page
from connector.views.negotiations import NegotiationView
from connector.views.search import HitView
from connector.views.transfers import TransferView

_TOLD_EVERY_S = 5.0
_WITHOUT_DECISION = frozenset({"unreachable", "stuck", "pid-taken"})
_LOOKED_AT = 200


class WantedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset of a participant to get; `offer` is one of its offers (default: the first one).

    `purpose` is declared in the request, and the agreement states it.
    """

    participant: str
    dataset: str
    offer: str | None = None
    purpose: str | None = None


class GetResult(msgspec.Struct, frozen=True, kw_only=True):
    """The saved files, and the identifiers of the agreement and the transfer; without these, nothing had changed.

    `resumed` if an earlier transfer had delivered the files, so that they may be older than the data now.
    """

    saved: SavedFiles
    agreement: str = ""
    transfer: str = ""
    resumed: bool = False


def get(
    wanted: WantedOffer | HitView | str,
    path: str | Path,
    to: str | Path | None = None,
    *,
    progress: Report | None = None,
    push: bool = False,
    renew: bool = False,
    overwrite: bool = False,
    replaces: Container[str] = (),
    if_changed: bool = False,
    timeout_s: float = 300.0,
    received: Path | None = None,
) -> ClientFlow[GetResult]:
    """Get the data of an offer into a file or folder; `replaces` and `received` as for `download`.

    Instead of an offer, the identifiers of the participant and of its dataset can be given, and the place after them.

    `renew` negotiates even if an agreement exists or a request was refused; `if_changed` replaces a file that was
    delivered earlier only if the provider states other data (digest, else size and date), and uses nothing otherwise.
    If it states nothing, the file is replaced unless the agreement limits its uses (step `unseen` then).
    `timeout_s` limits the negotiation and the transfer each. Raises RequestRefused with the reason of the counterparty,
    StillWaiting if a message of the counterparty was refused here (code `message-refused`) or if a person has to
    approve first, FileThere before anything is requested if the file exists and `overwrite` is not set (later, with the
    code `kept`, if its name was not known), InUse if another process gets it to the same place, InvalidRequest if the
    agreement at hand states another purpose, and Damaged.

    >>> wanted = WantedOffer(participant="https://city.example", dataset="urn:dataset:air")
    >>> result = connector.get(wanted, folder)
    >>> result.agreement, len(result.saved.files)
    ('urn:agreement:2', 1)
    """
    offer, path = _name_offer(wanted, path, to)
    try:
        stated, gone = yield from _stated(offer, path, needed=if_changed)
        if if_changed:
            earlier = yield from _delivered(offer, path)
            same = _is_unchanged(stated, path, earlier)
            if not same and earlier and not stated.is_datable and not renew and (yield from _is_counted(offer, path)):
                if isinstance(gone, RequestRefused):
                    raise gone
                _tell(progress, "unseen", offer.dataset)
                same = True
            if same:
                return GetResult(saved=SavedFiles(path=str(path), files=()))
            overwrite = overwrite or earlier is not None
        may = overwrite or stated.name in replaces
        check_place(path, stated, overwrite=may)
        if if_changed and not stated.is_datable and Path(path).expanduser().exists():
            _tell(progress, "unstated", offer.dataset)
        with claim_place(path, f"{offer.participant}\n{offer.dataset}", stated):
            # Another process may have saved it before this one had the claim.
            check_place(path, stated, overwrite=may)
            agreement, transfer, resumed = yield from _arrived(
                offer, path, progress, timeout_s=timeout_s, push=push, renew=renew
            )
            saving = {"overwrite": overwrite, "replaces": replaces, "received": received}
            saved = yield from _saved(agreement, transfer, path, progress, **saving)
    except OSError as error:
        raise Damaged("disk", f"{path} cannot be written: {error.strerror or 'the disk failed'}.") from None
    _tell(progress, "done", transfer)
    return GetResult(saved=saved, agreement=_show(agreement), transfer=transfer, resumed=resumed)


def agree(
    participant: str,
    dataset: str,
    *,
    offer: str | None = None,
    purpose: str | None = None,
    progress: Report | None = None,
    renew: bool = False,
    timeout_s: float = 300.0,
) -> ClientFlow[str]:
    """Return the key of an agreement on a dataset: one at hand that grants a use, else a new one.

    The arguments are those of `get`, and so are the errors.

    >>> connector.agree("https://city.example", "urn:dataset:air")
    'https://city.example urn:agreement:2'
    """
    wanted = WantedOffer(participant=participant, dataset=dataset, offer=offer, purpose=purpose)
    held = [] if renew else (yield from _agreed(wanted, "."))
    known = next((found.key or found.id for found in prefer_usable(held)), None)
    agreement = known or (yield from _negotiated(wanted, progress, timeout_s, renew=renew))
    _tell(progress, "agreed", _show(agreement))
    return agreement


def _name_offer(
    wanted: WantedOffer | HitView | str, path: str | Path, to: str | Path | None
) -> tuple[WantedOffer, str | Path]:
    """Return the offer and the place that the first arguments of `get` name. Raises InvalidRequest."""
    if isinstance(wanted, str):
        if to is None:
            text = "The place is missing: get(participant, dataset, path), or get(WantedOffer(…), path)."
            raise InvalidRequest("no-place", text)
        return WantedOffer(participant=wanted, dataset=str(path)), to
    if isinstance(wanted, HitView):
        return WantedOffer(participant=wanted.participant, dataset=wanted.id), path
    return wanted, path


def _arrived(
    offer: WantedOffer, path: str | Path, progress: Report | None, *, timeout_s: float, push: bool, renew: bool
) -> ClientFlow[tuple[str, str, bool]]:
    """Return the agreement and the completed transfer, and whether this transfer is one that was not saved earlier."""
    held = [] if renew else (yield from _agreed(offer, path))
    for earlier in held:
        if unsaved := (yield from _unsaved(earlier.key or earlier.id, path, progress, timeout_s)):
            _tell(progress, "agreed", earlier.id)
            return earlier.key or earlier.id, unsaved, True
    known = next((found.key or found.id for found in prefer_usable(held)), None)
    agreement = known or (yield from _negotiated(offer, progress, timeout_s, renew=renew))
    _tell(progress, "agreed", _show(agreement))
    try:
        transfer = yield from _transferred(agreement, path, progress, timeout_s, push=push)
    except RequestRefused as error:
        state = (yield from _read_state(known)) if known else None
        if state in {AgreementState.USED_UP, AgreementState.WITHDRAWN}:
            raise advise_renewal(error) from None
        if state != AgreementState.EXPIRED:
            raise
        agreement = yield from _negotiated(offer, progress, timeout_s, renew=False)
        transfer = yield from _transferred(agreement, path, progress, timeout_s, push=push)
    return agreement, transfer, False


def _saved(
    agreement: str, transfer: str, path: str | Path, progress: Report | None, **saving: Any
) -> ClientFlow[SavedFiles]:
    """Save what has arrived. What cannot be saved now is kept, and the next call saves it."""
    try:
        saved: SavedFiles = yield from download(transfer, path, progress=progress, **saving)
    except FileThere as error:
        reason = (
            f"{error.path} already exists with other content. The data has arrived and is kept "
            "(`datenkontor received list`): the same command with --yes, "
            f"or `datenkontor transfer wait {transfer} -o PATH`, saves it without another use."
        )
        raise FileThere("kept", reason, error.path) from None
    drop_note(path, agreement)
    return saved


def _stated(
    offer: WantedOffer, path: str | Path, *, needed: bool
) -> ClientFlow[tuple[StatedData, NotFound | RequestRefused | None]]:
    """Return what the provider states of the data, and why it states nothing if it does not show it (any more).

    Unless `needed`, it is only for the name of a file in a folder.
    """
    if not needed and find_folder(path) != Path(path).expanduser():
        return StatedData(), None
    try:
        return read_stated((yield catalog.dataset(offer.participant, offer.dataset))), None
    except (NotFound, RequestRefused) as error:
        return StatedData(), error  # an agreement can be valid longer than its offer
    except ClientError:
        if needed:
            raise
        return StatedData(), None


def _is_counted(offer: WantedOffer, path: str | Path) -> ClientFlow[bool]:
    """Return whether a transfer would be one of a limited number of uses; data that has arrived is no further one."""
    held = yield from _agreed(offer, path)
    if any(read_note(path, found.key or found.id) for found in held):
        return False
    return any(limits_uses(found.policy) for found in prefer_usable(held)[:1])


def _delivered(offer: WantedOffer, path: str | Path) -> ClientFlow[TransferView | None]:
    """Return the newest transfer of this dataset that delivered the file at the path, or None."""
    target = Path(path).expanduser()
    if not target.is_file():
        return None
    page: Page[TransferView] = yield transfers.listing(peer=offer.participant, state="COMPLETED", limit=_LOOKED_AT)
    digests = {found.progress.sha256 for found in page.items if found.progress and found.dataset == offer.dataset}
    held = next((digest for digest in digests if digest and is_file_of(target, digest)), None)
    ours = (found for found in page.items if found.progress and found.progress.sha256 == held)
    return next((found for found in ours if held and found.role == "consumer" and found.dataset == offer.dataset), None)


def _is_unchanged(stated: StatedData, path: str | Path, earlier: TransferView | None) -> bool:
    """Return whether the file at the path is the stated data, for certain."""
    target = Path(path).expanduser()
    if is_current(stated, target):
        return True
    if earlier is None or stated.sha256:
        return False
    return not is_newer(stated, earlier.created_at, target.stat().st_size)


def _show(key: str) -> str:
    """Return the identifier of an agreement, which both sides know, from its key at this side."""
    return key.rpartition(" ")[2]


def _agreed(offer: WantedOffer, path: str | Path) -> ClientFlow[list[AgreementView]]:
    """Return the agreement to use as consumer, behind those with a transfer that is not saved at the path.

    The time of an agreement to use is not over. The newest one under which a use is granted precedes the newest other.
    Raises InvalidRequest if the agreements that there are state another purpose than the wanted one.
    """
    page: Page[AgreementView] = yield agreements.listing(dataset=offer.dataset, counterparty=offer.participant)
    ours = [
        entry
        for entry in page.items
        if entry.role == "consumer" and entry.finalized_at is not None and entry.state != AgreementState.EXPIRED
    ]
    noted = {entry.id for entry in ours if read_note(path, entry.key or entry.id)}
    found: list[AgreementView] = []
    others: list[tuple[str, str]] = []
    for entry in sorted(prefer_usable(ours), key=lambda one: one.id not in noted):
        if not (yield from _is_of(entry, offer)):
            continue
        if offer.purpose is None or states_purpose(entry.policy, offer.purpose):
            found.append(entry)
            if entry.id not in noted:
                break
        purposes = list_purposes(entry.policy)
        others.extend((entry.id, name) for name in purposes[:1])
    for agreement, purpose in others[:1] if not found else ():
        raise InvalidRequest(
            "other-purpose",
            f"The agreement {agreement} states the purpose {purpose}: ask anew (--renew, in Python renew=True), or "
            "leave the purpose out.",
        )
    return found


def _is_of(agreement: AgreementView, offer: WantedOffer) -> ClientFlow[bool]:
    """Return whether an agreement comes from the wanted offer."""
    if offer.offer is None:
        return True
    negotiation: NegotiationView = yield negotiations.show(agreement.negotiation_id)
    return negotiation.offer_id == offer.offer


def _read_state(agreement: str) -> ClientFlow[AgreementState]:
    """Return the state of an agreement: its time may be over, or its uses."""
    found: AgreementView = yield agreements.show(agreement)
    return found.state


def _unsaved(agreement: str, path: str | Path, progress: Report | None, timeout_s: float) -> ClientFlow[str | None]:
    """Return the newest completed transfer of an agreement that was not saved at the path, or None."""
    noted = read_note(path, agreement)
    if noted and (yield from _is_complete(noted, progress, timeout_s)):
        return noted
    if not any(find_folder(path).glob("**/*.part")):
        return None
    page: Page[TransferView] = yield transfers.listing(agreement=agreement, state="COMPLETED", limit=1)
    for found in page.items:
        if found.role == "consumer" and (yield from is_interrupted(found.id, path)):
            return found.id
    return None


def _is_complete(transfer: str, progress: Report | None, timeout_s: float) -> ClientFlow[bool]:
    """Wait for the end of a transfer that was begun earlier; return whether it is completed and its files are there."""
    try:
        found: TransferView = yield transfers.show(transfer)
    except ClientError:
        return False
    if found.role != "consumer" or found.state == "SUSPENDED":
        return False
    if found.state not in transfers.ENDED:
        found = yield from _follow(transfers.until, found, progress, timeout_s)
        if found.state not in transfers.ENDED:
            raise wait_longer("transferring", "show it later", found, timeout_s)
    try:
        yield list_files(transfer)
    except ClientError:
        return False  # such as files that were deleted meanwhile
    return found.state == "COMPLETED"


def _negotiated(offer: WantedOffer, progress: Report | None, timeout_s: float, *, renew: bool) -> ClientFlow[str]:
    """Return the agreement of an open negotiation, or of a new one. A refusal stands until `renew` asks again."""
    newest = yield from _newest(offer)
    if newest and newest.state == "TERMINATED":
        if not renew and newest.ended and newest.ended.code not in _WITHOUT_DECISION:
            raise advise_renewal(refuse(newest))
        newest = None
    if newest is None or newest.state == "FINALIZED":
        newest = yield negotiations.begin(offer.participant, offer.dataset, offer=offer.offer, purpose=offer.purpose)
    _tell(progress, "negotiating", newest.id)
    found = yield from _follow(negotiations.until, newest, progress, timeout_s)
    if found.state == "FINALIZED" and found.agreement_id:
        return found.agreement_key or found.agreement_id
    if found.state == "TERMINATED":
        raise refuse(found)
    if found.refused:
        raise refuse_here(found)
    if found.hold:
        raise StillWaiting("on-hold", f"The negotiation waits for a decision here: {found.hold.reason}", found.id)
    raise wait_longer("negotiating", "a person may have to approve it", found, timeout_s)


def _newest(offer: WantedOffer) -> ClientFlow[NegotiationView | None]:
    """Return the newest open negotiation on this offer as consumer, else the newest that has ended, or None.

    Another purpose than that of an ended negotiation is another request.
    """
    page: Page[NegotiationView] = yield negotiations.listing(peer=offer.participant, dataset=offer.dataset)
    ours = [one for one in page.items if one.role == "consumer" and offer.offer in {None, one.offer_id}]
    ended = [one for one in ours if offer.purpose is None or states_purpose(one.offer, offer.purpose)]
    return next((one for one in ours if one.state not in negotiations.ENDED), next(iter(ended), None))


def _find_open(known: tuple[TransferView, ...], *, push: bool) -> TransferView | None:
    """Return the newest transfer as consumer that is still open, or None."""
    for found in known:
        same = found.role == "consumer" and not found.keep and (found.format == PUSH) is push
        if same and found.state not in {*transfers.ENDED, "SUSPENDED"}:
            return found
    return None


def _transferred(
    agreement: str, path: str | Path, progress: Report | None, timeout_s: float, *, push: bool
) -> ClientFlow[str]:
    known: Page[TransferView] = yield transfers.listing(agreement=agreement)
    begun = _find_open(known.items, push=push)
    if begun is None:
        wanted = (yield from _find_unknown(read_note(path, agreement))) or f"urn:uuid:{uuid.uuid4()}"
        write_note(path, agreement, wanted)
        try:
            begun = yield transfers.begin(agreement, push=push, id=wanted)
        except NotReachable:
            raise  # it may have begun: the note finds it
        except ClientError:
            drop_note(path, agreement)
            raise
    else:
        write_note(path, agreement, begun.id)
    _tell(progress, "transferring", begun.id)
    found = yield from _follow(transfers.until, begun, progress, timeout_s)
    if found.state == "COMPLETED":
        return found.id
    if found.state == "TERMINATED":
        drop_note(path, agreement)
        raise find_own_fault(found) or refuse(found)
    if found.refused:
        raise refuse_here(found)
    raise wait_longer("transferring", "show it later", found, timeout_s)


def _find_unknown(noted: str | None) -> ClientFlow[str | None]:
    """Return the noted transfer if the connector does not know it, or not yet: its request may still arrive."""
    try:
        if noted and noted.startswith("urn:uuid:"):
            yield transfers.show(noted)
    except NotFound:
        return noted
    return None


def _follow(
    until: Callable[..., ClientFlow[AnyProcessView]], begun: AnyProcessView, progress: Report | None, timeout_s: float
) -> ClientFlow[AnyProcessView]:
    """Wait for the end of a process, and report each new reason why it does not proceed."""
    deadline, told = time.monotonic() + timeout_s, ""
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        found = yield from until(begun.id, timeout_s=min(left, _TOLD_EVERY_S))
        fault = find_fault(found)
        if (
            found.state in {*negotiations.ENDED, *transfers.ENDED}
            or found.hold
            or is_stuck(found)
            or left <= _TOLD_EVERY_S
        ):
            return found
        if fault and fault != told and progress:
            progress(Progress(step="waiting", process_id=found.id, reason=fault))
        told = fault


def _tell(progress: Report | None, step: str, process_id: str) -> None:
    if progress:
        progress(Progress(step=step, process_id=process_id))
