"""Negotiations over the API: begun, waited for, and decided by a person."""

import asyncio

from tests.api.calls import ASKED, begin
from tests.support.plane import CITY, Desk


async def test_a_negotiation_is_begun_listed_and_shown(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begin(client)
        await begin(client)
        shown = (await client.get(f"/v1/negotiations/{pid}")).json()
        listed = (await client.get("/v1/negotiations", params={"peer": CITY, "limit": 1})).json()
        rest = (await client.get("/v1/negotiations", params={"peer": CITY, "after": listed["next"]})).json()
    assert (shown["state"], shown["role"], shown["offer_id"]) == (None, "consumer", "urn:offer:1")
    assert shown["pending"].pop("next_at")
    assert shown["pending"] == {
        "message": "ContractRequestMessage",
        "attempts": 0,
        "refusals": 0,
        "in_doubt": False,
        "fault": "",
    }
    del rest["items"][0]["pending"]["next_at"]
    assert (rest["items"], rest["next"]) == ([shown], None)


async def test_an_unknown_dataset_and_an_unknown_offer_are_404(desk: Desk) -> None:
    async with desk.client() as client:
        for body in ({**ASKED, "dataset": "urn:none"}, {**ASKED, "offer": "urn:none"}):
            assert (await client.post("/v1/negotiations", json=body)).status_code == 404


async def test_waiting_ends_when_the_negotiation_has_ended(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begin(client)
        waiting = asyncio.create_task(client.get(f"/v1/negotiations/{pid}/wait", params={"timeout": 60}))
        await desk.become(pid, "REQUESTED")
        await desk.become(pid, "TERMINATED", reason="not for you")
        answer = (await waiting).json()
    assert (answer["state"], answer["ended"]["reason"]) == ("TERMINATED", "not for you")


async def test_waiting_ends_when_somebody_has_to_decide(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begin(client)
        waiting = asyncio.create_task(client.get(f"/v1/negotiations/{pid}/wait"))
        await asyncio.sleep(0)
        await desk.become(pid, "OFFERED")
        await desk.hold(pid, "Other terms.")
        assert (await waiting).json()["hold"]["reason"] == "Other terms."
        holds = (await client.get("/v1/holds")).json()
    assert [entry["process_id"] for entry in holds["items"]] == [pid]


async def test_waiting_ends_with_the_time_or_a_state_that_was_asked_for(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begin(client)
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
            pid = await begin(client)
            await desk.become(pid, "OFFERED")
            answer = await client.post(f"/v1/negotiations/{pid}/{verb}", json=body)
            assert (answer.status_code, answer.json()["pending"]["message"]) == (200, message)
        await desk.become(pid, "TERMINATED")
        for verb in ("approve", "reject", "terminate"):
            ended = await client.post(f"/v1/negotiations/{pid}/{verb}", json={} if verb != "approve" else None)
            assert "ended in state TERMINATED: nothing more can be done" in ended.json()["error"]["reason"], verb
        late = await client.post(f"/v1/negotiations/{pid}/approve")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "wrong-state")
