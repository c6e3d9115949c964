"""Holds over the API: the processes that wait for a decision."""

from tests.api.calls import begin
from tests.support.plane import Desk


async def test_holds_come_page_by_page_and_a_cursor_must_be_known(desk: Desk) -> None:
    async with desk.client() as client:
        pids = [await begin(client) for _ in range(2)]
        for pid in pids:
            await desk.become(pid, "OFFERED")
            await desk.hold(pid, "Other terms.")
        first = (await client.get("/v1/holds", params={"limit": 1})).json()
        second = (await client.get("/v1/holds", params={"limit": 1, "after": first["next"]})).json()
        wrong = await client.get("/v1/holds", params={"after": "no cursor"})
    assert [entry["process_id"] for entry in first["items"] + second["items"]] == pids
    assert second["next"] is None
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "cursor")


async def test_a_decision_ends_the_hold(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begin(client)
        await desk.become(pid, "OFFERED")
        await desk.hold(pid, "Other terms.")
        decided = (await client.post(f"/v1/negotiations/{pid}/approve")).json()
        assert (await client.get("/v1/holds")).json()["items"] == []
    assert decided["hold"] is None
