"""A veto: who protects personal data says that an offer is not released, and why. Nobody releases it meanwhile."""

import msgspec

from connector.controlplane.core.errors import NotAllowed
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.assets import CHANGED
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.language.catalogue import say_in_all
from connector.ports.entities import Asset, AssetStatus, Veto


async def veto(publisher: Publisher, asset_id: str, reason: str, *, by: str, seen: int | None = None) -> Asset:
    """Veto the release of an offer of personal data that is not published; a new reason replaces an earlier one.

    `seen` is the version that the person has read. Raises NoSuchEntity, NotAllowed.
    """
    asset = await _find(publisher, asset_id, seen)
    if not asset.personal:
        raise _refuse("not-personal", "privacy.veto-not-personal")
    if asset.status is AssetStatus.PUBLISHED:
        raise _refuse("published", "privacy.veto-published")
    vetoed = msgspec.structs.replace(asset, veto=Veto(by=by, at=publisher.context.now(), reason=reason))
    # The reason can name persons, and others read the audit log.
    return await assets.store_changed(publisher, asset, vetoed, asset.status, event="vetoed", fields={"by": by})


async def lift(publisher: Publisher, asset_id: str, *, by: str, seen: int | None = None) -> Asset:
    """Take the veto against an offer back; a repeat changes nothing. Raises NoSuchEntity, NotAllowed."""
    asset = await _find(publisher, asset_id, seen)
    if asset.veto is None:
        return asset
    free = msgspec.structs.replace(asset, veto=None)
    return await assets.store_changed(publisher, asset, free, asset.status, event="cleared", fields={"by": by})


async def _find(publisher: Publisher, asset_id: str, seen: int | None) -> Asset:
    asset = await find_asset(publisher.context, asset_id)
    if seen is not None and asset.version != seen:
        raise NotAllowed("changed", CHANGED)
    return asset


def _refuse(code: str, key: str) -> NotAllowed:
    told = say_in_all(key)
    return NotAllowed(code, told["en"], told)
