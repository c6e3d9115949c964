"""Which data plane a flow goes to: by labels, profile, leases and drain, the flows of an agreement to one."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.binding.dps.placing import Placed, choose_plane, read_placed
from connector.ports.dataplane import FlowRequest
from connector.ports.entities import FlowDirection, Plane
from connector.protocol.dps.profiles import HTTP_PULL, HTTP_PUSH
from connector.protocol.dsp.machines.transfer_machine import PULL


def plane(name: str, **more: Any) -> Plane:
    given = {"owner": "o", "id": name, "endpoint": "https://x.example", "keys": b"", "profiles": (HTTP_PULL,)}
    return Plane(**{**given, "leased": True, **more})


def request(direction: FlowDirection = FlowDirection.SERVE, agreement: str = "a") -> FlowRequest:
    return FlowRequest(owner="o", flow_id="f", direction=direction, agreement_id=agreement, dataset="d", peer="p")


PLANES = [
    plane("gold", labels=("gold", "blue")),
    plane("drained", labels=("gold",), draining=True),
    plane("foreign", labels=("gold",), leased=False),
    plane("pushing", profiles=(HTTP_PUSH,)),
    plane("deployed", profiles=(PULL,), labels=("old",)),
]


@pytest.mark.parametrize(
    ("placed", "direction", "chosen"),
    [
        (Placed(labels=("gold",)), FlowDirection.SERVE, {"gold"}),
        (Placed(labels=("gold", "red")), FlowDirection.SERVE, set()),
        (Placed(labels=("gold",), leases=False), FlowDirection.SERVE, {"gold", "foreign"}),
        (Placed(), FlowDirection.PUSH, {"pushing"}),
        (Placed(), FlowDirection.RECEIVE, {"pushing"}),
        (Placed(labels=("old",)), FlowDirection.FETCH, {"deployed"}),
    ],
)
def test_a_plane_has_the_labels_the_profile_and_what_is_asked_of_it(
    placed: Placed, direction: FlowDirection, chosen: set[str]
) -> None:
    found = {choose_plane(PLANES, placed, request(direction, f"a{at}")) for at in range(30)}
    assert {one.id for one in found if one} == chosen
    assert all(one is None for one in found) is not bool(chosen)


@given(st.lists(st.sampled_from([f"plane-{at}" for at in range(8)]), unique=True, min_size=1), st.text(max_size=20))
def test_another_plane_moves_no_agreement_between_the_others(names: list[str], agreement: str) -> None:
    before = choose_plane([plane(name) for name in names], Placed(), request(agreement=agreement))
    after = choose_plane([plane(name) for name in [*names, "new"]], Placed(), request(agreement=agreement))
    assert before
    assert after
    assert after.id in {before.id, "new"}


@given(
    st.dictionaries(
        st.sampled_from(["kind", "labels", "leases", "address", "x"]), st.none() | st.text() | st.lists(st.text())
    )
)
def test_an_address_is_read_or_refused_with_a_sentence(address: dict[str, Any]) -> None:
    found = read_placed(address)
    assert isinstance(found, Placed) or (isinstance(found, str) and found.endswith("."))
    if isinstance(found, Placed):
        assert read_placed(msgspec.to_builtins(found)) == found


def test_an_address_with_headers_never_leaves() -> None:
    address = {"kind": "http", "url": "https://backend.example", "headers": {"Authorization": "s3cr3t"}}
    found = read_placed({"kind": "plane", "address": address})
    assert isinstance(found, str)
    assert "s3cr3t" not in found
