"""Entities of the participant context by their identifier, or the one error that says that there is none."""

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity
from connector.ports.entities import Agreement, Asset


async def find_agreement(context: Context, agreement_id: str) -> Agreement:
    """Return an agreement. Raises NoSuchEntity."""
    agreement = await context.store.agreement(context.owner, agreement_id)
    if agreement is None:
        reason = f"Unknown agreement {agreement_id[:200]}: list the agreements to find its identifier."
        raise NoSuchEntity("no-agreement", reason)
    return agreement


async def find_asset(context: Context, asset_id: str) -> Asset:
    """Return an asset. Raises NoSuchEntity."""
    asset = await context.store.asset(context.owner, asset_id)
    if asset is None:
        raise NoSuchEntity("no-asset", f"Unknown asset {asset_id[:200]}: list the assets to find its identifier.")
    return asset
