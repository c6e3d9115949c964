"""Our control plane and data planes of their own: chosen, driven, drained, silent and removed."""

import json
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from connector.app.dataplane import DataPlaneServer
from connector.binding.dps import client
from connector.controlplane.core.errors import Invalid, NoSuchEntity, NotAllowed, PeerFailed
from connector.identity.keys import public_jwk
from connector.ports.changes import PutAgreement, PutFlow
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.entities import Flow, FlowDirection, Plane
from connector.protocol.dps.profiles import HTTP_PULL
from connector.protocol.dsp.machines.transfer_machine import FlowState
from connector.views.planes import DataPlaneOrder, PlaneState
from tests.binding.dps.ours import AT_PLANE, OWNER, Control, control_plane
from tests.binding.dps.test_dataflows import DATA
from tests.binding.dps.world import FIRM, OtherControlPlane, data_plane, find_property, plane_settings
from tests.contract import values
from tests.dataplane.world import eventually

FLOW = "urn:uuid:11111111-1111-4111-8111-111111111111"


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[DataPlaneServer]:
    settings = plane_settings(tmp_path / "plane")
    (tmp_path / "plane" / "offered" / "trees.csv").write_bytes(DATA)
    async with data_plane(settings) as server:
        yield server


@pytest.fixture
async def control(tmp_path: Path) -> AsyncIterator[Control]:
    async with control_plane(tmp_path / "control") as made:
        yield made


async def pull(address: bytes | None, **headers: str) -> httpx.Response:
    found = json.loads(address or b"{}")
    async with httpx.AsyncClient() as http:
        given = {"Authorization": f"Bearer {find_property(found, 'authorization')}", **headers}
        return await http.get(found["endpoint"], headers=given)


async def test_a_flow_is_started_leased_and_completed_at_the_chosen_plane(
    control: Control, plane: DataPlaneServer
) -> None:
    id = await control.add(plane, "gold")
    assert control.planes.supports(AT_PLANE | {"labels": ["gold"]}, None) is None
    report, changes = await control.planes.draft(control.request(FLOW, source=AT_PLANE | {"labels": ["gold"]}))
    assert (report.error, changes) == (None, ())
    await control.planes.renew(control.lease(FLOW))
    assert (await pull(report.data_address)).content == DATA
    ended = await control.planes.complete(OWNER, FLOW)
    assert ended.state is FlowState.COMPLETED
    flow = await control.store.flow(OWNER, FLOW)
    assert flow
    assert (flow.plane, flow.state, flow.bytes_moved) == (id, "COMPLETED", len(DATA))
    assert (await control.store.usage(OWNER, "urn:agreement:1")).bytes_moved == len(DATA)


async def test_a_repeated_start_reaches_the_same_plane_and_answers_again(
    control: Control, plane: DataPlaneServer, tmp_path: Path
) -> None:
    await control.add(plane)
    first, _ = await control.planes.draft(control.request(FLOW))
    await control.office.drain("urn:plane:a", True)
    again = await control.planes.start(control.request(FLOW))
    await control.planes.renew(control.lease(FLOW))
    assert first.error is again.error is None
    assert (await pull(again.data_address)).content == DATA


async def test_a_revoked_lease_cuts_a_stream_that_is_under_way(
    control: Control, plane: DataPlaneServer, tmp_path: Path
) -> None:
    large = tmp_path / "plane" / "offered" / "large.bin"
    large.write_bytes(bytes(64 * 1024 * 1024))
    await control.add(plane)
    source = {"kind": "plane", "address": {"kind": "file", "path": "large.bin"}}
    report, _ = await control.planes.draft(control.request(FLOW, source=source))
    await control.planes.renew(control.lease(FLOW))
    found = json.loads(report.data_address or b"{}")
    headers = {"Authorization": f"Bearer {find_property(found, 'authorization')}"}
    got = 0
    with pytest.raises(httpx.TransportError):
        async with httpx.AsyncClient() as http, http.stream("GET", found["endpoint"], headers=headers) as answer:
            async for piece in answer.aiter_raw(65_536):
                got += len(piece)
                if got == 65_536:
                    await control.planes.terminate(OWNER, FLOW, "withdrawn")
    assert got < 64 * 1024 * 1024


