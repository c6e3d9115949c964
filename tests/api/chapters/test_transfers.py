"""Transfers over the API: begun, ended, waited for, and pulled again."""

import asyncio
import uuid

import msgspec

from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.api.calls import begin
from tests.support.plane import Desk


async def test_no_answer_about_a_transfer_holds_a_token(desk: Desk) -> None:
    await desk.agree()
    async with desk.client() as client:
        pid = await begin(client, "transfers", {"agreement": "urn:agreement:1", "push": True})
        stored = await desk.store.transfer("default", pid)
        assert stored is not None
        assert b"secret-token" in (stored.data_address or b"")
        for path in (f"/v1/transfers/{pid}", "/v1/transfers", f"/v1/transfers/{pid}/wait?timeout=0", "/v1/audit"):
            answer = await client.get(path)
            assert answer.status_code == 200
            assert "secret-token" not in answer.text


async def test_a_transfer_needs_an_agreement_that_is_finalized(desk: Desk) -> None:
    await desk.agree(finalized=False)
    async with desk.client() as client:
        assert (await client.post("/v1/transfers", json={"agreement": "none"})).status_code == 404
        assert (await client.post("/v1/transfers", json={"agreement": "urn:agreement:1"})).status_code == 409


async def test_an_order_under_an_identifier_begins_one_transfer_however_often_it_arrives(desk: Desk) -> None:
    await desk.agree()
    order = {"agreement": "urn:agreement:1", "push": True, "id": f"urn:uuid:{uuid.uuid4()}"}
    async with desk.client() as client:
        answers = await asyncio.gather(*(client.post("/v1/transfers", json=order) for _ in range(5)))
        assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(202, order["id"])}
        assert len((await client.get("/v1/transfers")).json()["items"]) == 1
        other = await client.post("/v1/transfers", json={**order, "push": False})
        assert (other.status_code, other.json()["error"]["code"]) == (409, "id-taken")
        for odd in ("urn:uuid:1", "../x", f"urn:uuid:{uuid.uuid4()}\n", ""):
            assert (await client.post("/v1/transfers", json={**order, "id": odd})).status_code == 422


async def test_a_transfer_is_suspended_resumed_completed_and_terminated(desk: Desk) -> None:
    await desk.agree()
    async with desk.client() as client:
        for verb, state, message in (
            ("suspend", "STARTED", "TransferSuspensionMessage"),
            ("resume", "SUSPENDED", "TransferStartMessage"),
            ("complete", "STARTED", "TransferCompletionMessage"),
            ("terminate", "STARTED", "TransferTerminationMessage"),
        ):
            pid = await begin(client, "transfers", {"agreement": "urn:agreement:1"})
            await desk.become(pid, state)
            answer = await client.post(
                f"/v1/transfers/{pid}/{verb}", json={} if verb in {"suspend", "terminate"} else None
            )
            assert (answer.status_code, answer.json()["pending"]["message"]) == (200, message)
        listed = (await client.get("/v1/transfers", params={"agreement": "urn:agreement:1", "limit": 3})).json()
    assert len(listed["items"]) == 3
    assert listed["next"]


async def test_a_transfer_that_is_kept_is_waited_for_until_something_was_delivered(desk: Desk) -> None:
    await desk.agree()
    progress = msgspec.json.encode({"flow_id": "x", "state": "STARTED", "bytes_moved": 3, "sha256": "ab"})
    async with desk.client() as client:
        pid = await begin(client, "transfers", {"agreement": "urn:agreement:1", "keep": True})
        waiting = asyncio.create_task(client.get(f"/v1/transfers/{pid}/wait"))
        await desk.become(pid, "STARTED")
        await desk.become(pid, "STARTED", progress=progress, flow_reported=FlowState.STARTED)
        none = {"size": None, "error": None, "waits": None, "remark": None, "media_type": None}
        assert (await waiting).json()["progress"] == {"bytes_moved": 3, "sha256": "ab", **none}
        assert (await client.post(f"/v1/transfers/{pid}/pull")).json()["sha256"] == "ab" * 32
