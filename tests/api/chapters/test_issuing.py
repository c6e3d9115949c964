"""The issuer over the management API: who asks, who gets, and what ends."""

import msgspec

from connector.controlplane.usecases.issuing import receiving
from tests.identity.dcp.places import FIRM
from tests.support.issuing import found_issuer
from tests.support.plane import Desk


async def test_a_request_is_listed_approved_and_not_decided_twice(desk: Desk) -> None:
    city = await found_issuer()
    desk.app.state.desk = msgspec.structs.replace(desk.values, issuing=city.service)
    found = await receiving.receive_request(city.service, await city.caller(), city.ask("UtilityCredential"))
    async with desk.client() as client:
        (listed,) = (await client.get("/v1/issuer/requests", params={"state": "received"})).json()["items"]
        assert (listed["id"], listed["types"], listed["holder"]) == (found.id, ["UtilityCredential"], FIRM)
        path = f"/v1/issuer/requests/{found.id}"
        assert (await client.post(f"{path}/approve")).json()["state"] == "issued"
        assert (await client.post(f"{path}/reject", json={"reason": "No."})).status_code == 409
        assert (await client.get(path)).json()["state"] == "issued"
        assert (await client.post(f"{path}/send")).json()["attempts"] == 0
        assert (await client.get("/v1/issuer/requests/other")).status_code == 404


async def test_a_credential_is_issued_suspended_reinstated_and_revoked(desk: Desk) -> None:
    city = await found_issuer()
    desk.app.state.desk = msgspec.structs.replace(desk.values, issuing=city.service)
    async with desk.client() as client:
        order = {"holder": FIRM, "types": ["UtilityCredential"]}
        (made,) = (await client.post("/v1/issuer/credentials", json=order)).json()
        assert made["credential"].count(".") == 2
        (listed,) = (await client.get("/v1/issuer/credentials", params={"holder": FIRM})).json()["items"]
        assert (listed["id"], listed["credential"]) == (made["id"], "")
        path = f"/v1/issuer/credentials/{made['id']}"
        assert (await client.get(path)).json() == made
        for verb, standing in (("suspend", "suspended"), ("reinstate", "valid"), ("revoke", "revoked")):
            assert (await client.post(f"{path}/{verb}", json={"reason": "r"})).json()["standing"] == standing
        assert (await client.post(f"{path}/suspend", json={"reason": "r"})).status_code == 409
        assert (await client.post("/v1/issuer/offers", json=order)).json()["state"] == "offered"
        wrong = await client.post("/v1/issuer/offers", json={**order, "types": ["Diploma"]})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "unknown-type")


async def test_a_connector_that_issues_nothing_says_so(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.get("/v1/issuer/requests")
    assert answer.json()["error"]["code"] == "no-issuer"
