"""A clerk makes a product of data that is there: its steps are chosen, seen, offered, made anew, and changed."""

from typing import Any

import httpx
import pytest

from connector.ports.changes import PutProcess
from connector.ports.entities import Asset, AssetStatus, DataClass, UserRole
from connector.protocol.dsp.common import Role
from tests.pages.page import Page
from tests.support.plane import CITY, ME, OWNER
from tests.web.getting import make_delivery
from tests.web.office import OFFER, Office, Reading, encode, path

PATH = "/neues-angebot/rezept"
COUNTS, STATIONS = "asset:urn:d:counts", "asset:urn:d:stations"
STEPS = {
    "quelle.1.von": COUNTS,
    "quelle.2.von": STATIONS,
    "schritt.1.tun": "join",
    "schritt.1.mit": "2",
    "schritt.1.ueber.1.1": "station",
    "schritt.1.ueber.1.2": "id",
    "schritt.2.tun": "group",
    "schritt.2.je": "district",
    "schritt.2.werte.1.1": "rides",
    "schritt.2.werte.1.2": "sum",
    "schritt.2.werte.1.3": "rides",
    "rhythmus": "day",
    "uhrzeit": "04:30",
}
PURPOSE: dict[str, Any] = {"permission": OFFER["permission"]}


async def furnish(office: Office, **more: Any) -> httpx.AsyncClient:
    (office.root / "counts.csv").write_text("station,rides\nA,5\nA,7\nB,2\n", "utf-8")
    (office.root / "stations.csv").write_text("id,district\nA,Mitte\nB,Nord\n", "utf-8")
    for name, title in (("counts", "Zählungen"), ("stations", "Stationen")):
        plain: dict[str, Any] = {
            "title": {"de": title}, "media_type": "text/csv", "source": {"kind": "file", "path": f"{name}.csv"},
            "policy": encode({**PURPOSE, "@type": "Offer", "@id": "urn:x"}),
        }  # fmt: skip
        await office.offer(f"urn:d:{name}", **(plain | more))
    return await office.sign_in(UserRole.PROVIDER)


async def send(browser: httpx.AsyncClient, office: Office, act: str, **fields: str) -> httpx.Response:
    forms = await office.store.offer_forms(OWNER)
    known = {"id": forms[-1].id, "stand": str(forms[-1].version)} if forms else {}
    return await browser.post(PATH, data={**known, **fields, "tun": act})


async def release(browser: httpx.AsyncClient, office: Office) -> Asset:
    """Go on from the recipe to the released offer, as the pages lead."""
    (form,) = await office.store.offer_forms(OWNER)
    said = {"titel": "Fahrten je Bezirk", "klasse": "internal", "sprache": "de", "kontakt_email": "t@stadt.example"}
    await browser.post("/neues-angebot/beschreibung", data={"id": form.id, "stand": str(form.version), **said})
    form = await office.form(form.id)
    check = await browser.get(path("/neues-angebot/pruefen", form.id))
    assert "Alles Nötige ist da." in check.text, Reading(check.text).text
    done = await browser.post("/neues-angebot/freigabe", data={"id": form.id, "stand": str(form.version)})
    assert done.status_code == 303, Reading(done.text).text
    asset = await office.store.asset(OWNER, form.id)
    assert asset
    return asset


async def test_from_two_offers_to_a_product_that_is_offered(office: Office) -> None:
    browser = await furnish(office)
    assert PATH in (await browser.get("/neues-angebot/daten")).text
    first = await send(browser, office, "dazu:quelle", **{"quelle.1.von": COUNTS})
    page = Page((await browser.get(first.headers["location"].partition("#")[0])).text)
    assert page.list_faults() == []
    assert "Spalten: station, rides" in page.text
    assert "Schritt 1: Verbinden" in page.text
    shown = await send(browser, office, "zeigen", **STEPS)
    page = Page((await browser.get(shown.headers["location"].partition("#")[0])).text)
    assert page.list_faults() == []
    assert "Das Rezept passt zu den Daten." in page.text
    assert "district rides Mitte 12 Nord 2" in page.text
    assert "Verkehr und Mobilität verbessern" in page.text
    assert list((office.desk.received / "derived").iterdir()) == []
    went_on = await send(browser, office, "weiter", **STEPS)
    assert "/neues-angebot/beschreibung" in went_on.headers["location"], Reading(went_on.text).text
    asset = await release(browser, office)
    assert (asset.status, asset.source["every"], asset.source["at"]) == (AssetStatus.PUBLISHED, "day", "04:30")
    assert [entry.dataset for entry in asset.lineage] == ["urn:d:counts", "urn:d:stations"]
    assert b"ImproveTransportMobility" in asset.policy
    (result,) = (office.desk.received / "derived").iterdir()
    assert result.read_text("utf-8").split() == ["district,rides", "Mitte,12", "Nord,2"]
    text = Reading((await browser.get(path("/angebote/angebot", asset.id))).text).text
    assert "Verbunden mit Stationen." in text
    assert "Jeden Tag um 04:30 Uhr neu" in text


