"""What is stored of a flow elsewhere is enough to ask another plane for the same."""

from connector.binding.dps.stored import draft_flow, name_message, remember, to_lease_message, to_request
from connector.ports.dataplane import FlowRequest
from connector.ports.entities import FlowDirection, Lease

REQUEST = FlowRequest(
    owner="o",
    flow_id="urn:flow:1",
    direction=FlowDirection.PUSH,
    agreement_id="a",
    dataset="d",
    peer="p",
    live=True,
    source={"kind": "plane", "labels": ["x"]},
    endpoint=b"{}",
    message="urn:m",
)


def test_a_stored_flow_gives_its_request_again() -> None:
    flow = draft_flow(REQUEST, "urn:plane:a", "urn:m", owed=True)
    assert to_request(flow) == REQUEST
    assert (flow.plane, flow.owed, remember(flow).state) == ("urn:plane:a", True, "NONE")


def test_the_message_of_a_flow_has_the_same_name_at_each_plane_and_another_one_for_each_direction() -> None:
    other = FlowRequest(**{name: getattr(REQUEST, name) for name in REQUEST.__struct_fields__} | {"direction": "serve"})
    assert name_message(REQUEST) == name_message(to_request(draft_flow(REQUEST, "b", "", owed=False)))
    assert name_message(REQUEST) != name_message(other)


def test_a_lease_is_sent_as_the_time_that_is_left() -> None:
    lease = Lease(owner="o", flow_id="f", agreement_id="a", epoch=3, valid_until=5_000)
    assert [to_lease_message(lease, 7, "m", now).valid_for for now in (1_000, 9_000)] == [4_000, 0]
