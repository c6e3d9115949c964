"""Negotiations, agreements, transfers, holds and the audit trail over the API."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.support.plane import CITY, Desk

ASKED = {"participant": CITY, "dataset": "urn:dataset:air"}


async def begun(client: httpx.AsyncClient, what: str = "negotiations", body: Any = ASKED) -> str:
    answer = await client.post(f"/v1/{what}", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def test_a_negotiation_is_begun_listed_and_shown(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begun(client)
        await begun(client)
        shown = (await client.get(f"/v1/negotiations/{pid}")).json()
        listed = (await client.get("/v1/negotiations", params={"peer": CITY, "limit": 1})).json()
        rest = (await client.get("/v1/negotiations", params={"peer": CITY, "after": listed["next"]})).json()
    assert (shown["state"], shown["role"], shown["offer_id"]) == (None, "consumer", "urn:offer:1")
    assert shown["pending"] == {
        "message": "ContractRequestMessage",
        "attempts": 0,
        "refusals": 0,
        "in_doubt": False,
    }
    assert (rest["items"], rest["next"]) == ([shown], None)


async def test_an_unknown_dataset_and_an_unknown_offer_are_404(desk: Desk) -> None:
    async with desk.client() as client:
        for body in ({**ASKED, "dataset": "urn:none"}, {**ASKED, "offer": "urn:none"}):
            assert (await client.post("/v1/negotiations", json=body)).status_code == 404


async def test_waiting_ends_when_the_negotiation_has_ended(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begun(client)
        waiting = asyncio.create_task(client.get(f"/v1/negotiations/{pid}/wait", params={"timeout": 60}))
        await desk.become(pid, "REQUESTED")
        await desk.become(pid, "TERMINATED", reason="not for you")
        answer = (await waiting).json()
    assert (answer["state"], answer["ended"]["reason"]) == ("TERMINATED", "not for you")


async def test_waiting_ends_when_somebody_has_to_decide(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begun(client)
        waiting = asyncio.create_task(client.get(f"/v1/negotiations/{pid}/wait"))
        await asyncio.sleep(0)
        await desk.become(pid, "OFFERED")
        await desk.hold(pid, "Other terms.")
        assert (await waiting).json()["hold"]["reason"] == "Other terms."
        holds = (await client.get("/v1/holds")).json()
    assert [entry["process_id"] for entry in holds["items"]] == [pid]


async def test_waiting_ends_with_the_time_or_a_state_that_was_asked_for(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begun(client)
        path = f"/v1/negotiations/{pid}/wait"
        assert (await client.get(path, params={"timeout": 0})).json()["state"] is None
        await desk.become(pid, "REQUESTED")
        assert (await client.get(path, params={"state": "REQUESTED"})).json()["state"] == "REQUESTED"
        assert (await client.get(path, params={"timeout": 1e9})).status_code == 422
        assert (await client.get("/v1/negotiations/none/wait")).status_code == 404


async def test_a_person_accepts_counters_or_ends_what_is_offered(desk: Desk) -> None:
    async with desk.client() as client:
        for verb, body, message in (
            ("approve", None, "ContractNegotiationEventMessage:ACCEPTED"),
            ("counter", {"policy": {"permission": [{"action": "use"}]}}, "ContractRequestMessage"),
            ("reject", {"reason": "too dear"}, "ContractNegotiationTerminationMessage"),
            ("terminate", {}, "ContractNegotiationTerminationMessage"),
        ):
            pid = await begun(client)
            await desk.become(pid, "OFFERED")
            answer = await client.post(f"/v1/negotiations/{pid}/{verb}", json=body)
            assert (answer.status_code, answer.json()["pending"]["message"]) == (200, message)
        await desk.become(pid, "TERMINATED")
        late = await client.post(f"/v1/negotiations/{pid}/approve")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "wrong-state")


async def test_an_agreement_shows_its_policy_and_usage_but_no_evidence(desk: Desk) -> None:
    await desk.agree("https://city.example/agreements/1")
    async with desk.client("reader") as client:
        listed = (await client.get("/v1/agreements", params={"dataset": "urn:dataset:air"})).json()
        path = "https%3A%2F%2Fcity.example%2Fagreements%2F1"
        shown = await client.get(f"/v1/agreements/{path}")
        usage = (await client.get(f"/v1/usage/{path}")).json()
        assert (await client.get("/v1/usage/none")).status_code == 404
    assert listed["items"] == [shown.json()]
    assert shown.json()["policy"] == {"@type": "Agreement"}
    assert (usage["bytes_moved"], usage["uses"]) == (0, 0)
    assert "secret-token" not in shown.text


async def test_no_answer_about_a_transfer_holds_a_token(desk: Desk) -> None:
    await desk.agree()
    async with desk.client() as client:
        pid = await begun(client, "transfers", {"agreement": "urn:agreement:1", "push": True})
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


async def test_a_transfer_is_suspended_resumed_completed_and_terminated(desk: Desk) -> None:
    await desk.agree()
    async with desk.client() as client:
        for verb, state, message in (
            ("suspend", "STARTED", "TransferSuspensionMessage"),
            ("resume", "SUSPENDED", "TransferStartMessage"),
            ("complete", "STARTED", "TransferCompletionMessage"),
            ("terminate", "STARTED", "TransferTerminationMessage"),
        ):
            pid = await begun(client, "transfers", {"agreement": "urn:agreement:1"})
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
        pid = await begun(client, "transfers", {"agreement": "urn:agreement:1", "keep": True})
        waiting = asyncio.create_task(client.get(f"/v1/transfers/{pid}/wait"))
        await desk.become(pid, "STARTED")
        await desk.become(pid, "STARTED", progress=progress, flow_reported=FlowState.STARTED)
        assert (await waiting).json()["progress"] == {"bytes_moved": 3, "size": None, "sha256": "ab", "error": None}
        assert (await client.post(f"/v1/transfers/{pid}/pull")).json()["sha256"] == "ab" * 32


async def test_the_audit_trail_of_one_process_is_shown_oldest_first(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begun(client)
        await begun(client)
        await client.post(f"/v1/negotiations/{pid}/terminate", json={"reason": "no need"})
        leaves = (await client.get("/v1/audit", params={"process": pid})).json()["items"]
    assert [entry["kind"] for entry in leaves] == ["decided request", "ended withdrawn"]
    assert {entry["process_id"] for entry in leaves} == {pid}


@pytest.mark.parametrize("path", ["/v1/negotiations/none", "/v1/transfers/none", "/v1/agreements/none"])
async def test_what_is_not_ours_is_404(desk: Desk, path: str) -> None:
    async with desk.client() as client:
        assert (await client.get(path)).status_code == 404


async def test_payments_are_recorded_by_the_key_that_came(desk: Desk) -> None:
    await desk.agree(role=Role.PROVIDER)
    path = "/v1/agreements/urn%3Aagreement%3A1/payments"
    async with desk.client() as client:
        assert (await client.get(path)).json()["state"] == "none"
        order = {"state": "settled", "amount": "12.50", "currency": "EUR", "until": "2026-12-31T00:00:00Z"}
        paid = (await client.post(path, json=order)).json()
        odd = await client.post(path, json={"state": "overdue", "amount": "1"})
        for amount in ("1e999999999", "1e-999999999", "Infinity", -1, 10**20):
            answer = await client.post(path, json={"state": "settled", "amount": amount})
            assert answer.status_code in {400, 422}, amount
    assert (paid["state"], paid["amount"], paid["until"]) == ("settled", "12.50", "2026-12-31T00:00:00Z")
    assert [(entry["by"], entry["amount"]) for entry in paid["entries"]] == [("writer", "12.50")]
    assert (odd.status_code, odd.json()["error"]["code"]) == (400, "amount")


async def test_events_are_declared_by_the_key_that_came(desk: Desk) -> None:
    async with desk.client() as client:
        begun = (await client.post("/v1/events/begin", json={"name": "dk:emergency"})).json()
        over = (await client.post("/v1/events/end", json={"name": "dk:emergency"})).json()
        listed = (await client.get("/v1/events")).json()
        never = await client.post("/v1/events/end", json={"name": "dk:fair"})
    assert (begun["going_on"], over["going_on"], begun["by"]) == (True, False, "writer")
    assert listed == [over]
    assert never.status_code == 404


@pytest.mark.parametrize(("path", "body"), [("negotiations", ASKED), ("transfers", {"agreement": "urn:agreement:1"})])
async def test_a_page_costs_one_read_of_processes_and_one_of_holds(
    desk: Desk, path: str, body: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.agree()
    reads: list[str] = []

    def counted(name: str) -> None:
        method = getattr(desk.store, name)

        def read(*args: Any, **more: Any) -> Any:
            reads.append(name)
            return method(*args, **more)

        monkeypatch.setattr(desk.store, name, read)

    async with desk.client() as client:
        pids = [await begun(client, path, body) for _ in range(3)]
        await desk.hold(pids[1], "A person decides.")
        for name in ("hold", "holds_of", "holds", "negotiations", "transfers"):
            counted(name)
        listed = (await client.get(f"/v1/{path}")).json()["items"]
    assert reads == [path, "holds_of"]
    assert [entry["hold"] and entry["hold"]["reason"] for entry in listed] == [None, "A person decides.", None]
