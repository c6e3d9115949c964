"""The consent register over the API."""

from tests.support.plane import OWNER, SECRET, Desk

ENTRY = {"subject": "anna@example.org", "purpose": "dpv:PublicBenefit"}
DPV = "https://w3id.org/dpv#"


async def test_what_people_said_is_recorded_looked_up_and_withdrawn_without_their_names(desk: Desk) -> None:
    async with desk.client() as client:
        more = {**ENTRY, "purpose": "dpv:Marketing", "state": "dpv:ConsentRefused", "until": None}
        timed = {**ENTRY, "subject": "bert", "until": "2027-12-31T00:00:00Z"}
        done = await client.post("/v1/consents", json={"entries": [ENTRY, more, timed]})
        assert (done.status_code, done.json()) == (201, {"recorded": 3})
        found = await client.post("/v1/consents/lookup", json={"subject": "anna@example.org"})
        assert [entry["state"] for entry in found.json()["items"]] == [DPV + "ConsentGiven", DPV + "ConsentRefused"]
        gone = await client.post("/v1/consents/withdraw", json={"subject": "anna@example.org"})
        assert [entry["state"] for entry in gone.json()["items"]] == [DPV + "ConsentWithdrawn"]
        first = (await client.get("/v1/consents", params={"limit": 3})).json()
        rest = (await client.get("/v1/consents", params={"after": first["next"]})).json()
    assert len(first["items"]) == 3
    assert [entry["purpose"] for entry in rest["items"]] == [DPV + "PublicBenefit"]
    assert first["items"][1]["until"] == "2027-12-31T00:00:00Z"
    assert rest["items"][0]["subject"] == SECRET.person(OWNER, "anna@example.org")
    assert "anna" not in str(first) + str(rest) + found.text + gone.text


async def test_what_cannot_be_recorded_says_why_and_changes_nothing(desk: Desk) -> None:
    async with desk.client() as client:
        for wrong, status in (
            ({"entries": []}, 422),
            ({"entries": [{**ENTRY, "name": "x"}]}, 422),
            ({"entries": [{**ENTRY, "subject": "x" * 1001}]}, 422),
            ({"entries": [ENTRY, {**ENTRY, "purpose": "dpv:Nonsense"}]}, 400),
            ({"entries": [{**ENTRY, "dataset": "urn:nowhere"}]}, 404),
            ({"entries": [{**ENTRY, "until": "2027-12-31T00:00:00"}]}, 422),
        ):
            answer = await client.post("/v1/consents", json=wrong)
            assert answer.status_code == status, answer.text
            assert "anna" not in answer.text
        assert (await client.post("/v1/consents/withdraw", json={"subject": "nobody"})).status_code == 404
        assert (await client.get("/v1/consents")).json()["items"] == []
    async with desk.client("reader") as reader:
        assert (await reader.post("/v1/consents/lookup", json={"subject": "a"})).status_code == 403


async def test_a_link_is_made_for_who_has_consents_and_its_secret_is_nowhere_else(desk: Desk) -> None:
    async with desk.client() as client:
        await client.post("/v1/consents", json={"entries": [ENTRY]})
        made = await client.post("/v1/consents/link", json={"subject": "anna@example.org", "days": 7})
        assert (made.status_code, made.json()["until"]) == (201, "2025-12-01T16:00:00Z")
        place, _, secret = made.json()["link"].partition("?link=")
        assert place == "https://pages.example/meine-einwilligungen"
        assert (await client.post("/v1/consents/link", json={"subject": "nobody"})).status_code == 404
        assert (await client.post("/v1/consents/link", json={"subject": "a", "days": 0})).status_code == 422
        assert secret not in (await client.get("/v1/audit")).text
    async with desk.client("reader") as reader:
        assert (await reader.post("/v1/consents/link", json={"subject": "a"})).status_code == 403
