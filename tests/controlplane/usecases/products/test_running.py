"""A look makes a product again if an input has changed, keeps it if that fails, and stops it if an input has ended."""

import msgspec
import pytest

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.core.rhythm import LOOK_MS
from connector.controlplane.usecases.offering import asset_changes, assets
from connector.controlplane.usecases.products import running
from connector.ports.entities import AssetStatus, Product
from connector.views.products import ProductState
from tests.controlplane.agreements import within
from tests.controlplane.usecases.products.workshop import AGREEMENT, OWN, PRODUCT, USE, Workshop

OWNED, AGREED = {"asset": OWN}, {"agreement": AGREEMENT}
DAY = 86_400_000


async def look(workshop: Workshop, *, woken: bool = False) -> Product:
    found = await running.look(workshop.publisher, await running.find(workshop.publisher, PRODUCT), woken=woken)
    assert found is not None
    return found


async def test_it_is_made_again_only_if_it_is_due_and_an_input_has_changed(workshop: Workshop) -> None:
    await workshop.own()
    await workshop.offer(OWNED)
    assert (await look(workshop, woken=True)).number == 1
    workshop.change("b")
    assert (await look(workshop)).number == 1, "not due"
    made = await look(workshop, woken=True)
    assert (made.number, made.inputs[0].version) == (2, "b" * 64)
    workshop.change("c")
    workshop.clock.ms += LOOK_MS
    assert (await look(workshop)).number == 3
    shown = await assets.publish(workshop.publisher, PRODUCT)
    document = msgspec.json.decode(shown.document)
    assert document["dct:source"] == [{"@id": OWN}]
    assert "c" * 64 in str(document)


async def test_a_failure_keeps_the_last_result_and_is_tried_again(workshop: Workshop) -> None:
    await workshop.own()
    await workshop.offer(OWNED)
    workshop.change("b")
    workshop.deriver.fault = "The column 'x' is gone."
    failed = await look(workshop, woken=True)
    assert (failed.number, failed.failures, failed.state) == (1, 1, ProductState.ACTIVE)
    assert "gone" in failed.reason["en"]
    assert failed.due_at is not None
    workshop.deriver.fault = ""
    workshop.clock.ms = failed.due_at
    made = await look(workshop)
    assert (made.number, made.failures, made.reason) == (2, 0, {})


async def test_the_end_of_an_own_input_stops_it_and_it_can_come_back(workshop: Workshop) -> None:
    await workshop.own()
    await workshop.offer(OWNED)
    await assets.withdraw(workshop.publisher, OWN)
    stopped = await look(workshop, woken=True)
    assert (stopped.state, stopped.due_at, workshop.deriver.results) == (ProductState.STOPPED, None, {})
    assert "Eigenes" in stopped.reason["de"]
    shown = await workshop.desk.store.asset("default", PRODUCT)
    assert shown is not None
    assert shown.status is AssetStatus.WITHDRAWN
    with pytest.raises(NotAllowed, match="withdrawn"):
        await assets.publish(workshop.publisher, PRODUCT)
    with pytest.raises(NotAllowed, match="withdrawn"):
        await running.request(workshop.publisher, PRODUCT)
    own = await asset_changes.edit(workshop.publisher, OWN, {"licence": "cc-by/4.0", "data_class": "open"})
    await assets.publish(workshop.publisher, own.id)
    assert (await running.request(workshop.publisher, PRODUCT)).state is ProductState.ACTIVE
    assert (await assets.publish(workshop.publisher, PRODUCT)).status is AssetStatus.PUBLISHED


async def test_the_end_of_an_agreement_is_a_time_at_which_it_is_looked_at(workshop: Workshop) -> None:
    await workshop.own()
    await workshop.agree({"permission": [{"action": "use", "constraint": [within(1)]}]})
    await workshop.offer(AGREED, OWNED, every="week")
    found = await running.find(workshop.publisher, PRODUCT)
    assert found.due_at is not None
    assert found.due_at <= workshop.clock() + DAY + 1
    workshop.clock.ms = found.due_at
    stopped = await look(workshop)
    assert (stopped.state, "expired" in stopped.reason["en"]) == (ProductState.STOPPED, True)


async def test_a_new_delivery_is_another_version(workshop: Workshop) -> None:
    await workshop.agree(USE)
    await workshop.offer(AGREED)
    await workshop.deliver("e")
    made = await look(workshop, woken=True)
    assert (made.number, made.inputs[0].version, made.inputs[0].agreement) == (2, "e" * 64, AGREEMENT)
    assert workshop.deriver.inputs[0].address == {"kind": "file", "path": "in/e.csv"}


async def test_a_product_whose_asset_was_removed_is_forgotten(workshop: Workshop) -> None:
    await workshop.own()
    await workshop.add(OWNED)
    found = await running.find(workshop.publisher, PRODUCT)
    await asset_changes.remove(workshop.publisher, PRODUCT)
    assert workshop.deriver.results == {}
    assert await running.look(workshop.publisher, found) is None
    with pytest.raises(NoSuchEntity):
        await running.find(workshop.publisher, OWN)
