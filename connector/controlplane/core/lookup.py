"""Entities of the participant context by their identifier, or the one error that says that there is none."""

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.ports.entities import Agreement, Asset
from connector.protocol.dsp.agreement_keys import BETWEEN
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import Transfer

MOST_NAMED = 3


async def find_agreement(context: Context, name: str, role: Role | None = None) -> Agreement:
    """Return an agreement by its key or its identifier, in which this participant has `role` (None: any).

    Several partners can choose the same identifier; then only the key says which one is meant. Raises NoSuchEntity,
    NotAllowed.
    """
    by_key = await context.store.agreement(context.owner, name) if BETWEEN in name else None
    named = [by_key] if by_key else await context.store.agreements_named(context.owner, name)
    found = [agreement for agreement in named if role in {None, agreement.role}]
    if not found:
        which = f" in which this participant is the {role}" if role else ""
        reason = f"Unknown agreement {name[:200]}: list the agreements{which} to find its identifier."
        raise NoSuchEntity("no-agreement", reason)
    if len(found) > 1:
        keys = ", ".join(f"'{agreement.key}'" for agreement in found[:MOST_NAMED])
        reason = f"{len(found)} agreements have the identifier {name[:200]}: name the partner before it, as in {keys}."
        raise NotAllowed("ambiguous-agreement", reason)
    return found[0]


async def find_agreement_key(context: Context, name: str) -> str:
    """Return the key of an agreement by its key or its identifier; if it is unknown, `name`. Raises NotAllowed."""
    try:
        return (await find_agreement(context, name)).key
    except NoSuchEntity:
        return name


async def find_agreement_of(context: Context, process: Transfer) -> Agreement | None:
    """Return the agreement of a transfer, or None; its role, counterparty and dataset are those of the transfer."""
    found = await context.store.agreement(process.owner, process.agreement_key)
    if found is None:
        return None
    belongs = (found.role, found.counterparty, found.dataset) == (process.role, process.peer, process.dataset)
    return found if belongs else None


async def find_asset(context: Context, asset_id: str) -> Asset:
    """Return an asset. Raises NoSuchEntity."""
    asset = await context.store.asset(context.owner, asset_id)
    if asset is None:
        raise NoSuchEntity("no-asset", f"Unknown asset {asset_id[:200]}: list the assets to find its identifier.")
    return asset