async def test_uses_are_counted_once_for_all_planes(control: Control, plane: DataPlaneServer, tmp_path: Path) -> None:
    settings = plane_settings(tmp_path / "other", "urn:plane:b")
    (tmp_path / "other" / "offered" / "trees.csv").write_bytes(DATA)
    async with data_plane(settings) as other:
        await control.add(plane, "one")
        await control.add(other, "two")
        answers = []
        for number, label in enumerate(("one", "two", "one")):
            flow = f"urn:flow:{number}"
            report, _ = await control.planes.draft(control.request(flow, source=AT_PLANE | {"labels": [label]}))
            await control.planes.renew(control.lease(flow, max_uses=2))
            answers.append((await pull(report.data_address)).status_code)
        assert answers == [200, 200, 403]
        assert (await control.store.usage(OWNER, "urn:agreement:1")).uses == 2


async def test_a_consumer_receives_at_a_plane_and_hears_of_the_end(
    control: Control, plane: DataPlaneServer, tmp_path: Path
) -> None:
    await control.add(plane)
    sink = {"kind": "plane", "address": {"kind": "file", "path": "received.csv"}}
    push = control.request(FLOW, FlowDirection.RECEIVE, sink=sink)
    report = await control.planes.prepare(push)
    assert report.state is FlowState.PREPARED
    await control.planes.renew(control.lease(FLOW))
    found = json.loads(report.data_address or b"{}")
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {find_property(found, 'authorization')}"}
        assert (await http.put(found["endpoint"], content=DATA, headers=headers)).status_code < 300
    await eventually(lambda: control.told, "the end was not told")
    assert (control.told[-1].state, control.told[-1].sha256 is not None) == (FlowState.COMPLETED, True)
    assert (tmp_path / "plane" / "received" / "received.csv").read_bytes() == DATA


