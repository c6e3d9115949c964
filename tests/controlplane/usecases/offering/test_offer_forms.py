"""Forms of offers: bounded in number and length, saved over what was read, and one for each change."""

from pathlib import Path

import pytest

from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed
from connector.controlplane.usecases.offering import offer_forms
from connector.ports.changes import PutAsset, PutFlow
from tests.contract import values
from tests.support.plane import Desk


@pytest.fixture
def context(tmp_path: Path) -> Context:
    return Desk(tmp_path).values.context


async def test_answers_are_kept_beside_each_other_and_editors_by_name(context: Context) -> None:
    form = await offer_forms.begin(context, "a.kaya", answers={"titel": "Luft"})
    form = await offer_forms.save(context, form, "b.adler", seen=1, answers={"text": "Messwerte"})
    form = await offer_forms.save(context, form, "a.kaya", seen=2, source={"kind": "file", "path": "a.csv"})
    assert form == await offer_forms.find(context, form.id)
    assert form.answers == {"titel": "Luft", "text": "Messwerte"}
    assert (form.editors, form.version) == (("b.adler", "a.kaya"), 3)


async def test_saving_the_same_again_stores_nothing(context: Context) -> None:
    form = await offer_forms.begin(context, "a.kaya", answers={"titel": "Luft"})
    assert await offer_forms.save(context, form, "b.adler", seen=1, answers={"titel": "Luft"}) == form


async def test_a_form_that_was_saved_since_is_not_overwritten(context: Context) -> None:
    form = await offer_forms.begin(context, "a.kaya")
    await offer_forms.save(context, form, "a.kaya", seen=1, answers={"titel": "Luft"})
    for late in (form, await offer_forms.find(context, form.id)):
        with pytest.raises(NotAllowed, match="saved the form"):
            await offer_forms.save(context, late, "a.kaya", seen=1, answers={"titel": "Lärm"})


async def test_forms_are_bounded(context: Context) -> None:
    with pytest.raises(Invalid, match="too long"):
        await offer_forms.begin(context, "a.kaya", answers={"text": "x" * 200_001})
    for number in range(offer_forms.MOST_FORMS):
        form = await offer_forms.begin(context, f"person.{number % 7}")
    with pytest.raises(NotAllowed, match="give some of them up"):
        await offer_forms.begin(context, "a.kaya")
    await offer_forms.drop(context, form)
    with pytest.raises(NoSuchEntity):
        await offer_forms.find(context, form.id)
    assert await offer_forms.begin(context, "a.kaya")


async def test_one_person_keeps_nobody_from_a_form(context: Context) -> None:
    for _ in range(offer_forms.MOST_OF_ONE):
        form = await offer_forms.begin(context, "a.kaya")
    with pytest.raises(NotAllowed, match="You have 50 forms"):
        await offer_forms.begin(context, "a.kaya")
    assert await offer_forms.begin(context, "b.adler")
    await offer_forms.save(context, form, "b.adler", seen=1, answers={"titel": "Lärm"})
    assert await offer_forms.begin(context, "a.kaya"), "what two work at is nobody's alone"


async def test_an_asset_is_changed_in_one_form(context: Context) -> None:
    asset = values.asset("urn:d:1", version=4)
    form = await offer_forms.begin(context, "a.kaya", change_of=asset)
    assert (form.asset, form.asset_version) == ("urn:d:1", 4)
    assert await offer_forms.find_change(context, "urn:d:1") == form
    assert await offer_forms.find_change(context, "urn:d:2") is None
    with pytest.raises(NotAllowed, match="begun already"):
        await offer_forms.begin(context, "b.adler", change_of=asset)
    assert await offer_forms.list_forms(context) == [form]


async def test_a_form_that_nobody_goes_on_with_lets_its_upload_go_and_keeps_what_was_typed(context: Context) -> None:
    file = {"kind": "file", "path": "a.csv"}
    form = await offer_forms.begin(context, "a.kaya", answers={"titel": "Luft"}, source=file)
    other = await offer_forms.begin(context, "a.kaya", source={"kind": "file", "path": "b.csv"})
    for before, kept in ((form.saved_at, 2), (form.saved_at + 1, 1)):
        await offer_forms.let_go(context, before, lambda form_id, source: (form_id, source) == (form.id, file))
        assert len((await offer_forms.list_sources(context)).ids) == kept
    after = await offer_forms.find(context, form.id)
    assert (after.source, after.answers, after.saved_at) == (None, {"titel": "Luft"}, form.saved_at)
    assert (await offer_forms.find(context, other.id)).source == {"kind": "file", "path": "b.csv"}


async def test_a_change_that_nobody_goes_on_with_has_the_data_of_its_asset_again(context: Context) -> None:
    asset = values.asset("urn:d:1")
    await context.store.commit([PutAsset(asset, None)])
    file = {"kind": "file", "path": "new.csv"}
    form = await offer_forms.begin(context, "a.kaya", change_of=asset, answers={"titel": "Luft"}, source=file)
    assert form.id in (await offer_forms.list_sources(context)).ids
    await offer_forms.let_go(context, form.saved_at + 1, lambda form_id, source: (form_id, source) == (form.id, file))
    after = await offer_forms.find(context, form.id)
    assert (after.source, after.answers) == (asset.source, {"titel": "Luft"})
    kept = await offer_forms.list_sources(context)
    assert (kept.ids, file in kept.sources) == ({asset.id}, False)


async def test_the_sources_of_offers_and_of_deliveries_that_go_on_are_kept(context: Context) -> None:
    asset = values.asset("urn:d:1")
    flow = values.flow("urn:uuid:running", source={"kind": "file", "path": "a.csv"})
    ended = values.flow("urn:uuid:ended", state="COMPLETED", source={"kind": "file", "path": "ended.csv"})
    await context.store.commit([PutAsset(asset, None)])
    await context.store.commit([PutFlow(flow), PutFlow(ended)])
    kept = await offer_forms.list_sources(context)
    assert kept.ids == {asset.id}
    assert kept.sources == (asset.source, flow.source)