async def test_a_product_is_made_anew_once_however_often_the_click_is_sent(office: Office) -> None:
    browser = await furnish(office)
    await send(browser, office, "weiter", **STEPS)
    asset = await release(browser, office)
    (office.root / "counts.csv").write_text("station,rides\nA,1\n", "utf-8")
    for _ in range(2):
        done = await browser.post("/angebote/herstellen", data={"id": asset.id, "nummer": "1"})
        assert done.status_code == 303
    product = await office.store.product(OWNER, asset.id)
    assert product is not None
    assert product.number == 2
    assert "auf dem Stand seiner Quellen" in (await browser.get(done.headers["location"])).text
    auditor = await office.sign_in(UserRole.AUDITOR, name="p.ruefer")
    assert (await auditor.post("/angebote/herstellen", data={"id": asset.id, "nummer": "2"})).status_code == 403


async def test_a_recipe_is_changed_in_the_form_in_which_it_was_made(office: Office) -> None:
    browser = await furnish(office)
    await send(browser, office, "weiter", **STEPS)
    asset = await release(browser, office)
    await browser.post("/angebote/aendern", data={"id": asset.id})
    (form,) = await office.store.offer_forms(OWNER)
    sent = next(one for one in Page((await browser.get(path(PATH, form.id))).text).forms() if one.path == PATH)
    assert sent.fields["schritt.2.werte.1.3"] == "rides"
    assert sent.fields["uhrzeit"] == "04:30"
    changed = {**sent.fields, "schritt.2.werte.1.2": "max", "rhythmus": "change"}
    went_on = await send(browser, office, "weiter", **{name: text for name, text in changed.items() if name != "tun"})
    assert went_on.status_code == 303, Reading(went_on.text).text
    form = await office.form(form.id)
    shown = Reading((await browser.get(path("/neues-angebot/freigabe", form.id))).text).text
    assert "Zusammengefasst" in shown
    fields = {"id": form.id, "stand": str(form.version), "fassung": str(asset.version)}
    done = await browser.post("/neues-angebot/freigabe", data=fields)
    assert done.status_code == 303, Reading(done.text).text
    after = await office.store.asset(OWNER, asset.id)
    assert after
    assert (after.source["every"], after.status, after.offer_id) == ("change", AssetStatus.PUBLISHED, asset.offer_id)
    (result,) = (office.desk.received / "derived").iterdir()
    assert "Mitte,7" in result.read_text("utf-8")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"quelle.2.von": ""}, "Wählen Sie die Daten dieser Quelle."),
        ({"schritt.1.ueber.1.1": ""}, "Sagen Sie, welche Spalten gleich sein müssen."),
        ({"schritt.1.ueber.1.1": "stop"}, "Ein Schritt nennt die Spalte 'stop'"),
        ({"schritt.2.werte.1.3": "rides2"}, "Ein Schritt nennt die Spalte 'rides2'"),
        ({"rhythmus": "day", "uhrzeit": ""}, "Geben Sie die Uhrzeit an"),
    ],
)
async def test_what_does_not_fit_is_said_and_what_was_typed_stays(
    office: Office, changed: dict[str, str], said: str
) -> None:
    browser = await furnish(office)
    answer = await send(browser, office, "weiter", **{**STEPS, **changed})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.list_faults() == []
    assert said in page.text
    (form,) = await office.store.offer_forms(OWNER)
    assert form.source is None
    assert "district" in form.answers["rezept"]


async def test_terms_that_exclude_each_other_are_refused_with_the_reason(office: Office) -> None:
    browser = await furnish(office)
    other = {"leftOperand": "purpose", "operator": "isA", "rightOperand": "https://w3id.org/dpv#Marketing"}
    policy = encode({"@type": "Offer", "@id": "urn:x", "permission": [{"action": "use", "constraint": [other]}]})
    await office.offer(
        "urn:d:ads", title={"de": "Werbung"}, media_type="text/csv", source={"kind": "file", "path": "stations.csv"},
        policy=policy,
    )  # fmt: skip
    answer = await send(browser, office, "weiter", **{**STEPS, "quelle.2.von": "asset:urn:d:ads"})
    assert answer.status_code == 422
    assert "schließen einander aus" in answer.text


