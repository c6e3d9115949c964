"""The offers of a participant as rows: the terms in a line, the last delivery, and what needs a hand."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from connector.controlplane.judging import visibility
from connector.ports.entities import Asset, AssetStatus, DataClass, PageBounds
from connector.protocol.dsp.common import Role
from connector.web.frame.visit import Visit
from connector.web.rights import find_protection, is_guarded, may_publish, may_veto, may_write
from connector.web.terms import summarise_terms

LOOKED_AT = 200
"""How many of the newest deliveries, and of the requests that have waited longest, a list of offers looks at."""


class OfferRow(msgspec.Struct, frozen=True, kw_only=True):
    """An offer in a list. `delivered_at` is when its data was last asked for (ms), None for none of the newest ones.

    `never_delivered` is true if nobody can have asked for it, since it was never published.

    `waiting` is how many requests wait for a person, `need` what it needs of the reader (empty: nothing).
    """

    asset: Asset
    terms: str
    delivered_at: int | None
    never_delivered: bool
    waiting: int
    need: str


async def list_offer_rows(visit: Visit, assets: Sequence[Asset]) -> list[OfferRow]:
    """Return the rows of a page of offers, with two readings of the store for all of them."""
    context, library = visit.desk.context, visit.desk.evaluator.library
    if not assets:
        return []
    bounds = PageBounds(limit=LOOKED_AT)
    deliveries, _ = await context.store.transfers(context.owner, bounds)
    delivered = {one.dataset: one.created_at for one in reversed(deliveries) if one.role is Role.PROVIDER}
    holds, _ = await context.store.holds(context.owner, bounds)
    waiting = Counter(hold.dataset for hold in holds if hold.process_kind == "negotiation")
    # Many offers have the same terms; each version is put in words once.
    offers = {asset.policy: visibility.catalog_policy(asset) for asset in assets}
    told = {policy: await summarise_terms(library, visit.words, offer) for policy, offer in offers.items()}
    return [
        OfferRow(
            asset=asset,
            terms=told[asset.policy].sentence or told[asset.policy].problem,
            delivered_at=delivered.get(asset.id),
            never_delivered=asset.status is AssetStatus.DRAFT and not asset.published_at,
            waiting=waiting[asset.id],
            need=find_need(visit, asset),
        )
        for asset in assets
    ]


def find_need(visit: Visit, asset: Asset) -> str:
    """Return what an offer that nobody sees yet needs of this person, as the end of a key, or nothing."""
    roles = visit.person.roles
    if asset.status is not AssetStatus.DRAFT:
        return ""
    if asset.veto is not None:
        return "vetoed" if may_write(roles) else ""
    protection = find_protection(asset)
    if not is_guarded(protection):
        return ""
    if may_publish(roles, protection, own=visit.person.name in asset.edited_by):
        return "release"
    return "protect" if may_veto(roles) and asset.data_class is DataClass.PERSONAL else ""
