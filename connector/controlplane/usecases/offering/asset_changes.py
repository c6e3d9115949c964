"""Assets are changed and removed; agreements keep what was agreed.

A change of the terms gives the offer a new identifier. The identifier of the dataset never changes, so that search
results, agreements and running transfers keep their asset.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.commits import record
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.core.watch import INPUTS
from connector.controlplane.usecases.offering import assets, drafts
from connector.controlplane.usecases.offering.assets import CHANGED
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.recipes import preparing
from connector.controlplane.usecases.recipes.preparing import Prepared
from connector.ports.changes import Change, DropAsset
from connector.ports.entities import Asset, AssetStatus, DataClass, PageBounds
from connector.ports.product_store import DropProduct
from connector.ports.store_errors import Conflict
from connector.views.assets import AssetDescription, AssetOrder
from connector.views.recipes import is_recipe

_TERMS = ("policy", "access", "reservation")
# Members with which the data is looked at again.
_TRIED = frozenset({"source", "records", "policy", "media_type", "forms"})
# Members whose own members change one by one.
_COMPOSED = frozenset({"title", "description", "stated", "publisher", "contact", "place", "period"})


async def edit(
    publisher: Publisher,
    asset_id: str,
    change: Mapping[str, Any],
    *,
    release: bool = False,
    editors: tuple[str, ...] = (),
    seen: int | None = None,
    changes: Sequence[Change] = (),
) -> Asset:
    """Change members of an asset, as `AssetOrder` names them; the others stay as they are.

    A title and a description change in the given languages only, and statements one by one. Null resets a member to
    its default, or removes a language. A published asset is checked as for a publication, and stays published.

    `editors` are the users who described the change on the pages, the last one makes it now, and `seen` is the version
    that they have read. `changes` are stored with the change, also if it changes nothing of the asset. Raises
    NoSuchEntity, Invalid, NotAllowed.
    """
    before = await find_asset(publisher.context, asset_id)
    if seen is not None and before.version != seen:
        raise NotAllowed("changed", CHANGED)
    fields = {"members": sorted(change), **assets.name_person(*editors[-1:])}
    async with _applied(publisher, before, change) as (after, prepared):
        if after == before:
            if changes:
                await _store_beside(publisher, changes)
            return before
        if before.status is AssetStatus.PUBLISHED:
            await preparing.check_offer(publisher.evaluator, after)
            after = _render(publisher, before, after, release=release)
        else:
            after = msgspec.structs.replace(
                after,
                edited_by=tuple(dict.fromkeys((*before.edited_by, *editors))),
                former_classes=_list_former(before, after),
            )
        put = await preparing.begin(publisher.evaluator, prepared, after.id) if prepared else ()
        stored = await assets.store_changed(
            publisher, before, after, before.status, event="changed", changes=(*changes, *put), fields=fields
        )
    if prepared:
        await preparing.forget(publisher.evaluator, publisher.deriver, before.source)
    return stored


def _list_former(before: Asset, after: Asset) -> tuple[DataClass, ...]:
    """Return the classes that an asset had since it was last published, without its present one."""
    had = dict.fromkeys((*before.former_classes, before.data_class))
    return tuple(known for known in had if known is not after.data_class)


async def _store_beside(publisher: Publisher, changes: Sequence[Change]) -> None:
    """Store what comes with a change that changes nothing. Raises NotAllowed."""
    try:
        await publisher.context.store.commit(list(changes))
    except Conflict:
        raise NotAllowed("changed", CHANGED) from None


async def preview(publisher: Publisher, asset_id: str, change: Mapping[str, Any]) -> Asset:
    """Return an asset as `edit` would leave it, checked in the same way; nothing is stored.

    Raises NoSuchEntity, Invalid, NotAllowed.
    """
    before = await find_asset(publisher.context, asset_id)
    async with _applied(publisher, before, change) as (after, _):
        return _render(publisher, before, after, release=True) if before.status is AssetStatus.PUBLISHED else after


def _render(publisher: Publisher, before: Asset, after: Asset, *, release: bool) -> Asset:
    # Who released the personal data once has released it; data that becomes personal needs a release.
    return assets.render(publisher, after, release=release or before.data_class is DataClass.PERSONAL)


@asynccontextmanager
async def _applied(
    publisher: Publisher, before: Asset, change: Mapping[str, Any]
) -> AsyncIterator[tuple[Asset, Prepared | None]]:
    """Return an asset with its changed members, and what another recipe of it has made. Raises Invalid, NotAllowed."""
    if not change:
        raise Invalid("no-change", "The change is empty: name the members to change.")
    order = _merge(before, change)
    if is_recipe(order.source) != is_recipe(before.source):
        raise Invalid(
            "source", "A recipe and other data do not replace each other: add an asset, and withdraw this one."
        )
    if order.source == before.source:
        yield await _apply(publisher, before, change, order), None
        return
    held = preparing.hold_result(publisher.evaluator, publisher.deriver, order, replacing=True)
    async with held as prepared:
        after = await _apply(publisher, before, change, prepared.draft if prepared else order)
        yield msgspec.structs.replace(after, lineage=prepared.inputs) if prepared else after, prepared


async def _apply(publisher: Publisher, before: Asset, change: Mapping[str, Any], order: AssetOrder) -> Asset:
    """Return an asset as an order has it, tried where its data has to be. Raises Invalid."""
    if change.keys() & _TRIED:
        order, _ = await drafts.try_draft(publisher, order)
    else:
        order = drafts.check_draft(publisher, order)
    described = {name: getattr(order, name) for name in AssetDescription.__struct_fields__}
    encoded = drafts.encode_terms(publisher, order)
    terms = {name: getattr(encoded, name) for name in _TERMS if name in change}
    after = msgspec.structs.replace(before, source=order.source, **described, **terms)
    if (after.policy, after.access) == (before.policy, before.access):
        return after
    # A consumer that still requests the old offer sees other terms under another identifier.
    return msgspec.structs.replace(after, offer_id=publisher.context.new_id())


async def remove(publisher: Publisher, asset_id: str) -> Asset:
    """Remove an asset that is not offered and that no agreement refers to. Raises NoSuchEntity, NotAllowed."""
    asset = await find_asset(publisher.context, asset_id)
    if asset.status is AssetStatus.PUBLISHED:
        raise NotAllowed("published", f"The asset {asset_id} is published: withdraw it, then remove it.")
    context = publisher.context
    rows, _ = await context.store.agreements(context.owner, PageBounds(limit=1), dataset=asset_id)
    if rows:
        raise NotAllowed(
            "agreed", f"Agreements refer to the asset {asset_id}, so that it stays on record: withdraw it instead."
        )
    try:
        await context.store.commit(
            [
                DropAsset(context.owner, asset.id, asset.version),
                DropProduct(context.owner, asset.id),
                record(context, "asset removed", asset.id, {"class": asset.data_class}),
            ]
        )
    except Conflict:
        raise NotAllowed("changed", CHANGED) from None
    await preparing.forget(publisher.evaluator, publisher.deriver, asset.source)
    context.watch.notify(INPUTS, asset.id)
    return asset


def _merge(asset: Asset, change: Mapping[str, Any]) -> AssetOrder:
    """Return the order of the asset with its changed members. Raises Invalid."""
    if "id" in change:
        raise Invalid("id", "The identifier of a dataset cannot change: add a new asset.")
    terms: dict[str, Any] = {
        name: documents.drop_frame(policy) for name in _TERMS if (policy := getattr(asset, name)) is not None
    }
    order = AssetOrder(
        source=asset.source,
        id=asset.id,
        **{name: getattr(asset, name) for name in AssetDescription.__struct_fields__},
        **terms,
    )
    members: dict[str, Any] = msgspec.to_builtins(order)
    for name, value in change.items():
        if value is None:
            members.pop(name, None)
        elif name in _COMPOSED and isinstance(value, dict):
            merged = {**members.get(name, {}), **value}
            members[name] = {key: inner for key, inner in merged.items() if inner is not None}
        else:
            members[name] = value
    try:
        return msgspec.convert(members, AssetOrder)
    except msgspec.ValidationError as error:
        raise Invalid("change", f"The change cannot be read: {error}.") from None
