"""The Dataset of an asset: texts by language, publisher, offer and formats, and no member for what is not stated."""

from typing import Any

import msgspec
import pytest

from connector.controlplane.usecases.offering import assets
from connector.controlplane.usecases.offering.datasets import add_facts, render_dataset
from connector.ports.entities.assets import DataFacts
from connector.protocol.dcat import AGENT, AGENT_NAME, LABEL, make_theme
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH
from connector.views.assets import AssetOrder
from tests.controlplane.usecases.offering.drafts import SOURCE
from tests.support.plane import ME, Desk


async def rendered(desk: Desk, **more: Any) -> dict[str, Any]:
    draft = AssetOrder(id="urn:air", title={"en": "Air", "de": "Luft"}, source=SOURCE, **more)
    asset = await assets.add(desk.rooms.publisher, draft, offer_id="urn:offer")
    document: dict[str, Any] = msgspec.json.decode(render_dataset(desk.rooms.evaluator, asset))
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
    assert dataset["dct:license"] == {"@id": "urn:cc"}
    assert dataset["dct:provenance"] == {"@type": "dct:ProvenanceStatement", LABEL: "synthetic"}
    assert "air.csv" not in str(dataset)


@pytest.mark.parametrize(("changed_at", "stated"), [(0, True), (253_402_351_199_000, False), (-(2**63), False)])
async def test_a_date_beyond_the_calendar_is_not_stated(desk: Desk, changed_at: int, stated: bool) -> None:
    draft = AssetOrder(id="urn:air", title={"en": "Air"}, source=SOURCE)
    asset = await assets.add(desk.rooms.publisher, draft, offer_id="urn:offer")
    dataset = msgspec.json.decode(add_facts(asset, DataFacts(changed_at=changed_at), whole=True))
    assert all(("dct:modified" in entry) is stated for entry in dataset["distribution"])
