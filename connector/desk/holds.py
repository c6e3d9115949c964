"""Holds as people see them: who asks, for what, and how the offer stands now."""

from collections.abc import Sequence

from connector.controlplane.core.context import Context
from connector.controlplane.core.offers import OfferStanding, find_standing
from connector.language.catalogue import say_in_all
from connector.ports.entities import Hold
from connector.views.conversion import to_view
from connector.views.holds import HoldView


async def view_holds(context: Context, holds: Sequence[Hold]) -> Sequence[HoldView]:
    """Return the views of Holds, each with who asks and how the offer stands now; the assets are one read."""
    assets = await context.store.assets_of(context.owner, [hold.dataset for hold in holds if hold.offer_id])
    views = []
    for hold in holds:
        standing = find_standing(hold, assets.get(hold.dataset)) if hold.offer_id else None
        same = standing in {None, OfferStanding.SAME}
        remark = {} if same else say_in_all(f"processes.offer-{standing}")
        name = context.find_name(hold.counterparty)
        views.append(to_view(HoldView, hold, counterparty_name=name, offer=standing, remark=remark))
    return views
