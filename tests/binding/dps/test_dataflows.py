"""A data plane as a process of its own, driven by the messages of the standard and judged by its schemas."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from connector.app.planes.dataplane import DataPlaneServer
from connector.dataplane.control.gate import NEVER_GRANTED
from connector.protocol.dps.profiles import HTTP_PULL, HTTP_PUSH
from tests.binding.dps.world import (
    FIRM,
    KEY,
    OtherControlPlane,
    call,
    data_plane,
    find_property,
    plane_settings,
)
from tests.protocol.dps.documents import validate

DATA = b"tree;height\noak;12\n"
FLOW = "urn:uuid:7f0c3ad4-7a3e-4a3c-9d53-1d5f0d2b8a11"
SOURCE = {"kind": "file", "path": "trees.csv"}


@pytest.fixture
async def plane(tmp_path: Path) -> AsyncIterator[DataPlaneServer]:
    settings = plane_settings(tmp_path / "a")
    (tmp_path / "a" / "offered" / "trees.csv").write_bytes(DATA)
    async with data_plane(settings) as server:
        yield server


@pytest.fixture
async def city(plane: DataPlaneServer) -> AsyncIterator[OtherControlPlane]:
    made = OtherControlPlane()
    async with made.listening():
        assert (await made.register(plane.listeners.addresses["signaling"])).status_code == 200
        yield made


async def pull(address: dict[str, Any]) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        token = find_property(address, "authorization")
        return await client.get(address["endpoint"], headers={"Authorization": f"Bearer {token}"})


async def start(city: OtherControlPlane, plane: DataPlaneServer, **more: Any) -> httpx.Response:
    return await city.send(plane, "/dataflows/start", city.base(FLOW, metadata=SOURCE, **more))


async def test_a_pull_is_served_until_it_is_suspended_resumed_and_completed(
    plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    started = await start(city, plane)
    assert started.status_code == 200, started.text
    validate("DataFlowStatusMessage", started.json())
    address = started.json()["dataAddress"]
    assert (started.json()["state"], address["endpointType"]) == ("STARTED", HTTP_PULL)
    assert (await pull(address)).content == DATA
    for verb, body, state, status in (
        ("suspend", {"messageId": "2", "reason": "maintenance"}, "SUSPENDED", 409),
        ("resume", {"messageId": "3"}, "STARTED", 200),
        ("completed", None, "COMPLETED", 403),
    ):
        answer = await city.send(plane, f"/dataflows/{FLOW}/{verb}", body)
        assert answer.status_code == 200, answer.text
        validate("DataFlowStatusMessage", answer.json())
        shown = await city.send(plane, f"/dataflows/{FLOW}/status", method="GET")
        validate("DataFlowStatusResponseMessage", shown.json())
        assert (answer.json()["state"], shown.json()["state"]) == (state, state)
        pulled = await pull(address)
        assert pulled.status_code in {status, 401}, pulled.text
        assert (pulled.content == DATA) is (status == 200)


async def test_a_terminated_flow_serves_nothing_and_is_not_resumed(
    plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    address = (await start(city, plane)).json()["dataAddress"]
    ended = await city.send(plane, f"/dataflows/{FLOW}/terminate", {"messageId": "2", "reason": "withdrawn"})
    assert (ended.status_code, ended.json()["state"]) == (200, "TERMINATED")
    assert (await pull(address)).status_code == 401
    again = await city.send(plane, f"/dataflows/{FLOW}/resume", {"messageId": "3"})
    assert (again.status_code, "TERMINATED" in again.json()["message"]) == (400, True)


async def test_the_same_start_is_a_repeat_and_another_one_is_refused(
    plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    first, again = await start(city, plane), await start(city, plane)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (await pull(again.json()["dataAddress"])).content == DATA
    other = await start(city, plane, messageId="urn:message:other")
    assert (other.status_code, other.json()["error"]) == (409, "exists")


async def test_a_consumer_prepares_fetches_at_the_start_and_tells_the_completion(
    tmp_path: Path, plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    address = (await start(city, plane)).json()["dataAddress"]
    async with data_plane(plane_settings(tmp_path / "b", "urn:plane:b")) as theirs:
        firm = OtherControlPlane(FIRM)
        async with firm.listening():
            await firm.register(theirs.listeners.addresses["signaling"])
            sink = {"kind": "file", "path": "trees.csv"}
            message = firm.base("urn:flow:b", counterPartyId=city.id, metadata=sink)
            prepared = await firm.send(theirs, "/dataflows/prepare", message)
            validate("DataFlowStatusMessage", prepared.json())
            assert (prepared.status_code, prepared.json()["state"]) == (200, "PREPARED")
            early = await firm.send(theirs, "/dataflows/prepare", {**message, "dataAddress": address})
            assert (early.status_code, early.json()["error"]) == (400, "data-address")
            missing = await firm.send(theirs, "/dataflows/urn:flow:b/started", {"messageId": "2"})
            assert (missing.status_code, missing.json()["error"]) == (400, "data-address")
            told = {"messageId": "3", "dataAddress": address}
            started = await firm.send(theirs, "/dataflows/urn:flow:b/started", told)
            assert started.status_code == 200, started.text
            completed = await firm.hears("completed")
            validate("DataFlowStatusMessage", completed)
            assert completed["state"] == "COMPLETED"
            assert (tmp_path / "b" / "received" / "trees.csv").read_bytes() == DATA


async def test_a_push_goes_to_the_prepared_address_of_the_other_side(
    tmp_path: Path, plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    async with data_plane(plane_settings(tmp_path / "b", "urn:plane:b")) as theirs:
        firm = OtherControlPlane(FIRM)
        async with firm.listening():
            await firm.register(theirs.listeners.addresses["signaling"])
            message = firm.base("urn:flow:b", HTTP_PUSH, metadata={"kind": "file", "path": "trees.csv"})
            prepared = await firm.send(theirs, "/dataflows/prepare", message)
            address = prepared.json()["dataAddress"]
            assert address["endpointType"] == HTTP_PUSH
            told = await firm.send(theirs, "/dataflows/urn:flow:b/started", {"messageId": "2"})
            assert (told.status_code, told.json()["state"]) == (200, "STARTED")
            none = await city.send(plane, "/dataflows/start", city.base(FLOW, HTTP_PUSH, metadata=SOURCE))
            assert (none.status_code, none.json()["error"]) == (400, "data-address")
            push = city.base(FLOW, HTTP_PUSH, metadata=SOURCE, dataAddress=address)
            assert (await city.send(plane, "/dataflows/start", push)).status_code == 200
            await city.hears("completed")
            assert (await firm.hears("completed"))["state"] == "COMPLETED"
            assert (tmp_path / "b" / "received" / "trees.csv").read_bytes() == DATA


async def test_a_source_that_is_missing_refuses_the_start_with_a_sentence(
    plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    message = city.base(FLOW, metadata={"kind": "file", "path": "gone.csv"})
    refused = await city.send(plane, "/dataflows/start", message)
    assert refused.status_code == 400
    assert refused.json()["message"]
    assert (await city.send(plane, f"/dataflows/{FLOW}/status", method="GET")).status_code == 404


async def test_no_byte_moves_before_the_lease_of_a_control_plane_that_grants_leases(
    plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    await city.register(plane.listeners.addresses["signaling"], leases=True)
    address = (await start(city, plane)).json()["dataAddress"]
    assert plane.plane.register.gates[city.id, FLOW].find_problem() == NEVER_GRANTED
    granted = await city.send(plane, f"/dataflows/{FLOW}/lease", {"messageId": "2", "epoch": 1, "validFor": 60_000})
    assert granted.status_code == 200, granted.text
    assert (await pull(address)).content == DATA
    await city.send(plane, f"/dataflows/{FLOW}/lease", {"messageId": "3", "epoch": 2, "validFor": 0})
    assert (await pull(address)).status_code == 403


# Bad input


async def test_a_flow_of_another_control_plane_is_unknown(plane: DataPlaneServer, city: OtherControlPlane) -> None:
    await start(city, plane)
    other = OtherControlPlane("urn:control:other")
    await other.register(plane.listeners.addresses["signaling"])
    unknown = await other.send(plane, "/dataflows/urn:flow:none/status", method="GET")
    for verb in ("status", "suspend", "terminate", "completed", "resume", "started", "lease"):
        body = {"messageId": "1", "epoch": 1} if verb not in {"status", "completed", "started"} else None
        answer = await other.send(plane, f"/dataflows/{FLOW}/{verb}", body, "GET" if verb == "status" else "POST")
        assert (answer.status_code, answer.json()) == (404, unknown.json()), verb


@pytest.mark.parametrize(
    ("fault", "more"),
    [("other audience", {"audience": "urn:plane:other"}), ("expired", {"now_s": 1}), ("other sender", {"issuer": "x"})],
)
async def test_a_token_that_proves_nothing_here_is_refused(
    plane: DataPlaneServer, city: OtherControlPlane, fault: str, more: dict[str, Any]
) -> None:
    url = plane.listeners.addresses["signaling"]
    token = city.token(**{"audience": "urn:plane:a", **more})
    refused = await call("POST", f"{url}/dataflows/start", city.base(FLOW, metadata=SOURCE), token)
    assert refused.status_code == 401, fault
    assert await plane.store.flow(city.id, FLOW) is None


async def test_a_token_counts_once(plane: DataPlaneServer, city: OtherControlPlane) -> None:
    url, token = plane.listeners.addresses["signaling"], city.token("urn:plane:a")
    codes = [
        (await call("POST", f"{url}/dataflows/start", city.base(FLOW, metadata=SOURCE), token)).status_code
        for _ in range(2)
    ]
    assert codes == [200, 401]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"profile": "https://w3id.org/dspace-sig/profile/s3-push"}, 400),
        ({"processId": "a/b"}, 400),
        ({"processId": ""}, 400),
        ({"claims": None}, 400),
        ({"messageId": 5}, 400),
        ({"metadata": {"kind": "file", "path": "../store.sqlite"}}, 400),
        ({"metadata": {"kind": "unknown"}}, 400),
        ({"agreementId": "x" * 5_000}, 400),
    ],
)
async def test_a_bad_start_changes_nothing(
    plane: DataPlaneServer, city: OtherControlPlane, change: dict[str, Any], status: int
) -> None:
    refused = await city.send(plane, "/dataflows/start", {**city.base(FLOW, metadata=SOURCE), **change})
    assert refused.status_code == status
    assert set(refused.json()) >= {"error", "message"}
    assert await plane.store.flow(city.id, FLOW) is None


async def test_a_body_without_end_is_refused_before_it_has_arrived(
    plane: DataPlaneServer, city: OtherControlPlane
) -> None:
    huge = json.dumps({**city.base(FLOW), "metadata": {"text": "x" * 2_000_000}}).encode()
    refused = await city.send(plane, "/dataflows/start", huge)
    assert refused.status_code == 413


async def test_only_a_key_of_the_operator_registers_a_control_plane(plane: DataPlaneServer) -> None:
    stranger, url = OtherControlPlane("urn:control:stranger"), plane.listeners.addresses["signaling"]
    assert (await call("PUT", f"{url}/controlplanes", {}, "wrong")).status_code == 401
    assert (await call("GET", f"{url}/about", None, None)).status_code == 401
    no_keys = await stranger.register(url, authorization={"type": "oauth2_client_credentials"})
    assert (no_keys.status_code, no_keys.json()["error"]) == (400, "authorization")
    shown = {"type": "oauth2_client_credentials", "jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}}
    assert (await stranger.register(url, authorization=shown)).status_code == 400
    assert plane.end.book.list() == []


async def test_a_removed_control_plane_is_a_stranger(plane: DataPlaneServer, city: OtherControlPlane) -> None:
    url = plane.listeners.addresses["signaling"]
    assert (await call("DELETE", f"{url}/controlplanes/{city.id}", None, KEY)).status_code == 204
    assert (await start(city, plane)).status_code == 401
    assert (await call("DELETE", f"{url}/controlplanes?controlplaneId={city.id}", None, KEY)).status_code == 404
