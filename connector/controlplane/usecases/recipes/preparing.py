"""A product before it is an asset: its inputs are found, its terms are checked, and its first result is made."""

from collections.abc import Sequence

import msgspec

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.policy_input import encode_policy
from connector.controlplane.usecases.recipes import terms
from connector.controlplane.usecases.recipes.inputs import FoundInput, find_inputs
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


async def prepare(evaluator: Evaluator, deriver: Deriver | None, draft: AssetOrder) -> Prepared | None:
    """Make the first result of a draft with a recipe; None for any other draft.

    Without a policy it gets the terms that its inputs allow. Raises Invalid, NotAllowed.
    """
    if not is_recipe(draft.source):
        return None
    deriver = require_deriver(deriver)
    context = evaluator.context
    if len(await context.store.products(context.owner)) >= MOST_PRODUCTS:
        raise NotAllowed("too-many-products", f"There are {MOST_PRODUCTS} products: remove some first.")
    recipe = read(draft)
    found = await find_inputs(evaluator, recipe)
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
    """Return the changes that store a product whose first result was made, with its asset."""
    context = evaluator.context
    product = Product(
        owner=context.owner,
        asset=asset_id,
        version=1,
        due_at=find_due(evaluator, read(prepared.draft), prepared.found),
        number=1,
        made_at=context.now(),
        rows=prepared.made.rows,
        size=prepared.made.size,
        sha256=prepared.made.sha256,
        inputs=prepared.inputs,
    )
    return [PutProduct(product, None), await keep_result(evaluator, asset_id, prepared.made)]


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
