"""A draft with a recipe is made before it is an asset, and refused with the reason if that is not possible."""

from typing import Any

import pytest

from connector.controlplane.core.errors import Invalid, NotAllowed, UseCaseError
from connector.controlplane.usecases.offering import asset_changes, assets
from connector.controlplane.usecases.offering.inspecting import try_recipe
from connector.controlplane.usecases.recipes import preparing
from connector.views.assets import AssetOrder, AssetStatement, AssetStatus, DataClass, Marking
from connector.views.recipes import RecipeFault, name_result, read_recipe
from tests.controlplane.agreements import atom
from tests.controlplane.usecases.products.workshop import AGREEMENT, OWN, PRODUCT, USE, Workshop
from tests.support.plane import OWNER

OWNED, AGREED = {"asset": OWN}, {"agreement": AGREEMENT}


async def test_without_a_policy_it_gets_the_terms_of_its_inputs(workshop: Workshop) -> None:
    research = {
        "permission": [{"action": "use", "constraint": [atom("odrl:purpose", "isA", "dpv:ResearchAndDevelopment")]}]
    }
    await workshop.own(policy=research)
    made = await workshop.add(OWNED)
    assert b"ResearchAndDevelopment" in made.policy
    assert made.media_type == "text/csv"
    assert [entry.dataset for entry in made.lineage] == [OWN]
    with pytest.raises(Invalid, match="more than the inputs allow"):
        await assets.add(workshop.publisher, AssetOrder(title={"de": "x"}, source=made.source, policy=USE))


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        (({"asset": "urn:none"},), "Unknown asset"),
        (({"agreement": "urn:none"},), "Unknown agreement"),
        ((AGREED,), "Nothing has arrived"),
    ],
)
async def test_an_input_that_cannot_be_used_is_said(
    workshop: Workshop, inputs: tuple[dict[str, str], ...], said: str
) -> None:
    await workshop.agree(delivered=False)
    with pytest.raises(UseCaseError, match=said):
        await workshop.add(*inputs)
    assert await workshop.desk.store.asset("default", PRODUCT) is None


async def test_what_is_about_persons_stays_so_unless_it_is_statistics(workshop: Workshop) -> None:
    await workshop.own(data_class=DataClass.PERSONAL, stated=AssetStatement(marking=Marking.PERSONAL))
    with pytest.raises(NotAllowed, match="about persons"):
        await workshop.add(OWNED)
    group = {"do": "group", "by": ["a"], "values": {"n": {"take": "count"}}, "least": 5}
    source = {"kind": "recipe", "inputs": [{"name": "a", **OWNED}], "steps": [group]}
    assert (await assets.add(workshop.publisher, AssetOrder(title={"de": "x"}, source=source))).lineage


async def test_a_look_leaves_no_result_and_data_of_another_kind_is_another_asset(workshop: Workshop) -> None:
    await workshop.own()
    source = {"kind": "recipe", "inputs": [{"name": "a", **OWNED}]}
    await assets.look(workshop.publisher, AssetOrder(title={"de": "x"}, source=source))
    assert workshop.deriver.results == {}
    await workshop.add(OWNED)
    with pytest.raises(Invalid, match="do not replace each other"):
        await asset_changes.edit(workshop.publisher, PRODUCT, {"source": {"kind": "file", "path": "a.csv"}})
    with pytest.raises(Invalid, match="do not replace each other"):
        await asset_changes.edit(workshop.publisher, OWN, {"source": source})


async def test_a_refused_draft_leaves_no_result(workshop: Workshop) -> None:
    await workshop.own()
    source = {"kind": "recipe", "inputs": [{"name": "a", **OWNED}]}
    with pytest.raises(Invalid, match="title"):
        await assets.add(workshop.publisher, AssetOrder(title={}, source=source))
    assert workshop.deriver.results == {}


async def test_another_recipe_replaces_the_result_and_goes_on_with_its_number(workshop: Workshop) -> None:
    await workshop.own()
    before = await workshop.offer(OWNED)
    source = {**before.source, "every": "day", "at": "04:00"}
    await asset_changes.preview(workshop.publisher, PRODUCT, {"source": source})
    assert workshop.deriver.results == {name_result(before.source): 1}
    after = await asset_changes.edit(workshop.publisher, PRODUCT, {"source": source})
    assert (after.status, after.source, after.offer_id) == (AssetStatus.PUBLISHED, source, before.offer_id)
    assert workshop.deriver.results == {name_result(source): 1}
    product = await workshop.desk.store.product(OWNER, PRODUCT)
    assert product is not None
    assert (product.number, product.version) == (2, 2)


