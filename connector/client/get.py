"""The whole way in one call: from a search hit or an offer to the file: negotiate, transfer, download.

What was reached before is not done again: a finalized agreement on the dataset is used, an open negotiation is waited
for, and a download that broke off goes on where it stood.
"""

from pathlib import Path

import msgspec

from connector.client.chapters import agreements, negotiations, transfers
from connector.client.chapters.agreements import Agreement
from connector.client.chapters.negotiations import Ended, Negotiation
from connector.client.chapters.search import Hit
from connector.client.chapters.transfers import Transfer
from connector.client.delivery import Saved, download
from connector.client.frame.errors import RequestRefused, StillWaiting
from connector.client.frame.flow import ClientFlow, Page, Progress, Report


class WantedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted: a dataset of a participant; `offer` names one of its offers, else the first is taken."""

    participant: str
    dataset: str
    offer: str | None = None


class Got(msgspec.Struct, frozen=True, kw_only=True):
    """What was got, and under which agreement and transfer."""

    saved: Saved
    agreement: str
    transfer: str


def get(
    wanted: WantedOffer | Hit,
    path: str | Path,
    *,
    progress: Report | None = None,
    push: bool = False,
    renew: bool = False,
    overwrite: bool = False,
    timeout_s: float = 300.0,
) -> ClientFlow[Got]:
    """Get the data of an offer into a file or folder.

    `renew` negotiates also where there is an agreement; `timeout_s` bounds the negotiation and the transfer each.
    Raises Refused with the counter-party's reason, StillWaiting where somebody has to approve first.
    """
    offer = WantedOffer(participant=wanted.participant, dataset=wanted.id) if isinstance(wanted, Hit) else wanted
    known = None if renew or offer.offer else (yield from _agreed(offer))
    agreement = known or (yield from _negotiated(offer, progress, timeout_s))
    _tell(progress, "agreed", agreement)
    try:
        transfer = yield from _transferred(agreement, progress, timeout_s, push=push)
    except RequestRefused:
        if known is None:
            raise
        # The old agreement no longer opens the data; a new one may.
        agreement = yield from _negotiated(offer, progress, timeout_s)
        transfer = yield from _transferred(agreement, progress, timeout_s, push=push)
    saved: Saved = yield from download(transfer, path, progress=progress, overwrite=overwrite)
    _tell(progress, "done", transfer)
    return Got(saved=saved, agreement=agreement, transfer=transfer)


def _agreed(offer: WantedOffer) -> ClientFlow[str | None]:
    """Return the newest agreement in which we may use the dataset, if there is one."""
    page: Page[Agreement] = yield agreements.listing(dataset=offer.dataset, counterparty=offer.participant)
    ours = (entry for entry in page.items if entry.role == "consumer" and entry.finalized_at is not None)
    return next((entry.id for entry in ours), None)


def _negotiated(offer: WantedOffer, progress: Report | None, timeout_s: float) -> ClientFlow[str]:
    begun = yield from _open(offer)
    if begun is None:
        begun = yield negotiations.begin(offer.participant, offer.dataset, offer=offer.offer)
    _tell(progress, "negotiating", begun.id)
    found = yield from negotiations.until(begun.id, timeout_s=timeout_s)
    if found.state == "FINALIZED" and found.agreement_id:
        return found.agreement_id
    if found.state == "TERMINATED":
        raise RequestRefused("terminated", _ended("negotiation", found.ended))
    if found.hold:
        raise StillWaiting("on-hold", f"The negotiation waits for a decision here: {found.hold.reason}", found.id)
    reason = f"The negotiation is not through after {timeout_s:g} seconds: a person may have to approve it."
    raise StillWaiting("negotiating", reason, found.id)


def _open(offer: WantedOffer) -> ClientFlow[Negotiation | None]:
    """Return the newest negotiation of ours on this offer that still goes on, if there is one."""
    page: Page[Negotiation] = yield negotiations.listing(peer=offer.participant, dataset=offer.dataset)
    for found in page.items:
        same = offer.offer in {None, found.offer_id}
        if found.role == "consumer" and found.state not in negotiations.ENDED and same:
            return found
    return None


def _transferred(agreement: str, progress: Report | None, timeout_s: float, *, push: bool) -> ClientFlow[str]:
    begun: Transfer = yield transfers.begin(agreement, push=push)
    _tell(progress, "transferring", begun.id)
    found = yield from transfers.until(begun.id, timeout_s=timeout_s)
    if found.state == "COMPLETED":
        return found.id
    if found.state == "TERMINATED":
        raise RequestRefused("terminated", _ended("transfer", found.ended))
    reason = f"The transfer is not through after {timeout_s:g} seconds: look at it later."
    raise StillWaiting("transferring", reason, found.id)


def _ended(what: str, ended: Ended | None) -> str:
    return f"The {what} was ended by {ended.by}: {ended.reason}" if ended else f"The {what} was ended without a reason."


def _tell(progress: Report | None, step: str, process_id: str) -> None:
    if progress:
        progress(Progress(step=step, process_id=process_id))
