"""Assets: what this connector offers."""

from dataclasses import dataclass
from typing import Any

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.assets import (
    AssetEditOrder,
    AssetOrder,
    AssetView,
    AssetWithdrawOrder,
    PublishOrder,
    WithdrawnAssetView,
)
from connector.views.common import Page
from connector.views.data_quality import QualityHistory
from connector.views.products import ProductView
from connector.views.sightings import InspectOrder, Sighting


def _add(order: AssetOrder) -> ApiCall[AssetView]:
    """Add an asset as a draft.

    >>> order = AssetOrder(title={"de": "Luftqualität"}, source={"kind": "file", "path": "air.csv"}, id="urn:asset:2")
    >>> asset = connector.assets.add(order)
    >>> print(asset.id, asset.status)
    urn:asset:2 draft
    """
    return ApiCall(method="POST", path=path_of("assets"), answer=AssetView, body=order)


def _look(order: AssetOrder) -> ApiCall[Sighting]:
    """Check an order and try its source; return what the data shows. Nothing is added.

    >>> order = AssetOrder(title={"de": "Luft"}, source={"kind": "file", "path": "air.csv"}, media_type="text/csv")
    >>> connector.assets.look(order).media_type
    'text/csv'
    """
    return ApiCall(method="POST", path=path_of("assets", "look"), answer=Sighting, body=order)


def _inspect(order: InspectOrder) -> ApiCall[Sighting]:
    """Inspect data before it is offered: its fields, its place and time, and what is wrong with it. Nothing is added.

    >>> seen = connector.assets.inspect(InspectOrder(source={"kind": "file", "path": "air.csv"}, media_type="text/csv"))
    >>> seen.title
    'Air'
    """
    return ApiCall(method="POST", path=path_of("assets", "inspect"), answer=Sighting, body=order)


def _list(*, status: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[AssetView]]:
    """List one page of the assets, newest first.

    >>> [asset.id for asset in connector.assets.list(status="draft").items]
    ['urn:asset:product', 'urn:asset:1']
    """
    query = {"status": status, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("assets"), answer=Page[AssetView], query=query)


def _show(id: str) -> ApiCall[AssetView]:
    """Show one asset.

    >>> connector.assets.show("urn:asset:1").title
    {'de': 'Luft'}
    """
    return ApiCall(method="GET", path=path_of("assets", id), answer=AssetView)


def _edit(id: str, change: dict[str, Any], *, release: bool = False) -> ApiCall[AssetView]:
    """Change members of an asset; None resets a member, and members that are not named stay as they are.

    >>> connector.assets.edit("urn:asset:1", {"title": {"en": "Air"}}).title
    {'de': 'Luft', 'en': 'Air'}
    """
    order = AssetEditOrder(change=change, release=release)
    return ApiCall(method="PATCH", path=path_of("assets", id), answer=AssetView, body=order)


def _remove(id: str) -> ApiCall[AssetView]:
    """Remove an asset that is not published and that no agreement refers to.

    >>> connector.assets.remove("urn:asset:1").id
    'urn:asset:1'
    """
    return ApiCall(method="DELETE", path=path_of("assets", id), answer=AssetView)


def _publish(id: str, *, release: bool = False) -> ApiCall[AssetView]:
    """Publish an asset in the catalogue; with `release` a person confirms that personal data may be published.

    >>> print(connector.assets.publish("urn:asset:1").status)
    published
    """
    order = PublishOrder(release=release)
    return ApiCall(method="POST", path=path_of("assets", id, "publish"), answer=AssetView, body=order)


def _withdraw(id: str, *, end_agreements: bool = False, reason: str = "") -> ApiCall[WithdrawnAssetView]:
    """Withdraw an asset from the catalogue; its agreements stay valid unless `end_agreements` is set.

    >>> withdrawn = connector.assets.withdraw("urn:asset:1")
    >>> print(withdrawn.asset.status, withdrawn.agreements)
    withdrawn 0
    """
    order = AssetWithdrawOrder(end_agreements=end_agreements, reason=reason)
    return ApiCall(method="POST", path=path_of("assets", id, "withdraw"), answer=WithdrawnAssetView, body=order)


def _make(id: str) -> ApiCall[ProductView]:
    """Make the result of a recipe now, whole or not at all.

    >>> connector.assets.make("urn:asset:product").number
    2
    """
    return ApiCall(method="POST", path=path_of("assets", id, "make"), answer=ProductView)


def _lineage(id: str) -> ApiCall[ProductView]:
    """Show what the newest result of a recipe was made of, and what came of the last run.

    >>> [entry.dataset for entry in connector.assets.lineage("urn:asset:product").inputs]
    ['urn:asset:1']
    """
    return ApiCall(method="GET", path=path_of("assets", id, "lineage"), answer=ProductView)


def _quality(id: str) -> ApiCall[QualityHistory]:
    """Show the measured quality of the versions of the data that were made or delivered.

    >>> connector.assets.quality("urn:asset:product").versions[0].rows
    2
    """
    return ApiCall(method="GET", path=path_of("assets", id, "quality"), answer=QualityHistory)


@dataclass(frozen=True)
class Assets:
    """What this connector offers."""

    driver: Runs

    add = blocking(_add)
    look = blocking(_look)
    inspect = blocking(_inspect)
    list = blocking(_list)
    all = every(_list)
    show = blocking(_show)
    edit = blocking(_edit)
    remove = blocking(_remove)
    publish = blocking(_publish)
    withdraw = blocking(_withdraw)
    make = blocking(_make)
    lineage = blocking(_lineage)
    quality = blocking(_quality)


@dataclass(frozen=True)
class AsyncAssets:
    """What this connector offers."""

    driver: AsyncRuns

    add = asynchronous(_add)
    look = asynchronous(_look)
    inspect = asynchronous(_inspect)
    list = asynchronous(_list)
    all = every_async(_list)
    show = asynchronous(_show)
    edit = asynchronous(_edit)
    remove = asynchronous(_remove)
    publish = asynchronous(_publish)
    withdraw = asynchronous(_withdraw)
    make = asynchronous(_make)
    lineage = asynchronous(_lineage)
    quality = asynchronous(_quality)
