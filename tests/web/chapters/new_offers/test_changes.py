"""A published offer is changed: its words at once, its terms with what follows, and what is protected by two people."""

import re

import msgspec
import pytest

from connector.ports.changes import PutAsset
from connector.ports.entities import Asset, AssetStatus, DataClass, PageBounds, UserRole
from connector.web.offering.template_cards import read_policy
from tests.support.plane import OWNER
from tests.web.office import Office, Reading, encode, path

OFFER = path("/angebote/angebot", "urn:d:1")


async def begin(office: Office, browser: object, id: str = "urn:d:1") -> str:
    answer = await browser.post("/angebote/aendern", data={"id": id})  # type: ignore[attr-defined]
    assert answer.status_code == 303, answer.text
    (form,) = await office.store.offer_forms(OWNER)
    return form.id


async def describe(office: Office, browser: object, id: str, **changed: str) -> object:
    form = await office.form(id)
    data = {**form.answers, **changed, "id": id, "stand": str(form.version)}
    return await browser.post("/neues-angebot/beschreibung", data=data)  # type: ignore[attr-defined]


async def carry_out(office: Office, browser: object, id: str, **fields: str) -> object:
    form, asset = await office.form(id), await stored(office)
    data = {"id": id, "stand": str(form.version), "fassung": str(asset.version), **fields}
    return await browser.post("/neues-angebot/freigabe", data=data)  # type: ignore[attr-defined]


async def stored(office: Office) -> Asset:
    asset = await office.store.asset(OWNER, "urn:d:1")
    assert asset
    return asset


async def furnish(office: Office, **changed: object) -> None:
    (office.root / "a.csv").write_text("Ort;pm10\nMarkt;12,5\n", "utf-8")
    await office.offer(description={"de": "Alt"}, themes=("TRAN", "ENVI"), media_type="text/csv", **changed)
    await office.agree()
    await office.ask()


