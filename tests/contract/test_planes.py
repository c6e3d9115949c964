"""What every store does with the planes at the other end of the signaling, and with the flows that they have."""

from msgspec.structs import replace

from connector.ports.changes import DropPlane, PutFlow, PutPlane
from connector.ports.entities import Flow, FlowDirection, Plane
from connector.ports.store import Store
from tests.contract.values import OWNER

PLANE = Plane(owner=OWNER, id="urn:plane:b", endpoint="https://b.example", keys=b'{"keys": []}', labels=("gold",))


async def test_a_plane_is_replaced_listed_by_identifier_and_removed(store: Store) -> None:
    await store.commit(
        [PutPlane(PLANE), PutPlane(replace(PLANE, id="urn:plane:a")), PutPlane(replace(PLANE, owner="x"))]
    )
    await store.commit([PutPlane(replace(PLANE, draining=True))])
    assert [(plane.id, plane.draining) for plane in await store.planes(OWNER)] == [
        ("urn:plane:a", False),
        ("urn:plane:b", True),
    ]
    await store.commit([DropPlane(OWNER, "urn:plane:b"), DropPlane(OWNER, "urn:plane:unknown")])
    assert await store.plane(OWNER, "urn:plane:b") is None
    assert await store.plane("x", "urn:plane:b") == replace(PLANE, owner="x")


async def test_the_flows_of_another_data_plane_are_found_by_their_state(store: Store) -> None:
    flow = Flow(
        owner=OWNER,
        id="urn:f:1",
        direction=FlowDirection.SERVE,
        agreement_id="a",
        dataset="d",
        peer="p",
        state="STARTED",
        plane="urn:plane:b",
        message="urn:uuid:1",
    )
    here = replace(flow, id="urn:f:2", plane="")
    await store.commit([PutFlow(flow), PutFlow(here), PutFlow(replace(flow, id="urn:f:3", state="COMPLETED"))])
    assert await store.flows_of(OWNER, "urn:plane:b", state="STARTED") == [flow]
    assert await store.flows_of(OWNER, "", state="STARTED") == []
    await store.commit([PutFlow(replace(flow, state="TERMINATED"))])
    assert await store.flows_of(OWNER, "urn:plane:b", state="STARTED") == []
