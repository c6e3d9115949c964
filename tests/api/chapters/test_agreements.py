"""Agreements, their use, and the audit log over the API."""

import msgspec
from msgspec.structs import replace

from connector.ports.changes import AddUsage, PutAgreement
from connector.protocol.dsp.common import Role
from tests.api.calls import begin
from tests.support.plane import CITY, ME, OWNER, Desk

OTHER, ID = "https://other.example", "urn:agreement:1"


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


async def test_an_agreement_that_is_used_up_says_so_in_the_list_and_by_itself(desk: Desk) -> None:
    once = {"leftOperand": "odrl:count", "operator": "lteq", "rightOperand": "1"}
    terms = {"@type": "Agreement", "@id": ID, "assigner": CITY, "assignee": ME, "target": "urn:dataset:air"}
    terms["permission"] = [{"action": "use", "constraint": [once]}]
    await desk.agree(document=msgspec.json.encode(terms))
    async with desk.client("reader") as client:
        before = (await client.get("/v1/agreements")).json()["items"]
        await desk.store.commit([AddUsage(OWNER, f"{CITY} {ID}", uses=1)])
        listed = (await client.get("/v1/agreements")).json()["items"]
        shown = (await client.get(f"/v1/agreements/{ID}")).json()
    assert [entry["state"] for entry in before] == ["active"]
    assert listed == [shown]
    assert (shown["state"], sorted(shown["because"])) == ("used-up", ["de", "en"])


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


async def test_an_identifier_of_two_agreements_asks_for_the_key_and_the_key_is_taken(desk: Desk) -> None:
    await desk.agree(ID)
    first = await desk.store.agreement(OWNER, f"{CITY} {ID}")
    assert first
    await desk.store.commit([PutAgreement(replace(first, counterparty=OTHER, negotiation_id="urn:negotiation:2"))])
    async with desk.client() as client:
        asked = await client.get(f"/v1/agreements/{ID}")
        assert (asked.status_code, asked.json()["error"]["code"]) == (409, "ambiguous-agreement")
        assert f"'{OTHER} {ID}'" in asked.text
        refused = await client.post("/v1/transfers", json={"agreement": ID})
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "ambiguous-agreement")
        for partner in (CITY, OTHER):
            found = (await client.get(f"/v1/agreements/{partner} {ID}")).json()
            assert (found["id"], found["key"], found["counterparty"]) == (ID, f"{partner} {ID}", partner)
            begun = await client.post("/v1/transfers", json={"agreement": found["key"]})
            assert (begun.status_code, begun.json()["peer"]) == (202, partner)
            listed = (await client.get("/v1/transfers", params={"agreement": found["key"]})).json()["items"]
            assert [entry["peer"] for entry in listed] == [partner]


async def test_the_longest_key_of_an_agreement_can_be_asked_for_everywhere(desk: Desk) -> None:
    longest = f"{'p' * 512} {'a' * 1024}"
    async with desk.client() as client:
        for chapter, name in (
            ("agreements", "dataset"),
            ("agreements", "counterparty"),
            ("negotiations", "peer"),
            ("negotiations", "dataset"),
            ("transfers", "peer"),
            ("transfers", "agreement"),
            ("audit", "process"),
            ("consents", "dataset"),
        ):
            answer = await client.get(f"/v1/{chapter}", params={name: longest})
            assert answer.status_code in {200, 404}, (chapter, name, answer.text)
        assert (await client.get(f"/v1/agreements/{longest}")).status_code == 404
        assert (await client.post("/v1/transfers", json={"agreement": longest})).status_code == 404
