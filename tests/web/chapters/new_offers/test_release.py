"""The check finds what a release would refuse; a release publishes, or needs a second person."""

import asyncio
from typing import Any

import msgspec
import pytest

from connector.controlplane.usecases.offering import assets
from connector.ports.changes import Change
from connector.ports.entities import Asset, AssetStatus, DataClass, PageBounds, UserRole
from tests.support.plane import OWNER
from tests.web.office import Office, Reading, path

CHECK, RELEASE = (path(f"/neues-angebot/{step}", "urn:f:1") for step in ("pruefen", "freigabe"))
FORM = {"id": "urn:f:1", "stand": "1"}
WHOLE = {"titel": "Luft", "vorlage": "purpose", "klasse": "internal"}


async def test_an_internal_offer_is_published_by_who_made_it(office: Office) -> None:
    await office.fill_in(answers=WHOLE)
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "Veröffentlichen" in (await browser.get(RELEASE)).text
    done = await browser.post("/neues-angebot/freigabe", data=FORM)
    assert "Das Angebot ist veröffentlicht." in (await browser.get(done.headers["location"])).text
    asset = await office.store.asset(OWNER, "urn:f:1")
    assert asset
    assert (asset.status, asset.title, asset.edited_by) == (AssetStatus.PUBLISHED, {"de": "Luft"}, ())
    assert not await office.store.offer_forms(OWNER)
    leaves, _ = await office.store.leaves(OWNER, PageBounds(), process_id="urn:f:1")
    assert [msgspec.json.decode(leaf.body)["fields"]["by"] for leaf in leaves] == ["a.kaya", "a.kaya"]


@pytest.mark.parametrize("guarded", [DataClass.CONFIDENTIAL, DataClass.PERSONAL])
async def test_protected_data_is_released_by_a_second_person(office: Office, guarded: DataClass) -> None:
    answers = {**WHOLE, "klasse": guarded.value}
    if guarded is DataClass.PERSONAL:
        answers |= {
            "vorlage": "personal-data", "rechtsgrundlage": "eu-gdpr:A6-1-a", "personenbezug": "personal",
                "person": "E-Mail",
            "personal-data.recipients": "https://city.example", "personal-data.fields": "E-Mail",
        }  # fmt: skip
    await office.fill_in(answers=answers)
    first = await office.sign_in(UserRole.RELEASE)
    page = Reading((await first.get(RELEASE)).text)
    assert "Eine zweite Person" in page.text
    done = await first.post("/neues-angebot/freigabe", data=FORM)
    offer = await first.get(done.headers["location"])
    assert "Das Angebot liegt zur Freigabe bereit." in offer.text
    assert "Sie haben dieses Angebot selbst bearbeitet" in offer.text
    form = {"id": "urn:f:1", "stand": "1", "geprueft": "1"}
    assert (await first.post("/angebote/veroeffentlichen", data=form)).status_code == 403
    # Who began it is no second person either.
    begun = await office.sign_in(UserRole.RELEASE, name="b.adler")
    assert (await begun.post("/angebote/veroeffentlichen", data=form)).status_code == 403
    second = await office.sign_in(UserRole.RELEASE, name="c.demir")
    assert (await second.post("/angebote/veroeffentlichen", data=form)).status_code == 303
    asset = await office.store.asset(OWNER, "urn:f:1")
    assert asset
    assert (asset.status, asset.data_class) == (AssetStatus.PUBLISHED, guarded)
    if guarded is DataClass.PERSONAL:
        # The record of processing takes over what the file has.
        assert asset.records
        assert asset.records.fields == ("Ort", "pm10", "E-Mail")
        record = await (await office.sign_in(UserRole.PRIVACY, name="d.schutz")).get("/datenschutz/verzeichnis")
        assert "Felder der Daten Ort, pm10, E-Mail" in Reading(record.text).text


async def test_a_release_that_is_interrupted_leaves_a_draft_or_a_form_and_never_both(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form beside its asset could be changed and released, and the older asset would be published."""
    await office.fill_in(answers=WHOLE)
    browser = await office.sign_in(UserRole.PROVIDER)
    commit, number = office.store.commit, 0

    async def break_off(changes: list[Change]) -> None:
        nonlocal number
        number += 1
        if number == 2:
            raise asyncio.CancelledError
        await commit(changes)

    with monkeypatch.context() as broken:
        broken.setattr(office.store, "commit", break_off)
        with pytest.raises(asyncio.CancelledError):
            await browser.post("/neues-angebot/freigabe", data=FORM)
    asset = await office.store.asset(OWNER, "urn:f:1")
    assert asset
    assert asset.status is AssetStatus.DRAFT
    assert not await office.store.offer_forms(OWNER)
    done = await browser.post("/angebote/veroeffentlichen", data={"id": asset.id, "stand": str(asset.version)})
    assert done.headers["location"].endswith("fertig=veroeffentlicht")


async def test_of_two_who_release_and_give_up_one_form_the_first_one_is_right(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.fill_in(answers=WHOLE)
    browser = await office.sign_in(UserRole.PROVIDER)
    add = assets.add

    async def add_late(*given: Any, **more: Any) -> Asset:
        assert (await browser.post("/neues-angebot/verwerfen", data={"id": "urn:f:1"})).status_code == 303
        return await add(*given, **more)

    monkeypatch.setattr(assets, "add", add_late)
    answer = await browser.post("/neues-angebot/freigabe", data=FORM)
    assert answer.status_code == 404
    assert "Es ist fertig oder wurde verworfen" in answer.text
    assert await office.store.asset(OWNER, "urn:f:1") is None


async def test_what_changed_since_it_was_read_is_not_released(office: Office) -> None:
    await office.fill_in(answers=WHOLE)
    browser = await office.sign_in(UserRole.PROVIDER)
    await browser.post("/neues-angebot/beschreibung", data={**FORM, "titel": "Anders"})
    answer = await browser.post("/neues-angebot/freigabe", data=FORM)
    assert answer.status_code == 409
    assert not (await office.store.assets(OWNER, PageBounds()))[0]


async def test_nobody_else_releases_and_a_form_that_is_gone_is_told(office: Office) -> None:
    await office.fill_in(answers=WHOLE)
    for role in (UserRole.AUDITOR, UserRole.PRIVACY):
        browser = await office.sign_in(role, name=f"user-{role}")
        assert (await browser.post("/neues-angebot/freigabe", data=FORM)).status_code == 403
    browser = await office.sign_in(UserRole.PROVIDER)
    assert (await browser.post("/neues-angebot/freigabe", data={"id": "urn:none", "stand": "1"})).status_code == 404
