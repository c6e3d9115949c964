"""The offers: found, read, published and withdrawn, by whom and with which consequences."""

import msgspec
import pytest

from connector.ports.changes import PutAsset
from connector.ports.entities import (
    AssetStatement,
    AssetStatus,
    DataClass,
    Marking,
    MeasuredQuality,
    PageBounds,
    Product,
    UserRole,
)
from connector.ports.product_store import PutProduct, PutQuality
from connector.views.data_quality import DataQuality
from connector.views.descriptions import CoveredPlace
from connector.views.products import InputLineage
from connector.views.sightings import DataFinding
from tests.support.plane import OWNER
from tests.web.office import Office, Reading, path

OFFER = path("/angebote/angebot", "urn:d:2")


async def _status(office: Office, id: str) -> AssetStatus:
    asset = await office.store.asset(OWNER, id)
    assert asset
    return asset.status


async def test_the_list_has_a_filter_and_pages(office: Office) -> None:
    for number in range(27):
        await office.offer(f"urn:d:{number}", status=AssetStatus.DRAFT)
    await office.offer("urn:d:out")
    browser = await office.sign_in(UserRole.AUDITOR)
    drafts = await browser.get("/angebote?stand=draft")
    assert drafts.text.count("/angebote/angebot?id=") == 25
    (following,) = [link for link in Reading(drafts.text).links() if "nach=" in link and link.startswith("/angebote")]
    assert "stand=draft" in following
    assert (await browser.get(following)).text.count("/angebote/angebot?id=") == 2
    assert (await browser.get("/angebote?stand=published")).text.count("/angebote/angebot?id=") == 1
    assert (await browser.get("/angebote?stand=nonsense")).status_code == 200
    assert "Hier ist noch kein Angebot." in (await browser.get("/angebote?stand=withdrawn")).text


