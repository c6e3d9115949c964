"""Our control plane and data planes of their own: chosen, driven, drained, silent and removed."""

import json
import socket
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from connector.app.planes.dataplane import DataPlaneServer
from connector.binding.dps import client
from connector.ports.dataplane import AddressLost, PlaneUnavailable
from connector.ports.entities import FlowDirection, Plane
from connector.protocol.dps.profiles import HTTP_PULL
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.binding.dps.ours import AT_PLANE, OWNER, Control, control_plane
from tests.binding.dps.test_dataflows import DATA
from tests.binding.dps.world import data_plane, find_property, plane_settings
from tests.dataplane.world import eventually

FLOW = "urn:uuid:11111111-1111-4111-8111-111111111111"


async def pull(address: bytes | None, **headers: str) -> httpx.Response:
    found = json.loads(address or b"{}")
    async with httpx.AsyncClient() as http:
        given = {"Authorization": f"Bearer {find_property(found, 'authorization')}", **headers}
        return await http.get(found["endpoint"], headers=given)


async def test_a_flow_is_started_leased_and_completed_at_the_chosen_plane(
    control: Control, plane: DataPlaneServer
) -> None:
    added = await control.add(plane, "gold")
    assert control.planes.supports(AT_PLANE | {"labels": ["gold"]}, None) is None
    report, changes = await control.planes.draft(control.request(FLOW, source=AT_PLANE | {"labels": ["gold"]}))
    assert (report.error, changes) == (None, ())
    await control.planes.renew(control.lease(FLOW))
    assert (await pull(report.data_address)).content == DATA
    ended = await control.planes.complete(OWNER, FLOW)
    assert ended.state is FlowState.COMPLETED
    flow = await control.store.flow(OWNER, FLOW)
    assert flow
    assert (flow.plane, flow.state, flow.bytes_moved) == (added, "COMPLETED", len(DATA))
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

    async def read() -> None:
        nonlocal got
        async with httpx.AsyncClient() as http, http.stream("GET", found["endpoint"], headers=headers) as answer:
            async for piece in answer.aiter_raw(65_536):
                got += len(piece)
                if got == 65_536:
                    await control.planes.terminate(OWNER, FLOW, "withdrawn")

    with pytest.raises(httpx.TransportError):
        await read()
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


async def test_a_flow_of_a_lost_plane_moves_with_the_use_that_it_had_begun(
    control: Control, plane: DataPlaneServer, tmp_path: Path
) -> None:
    settings = plane_settings(tmp_path / "other", "urn:plane:b")
    (tmp_path / "other" / "offered" / "trees.csv").write_bytes(DATA)
    async with data_plane(settings) as other:
        for one in (plane, other):
            await control.add(one, "both")
        control.planes._wire = replace(control.planes._wire, lease=0)
        request = control.request(FLOW, source=AT_PLANE | {"labels": ["both"]})
        report, _ = await control.planes.draft(request)
        await control.planes.renew(control.lease(FLOW, max_uses=1))
        assert (await pull(report.data_address, Range="bytes=0-9")).status_code == 206
        first = await control.store.flow(OWNER, FLOW)
        assert first
        lost, left = (plane, other) if first.plane == "urn:plane:a" else (other, plane)
        await lost.listeners.close()
        with pytest.raises(PlaneUnavailable):
            await control.planes.renew(control.lease(FLOW, max_uses=1))
        with pytest.raises(AddressLost):
            await control.planes.renew(control.lease(FLOW, max_uses=1))
        report, _ = await control.planes.draft(request)
        await control.planes.renew(control.lease(FLOW, max_uses=1))
        answer = await pull(report.data_address)
        assert (answer.status_code, answer.content) == (200, DATA)
        moved = await control.store.flow(OWNER, FLOW)
        assert moved
        assert moved.plane == left.end.proof.id
        assert (await control.store.usage(OWNER, "urn:agreement:1")).uses == 1
        # New flows go to who answers, and what a lost plane still has is no longer its own.
        report, _ = await control.planes.draft(control.request("urn:flow:2", source=AT_PLANE | {"labels": ["both"]}))
        await control.planes.renew(control.lease("urn:flow:2", max_uses=1))
        assert (await pull(report.data_address)).status_code == 403


async def test_a_flow_stays_where_it_is_while_a_lease_of_its_plane_may_be_left(
    control: Control, plane: DataPlaneServer, tmp_path: Path
) -> None:
    async with data_plane(plane_settings(tmp_path / "other", "urn:plane:b")) as other:
        for one in (plane, other):
            await control.add(one, "both")
        await control.planes.draft(control.request(FLOW, source=AT_PLANE | {"labels": ["both"]}))
        await control.planes.renew(control.lease(FLOW))
        for one in (plane, other):
            await one.listeners.close()
        before = await control.store.flow(OWNER, FLOW)
        for _ in range(3):
            with pytest.raises(PlaneUnavailable):
                await control.planes.renew(control.lease(FLOW))
        assert await control.store.flow(OWNER, FLOW) == before
