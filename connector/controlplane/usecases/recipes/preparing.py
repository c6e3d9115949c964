"""A product before it is an asset: its inputs are found, its terms are checked, and its first result is made."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.policy_input import encode_policy
from connector.controlplane.usecases.recipes import terms
from connector.controlplane.usecases.recipes.inputs import FoundInput, check_order, find_inputs
from connector.controlplane.usecases.recipes.keeping import find_due, keep_result
from connector.language.catalogue import say_in_all
from connector.policy.compiling.compiled import Compiled
from connector.ports.changes import Change
from connector.ports.deriving import Deriver, Made
from connector.ports.entities import Asset, DataClass, Product
from connector.ports.flow import SourceError
from connector.ports.product_store import PutProduct
from connector.views.assets import AssetOrder
from connector.views.products import InputLineage
from connector.views.recipes import Recipe, RecipeFault, is_recipe, is_statistical, read_recipe

MOST_PRODUCTS = 100


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A draft whose result was made, and what it was made of."""

    draft: AssetOrder
    made: Made
    found: tuple[FoundInput, ...]

    @property
    def inputs(self) -> tuple[InputLineage, ...]:
        """What the result says of its inputs."""
        return tuple(entry.lineage for entry in self.found)


@asynccontextmanager
async def hold_result(
    evaluator: Evaluator, deriver: Deriver | None, draft: AssetOrder, *, replacing: bool = False
) -> AsyncIterator[Prepared | None]:
    """Make the first result of a draft with a recipe; None for any other draft.

    Without a policy it gets the terms that its inputs allow. At the end, the result is removed unless an asset has the
    recipe then. `replacing` says that the draft is a product already, with another recipe. Raises Invalid, NotAllowed.
    """
    if not is_recipe(draft.source):
        yield None
        return
    prepared = await _prepare(evaluator, require_deriver(deriver), draft, replacing=replacing)
    try:
        yield prepared
    finally:
        await forget(evaluator, deriver, draft.source)


async def _prepare(evaluator: Evaluator, deriver: Deriver, draft: AssetOrder, *, replacing: bool) -> Prepared:
    context = evaluator.context
    if not replacing and len(await context.store.products(context.owner)) >= MOST_PRODUCTS:
        raise NotAllowed("too-many-products", f"There are {MOST_PRODUCTS} products: remove some first.")
    recipe = read(draft)
    found = await find_inputs(evaluator, recipe)
    if draft.id is not None:
        await check_order(evaluator, recipe, draft.id)
    _check_usable(found)
    _check_personal(recipe, found, draft.data_class)
    allowed = _find_terms(evaluator, found)
    if draft.policy is None:
        draft = msgspec.structs.replace(draft, policy=terms.write_terms(allowed))
    else:
        offered = encode_policy(draft.policy, evaluator.library.operands)
        if wider := terms.find_wider(evaluator.library, allowed, offered):
            raise Invalid("wider", wider["en"], wider)
    made = await make(deriver, draft.source, found)
    draft = msgspec.structs.replace(draft, media_type=made.media_type)
    return Prepared(draft=draft, made=made, found=tuple(found))


def require_deriver(deriver: Deriver | None) -> Deriver:
    """Return what makes products. Raises NotAllowed if this process makes none."""
    if deriver is None:
        raise NotAllowed("no-deriver", "This process makes no products: add the asset at the connector itself.")
    return deriver


async def begin(evaluator: Evaluator, prepared: Prepared, asset_id: str) -> list[Change]:
    """Return the changes that store a product whose first result was made, with its asset.

    A product that had another recipe before goes on with the number of its results.
    """
    context = evaluator.context
    before = await context.store.product(context.owner, asset_id)
    product = Product(
        owner=context.owner,
        asset=asset_id,
        version=before.version + 1 if before else 1,
        due_at=find_due(evaluator, read(prepared.draft), prepared.found),
        number=before.number + 1 if before else 1,
        made_at=context.now(),
        rows=prepared.made.rows,
        size=prepared.made.size,
        sha256=prepared.made.sha256,
        inputs=prepared.inputs,
    )
    put = PutProduct(product, before.version if before else None)
    return [put, await keep_result(evaluator, asset_id, prepared.made)]


async def forget(evaluator: Evaluator, deriver: Deriver | None, source: dict[str, object]) -> None:
    """Remove the result of a recipe that no asset has any more; any other source is left alone."""
    if deriver is None or not is_recipe(source):
        return
    context = evaluator.context
    others = await context.store.products(context.owner)
    kept = await context.store.assets_of(context.owner, [row.asset for row in others])
    if all(asset.source != source for asset in kept.values()):
        await deriver.discard(source)


async def check_offer(evaluator: Evaluator, asset: Asset) -> None:
    """Check that a product may be offered under its terms now. Raises NotAllowed, Invalid."""
    if is_recipe(asset.source):
        recipe = read_recipe(asset.source)
        check_made_of(evaluator, asset, recipe, await find_inputs(evaluator, recipe))


def check_made_of(evaluator: Evaluator, asset: Asset, recipe: Recipe, found: Sequence[FoundInput]) -> None:
    """Check that a product of these inputs may be offered under its terms. Raises NotAllowed."""
    _check_usable(found)
    _check_personal(recipe, found, asset.data_class)
    if wider := terms.find_wider(evaluator.library, _find_terms(evaluator, found), asset.policy):
        raise NotAllowed("wider", wider["en"], wider)


async def make(deriver: Deriver, source: dict[str, object], found: Sequence[FoundInput]) -> Made:
    """Make the result of a recipe. Raises Invalid with the reason."""
    data = [entry.data for entry in found if entry.data is not None]
    if len(data) < len(found):
        name = next(entry.lineage.name for entry in found if entry.data is None)
        told = say_in_all("products.nothing-arrived", name=name)
        raise Invalid("recipe-input", told["en"], told)
    try:
        return await deriver.make(source, data)
    except SourceError as error:
        raise Invalid("recipe", str(error)) from error


def read(draft: AssetOrder) -> Recipe:
    """Return the recipe of a draft. Raises Invalid."""
    try:
        return read_recipe(draft.source)
    except RecipeFault as fault:
        raise Invalid("recipe", str(fault)) from None


def _check_usable(found: Sequence[FoundInput]) -> None:
    if ended := next((entry.ended for entry in found if entry.ended), None):
        raise NotAllowed("input-ended", ended["en"], ended)


def _check_personal(recipe: Recipe, found: Sequence[FoundInput], data_class: DataClass) -> None:
    if any(entry.personal for entry in found) and data_class is not DataClass.PERSONAL and not is_statistical(recipe):
        told = say_in_all("products.personal")
        raise NotAllowed("personal-input", told["en"], told)


def _find_terms(evaluator: Evaluator, found: Sequence[FoundInput]) -> Compiled:
    allowed = terms.find_terms(evaluator.library, found)
    if isinstance(allowed, terms.NoTerms):
        raise NotAllowed("no-terms", allowed.texts["en"], allowed.texts)
    return allowed
