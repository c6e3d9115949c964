"""The Dataset of an asset: texts by language, publisher, offer and formats, and no member for what is not stated."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.datasets import add_facts, render_dataset
from connector.ports.entities import AssetStatement, DataClass
from connector.ports.entities.assets import DataFacts
from connector.protocol import dcat
from connector.protocol.dcat import AGENT, AGENT_NAME, LABEL, make_theme
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH
from connector.views.assets import AssetOrder
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime, Organisation
from tests.controlplane.usecases.offering.drafts import SOURCE
from tests.support.plane import ME, Desk


async def rendered(desk: Desk, **more: Any) -> dict[str, Any]:
    draft = AssetOrder(id="urn:air", title={"en": "Air", "de": "Luft"}, source=SOURCE, **more)
    asset = await assets.add(desk.rooms.publisher, draft, offer_id="urn:offer")
    document: dict[str, Any] = msgspec.json.decode(render_dataset(desk.rooms.publisher, asset))
    return document


async def test_a_dataset_has_titles_publisher_and_offer(desk: Desk) -> None:
    dataset = await rendered(desk)
    assert dataset["@id"] == "urn:air"
    assert dataset["dct:title"] == [{"@language": "de", "@value": "Luft"}, {"@language": "en", "@value": "Air"}]
    assert dataset["dct:publisher"] == {"@id": ME, "@type": AGENT, AGENT_NAME: "Me"}
    assert dataset["dct:description"] == dataset["dct:title"]
    (offer,) = dataset["hasPolicy"]
    assert (offer["@id"], "target" in offer) == ("urn:offer", False)
    absent = {
        "dcat:keyword",
        "dcat:theme",
        "dct:license",
        "dct:accrualPeriodicity",
        "dct:provenance",
    }
    assert not absent & set(dataset)


@pytest.mark.parametrize(("live", "formats"), [(False, [PULL, PUSH]), (True, [PULL])])
async def test_live_data_can_only_be_pulled(desk: Desk, live: bool, formats: list[str]) -> None:
    dataset = await rendered(desk, live=live)
    assert [entry["format"] for entry in dataset["distribution"]] == formats
    assert ("dct:accrualPeriodicity" in dataset) is live


async def test_stated_members_are_in_the_dataset_and_the_source_is_not(desk: Desk) -> None:
    dataset = await rendered(
        desk, description={"en": "Fine dust"}, keywords=("air",), themes=("urn:t",), licence="urn:cc", synthetic=True
    )
    assert dataset["dct:description"] == [{"@language": "en", "@value": "Fine dust"}]
    assert (dataset["dcat:keyword"], dataset["dcat:theme"]) == (["air"], [make_theme("urn:t")])
    assert dataset["dct:license"] == dataset["distribution"][0]["dct:license"] == dcat.make_licence("urn:cc")
    assert dataset["dct:provenance"] == {"@type": "dct:ProvenanceStatement", LABEL: "synthetic"}
    assert "air.csv" not in str(dataset)


@pytest.mark.parametrize(("changed_at", "stated"), [(0, True), (253_402_351_199_000, False), (-(2**63), False)])
async def test_a_date_beyond_the_calendar_is_not_stated(desk: Desk, changed_at: int, stated: bool) -> None:
    draft = AssetOrder(id="urn:air", title={"en": "Air"}, source=SOURCE)
    asset = await assets.add(desk.rooms.publisher, draft, offer_id="urn:offer")
    dataset = msgspec.json.decode(add_facts(asset, DataFacts(changed_at=changed_at), whole=True))
    assert all(("dct:modified" in entry) is stated for entry in dataset["distribution"])


@pytest.mark.parametrize(
    ("data_class", "rights", "licence"),
    [
        (DataClass.OPEN, "PUBLIC", None),
        (DataClass.INTERNAL, "RESTRICTED", "other-closed"),
        (DataClass.CONFIDENTIAL, "NON_PUBLIC", "other-closed"),
    ],
)
async def test_the_data_class_says_who_may_use_data_and_that_the_terms_are_those_of_the_offer(
    desk: Desk, data_class: DataClass, rights: str, licence: str | None
) -> None:
    dataset = await rendered(desk, data_class=data_class)
    assert dataset["dct:accessRights"]["@id"].rpartition("/")[2] == rights
    stated = dataset["distribution"][0].get("dct:license")
    assert stated == (dcat.make_licence(f"http://dcat-ap.de/def/licenses/{licence}") if licence else None)


async def test_the_parts_of_a_description_are_written_as_dcat_ap_names_them(desk: Desk) -> None:
    dataset = await rendered(
        desk,
        publisher=Organisation(name="Umweltamt"),
        contact=Contact(name="Amt", email="amt@stadt.example"),
        place=CoveredPlace(name="Karlsruhe", key="08212000", box=(8.28, 48.94, 8.54, 49.09)),
        period=CoveredTime(start="2025", end="2026-05-01"),
        frequency="DAILY",
        media_type="text/csv; charset=utf-8",
        stated=AssetStatement(languages=("de", "de-AT")),
    )
    assert dataset["dct:publisher"] == {"@type": AGENT, AGENT_NAME: "Umweltamt"}
    assert dataset["dcat:contactPoint"] == dcat.make_contact(
        name="Amt", email="amt@stadt.example", url="", telephone=""
    )
    assert dataset["dct:spatial"] == dcat.make_place(id="", name="Karlsruhe", box=(8.28, 48.94, 8.54, 49.09))
    assert dataset[dcat.GEOCODING]["@id"].endswith("/municipalityKey/08212000")
    assert dataset["dct:temporal"]["dcat:endDate"]["@value"] == "2026-05-01"
    assert dataset["dct:accrualPeriodicity"]["@id"].endswith("/frequency/DAILY")
    assert [entry["@id"].rpartition("/")[2] for entry in dataset["dct:language"]] == ["DEU"]
    for entry in dataset["distribution"]:
        assert entry[dcat.FILE_TYPE]["@id"].endswith("/file-type/CSV")
        assert entry["dcat:mediaType"]["@id"].endswith("/media-types/text/csv")
        service = entry["accessService"]
        assert (service["dcat:servesDataset"], service["dct:publisher"][AGENT_NAME]) == ({"@id": "urn:air"}, "Me")
        assert service["dcat:endpointDescription"]["@id"].endswith("/.well-known/dspace-version")


async def test_the_contact_of_the_settings_stands_in_for_one_that_is_not_stated(desk: Desk) -> None:
    publisher = replace(desk.rooms.publisher, contact=Contact(email="stadt@stadt.example"))
    draft = AssetOrder(title={"en": "Air"}, source=SOURCE)
    own = AssetOrder(title={"en": "Air"}, source=SOURCE, contact=Contact(email="amt@stadt.example"))
    for order, address in ((draft, "mailto:stadt@stadt.example"), (own, "mailto:amt@stadt.example")):
        asset = await assets.add(publisher, order)
        assert address in render_dataset(publisher, asset).decode()


async def test_a_high_value_dataset_names_its_regulation_and_its_category(desk: Desk) -> None:
    dataset = await rendered(desk, hvd=("mobility",), legislation=(dcat.HVD_REGULATION, "urn:act"))
    assert [act["@id"] for act in dataset[dcat.LEGISLATION]] == [dcat.HVD_REGULATION, "urn:act"]
    (category,) = dataset[dcat.HVD_CATEGORY]
    assert category[dcat.PREF_LABEL][0] == {"@language": "de", "@value": "Mobilität"}
    for entry in dataset["distribution"]:
        assert entry[dcat.LEGISLATION] == entry["accessService"][dcat.LEGISLATION] == dataset[dcat.LEGISLATION]


async def test_a_dataset_is_issued_when_it_is_first_published_here_unless_a_date_is_stated(desk: Desk) -> None:
    publisher = desk.rooms.publisher
    for stated, kind in ((None, "dateTime"), ("2024-05", "gYearMonth")):
        asset = await assets.add(publisher, AssetOrder(title={"en": "Air"}, source=SOURCE, issued=stated))
        assert "dct:issued" not in msgspec.json.decode(render_dataset(publisher, asset)) or stated
        first = await assets.publish(publisher, asset.id)
        await assets.withdraw(publisher, asset.id)
        again = await assets.publish(publisher, asset.id)
        issued = msgspec.json.decode(again.document)["dct:issued"]
        assert issued == msgspec.json.decode(first.document)["dct:issued"]
        assert issued["@type"].endswith(kind)


async def test_each_form_is_a_distribution_with_its_own_media_type(desk: Desk) -> None:
    dataset = await rendered(desk, media_type="text/csv", forms=("geojson", "features"), unchecked=True)
    forms = {entry[dcat.FORM]: entry for entry in dataset["distribution"] if dcat.FORM in entry}
    assert list(forms) == ["geojson", "features"]
    assert {entry["format"] for entry in forms.values()} == {PULL}
    assert forms["geojson"]["dcat:mediaType"] == dcat.make_media_type("application/geo+json")
    assert forms["features"]["dct:conformsTo"][0]["@id"] == dcat.FEATURES