async def test_a_plane_that_hangs_is_silent_within_its_time_and_not_asked_for_a_moment(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TIMEOUT_S", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as hanging:
        url = f"http://127.0.0.1:{hanging.getsockname()[1]}"
        row = Plane(owner=OWNER, id="urn:plane:h", endpoint=url, keys=b"{}", profiles=(HTTP_PULL,), leased=True)
        await control.end.book.put(row)
        for _ in range(2):
            with pytest.raises(PlaneUnavailable, match="urn:plane:h cannot be reached"):
                await control.planes.draft(control.request(FLOW))
        hanging.settimeout(1)
        hanging.accept()[0].close()
        hanging.settimeout(0.05)
        with pytest.raises(TimeoutError):
            hanging.accept()


async def test_no_plane_with_the_labels_is_said_in_a_sentence(control: Control, plane: DataPlaneServer) -> None:
    await control.add(plane, "gold")
    wanted = AT_PLANE | {"labels": ["silver"]}
    assert "silver" in (control.planes.supports(wanted, None) or "")
    assert "silver" in ((await control.planes.draft(control.request(FLOW, source=wanted)))[0].error or "")
    for odd in ({"kind": "plane", "labels": [5]}, {"kind": "plane", "labels": ["x"] * 30}, {"kind": "plane", "no": 1}):
        assert control.planes.supports(odd, None)


async def test_an_address_that_the_participant_list_does_not_have_is_not_given_to_a_plane(
    tmp_path: Path, plane: DataPlaneServer
) -> None:
    async with control_plane(tmp_path / "strict", "The list has no such address.") as control:
        await control.add(plane)
        address = json.dumps({"@type": "DataAddress", "endpointType": "HttpData", "endpoint": "https://x.example"})
        report = await control.planes.start(control.request(FLOW, FlowDirection.PUSH, endpoint=address.encode()))
        assert (report.error, report.cause) == ("The list has no such address.", "address")
        assert await control.store.flow(OWNER, FLOW) is None


async def test_a_drained_plane_is_removed_when_its_flows_have_ended(control: Control, plane: DataPlaneServer) -> None:
    id = await control.add(plane)
    await control.planes.draft(control.request(FLOW))
    assert (await control.office.drain(id, True)).state is PlaneState.DRAINING
    refused, _ = await control.planes.draft(control.request("urn:flow:new"))
    assert refused.error
    with pytest.raises(NotAllowed, match="1 flows"):
        await control.office.remove(id)
    await control.planes.terminate(OWNER, FLOW, "over")
    assert (await control.office.remove(id)).flows == 0
    assert await control.office.list() == []


async def test_a_plane_that_is_removed_with_its_flows_ends_them_with_the_reason(
    control: Control, plane: DataPlaneServer
) -> None:
    id = await control.add(plane)
    await control.planes.draft(control.request(FLOW))
    await control.office.remove(id, force=True)
    assert control.told[-1].error == f"The data plane {id} was removed."
    assert (await control.planes.terminate(OWNER, FLOW, "over")).state is FlowState.TERMINATED
    with pytest.raises(NoSuchEntity):
        await control.office.drain(id, True)


async def test_what_is_no_data_plane_or_lacks_what_it_is_is_not_registered(
    control: Control, plane: DataPlaneServer
) -> None:
    url = plane.listeners.addresses["signaling"]
    for order, fault in (
        (DataPlaneOrder(endpoint=url, key="wrong"), PeerFailed),
        (DataPlaneOrder(endpoint="http://127.0.0.1:1", key="any"), PeerFailed),
        (DataPlaneOrder(endpoint=url, id="urn:plane:x"), Invalid),
        (DataPlaneOrder(endpoint=url, id="urn:plane:x", profiles=(HTTP_PULL,), keys={"keys": []}), Invalid),
    ):
        with pytest.raises(fault):
            await control.office.add(order)
    assert await control.office.list() == []


# Callbacks


async def test_a_callback_of_another_plane_is_as_unknown_as_that_of_no_flow(
    control: Control, plane: DataPlaneServer
) -> None:
    await control.add(plane)
    await control.planes.draft(control.request(FLOW))
    stranger = OtherControlPlane("urn:plane:stranger")
    await control.end.book.put(
        Plane(owner=OWNER, id=stranger.id, endpoint="http://127.0.0.1:1", keys=json.dumps(_keys(stranger)).encode())
    )
    body = {"messageId": "1", "dataFlowId": FLOW, "state": "COMPLETED"}
    answers = [
        await _post(control, stranger, f"/transfers/{id}/dataflow/completed", body) for id in (FLOW, "urn:flow:none")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert (await _post(control, stranger, f"/transfers/{FLOW}/uses", body)).status_code == 404
    assert control.told == []


@pytest.mark.parametrize(
    ("word", "body", "status"),
    [
        ("completed", {"messageId": "1", "dataFlowId": FLOW, "state": "STARTED"}, 400),
        ("completed", {"messageId": "1", "dataFlowId": "urn:flow:other", "state": "COMPLETED"}, 400),
        ("started", {"dataFlowId": FLOW, "state": "STARTED"}, 400),
        ("errored", {"messageId": "1", "dataFlowId": FLOW, "state": "STARTED", "error": "gone"}, 200),
        ("completed", {"messageId": "1", "dataFlowId": FLOW, "state": "COMPLETED"}, 200),
    ],
)
async def test_callbacks_of_a_foreign_plane_are_checked_and_told(
    control: Control, word: str, body: dict[str, Any], status: int
) -> None:
    theirs = await _foreign(control)
    answer = await _post(control, theirs, f"/transfers/{FLOW}/dataflow/{word}", body)
    assert answer.status_code == status, answer.text
    assert bool(control.told) is (status == 200)
    if word == "errored":
        assert control.told[-1].error == "gone"


async def test_the_agreement_of_a_flow_is_shown_to_its_plane_alone(control: Control) -> None:
    theirs = await _foreign(control)
    agreement = values.agreement("urn:agreement:1", document=b'{"@type": "Agreement"}')
    await control.store.commit([PutAgreement(replace(agreement, owner=OWNER))])
    path = f"{control.url}/transfers/{FLOW}/agreement"
    async with httpx.AsyncClient() as http:
        shown = await http.get(path, headers={"Authorization": f"Bearer {theirs.token(control.end.proof.id)}"})
        assert (await http.get(path)).status_code == 401
    assert (shown.status_code, shown.json()["@type"]) == (200, "Agreement")


async def _foreign(control: Control) -> OtherControlPlane:
    """Register a data plane that is not ours, and let it have a flow."""
    theirs = OtherControlPlane("urn:plane:foreign")
    row = Plane(owner=OWNER, id=theirs.id, endpoint="http://127.0.0.1:1", keys=json.dumps(_keys(theirs)).encode())
    flow = Flow(
        owner=OWNER, id=FLOW, direction=FlowDirection.SERVE, agreement_id="urn:agreement:1", dataset="d", peer=FIRM,
        state="STARTED", plane=theirs.id, plane_flow=FLOW,
    )  # fmt: skip
    await control.end.book.put(row)
    await control.store.commit([PutFlow(flow)])
    return theirs


def _keys(plane: OtherControlPlane) -> dict[str, Any]:
    return {"keys": [public_jwk(plane.key)]}


async def _post(control: Control, plane: OtherControlPlane, path: str, body: Any) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        headers = {"Authorization": f"Bearer {plane.token(control.end.proof.id)}"}
        return await http.post(control.url + path, json=body, headers=headers)
