"""Agreements, their use, and the audit log over the API."""

from connector.protocol.dsp.common import Role
from tests.api.calls import begin
from tests.support.plane import Desk


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


async def test_the_audit_trail_of_one_process_is_shown_oldest_first(desk: Desk) -> None:
    async with desk.client() as client:
        pid = await begin(client)
        await begin(client)
        await client.post(f"/v1/negotiations/{pid}/terminate", json={"reason": "no need"})
        leaves = (await client.get("/v1/audit", params={"process": pid})).json()["items"]
    assert [entry["kind"] for entry in leaves] == ["decided request", "ended withdrawn"]
    assert {entry["process_id"] for entry in leaves} == {pid}


async def test_a_provider_withdraws_from_an_agreement(desk: Desk) -> None:
    await desk.agree(role=Role.PROVIDER)
    path = "/v1/agreements/urn%3Aagreement%3A1"
    async with desk.client() as client:
        withdrawn = (await client.post(f"{path}/withdraw", json={"reason": "Broken."})).json()
        assert (await client.get(path)).json() == withdrawn
        assert (await client.post("/v1/agreements/none/withdraw", json={})).status_code == 404
    assert withdrawn["withdrawn_at"] == "2025-11-24T16:00:00Z"
