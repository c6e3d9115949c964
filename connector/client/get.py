"""The whole way in one call, from a search result or an offer to the file: negotiate, transfer, download.

A second call continues: it uses an agreement on the dataset whose time is not over, waits for an open negotiation or
transfer, and continues an interrupted download. A refusal under an agreement is final: only the end of its time, or the
wish for it, makes a new one.
"""

from pathlib import Path

import msgspec

from connector.client.chapters import agreements, catalog, negotiations, transfers
from connector.client.delivery import SavedFiles, download, is_interrupted, refuse_existing
from connector.client.frame.errors import RequestRefused, StillWaiting
from connector.client.frame.flow import ClientFlow, Progress, Report
from connector.client.freshness import is_current, read_stated
from connector.protocol.dsp.machines.transfer_machine import PUSH
from connector.views.agreements import AgreementState, AgreementView
from connector.views.common import EndedView, Page
from connector.views.negotiations import NegotiationView
from connector.views.search import HitView
from connector.views.transfers import TransferView

_OVER = frozenset({AgreementState.EXPIRED, AgreementState.WITHDRAWN})


class WantedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A dataset of a participant to get; `offer` is one of its offers (default: the first one).

    `purpose` is stated in the request, so that the agreement names it.
    """

    participant: str
    dataset: str
    offer: str | None = None
    purpose: str | None = None


class GetResult(msgspec.Struct, frozen=True, kw_only=True):
    """The saved files, and the identifiers of the agreement and the transfer; without these, nothing had changed."""

    saved: SavedFiles
    agreement: str = ""
    transfer: str = ""


def get(
    wanted: WantedOffer | HitView,
    path: str | Path,
    *,
    progress: Report | None = None,
    push: bool = False,
    renew: bool = False,
    overwrite: bool = False,
    if_changed: bool = False,
    timeout_s: float = 300.0,
    received: Path | None = None,
) -> ClientFlow[GetResult]:
    """Get the data of an offer into a file or folder; `received` as for `download`.

    `renew` negotiates even if an agreement exists; `if_changed` replaces the file only if the provider states other
    data (digest, else size and date), and uses nothing otherwise. `timeout_s` limits the negotiation and the transfer
    each. Raises RequestRefused with the reason of the counterparty, StillWaiting if a person has to approve first, and
    InvalidRequest before anything is requested if the file exists and `overwrite` is not set.

    >>> wanted = WantedOffer(participant="https://city.example", dataset="urn:dataset:air")
    >>> result = connector.get(wanted, folder)
    >>> result.agreement, len(result.saved.files)
    ('urn:agreement:2', 1)
    """
    offer = WantedOffer(participant=wanted.participant, dataset=wanted.id) if isinstance(wanted, HitView) else wanted
    if if_changed:
        document = yield catalog.dataset(offer.participant, offer.dataset)
        if is_current(read_stated(document), Path(path).expanduser()):
            return GetResult(saved=SavedFiles(path=str(path), files=()))
    overwrite = overwrite or if_changed
    refuse_existing(path, overwrite=overwrite)
    known = None if renew else (yield from _agreed(offer))
    agreement = known or (yield from _negotiated(offer, progress, timeout_s))
    _tell(progress, "agreed", _show(agreement))
    transfer = (yield from _unsaved(agreement, path)) if known else None
    if transfer is None:
        try:
            transfer = yield from _transferred(agreement, progress, timeout_s, push=push)
        except RequestRefused:
            if known is None or not (yield from _has_run_out(known)):
                raise
            agreement = yield from _negotiated(offer, progress, timeout_s)
            transfer = yield from _transferred(agreement, progress, timeout_s, push=push)
    saved: SavedFiles = yield from download(transfer, path, progress=progress, overwrite=overwrite, received=received)
    _tell(progress, "done", transfer)
    return GetResult(saved=saved, agreement=_show(agreement), transfer=transfer)


def _show(key: str) -> str:
    """Return the identifier of an agreement, which both sides know, from its key at this side."""
    return key.rpartition(" ")[2]


def _agreed(offer: WantedOffer) -> ClientFlow[str | None]:
    """Return the newest agreement on the dataset as consumer whose time is not over, or None."""
    page: Page[AgreementView] = yield agreements.listing(dataset=offer.dataset, counterparty=offer.participant)
    for entry in page.items:
        usable = entry.finalized_at is not None and entry.state not in _OVER
        if entry.role == "consumer" and usable and (yield from _is_of(entry, offer)):
            return entry.key or entry.id
    return None


def _is_of(agreement: AgreementView, offer: WantedOffer) -> ClientFlow[bool]:
    """Return whether an agreement comes from the wanted offer and names the wanted purpose."""
    if offer.purpose is not None and not _names(agreement.policy, offer.purpose):
        return False
    if offer.offer is None:
        return True
    negotiation: NegotiationView = yield negotiations.show(agreement.negotiation_id)
    return negotiation.offer_id == offer.offer


def _names(policy: object, purpose: str) -> bool:
    """Return whether a policy contains a term, in full or in its short form."""
    if isinstance(policy, dict):
        return any(_names(value, purpose) for value in policy.values())
    if isinstance(policy, list):
        return any(_names(value, purpose) for value in policy)
    short = purpose.rpartition(":")[2].rpartition("#")[2].rpartition("/")[2]
    return isinstance(policy, str) and policy.endswith(short) and bool(short)


def _has_run_out(agreement: str) -> ClientFlow[bool]:
    """Return whether the time of an agreement is over."""
    found: AgreementView = yield agreements.show(agreement)
    return found.state == AgreementState.EXPIRED


def _unsaved(agreement: str, path: str | Path) -> ClientFlow[str | None]:
    """Return the newest completed transfer of an agreement whose download was interrupted, or None."""
    target = Path(path).expanduser()
    folder = target if target.is_dir() or str(path).endswith("/") else target.parent
    if not any(folder.glob("**/*.part")):
        return None
    page: Page[TransferView] = yield transfers.listing(agreement=agreement, state="COMPLETED", limit=1)
    for found in page.items:
        if found.role == "consumer" and (yield from is_interrupted(found.id, path)):
            return found.id
    return None


def _negotiated(offer: WantedOffer, progress: Report | None, timeout_s: float) -> ClientFlow[str]:
    begun = yield from _open(offer)
    if begun is None:
        begun = yield negotiations.begin(offer.participant, offer.dataset, offer=offer.offer, purpose=offer.purpose)
    _tell(progress, "negotiating", begun.id)
    found = yield from negotiations.until(begun.id, timeout_s=timeout_s)
    if found.state == "FINALIZED" and found.agreement_id:
        return found.agreement_key or found.agreement_id
    if found.state == "TERMINATED":
        raise RequestRefused("terminated", _ended("negotiation", found.ended))
    if found.hold:
        raise StillWaiting("on-hold", f"The negotiation waits for a decision here: {found.hold.reason}", found.id)
    reason = f"The negotiation is not finalized after {timeout_s:g} seconds: a person may have to approve it."
    raise StillWaiting("negotiating", reason, found.id)


def _open(offer: WantedOffer) -> ClientFlow[NegotiationView | None]:
    """Return the newest open negotiation on this offer as consumer, or None."""
    page: Page[NegotiationView] = yield negotiations.listing(peer=offer.participant, dataset=offer.dataset)
    for found in page.items:
        same = offer.offer in {None, found.offer_id}
        if found.role == "consumer" and found.state not in negotiations.ENDED and same:
            return found
    return None


def _open_transfer(agreement: str, *, push: bool) -> ClientFlow[TransferView | None]:
    """Return the newest transfer of the agreement as consumer that is still open, or None."""
    page: Page[TransferView] = yield transfers.listing(agreement=agreement)
    for found in page.items:
        same = found.role == "consumer" and not found.keep and (found.format == PUSH) is push
        if same and found.state not in {*transfers.ENDED, "SUSPENDED"}:
            return found
    return None


def _transferred(agreement: str, progress: Report | None, timeout_s: float, *, push: bool) -> ClientFlow[str]:
    begun: TransferView | None = yield from _open_transfer(agreement, push=push)
    if begun is None:
        begun = yield transfers.begin(agreement, push=push)
    _tell(progress, "transferring", begun.id)
    found = yield from transfers.until(begun.id, timeout_s=timeout_s)
    if found.state == "COMPLETED":
        return found.id
    if found.state == "TERMINATED":
        raise RequestRefused("terminated", _ended("transfer", found.ended))
    reason = f"The transfer is not completed after {timeout_s:g} seconds: show it later."
    raise StillWaiting("transferring", reason, found.id)


def _ended(process: str, ended: EndedView | None) -> str:
    return (
        f"The {process} was ended by {ended.by}: {ended.reason}"
        if ended
        else f"The {process} was ended without a reason."
    )


def _tell(progress: Report | None, step: str, process_id: str) -> None:
    if progress:
        progress(Progress(step=step, process_id=process_id))
