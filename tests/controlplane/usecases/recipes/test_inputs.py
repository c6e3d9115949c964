"""Inputs as they stand now."""

from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.recipes.inputs import find_inputs
from connector.views.recipes import read_recipe
from tests.controlplane.usecases.products.workshop import AGREEMENT, OWN, Workshop
from tests.support.plane import CITY

RECIPE = read_recipe(
    {
        "kind": "recipe",
        "inputs": [{"name": "a", "agreement": AGREEMENT}, {"name": "b", "asset": OWN}],
        "steps": [{"do": "join", "with": "b", "on": {"x": "x"}}],
    }
)


async def test_an_input_is_known_with_its_version_its_terms_and_its_data(workshop: Workshop) -> None:
    await workshop.own(licence="cc-by/4.0")
    await workshop.agree()
    theirs, ours = await find_inputs(workshop.publisher.evaluator, RECIPE)
    assert (theirs.lineage.provider, theirs.lineage.version, theirs.own) == (CITY, "d" * 64, False)
    assert theirs.data is not None
    assert (theirs.data.received, theirs.data.media_type) == (True, "text/csv")
    assert (ours.lineage.version, ours.own, ours.ended) == ("a" * 64, True, {})
    assert ours.lineage.licence.endswith("cc-by/4.0")


async def test_a_withdrawn_asset_has_ended_and_so_has_a_withdrawn_agreement(workshop: Workshop) -> None:
    await workshop.own()
    await workshop.agree(delivered=False)
    await assets.withdraw(workshop.publisher, OWN)
    theirs, ours = await find_inputs(workshop.publisher.evaluator, RECIPE)
    assert (theirs.data, theirs.ended, bool(ours.ended["de"])) == (None, {}, True)
