"""A firm makes a product of the city's data and of its own, offers it, and has to stop when the city withdraws."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from connector.client.frame.errors import InvalidRequest, RequestRefused
from connector.controlplane.usecases.products.measurer import MEASURED
from connector.controlplane.usecases.products.runner import SETTLED
from connector.views.assets import AssetOrder, AssetStatus, DataClass
from connector.views.products import ProductState, ProductView
from connector.views.recipes import name_result
from tests.pair.moving import World, moving
from tests.pair.space import Member

COUNTS = "station;rides\nA;5\nA;7\nB;-999\n"
STATIONS = '[{"id": "A", "district": "Mitte"}, {"id": "B", "district": "Nord"}]'
EXPECTED = "district,rides\r\nMitte,12\r\nNord,\r\n"
PRODUCT = "urn:dataset:product"
FUTURE = {
    "leftOperand": "odrl:dateTime",
    "operator": "lt",
    "rightOperand": {"@value": "2099-01-01", "@type": "xsd:date"},
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with moving(tmp_path) as made:
        yield made


def recipe(agreement: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "recipe",
        "inputs": [{"name": "counts", "agreement": agreement}, {"name": "stations", "asset": "urn:dataset:stations"}],
        "steps": [
            {"do": "clean", "empty": ["-999"]},
            {"do": "join", "with": "stations", "on": {"station": "id"}},
            {"do": "group", "by": ["district"], "values": {"rides": {"take": "sum", "of": "rides"}}},
        ],
        **more,
    }


def write(member: Member, name: str, text: str) -> dict[str, Any]:
    (member.connector.parts.settings.data_root or Path()).joinpath(name).write_text(text)
    return {"kind": "file", "path": name}


async def furnish(world: World, constraint: dict[str, Any] | None = FUTURE) -> str:
    """Let the firm have data of the city, and data of its own; return the agreement about the first."""
    write(world.city, "counts.csv", COUNTS)
    _, agreement = await world.agree({"kind": "file", "path": "counts.csv"}, constraint)
    await world.transfer(agreement, push=False)
    stations = write(world.firm, "stations.json", STATIONS)
    await world.firm.api.assets.add(
        AssetOrder(id="urn:dataset:stations", title={"de": "Stationen"}, source=stations, media_type="application/json")
    )
    return agreement


async def offer(world: World, source: dict[str, Any], **more: Any) -> None:
    order = AssetOrder(
        id=PRODUCT, title={"de": "Fahrten"}, source=source, data_class=DataClass.OPEN, licence="cc-by/4.0", **more
    )
    await world.firm.api.assets.add(order)
    await world.firm.api.assets.publish(PRODUCT)


async def until(firm: Member, test: Callable[[ProductView], bool]) -> ProductView:
    async with asyncio.timeout(20):
        with firm.connector.context.watch.follow(SETTLED) as settled:
            while not test(found := await firm.api.assets.lineage(PRODUCT)):
                settled.clear()
                await settled.wait()
    return found


async def test_a_product_says_what_it_was_made_of_and_is_made_again_with_each_delivery(world: World) -> None:
    agreement = await furnish(world)
    source = recipe(agreement)
    await offer(world, source)
    result = world.firm.connector.parts.settings.derived / name_result(source)
    assert result.read_bytes().decode() == EXPECTED
    first = await world.firm.api.assets.lineage(PRODUCT)
    assert [(entry.dataset, entry.agreement) for entry in first.inputs] == [
        ("urn:dataset:1", agreement),
        ("urn:dataset:stations", ""),
    ]
    assert (first.number, first.rows, all(entry.version for entry in first.inputs)) == (1, 2, True)
    (dataset,) = [
        entry for entry in (await world.city.api.catalog.fetch(world.firm.id)).items if entry["@id"] == PRODUCT
    ]
    assert [entry["@id"] for entry in dataset["dct:source"]] == ["urn:dataset:1", "urn:dataset:stations"]
    write(world.city, "counts.csv", COUNTS + "B;4\n")
    await world.transfer(agreement, push=False)
    second = await until(world.firm, lambda found: found.number == 2)
    assert result.read_bytes().decode() == EXPECTED.replace("Nord,", "Nord,4")
    assert second.inputs[0].version != first.inputs[0].version
    (quality, _) = (await world.firm.api.assets.quality(PRODUCT)).versions
    assert (quality.rows, quality.version) == (2, second.sha256)


async def test_what_is_delivered_is_measured_once_for_each_version_and_described(world: World) -> None:
    write(world.city, "counts.csv", COUNTS + "B;-999\n")
    dataset, agreement = await world.agree({"kind": "file", "path": "counts.csv"}, None)
    async with asyncio.timeout(20):
        with world.city.connector.context.watch.follow(MEASURED) as measured:
            for _ in range(2):
                await world.transfer(agreement, push=False)
            await measured.wait()
    found = await world.city.api.assets.quality(dataset)
    (quality,) = found.versions
    assert (quality.rows, quality.repeated, quality.problem) == (4, 1, "")
    described = await world.firm.api.catalog.dataset(world.city.id, dataset)
    assert len(described["http://www.w3.org/ns/dqv#hasQualityMeasurement"]) == 6


async def test_a_withdrawal_of_an_input_stops_the_product_and_its_consumers(world: World) -> None:
    agreement = await furnish(world)
    source = recipe(agreement)
    await offer(world, source)
    begun = await world.city.api.negotiations.start(world.firm.id, PRODUCT)
    final = await world.city.reaches(begun.id, "FINALIZED")
    running = await world.city.api.transfers.start(final.agreement_id or "", keep=True)
    await world.city.api.transfers.wait(running.id, timeout_s=10, states=["STARTED"])
    open_input = await world.firm.api.transfers.start(agreement, keep=True)
    await world.firm.api.transfers.wait(open_input.id, timeout_s=10, states=["STARTED"])
    await world.city.api.agreements.withdraw(agreement, reason="The sensor is faulty.")
    stopped = await until(world.firm, lambda found: found.state is ProductState.STOPPED)
    assert "The sensor is faulty." in stopped.reason["de"]
    assert (await world.firm.api.assets.show(PRODUCT)).status == AssetStatus.WITHDRAWN
    ended = await world.city.api.transfers.wait(running.id, timeout_s=10, states=["TERMINATED"])
    assert ended.ended
    assert "The sensor is faulty." in ended.ended.reason
    assert not (world.firm.connector.parts.settings.derived / name_result(source)).exists()
    with pytest.raises(RequestRefused, match="ended the agreement"):
        await world.firm.api.assets.publish(PRODUCT)


async def test_a_product_is_offered_on_no_wider_terms_than_its_inputs_allow(world: World) -> None:
    agreement = await furnish(world)
    source = recipe(agreement)
    with pytest.raises(InvalidRequest, match="more than the inputs allow"):
        await offer(world, source, policy={"permission": [{"action": "use"}]})
    await offer(world, source, policy={"permission": [{"action": "use", "constraint": [FUTURE]}]})
    shown = await world.firm.api.assets.show(PRODUCT)
    with pytest.raises(RequestRefused, match="more than the inputs allow"):
        await world.firm.api.assets.edit(PRODUCT, {"policy": {"permission": [{"action": "use"}]}})
    assert (await world.firm.api.assets.show(PRODUCT)).policy == shown.policy


async def test_the_end_of_an_agreement_by_its_time_stops_the_product(world: World) -> None:
    soon = {
        "leftOperand": "odrl:elapsedTime",
        "operator": "lteq",
        "rightOperand": {"@value": "P1D", "@type": "xsd:duration"},
    }
    agreement = await furnish(world, soon)
    await offer(world, recipe(agreement))
    world.ahead = 2 * 86_400_000
    world.firm.connector.context.watch.notify("inputs")
    stopped = await until(world.firm, lambda found: found.state is ProductState.STOPPED)
    assert "expired" in stopped.reason["en"]
