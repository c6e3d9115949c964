"""The callbacks of data planes: checked, told, and of no flow but their own."""

import json
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from connector.app.planes.dataplane import DataPlaneServer
from connector.binding.dps.transfers import TransferEndpoint, transfer_routes
from connector.identity.keys import public_jwk
from connector.ports.changes import PutAgreement, PutFlow, PutLease
from connector.ports.entities import Flow, FlowDirection, Plane
from tests.binding.dps.ours import OWNER, Control
from tests.binding.dps.world import FIRM, OtherControlPlane
from tests.contract import values

FLOW = "urn:uuid:11111111-1111-4111-8111-111111111111"


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
        await _post(control, stranger, f"/transfers/{flow}/dataflow/completed", body)
        for flow in (FLOW, "urn:flow:none")
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


async def test_every_callback_of_the_standard_has_its_route(control: Control) -> None:
    endpoint = TransferEndpoint(OWNER, control.planes, control.store, lambda: 0)
    paths = {(route.method, route.path) for route in transfer_routes(control.end.gate, endpoint)}
    words = ("prepared", "started", "completed", "errored")
    assert paths >= {("POST", f"/transfers/{{id}}/dataflow/{word}") for word in words}
    assert ("GET", "/transfers/{id}/agreement") in paths


async def test_a_use_counts_once_however_often_its_message_arrives(control: Control) -> None:
    theirs = await _foreign(control)
    path, body = f"/transfers/{FLOW}/uses", {"messageId": "urn:use:1", "dataFlowId": FLOW}
    assert (await _post(control, theirs, path, body)).status_code == 409
    await control.store.commit([PutLease(control.lease(FLOW, max_uses=1))])
    codes = [(await _post(control, theirs, path, body)).status_code for _ in range(2)]
    other = await _post(control, theirs, path, body | {"messageId": "urn:use:2"})
    assert (codes, other.status_code, other.json()["error"]) == ([200, 200], 409, "limit-reached")
    assert (await control.store.usage(OWNER, "urn:agreement:1")).uses == 1