async def test_wider_terms_than_the_inputs_allow_are_found_by_the_check(office: Office) -> None:
    browser = await furnish(office)
    await send(browser, office, "weiter", **STEPS)
    (form,) = await office.store.offer_forms(OWNER)
    weg = {"id": form.id, "stand": str(form.version), "tun": "weg:permission.0.constraint.0"}
    await browser.post("/neues-angebot/saetze", data=weg)
    text = Reading((await browser.get(path("/neues-angebot/pruefen", form.id))).text).text
    assert "mehr an, als die Eingaben erlauben" in text
    form = await office.form(form.id)
    done = await browser.post("/neues-angebot/freigabe", data={"id": form.id, "stand": str(form.version)})
    assert "/pruefen" in done.headers["location"]
    assert await office.store.asset(OWNER, form.id) is None


async def test_rows_about_persons_are_not_shown_and_the_product_is_about_persons(office: Office) -> None:
    browser = await furnish(office, data_class=DataClass.PERSONAL)
    shown = await send(browser, office, "zeigen", **STEPS)
    text = Reading((await browser.get(shown.headers["location"].partition("#")[0])).text).text
    assert "Die Zeilen sehen Sie hier nicht" in text
    assert "Mitte 12" not in text
    await send(browser, office, "weiter", **STEPS)
    (form,) = await office.store.offer_forms(OWNER)
    assert form.answers["klasse"] == "personal"


async def test_data_of_others_is_shown_to_who_may_open_deliveries(office: Office) -> None:
    browser = await furnish(office)
    document = encode({"@type": "Agreement", "@id": "urn:a:held", "timestamp": "2025-11-20T10:00:00Z",
                       "permission": [{"action": "use"}]}, target="urn:d:far", assigner=CITY, assignee=ME)  # fmt: skip
    await office.agree("urn:a:held", dataset="urn:d:far", role=Role.CONSUMER, title={"de": "Fern"}, document=document)
    agreement = (await office.store.agreements_named(OWNER, "urn:a:held"))[0]
    answer = await send(browser, office, "weiter", **{"quelle.1.von": "agreement:urn:a:held"})
    assert "ist noch nichts angekommen" in answer.text
    folder = office.desk.received / "in"
    folder.mkdir()
    (folder / "far.csv").write_text("a,b\n1,geheim\n", "utf-8")
    delivery = make_delivery(
        "urn:t:far", dataset="urn:d:far", agreement_id="urn:a:held", peer=agreement.counterparty,
        sink=b'{"kind": "file", "path": "in/far.csv"}', progress=b'{"media_type": "text/csv"}',
    )  # fmt: skip
    await office.store.commit([PutProcess(delivery, None)])
    shown = await send(browser, office, "zeigen", **{"quelle.1.von": "agreement:urn:a:held"})
    place = shown.headers["location"].partition("#")[0]
    assert "geheim" not in (await browser.get(place)).text
    both = await office.sign_in(UserRole.PROVIDER, UserRole.CONSUMER, name="b.eide")
    assert "geheim" in (await both.get(place)).text


async def test_a_second_window_loses_nothing_of_a_recipe(office: Office) -> None:
    browser = await furnish(office)
    await send(browser, office, "dazu:clean", **{"quelle.1.von": COUNTS})
    (form,) = await office.store.offer_forms(OWNER)
    late = {"id": form.id, "stand": str(form.version), "quelle.1.von": STATIONS, "tun": "zeigen"}
    await send(
        browser, office, "zeigen", **{"quelle.1.von": COUNTS, "schritt.1.tun": "clean", "schritt.1.leer": "-999"}
    )
    answer = await browser.post(PATH, data=late)
    assert answer.status_code == 409
    assert "In einem anderen Fenster" in answer.text
    assert "-999" in (await office.form(form.id)).answers["rezept"]


async def test_too_many_steps_are_refused_and_what_was_typed_is_there(office: Office) -> None:
    browser = await furnish(office)
    steps = {f"schritt.{number}.tun": "clean" for number in range(1, 13)} | {"schritt.12.leer": "getippt"}
    answer = await send(browser, office, "dazu:clean", **{"quelle.1.von": COUNTS}, **steps)
    assert answer.status_code == 422
    assert "Machen Sie daraus zwei Produkte" in answer.text
    assert "getippt" in answer.text
