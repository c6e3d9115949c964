"""One look at a product: are its inputs still allowed, have they changed, and what came of making it again.

The end of an input reaches its product at once: it is withdrawn, its agreements end with the reason, so that their
transfers stop, and its result is removed.
"""

import logging
from collections.abc import Sequence

import msgspec

from connector.controlplane.core import commits
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed, UseCaseError
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.core.rhythm import find_retry
from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.controlplane.usecases.recipes import preparing
from connector.controlplane.usecases.recipes.inputs import FoundInput, find_inputs
from connector.controlplane.usecases.recipes.keeping import find_due, keep_result
from connector.language.catalogue import tell_reason, write_in_all
from connector.ports.changes import Change
from connector.ports.entities import Asset, AssetStatus, Product
from connector.ports.product_store import DropProduct, PutProduct
from connector.views.products import ProductState
from connector.views.recipes import Recipe, read_recipe
from connector.views.subscriptions import SubscriptionRhythm

log = logging.getLogger(__name__)


async def find(publisher: Publisher, asset_id: str) -> Product:
    """Return a product. Raises NoSuchEntity."""
    context = publisher.context
    found = await context.store.product(context.owner, asset_id)
    if found is None:
        await find_asset(context, asset_id)
        raise NoSuchEntity("no-product", "The asset is not made by a recipe: add one with a recipe as its source.")
    return found


async def request(publisher: Publisher, asset_id: str) -> Product:
    """Let a product be made now, also one that was stopped if its inputs can be used again.

    Raises NoSuchEntity, NotAllowed, Invalid.
    """
    context = publisher.context
    found = await find(publisher, asset_id)
    asset = await find_asset(context, asset_id)
    inputs = await find_inputs(publisher.evaluator, read_recipe(asset.source))
    if ended := next((entry.ended for entry in inputs if entry.ended), None):
        raise NotAllowed("input-ended", ended["en"], ended)
    return await make(publisher, found, asset, inputs)


async def look(publisher: Publisher, found: Product, *, woken: bool = False) -> Product | None:
    """Stop a product whose input has ended, and make it again if it is due and an input has changed.

    `woken` by a change, a product that follows changes is due.

    Returns it as it is then; None if its asset does not exist any more. Raises Conflict, and the errors of the store.
    """
    context = publisher.context
    asset = await context.store.asset(context.owner, found.asset)
    if asset is None:
        await context.store.commit([DropProduct(context.owner, found.asset)])
        return None
    recipe = read_recipe(asset.source)
    try:
        inputs = await find_inputs(publisher.evaluator, recipe)
    except Invalid as error:
        return await _stop(publisher, found, asset, error.reasons or {"en": error.reason})
    if ended := next((entry.ended for entry in inputs if entry.ended), None):
        return await _stop(publisher, found, asset, ended)
    follows = woken and recipe.every is SubscriptionRhythm.CHANGE
    if not follows and (found.due_at is None or found.due_at > context.now()):
        return found
    if not _has_changed(found, recipe, inputs):
        return await _put(
            publisher,
            found,
            msgspec.structs.replace(found, due_at=find_due(publisher.evaluator, recipe, inputs), failures=0, reason={}),
        )
    try:
        return await make(publisher, found, asset, inputs)
    except UseCaseError as error:
        return await _fail(publisher, found, recipe, inputs, error)


async def make(publisher: Publisher, found: Product, asset: Asset, inputs: Sequence[FoundInput]) -> Product:
    """Make a product again, whole or not at all, and describe what it was made of. Raises NotAllowed, Invalid."""
    deriver, recipe = preparing.require_deriver(publisher.deriver), read_recipe(asset.source)
    preparing.check_made_of(publisher.evaluator, asset, recipe, inputs)
    made = await preparing.make(deriver, asset.source, inputs)
    now = publisher.context.now()
    lineage = tuple(entry.lineage for entry in inputs)
    after = msgspec.structs.replace(
        found,
        version=found.version + 1,
        state=ProductState.ACTIVE,
        due_at=find_due(publisher.evaluator, recipe, inputs),
        number=found.number + 1,
        made_at=now,
        rows=made.rows,
        size=made.size,
        sha256=made.sha256,
        inputs=lineage,
        failures=0,
        reason={},
    )
    changed = msgspec.structs.replace(asset, lineage=lineage)
    if asset.status is AssetStatus.PUBLISHED:
        changed = assets.render(publisher, changed, release=True)
    put: list[Change] = [PutProduct(after, found.version), await keep_result(publisher.evaluator, asset.id, made)]
    await assets.store_changed(
        publisher,
        asset,
        changed,
        asset.status,
        event="made",
        changes=put,
        fields={"number": after.number, "sha256": made.sha256},
    )
    return after


def _has_changed(found: Product, recipe: Recipe, inputs: Sequence[FoundInput]) -> bool:
    """Return whether an input has another version; of one whose version nobody knows, the time decides."""
    before = {entry.name: entry.version for entry in found.inputs}
    now = {entry.lineage.name: entry.lineage.version for entry in inputs}
    unknown = recipe.every is not SubscriptionRhythm.CHANGE and not all(now.values())
    return not found.number or unknown or before != now


async def _fail(
    publisher: Publisher, found: Product, recipe: Recipe, inputs: Sequence[FoundInput], error: UseCaseError
) -> Product:
    """Note that a run failed: the last result is served on. The first failure in a row is told, and all are kept."""
    failures, context = found.failures + 1, publisher.context
    regular = find_due(publisher.evaluator, recipe, inputs)
    reason = write_in_all(lambda language: tell_reason(language, error.reason, error.reasons))
    due_at = find_retry(failures, now=context.now(), regular=max(regular, context.now() + 1))
    after = msgspec.structs.replace(found, due_at=due_at, failures=failures, reason=reason)
    told: list[Change] = []
    if failures == 1:
        told.append(commits.record(context, "product failed", found.asset, {}))
        log.warning("a product could not be made and is tried again: %s", error.reason, extra={"pid": found.asset})
    return await _put(publisher, found, after, *told)


async def _stop(publisher: Publisher, found: Product, asset: Asset, reason: dict[str, str]) -> Product:
    """Withdraw a product, end its agreements with the reason, remove its result, and keep why."""
    log.warning("a product is stopped: %s", reason.get("en"), extra={"pid": found.asset})
    await assets.withdraw(publisher, asset.id, end_agreements=True, reason=reason.get("en", ""))
    if publisher.deriver is not None:
        await publisher.deriver.discard(asset.source)
    after = msgspec.structs.replace(found, state=ProductState.STOPPED, due_at=None, reason=reason)
    leaf = commits.record(publisher.context, "product stopped", asset.id, {})
    return await _put(publisher, found, after, leaf)


async def _put(publisher: Publisher, before: Product, after: Product, *changes: Change) -> Product:
    stored = msgspec.structs.replace(after, version=before.version + 1)
    await publisher.context.store.commit([PutProduct(stored, before.version), *changes])
    return stored