async def test_a_trial_leaves_no_result_and_that_of_a_product_as_it_is(workshop: Workshop) -> None:
    await workshop.own(policy=USE)
    product = await workshop.offer(OWNED)
    trial = await try_recipe(workshop.publisher, product.source, "Eigenes")
    assert [entry.lineage.dataset for entry in trial.inputs] == [OWN]
    assert trial.terms["permission"]
    assert workshop.deriver.results == {name_result(product.source): 1}


async def test_another_recipe_is_held_to_the_terms_of_its_inputs(workshop: Workshop) -> None:
    narrow = {
        "permission": [{"action": "use", "constraint": [atom("odrl:purpose", "isA", "dpv:ResearchAndDevelopment")]}]
    }
    await workshop.own()
    await workshop.own("urn:asset:narrow", policy=narrow)
    before = await workshop.add(OWNED)
    source = {"kind": "recipe", "inputs": [{"name": "a", "asset": "urn:asset:narrow"}]}
    with pytest.raises(Invalid, match="more than the inputs allow"):
        await asset_changes.edit(workshop.publisher, PRODUCT, {"source": source})
    assert workshop.deriver.results == {name_result(before.source): 1}
    assert await workshop.desk.store.asset(OWNER, PRODUCT) == before


async def test_a_product_is_not_made_of_itself(workshop: Workshop) -> None:
    await workshop.own()
    await workshop.add(OWNED)
    second = {"kind": "recipe", "inputs": [{"name": "a", "asset": PRODUCT}]}
    await assets.add(workshop.publisher, AssetOrder(id="urn:asset:second", title={"de": "x"}, source=second))
    round_about = {"kind": "recipe", "inputs": [{"name": "a", "asset": "urn:asset:second"}]}
    for source in (second, round_about):
        with pytest.raises(Invalid, match="made of itself"):
            await asset_changes.edit(workshop.publisher, PRODUCT, {"source": source})


async def test_there_are_so_many_products_and_no_more(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preparing, "MOST_PRODUCTS", 1)
    await workshop.own()
    await workshop.add(OWNED)
    await workshop.own("urn:other")
    with pytest.raises(NotAllowed, match="There are 1 products"):
        await workshop.add({"asset": "urn:other"})


@pytest.mark.parametrize(
    ("recipe", "said"),
    [
        ({}, "missing required field `inputs`"),
        ({"inputs": []}, "length >= 1"),
        ({"inputs": [{"name": "a"}]}, "not exactly one of"),
        ({"inputs": [{"name": "a", "asset": "x", "agreement": "y"}]}, "not exactly one of"),
        ({"inputs": [{"name": "a", "asset": "x"}] * 2}, "twice"),
        ({"inputs": [{"name": "a", "asset": "x"}, {"name": "b", "asset": "y"}]}, "not joined exactly once"),
        ({"inputs": [{"name": "a", "asset": "x"}], "steps": [{"do": "exec"}]}, "Invalid value 'exec'"),
        ({"inputs": [{"name": "a", "asset": "x"}], "code": "x"}, "unknown field `code`"),
        ({"inputs": [{"name": "a", "asset": "x"}], "form": "features"}, "not written as features"),
        (
            {
                "inputs": [{"name": "a", "asset": "x"}],
                "steps": [{"do": "group", "values": {"n": {"take": "sum"}}}],
            },
            "has no column",
        ),
        ({"inputs": [{"name": "a", "asset": "x"}], "steps": [{"do": "clean"}] * 31}, "length <= 30"),
        (
            {
                "inputs": [{"name": "a", "asset": "x"}],
                "steps": [{"do": "join", "with": "a", "on": {"x": "y"}}],
            },
            "which is no input after the first one",
        ),
    ],
)
def test_a_recipe_that_cannot_be_read_has_one_clear_sentence(recipe: dict[str, Any], said: str) -> None:
    with pytest.raises(RecipeFault, match=said):
        read_recipe({"kind": "recipe", **recipe})