async def test_an_offer_is_read_in_words(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    text = Reading((await browser.get(path("/angebote/angebot", "urn:d:1"))).text).text
    assert "Wofür Sie dürfen die Daten nutzen. Zweck: Verkehr und Mobilität verbessern." in text
    assert "1 laufender Vertrag 1 laufende Lieferung 1 Anfrage wartet" in text
    assert "Alle Teilnehmer des Datenraums." in text
    english = await office.sign_in(UserRole.PROVIDER, language="en")
    assert "Purpose: " in Reading((await english.get(path("/angebote/angebot", "urn:d:1"))).text).text


@pytest.mark.parametrize(
    ("role", "data_class", "may"),
    [
        (UserRole.PROVIDER, DataClass.OPEN, True),
        (UserRole.PROVIDER, DataClass.CONFIDENTIAL, False),
        (UserRole.RELEASE, DataClass.CONFIDENTIAL, True),
        (UserRole.PRIVACY, DataClass.OPEN, False),
        (UserRole.AUDITOR, DataClass.OPEN, False),
    ],
)
async def test_a_draft_is_published_by_who_may(
    office: Office, role: UserRole, data_class: DataClass, may: bool
) -> None:
    await office.offer("urn:d:2", status=AssetStatus.DRAFT, data_class=data_class, licence="cc-by/4.0")
    browser = await office.sign_in(role)
    page = await browser.get(OFFER)
    assert ("/angebote/veroeffentlichen" in page.text) is may
    answer = await browser.post("/angebote/veroeffentlichen", data={"id": "urn:d:2", "stand": "1", "geprueft": "1"})
    assert answer.status_code == (303 if may else 403)
    assert await _status(office, "urn:d:2") is (AssetStatus.PUBLISHED if may else AssetStatus.DRAFT)


async def test_protected_data_is_published_only_with_the_word_that_it_was_checked(office: Office) -> None:
    await office.offer("urn:d:2", status=AssetStatus.DRAFT, data_class=DataClass.CONFIDENTIAL)
    browser = await office.sign_in(UserRole.RELEASE)
    form = {"id": "urn:d:2", "stand": "1"}
    assert (await browser.post("/angebote/veroeffentlichen", data=form)).status_code == 422
    assert await _status(office, "urn:d:2") is AssetStatus.DRAFT
    done = await browser.post("/angebote/veroeffentlichen", data={**form, "geprueft": "1"})
    assert "Das Angebot ist veröffentlicht." in (await browser.get(done.headers["location"])).text
    leaves, _ = await office.store.leaves(OWNER, PageBounds(), process_id="urn:d:2")
    assert msgspec.json.decode(leaves[-1].body)["fields"]["by"] == "a.kaya"


async def test_what_changed_since_it_was_read_is_not_published(office: Office) -> None:
    await office.offer("urn:d:2", status=AssetStatus.DRAFT)
    browser = await office.sign_in(UserRole.PROVIDER)
    asset = await office.store.asset(OWNER, "urn:d:2")
    assert asset
    await office.store.commit([PutAsset(msgspec.structs.replace(asset, title={"de": "Anders"}, version=2), 1)])
    answer = await browser.post("/angebote/veroeffentlichen", data={"id": "urn:d:2", "stand": "1"})
    assert answer.status_code == 409
    assert "Bitte laden Sie die Seite neu" in answer.text
    assert await _status(office, "urn:d:2") is AssetStatus.DRAFT


async def test_who_releases_reads_what_is_stated_and_what_the_data_shows(office: Office) -> None:
    (office.root / "umfrage.csv").write_text("Name,Antwort\nA,ja\n", "utf-8")
    stated = AssetStatement(marking=Marking.PERSONAL, legal_basis=("https://w3id.org/dpv/legal/eu/gdpr#A6-1-a",))
    await office.offer(
        "urn:d:2", status=AssetStatus.DRAFT, data_class=DataClass.PERSONAL, stated=stated, keywords=("Bus",),
        source={"kind": "file", "path": "umfrage.csv"}, media_type="text/csv", place=CoveredPlace(name="Karlsruhe"),
    )  # fmt: skip
    text = Reading((await (await office.sign_in(UserRole.RELEASE)).get(OFFER)).text).text
    for told in ("umfrage.csv", "Name", "Antwort", "Rechtsgrundlage der Weitergabe Einwilligung", "Bus", "Karlsruhe"):
        assert told in text
    (office.root / "umfrage.csv").unlink()
    answer = await (await office.sign_in(UserRole.PRIVACY)).get(OFFER)
    assert (answer.status_code, "fehlt" in answer.text) == (200, True)


async def test_who_began_a_form_is_told_by_name_if_the_account_is_there(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    (user,) = await office.store.users(OWNER)
    await office.fill_in("urn:f:1", editors=(user.name,))
    await office.fill_in("urn:f:2", editors=("gone",))
    text = Reading((await browser.get("/angebote")).text).text
    assert f"zuletzt {user.person}, " in text
    assert "zuletzt gone, " in text


async def test_a_withdrawal_says_what_goes_on_and_asks_first(office: Office) -> None:
    await office.furnish()
    browser = await office.sign_in(UserRole.PROVIDER)
    text = Reading((await browser.get(path("/angebote/zurueckziehen", "urn:d:1"))).text).text
    assert "1 Vertrag gilt weiter. 1 Lieferung läuft weiter. 1 Anfrage kann nicht mehr angenommen werden." in text
    assert await _status(office, "urn:d:1") is AssetStatus.PUBLISHED
    assert (await browser.post("/angebote/zurueckziehen", data={"id": "urn:d:1"})).status_code == 303
    assert await _status(office, "urn:d:1") is AssetStatus.WITHDRAWN
    agreed = (await office.store.agreements_named(OWNER, "urn:a:1"))[0]
    assert agreed.withdrawn_at is None


async def test_who_coordinates_can_end_the_agreements_too_with_a_reason(office: Office) -> None:
    await office.furnish()
    department = await office.sign_in(UserRole.PROVIDER, name="b.adler")
    form = {"id": "urn:d:1", "vertraege": "1", "begruendung": "Datenfehler."}
    assert (await department.post("/angebote/zurueckziehen", data=form)).status_code == 403
    browser = await office.sign_in(UserRole.RELEASE)
    assert (await browser.post("/angebote/zurueckziehen", data={**form, "begruendung": ""})).status_code == 422
    assert await _status(office, "urn:d:1") is AssetStatus.PUBLISHED
    assert (await browser.post("/angebote/zurueckziehen", data=form)).status_code == 303
    agreed = (await office.store.agreements_named(OWNER, "urn:a:1"))[0]
    assert agreed.withdrawn_because == "Datenfehler."


async def test_an_unknown_offer_is_a_page_that_says_so(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    for opened in (path("/angebote/angebot", "urn:none"), path("/angebote/angebot", "../../etc"), "/angebote/angebot"):
        answer = await browser.get(opened)
        assert answer.status_code == 404
        assert "Das gibt es hier nicht" in answer.text


async def test_an_offer_says_what_it_was_made_of_and_what_was_measured(office: Office) -> None:
    await office.offer("urn:d:2")
    asset = await office.store.asset(OWNER, "urn:d:2")
    assert asset
    made_of = (InputLineage(name="a", dataset="urn:d:0", title={"de": "Zählung"}, provider="urn:unknown"),)
    told = {"de": "Der letzte Lauf ist gescheitert.", "en": "The last run failed."}
    finding = DataFinding(code="epoch", level="fault", texts={"de": "Eine Zeit von 1970.", "en": "A time of 1970."})
    measured = DataQuality(version="v", rows=7, missing=2, repeated=1, findings=(finding,))
    product = Product(owner=OWNER, asset=asset.id, version=1, number=3, made_at=1, reason=told)
    changed = msgspec.structs.replace(asset, lineage=made_of, version=asset.version + 1)
    await office.store.commit(
        [
            PutAsset(changed, asset.version),
            PutProduct(product, None),
            PutQuality(MeasuredQuality(owner=OWNER, asset=asset.id, versions=(measured,))),
        ]
    )
    browser = await office.sign_in(UserRole.PROVIDER)
    text = Reading((await browser.get(OFFER)).text).text
    for said in ("Hergestellt aus Zählung von urn:unknown", "Fassung 3", told["de"], "Eine Zeit von 1970."):
        assert said in text
    assert "7 Zeilen, 2 Zellen ohne Wert, 1 Zeilen doppelt." in text
