"""Each version that is delivered is measured once, and no value of it is kept."""

from typing import Any

import msgspec

from connector.controlplane.usecases.products.measurer import DeliveryMeasurer
from connector.ports.changes import PutProcess
from connector.ports.entities import DataFacts
from connector.protocol.dsp.common import Role
from tests.contract.values import transfer
from tests.controlplane.usecases.products.workshop import OWN, Workshop


async def deliver(workshop: Workshop, id: str, **more: Any) -> None:
    process = transfer(id, owner="default", role=Role.PROVIDER, dataset=OWN, peer_pid=id, **more)
    await workshop.desk.store.commit([PutProcess(msgspec.structs.replace(process, version=1), None)])


async def test_a_version_is_measured_once(workshop: Workshop) -> None:
    await workshop.own()
    measurer = DeliveryMeasurer(workshop.publisher)
    await measurer.measure(await measurer.find_newest())
    assert workshop.deriver.measured == 0, "nothing is delivered"
    await deliver(workshop, "urn:t:1")
    for _ in range(2):
        await measurer.measure(await measurer.find_newest())
    assert workshop.deriver.measured == 1
    workshop.change("b")
    await measurer.measure(frozenset({OWN}))
    kept = await workshop.desk.store.quality("default", OWN)
    assert [entry.version[0] for entry in kept.versions] == ["b", "a"]


async def test_data_whose_version_nobody_knows_is_not_measured(workshop: Workshop) -> None:
    await workshop.own()
    await deliver(workshop, "urn:t:1")
    workshop.facts = DataFacts()
    await DeliveryMeasurer(workshop.publisher).measure(frozenset({OWN}))
    assert workshop.deriver.measured == 0
