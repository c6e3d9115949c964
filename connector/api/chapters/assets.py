"""Endpoints for assets: add, list, show, change, publish, withdraw and remove."""

from typing import Annotated, Any
from urllib.parse import urlsplit, urlunsplit

import msgspec
from fastapi import Query, Request

from connector.api.frame.auth import require_admin
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, AtPublisher, LimitQuery, page, read_page
from connector.controlplane.core import instants
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.judging import acceptance, visibility
from connector.controlplane.judging.treating import known_data
from connector.controlplane.usecases.offering import asset_changes, assets, completeness, inspecting
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.products import quality, running
from connector.ports.entities import Asset, Product
from connector.views.assets import (
    DEFAULT_MEDIA_TYPE,
    AssetEditOrder,
    AssetOrder,
    AssetStatus,
    AssetView,
    AssetWithdrawOrder,
    PublishOrder,
    WithdrawnAssetView,
)
from connector.views.common import Page
from connector.views.conversion import find_moment, to_view
from connector.views.data_quality import QualityHistory
from connector.views.products import ProductView
from connector.views.self_descriptions import PushView
from connector.views.sightings import InspectOrder, Sighting

router = ChapterRouter(tags=["assets"])

_SHOWN = frozenset({"kind", "path", "glob", "overwrite", "labels", "leases"})
_SHOWN |= {"table", "columns", "order", "format", "geometry", "most_rows", "seconds", "parameters"}
_SHOWN |= {"host", "port", "database", "user", "tls", "secret", "endpoint", "bucket", "key", "prefix", "version"}
_SHOWN |= {"inputs", "steps", "form", "crs", "every", "at"}
_SHOWN |= {"key_id", "region", "media_type", "paging"}
_SHOWN_OF_AUTH = frozenset({"kind", "secret", "header", "query", "user", "client_id", "scope", "audience"})


def view_asset(asset: Asset) -> AssetView:
    """Return the view of an asset, without secrets and remarks."""
    return to_view(AssetView, asset, source=hide_secrets(asset.source))


def view_product(product: Product) -> ProductView:
    """Return the view of a product."""
    return to_view(
        ProductView,
        product,
        made_at=find_moment(product.made_at) if product.made_at else None,
        next_at=find_moment(product.due_at) if product.due_at is not None else None,
    )


def _with_remarks(publisher: Publisher, asset: Asset) -> AssetView:
    evaluator, policy = publisher.evaluator, visibility.catalog_policy(asset)
    remarks = (
        *acceptance.personal_remarks(evaluator, policy, asset.stated, asset.data_class),
        *acceptance.asset_remarks(
            evaluator.library, policy, instants.instant(evaluator.context.now()), known_data.to_data(asset)
        ),
        *completeness.list_gaps(asset, publisher.contact),
    )
    return to_view(AssetView, asset, source=hide_secrets(asset.source), remarks=remarks)


async def _with_waiting(context: Context, view: AssetView) -> AssetView:
    return msgspec.structs.replace(view, waiting=await context.store.waiting(context.owner, view.id))


def hide_secrets(address: dict[str, Any]) -> dict[str, Any]:
    """Return an address without secrets: the URL without credentials and query, no headers, no unknown members.

    Of a secret of the settings, the name is shown.
    """
    shown = {name: value for name, value in address.items() if name in _SHOWN}
    if isinstance(url := address.get("url"), str):
        parts = urlsplit(url)
        shown["url"] = urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
    if isinstance(auth := address.get("auth"), dict):
        shown["auth"] = {name: value for name, value in auth.items() if name in _SHOWN_OF_AUTH}
    if isinstance(inner := address.get("address"), dict):
        shown["address"] = hide_secrets(inner)
    hidden = sorted(address.keys() - shown.keys())
    return shown | {"hidden": hidden} if hidden else shown


@router.post("/assets", status_code=201)
async def add_asset(publisher: AtPublisher, order: AssetOrder) -> AssetView:
    """Add an asset as a draft, which only its owner sees until it is published."""
    return _with_remarks(publisher, await assets.add(publisher, order))


@router.post("/assets/look")
async def look_at_asset(publisher: AtPublisher, order: AssetOrder) -> Sighting:
    """Check an order and try its source; return what the data shows. Nothing is added."""
    return await assets.look(publisher, order)


@router.post("/assets/inspect")
async def inspect_data(publisher: AtPublisher, order: InspectOrder) -> Sighting:
    """Inspect data before it is offered: fields, place, time, and what is wrong with it. Nothing is added."""
    name = str(order.source.get("path") or order.source.get("url") or "").rstrip("/").rpartition("/")[2]
    return await inspecting.inspect_closely(
        publisher, order.source, name, order.media_type or DEFAULT_MEDIA_TYPE, order.records
    )


@router.get("/assets")
async def list_assets(
    context: AtContext,
    status: Annotated[AssetStatus | None, Query(description="Only assets with this status.")] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[AssetView]:
    """List the assets, newest first."""
    return await read_page(context.store.assets(context.owner, page(limit, after), status=status), view_asset)


@router.post("/assets/{id:path}/publish")
async def publish_asset(
    publisher: AtPublisher, request: Request, id: str, order: PublishOrder | None = None
) -> AssetView:
    """Publish an asset in the catalogue."""
    release = order is not None and order.release
    if release:
        require_admin(request)
    return _with_remarks(publisher, await assets.publish(publisher, id, release=release))


@router.post("/assets/{id:path}/withdraw")
async def withdraw_asset(
    publisher: AtPublisher, id: str, order: AssetWithdrawOrder | None = None
) -> WithdrawnAssetView:
    """Withdraw an asset from the catalogue; agreements stay valid unless `end_agreements` is set."""
    order = order or AssetWithdrawOrder()
    done = await assets.withdraw(publisher, id, end_agreements=order.end_agreements, reason=order.reason)
    return to_view(WithdrawnAssetView, done, asset=view_asset(done.asset))


@router.post("/assets/{id:path}/make")
async def make_asset(publisher: AtPublisher, id: str) -> ProductView:
    """Make the result of a recipe now, whole or not at all."""
    return view_product(await running.request(publisher, id))


@router.get("/assets/{id:path}/lineage")
async def show_lineage(publisher: AtPublisher, id: str) -> ProductView:
    """Show what the newest result of a recipe was made of, and what came of the last run."""
    return view_product(await running.find(publisher, id))


@router.get("/assets/{id:path}/quality")
async def show_quality(publisher: AtPublisher, id: str) -> QualityHistory:
    """Show the measured quality of the versions of the data that were made or delivered."""
    return await quality.show(publisher, id)


@router.patch("/assets/{id:path}")
async def edit_asset(publisher: AtPublisher, request: Request, id: str, order: AssetEditOrder) -> AssetView:
    """Change members of an asset; agreements keep what was agreed."""
    if order.release:
        require_admin(request)
    changed = await asset_changes.edit(publisher, id, order.change, release=order.release)
    return await _with_waiting(publisher.context, _with_remarks(publisher, changed))


@router.delete("/assets/{id:path}")
async def remove_asset(publisher: AtPublisher, id: str) -> AssetView:
    """Remove an asset that is not published and that no agreement refers to."""
    return view_asset(await asset_changes.remove(publisher, id))


@router.get("/assets/{id:path}")
async def show_asset(context: AtContext, id: str) -> AssetView:
    """Show one asset, with what became of its self-description at the broker."""
    view = await _with_waiting(context, view_asset(await find_asset(context, id)))
    pushed = await context.store.push(context.owner, id)
    return msgspec.structs.replace(view, broker=to_view(PushView, pushed) if pushed else None)
