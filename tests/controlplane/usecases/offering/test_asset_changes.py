"""Assets are changed and removed: what is not named stays, agreements stay, and a bad change changes nothing."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.offering import asset_changes, assets
from connector.ports.changes import PutAgreement
from connector.ports.entities import Asset, AssetStatement, DataClass, PageBounds
from connector.views.assets import AssetOrder
from tests.contract import values
from tests.controlplane.agreements import atom
from tests.controlplane.usecases.offering.drafts import SOURCE, use
from tests.controlplane.usecases.offering.test_assets import DELETE, FULL
from tests.support.plane import Desk

TERMS = use(atom("odrl:purpose", "isA", "dpv:ImprovePublicServices"))


async def offered(desk: Desk, **more: Any) -> Asset:
    draft = AssetOrder(
        title={"de": "Luft", "en": "Air"},
        source=SOURCE,
        keywords=("Luft",),
        policy=TERMS,
        access=use(),
        licence="urn:licence",
        stated=AssetStatement(languages=("de",), release="1"),
        **more,
    )
    asset = await assets.add(desk.rooms.publisher, draft)
    return await assets.publish(desk.rooms.publisher, asset.id)


def read(asset: Asset) -> Any:
    return msgspec.json.decode(asset.document)


async def edit(desk: Desk, asset: Asset, **change: Any) -> Asset:
    return await asset_changes.edit(desk.rooms.publisher, asset.id, change)


async def test_what_is_not_named_stays_and_the_catalogue_has_the_change(desk: Desk) -> None:
    before = await offered(desk)
    after = await edit(desk, before, title={"de": "Luftqualität"}, stated={"release": "2"})
    assert after.title == {"de": "Luftqualität", "en": "Air"}
    assert (after.stated.languages, after.stated.release) == (("de",), "2")
    unchanged = ("id", "offer_id", "policy", "access", "source", "keywords", "licence", "status", "created_at")
    assert all(getattr(after, name) == getattr(before, name) for name in unchanged)
    dataset = read(after)
    assert (dataset["@id"], dataset["dcat:version"]) == (before.id, "2")
    assert {"@language": "de", "@value": "Luftqualität"} in dataset["dct:title"]
    assert await desk.rooms.context.store.asset(after.owner, after.id) == after


async def test_null_resets_a_member_or_removes_a_language(desk: Desk) -> None:
    after = await edit(desk, await offered(desk), title={"en": None}, licence=None, keywords=None)
    assert (after.title, after.licence, after.keywords) == ({"de": "Luft"}, None, ())
    assert "dct:license" not in read(after)


async def test_other_terms_get_a_new_offer_and_the_old_one_still_finds_the_dataset(desk: Desk) -> None:
    before = await offered(desk)
    after = await edit(desk, before, policy=use(atom("odrl:purpose", "isA", "dpv:ResearchAndDevelopment")))
    assert after.offer_id != before.offer_id
    assert read(after)["hasPolicy"][0]["@id"] == after.offer_id
    found = await desk.rooms.context.store.asset_of_offer(before.owner, before.offer_id)
    assert found is not None
    assert found.offer_id == after.offer_id


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"id": "urn:other"},
        {"title": {"de": None, "en": None}},
        {"title": "Luft"},
        {"colour": "blue"},
        {"source": 7},
        {"source": None},
        {"policy": {"@type": "Offer", "permission": [{"action": "use", "constraint": [{"leftOperand": "x"}]}]}},
        {"data_class": "secret"},
        {"keywords": [7]},
    ],
    ids=range(10),
)
async def test_a_bad_change_is_refused_and_changes_nothing(desk: Desk, change: dict[str, Any]) -> None:
    before = await offered(desk)
    with pytest.raises(Invalid):
        await asset_changes.edit(desk.rooms.publisher, before.id, change)
    assert await desk.rooms.context.store.asset(before.owner, before.id) == before


async def test_data_becomes_personal_only_with_a_release(desk: Desk) -> None:
    before = await offered(desk)
    change = {
        "data_class": "personal",
        "policy": use(*FULL.values(), obligation=[DELETE]),
        "stated": {"legal_basis": ["eu-gdpr:A6-1-e"]},
    }
    with pytest.raises(NotAllowed, match="release"):
        await asset_changes.edit(desk.rooms.publisher, before.id, change)
    after = await asset_changes.edit(desk.rooms.publisher, before.id, change, release=True)
    assert after.data_class is DataClass.PERSONAL
    assert (await edit(desk, after, keywords=["Luft", "Stadt"])).keywords == ("Luft", "Stadt")


async def test_an_asset_that_is_offered_or_agreed_on_is_not_removed(desk: Desk) -> None:
    asset = await offered(desk)
    with pytest.raises(NotAllowed, match="published"):
        await asset_changes.remove(desk.rooms.publisher, asset.id)
    await assets.withdraw(desk.rooms.publisher, asset.id)
    agreement = msgspec.structs.replace(values.agreement("urn:agreement"), owner=asset.owner, dataset=asset.id)
    await desk.rooms.context.store.commit([PutAgreement(agreement)])
    with pytest.raises(NotAllowed, match="Agreements refer"):
        await asset_changes.remove(desk.rooms.publisher, asset.id)


async def test_a_withdrawn_asset_is_removed_with_an_audit_entry(desk: Desk) -> None:
    asset = await offered(desk)
    await assets.withdraw(desk.rooms.publisher, asset.id)
    await asset_changes.remove(desk.rooms.publisher, asset.id)
    with pytest.raises(NoSuchEntity):
        await asset_changes.remove(desk.rooms.publisher, asset.id)
    leaves, _ = await desk.rooms.context.store.leaves(asset.owner, PageBounds(), process_id=asset.id)
    assert "asset removed" in [leaf.kind for leaf in leaves]
