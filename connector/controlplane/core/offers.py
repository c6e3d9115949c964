"""How the offer stands on which a negotiation of the provider waits: as it was, changed since, or ended."""

from enum import StrEnum
from typing import TypeGuard

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NotAllowed
from connector.language.catalogue import say_in_all
from connector.ports.entities import Asset, AssetStatus, Hold
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation, NegotiationState

# The states in which the next step of the provider is to sign.
_UNSIGNED = frozenset({NegotiationState.REQUESTED, NegotiationState.ACCEPTED})


class OfferStanding(StrEnum):
    """How an offer stands now, compared with what a person was asked about."""

    SAME = "same"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


def is_offered(asset: Asset | None) -> TypeGuard[Asset]:
    """Return whether an asset is offered now; None is one that was removed."""
    return asset is not None and asset.status is AssetStatus.PUBLISHED


def find_standing(hold: Hold | None, asset: Asset | None) -> OfferStanding:
    """Return how the offer of an asset stands for a process that waits; a Hold of an older version names no offer."""
    if not is_offered(asset):
        return OfferStanding.WITHDRAWN
    if hold is not None and hold.offer_id and hold.offer_id != asset.offer_id:
        return OfferStanding.CHANGED
    return OfferStanding.SAME


def is_unsigned(process: Negotiation) -> bool:
    """Return whether the provider has not signed yet: later the offer does not matter any more."""
    return process.role is Role.PROVIDER and process.state in _UNSIGNED


async def check_standing(context: Context, process: Negotiation, *, changed: bool) -> None:
    """Check that what a person approves is still offered; `changed` approves what was asked for all the same.

    Raises NotAllowed.
    """
    if not is_unsigned(process):
        return
    asset = await context.store.asset(process.owner, process.dataset)
    standing = find_standing(await context.store.hold(process.owner, process.id), asset)
    if standing is OfferStanding.WITHDRAWN or (standing is OfferStanding.CHANGED and not changed):
        texts = say_in_all(f"processes.approve-{standing}")
        raise NotAllowed(f"offer-{standing}", texts["en"], texts)