async def test_a_title_is_changed_and_nothing_else(office: Office) -> None:
    await furnish(office)
    before = await stored(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    assert "/angebote/aendern" in (await browser.get(OFFER)).text
    form_id = await begin(office, browser)
    await describe(office, browser, form_id, titel="Baustellen, ganz neu")
    page = Reading((await browser.get(path("/neues-angebot/freigabe", form_id))).text)
    assert "Titel Baustellen und Sperrungen, laufend Baustellen, ganz neu" in page.text
    assert "An Verträgen und Lieferungen ändert sich nichts." in page.text
    done = await carry_out(office, browser, form_id)
    assert "Das Angebot ist geändert." in (await browser.get(done.headers["location"])).text  # type: ignore[attr-defined]
    after = await stored(office)
    assert after.title == {"de": "Baustellen, ganz neu", "en": "Roadworks and closures, live"}
    same = ("policy", "offer_id", "source", "themes", "description", "status")
    assert all(getattr(after, name) == getattr(before, name) for name in same)
    leaves, _ = await office.store.leaves(OWNER, PageBounds(), process_id="urn:d:1")
    assert msgspec.json.decode(leaves[-1].body)["fields"]["by"] == "a.kaya"
    assert not await office.store.offer_forms(OWNER)


async def test_other_terms_say_what_follows_before_they_hold(office: Office) -> None:
    await furnish(office)
    before = await stored(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    form_id = await begin(office, browser)
    form = await office.form(form_id)
    weg = {"id": form_id, "stand": str(form.version), "tun": "weg:permission.0.constraint.0"}
    await browser.post("/neues-angebot/saetze", data=weg)
    shown = Reading((await browser.get(path("/neues-angebot/saetze", form_id))).text)
    assert "Die neue Fassung erlaubt mehr." in shown.text
    page = Reading((await browser.get(path("/neues-angebot/freigabe", form_id))).text)
    assert "Bedingung entfallen: Zweck" in page.text
    assert "1 laufender Vertrag gilt zu seinen bisherigen Bedingungen weiter." in page.text
    assert "1 Anfrage, die wartet, bezieht sich auf die bisherigen Bedingungen." in page.text
    await carry_out(office, browser, form_id)
    after = await stored(office)
    assert after.policy != before.policy
    assert after.offer_id != before.offer_id
    agreed = (await office.store.agreements_named(OWNER, "urn:a:1"))[0]
    assert b"purpose" in agreed.document


async def test_nothing_changed_is_told(office: Office) -> None:
    await furnish(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    form_id = await begin(office, browser)
    await describe(office, browser, form_id)
    assert "Bisher ist nichts geändert." in (await browser.get(path("/neues-angebot/pruefen", form_id))).text
    assert "/pruefen" in (await carry_out(office, browser, form_id)).headers["location"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("data_class", "changed", "held"),
    [
        (DataClass.CONFIDENTIAL, {"titel": "Neu"}, False),
        (DataClass.CONFIDENTIAL, {"klasse": "internal"}, True),
        (DataClass.INTERNAL, {"klasse": "confidential"}, True),
    ],
)
async def test_what_is_protected_and_published_changes_in_its_words_alone(
    office: Office, data_class: DataClass, changed: dict[str, str], held: bool
) -> None:
    await furnish(office, data_class=data_class)
    browser = await office.sign_in(UserRole.RELEASE)
    form_id = await begin(office, browser)
    await describe(office, browser, form_id, **changed)
    check = await browser.get(path("/neues-angebot/pruefen", form_id))
    assert ("Ziehen Sie es zuerst zurück" in check.text) is held
    before = await stored(office)
    await carry_out(office, browser, form_id)
    assert ((await stored(office)).version == before.version) is held


async def test_who_changed_a_withdrawn_protected_offer_does_not_release_it(office: Office) -> None:
    await furnish(office, data_class=DataClass.CONFIDENTIAL, status=AssetStatus.WITHDRAWN)
    browser = await office.sign_in(UserRole.RELEASE)
    form_id = await begin(office, browser)
    await describe(office, browser, form_id, titel="Neu")
    await carry_out(office, browser, form_id)
    after = await stored(office)
    assert (after.title["de"], after.edited_by) == ("Neu", ("a.kaya",))
    form = {"id": "urn:d:1", "stand": str(after.version), "geprueft": "1"}
    assert (await browser.post("/angebote/veroeffentlichen", data=form)).status_code == 403
    second = await office.sign_in(UserRole.RELEASE, name="c.demir")
    assert (await second.post("/angebote/veroeffentlichen", data=form)).status_code == 303


async def test_an_offer_that_somebody_else_changed_meanwhile_is_shown_again(office: Office) -> None:
    await furnish(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    form_id = await begin(office, browser)
    await describe(office, browser, form_id, titel="Neu")
    before = await stored(office)
    other = msgspec.structs.replace(before, description={"de": "Inzwischen"}, version=before.version + 1)
    await office.store.commit([PutAsset(other, before.version)])
    answer = await carry_out(office, browser, form_id, fassung=str(before.version))
    assert answer.status_code == 409  # type: ignore[attr-defined]
    assert "Inzwischen" in answer.text  # type: ignore[attr-defined]
    assert (await stored(office)).title == other.title


async def test_a_change_goes_on_and_can_be_given_up(office: Office) -> None:
    await furnish(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    form_id = await begin(office, browser)
    assert await begin(office, browser) == form_id
    assert "Änderung fortsetzen" in (await browser.get(OFFER)).text
    gone = await browser.post("/neues-angebot/verwerfen", data={"id": form_id})
    assert gone.headers["location"].startswith("/angebote/angebot")
    assert (await stored(office)).status is AssetStatus.PUBLISHED


@pytest.mark.parametrize("role", [UserRole.AUDITOR, UserRole.PRIVACY, UserRole.CONSUMER])
async def test_only_who_makes_offers_changes_them(office: Office, role: UserRole) -> None:
    await furnish(office)
    browser = await office.sign_in(role)
    assert (await browser.post("/angebote/aendern", data={"id": "urn:d:1"})).status_code == 403


async def test_terms_of_a_template_are_changed_in_its_form(office: Office) -> None:
    policy = {**read_policy({"vorlage": "purpose", "purpose.period": "6", "purpose.period.einheit": "M"})}
    await furnish(office, policy=encode(policy))
    before = await stored(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    form_id = await begin(office, browser)
    page = await browser.get(path("/neues-angebot/bedingungen", form_id))
    assert page.status_code == 200
    assert re.search(r'id="purpose\.period"[^>]* value="6"', page.text)
    form = await office.form(form_id)
    data = {**form.answers, "purpose.period": "9", "id": form_id, "stand": str(form.version)}
    await browser.post("/neues-angebot/bedingungen", data=data)
    changed = Reading((await browser.get(path("/neues-angebot/bedingungen", form_id))).text)
    assert "Die neue Fassung erlaubt mehr." in changed.text
    shown = Reading((await browser.get(path("/neues-angebot/freigabe", form_id))).text)
    assert "9 Monate" in shown.text
    await carry_out(office, browser, form_id)
    after = await stored(office)
    assert b"P9M" in after.policy
    assert after.title == before.title


async def test_terms_that_were_not_touched_in_the_form_of_the_template_stay(office: Office) -> None:
    await furnish(office, policy=encode(read_policy({"vorlage": "open-data", "open-data.notice": "Quelle: Amt"})))
    before = await stored(office)
    browser = await office.sign_in(UserRole.PROVIDER)
    form_id = await begin(office, browser)
    await describe(office, browser, form_id, titel="Neu")
    page = Reading((await browser.get(path("/neues-angebot/freigabe", form_id))).text)
    assert "An Verträgen und Lieferungen ändert sich nichts." in page.text
    await carry_out(office, browser, form_id)
    assert (await stored(office)).policy == before.policy


@pytest.mark.parametrize("guarded", [DataClass.CONFIDENTIAL, DataClass.PERSONAL])
async def test_a_class_that_is_lowered_needs_a_second_person_as_before(office: Office, guarded: DataClass) -> None:
    await furnish(office, data_class=guarded)
    browser = await office.sign_in(UserRole.PROVIDER)
    assert (await browser.post("/angebote/zurueckziehen", data={"id": "urn:d:1"})).status_code == 303
    form_id = await begin(office, browser)
    await describe(office, browser, form_id, klasse="internal")
    await carry_out(office, browser, form_id)
    lowered = await stored(office)
    assert (lowered.data_class, lowered.former_classes) == (DataClass.INTERNAL, (guarded,))
    assert lowered.personal is (guarded is DataClass.PERSONAL)
    assert "Deshalb gibt sie auch jetzt eine zweite Person frei" in Reading((await browser.get(OFFER)).text).text
    release = {"id": "urn:d:1", "stand": str(lowered.version), "geprueft": "1"}
    assert (await browser.post("/angebote/veroeffentlichen", data=release)).status_code == 403
    # Who may not agree to what is protected may not do so by another name for it.
    assert (await browser.post("/eingang/zustimmen", data={"id": "urn:n:1", "stand": "1"})).status_code == 403
    # Nor does a second change hide the first one.
    form_id = await begin(office, browser)
    await describe(office, browser, form_id, klasse="open")
    await carry_out(office, browser, form_id)
    release["stand"] = str((await stored(office)).version)
    assert (await browser.post("/angebote/veroeffentlichen", data=release)).status_code == 403
    second = await office.sign_in(UserRole.RELEASE, name="c.demir")
    assert (await second.post("/angebote/veroeffentlichen", data={**release, "geprueft": ""})).status_code == 422
    assert (await stored(office)).status is AssetStatus.WITHDRAWN
    assert (await second.post("/angebote/veroeffentlichen", data=release)).status_code == 303
    assert (await stored(office)).former_classes == ()


async def test_a_change_that_was_carried_out_cannot_be_given_up_with_its_data(office: Office) -> None:
    await furnish(office, status=AssetStatus.DRAFT)
    browser = await office.sign_in(UserRole.PROVIDER)
    form_id = await begin(office, browser)
    files = {"datei": ("neu.csv", b"Ort;pm10\nBahnhof;9,1\n", "text/csv")}
    await browser.post(path("/neues-angebot/hochladen", form_id), files=files)
    fields = {"id": form_id, "stand": str((await office.form(form_id)).version), "fassung": "1"}
    assert (await browser.post("/neues-angebot/freigabe", data=fields)).status_code == 303
    assert (await browser.post("/neues-angebot/verwerfen", data={"id": form_id})).status_code == 404
    assert (office.root / (await stored(office)).source["path"]).read_bytes() == files["datei"][1]
