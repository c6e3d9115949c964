"""Assets, catalogues, search, participants over the API."""

import pytest

from connector.ports.peer import InDoubt
from tests.support.plane import CITY, DATASET, ME, Desk

DRAFT = {"title": {"de": "Luft"}, "source": {"kind": "file", "path": "air.csv"}, "data_class": "open"}


PERSONAL = {
    "permission": [
        {
            "action": "use",
            "constraint": [
                {"leftOperand": "odrl:purpose", "operator": "isA", "rightOperand": "dpv:ImprovePublicServices"},
                {"leftOperand": "dk:legalBasis", "operator": "isA", "rightOperand": "eu-gdpr:A6-1-e"},
                {"leftOperand": "dk:role", "operator": "eq", "rightOperand": "urn:role:office"},
                {"leftOperand": "odrl:elapsedTime", "operator": "lteq", "rightOperand": "P30D"},
            ],
        }
    ],
    "obligation": [{"action": "odrl:delete"}],
}


async def test_an_asset_is_drafted_published_and_withdrawn(desk: Desk) -> None:
    async with desk.client() as client:
        drafted = await client.post("/v1/assets", json={**DRAFT, "id": "https://me.example/data/air quality"})
        assert (drafted.status_code, drafted.json()["status"]) == (201, "draft")
        # The identifier holds slashes, a colon and a space: percent-encoded it is one part of the path.
        path = "/v1/assets/https%3A%2F%2Fme.example%2Fdata%2Fair%20quality"
        assert (await client.post(f"{path}/publish")).json()["status"] == "published"
        assert (await client.get("/v1/assets", params={"status": "draft"})).json()["items"] == []
        withdrawn = (await client.post(f"{path}/withdraw")).json()
        assert (withdrawn["asset"]["status"], withdrawn["agreements"], withdrawn["running"]) == ("withdrawn", 0, 0)
        shown = (await client.get(path)).json()
    assert shown["id"] == "https://me.example/data/air quality"
    assert shown["created_at"] == "2025-11-24T16:00:00Z"


async def test_assets_come_page_by_page(desk: Desk) -> None:
    async with desk.client() as client:
        for number in range(3):
            await client.post("/v1/assets", json={**DRAFT, "id": f"urn:a:{number}"})
        first = (await client.get("/v1/assets", params={"limit": 2})).json()
        second = (await client.get("/v1/assets", params={"limit": 2, "after": first["next"]})).json()
        wrong = await client.get("/v1/assets", params={"after": "no cursor"})
    assert [entry["id"] for entry in first["items"] + second["items"]] == ["urn:a:2", "urn:a:1", "urn:a:0"]
    assert second["next"] is None
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "cursor")


async def test_an_asset_shows_where_its_data_lies_but_no_secret(desk: Desk) -> None:
    source = {"kind": "http", "url": "https://u:pw@h.example/a?key=pw", "headers": {"X-Api-Key": "pw"}}
    async with desk.client() as client:
        answer = await client.post("/v1/assets", json={**DRAFT, "source": source})
    assert answer.json()["source"] == {"kind": "http", "url": "https://h.example/a", "hidden": ["headers"]}
    assert "pw" not in answer.text


async def test_use_case_errors_become_statuses(desk: Desk) -> None:
    async with desk.client() as client:
        assert (await client.get("/v1/assets/none")).status_code == 404
        assert (await client.post("/v1/assets", json={**DRAFT, "title": {}})).status_code == 400
        await client.post("/v1/assets", json={**DRAFT, "id": "urn:a"})
        taken = await client.post("/v1/assets", json={**DRAFT, "id": "urn:a"})
        assert (taken.status_code, taken.json()["error"]["code"]) == (409, "taken")


async def test_personal_data_is_released_by_a_key_with_the_scope_admin(desk: Desk) -> None:
    async with desk.client() as client, desk.client("chief") as chief:
        await client.post("/v1/assets", json={**DRAFT, "id": "urn:a", "data_class": "personal", "policy": PERSONAL})
        assert (await client.post("/v1/assets/urn:a/publish")).status_code == 409
        assert (await client.post("/v1/assets/urn:a/publish", json={"release": True})).status_code == 403
        assert (await chief.post("/v1/assets/urn:a/publish", json={"release": True})).status_code == 200


async def test_a_catalogue_comes_page_by_page_as_the_provider_sends_it(desk: Desk) -> None:
    desk.peer.datasets = [DATASET, {**DATASET, "@id": "urn:dataset:noise"}]
    async with desk.client() as client:
        first = (await client.get("/v1/catalog", params={"participant": CITY})).json()
        second = (await client.get("/v1/catalog", params={"participant": CITY, "page": first["next"]})).json()
        one = await client.get("/v1/catalog/dataset", params={"participant": CITY, "dataset": "urn:dataset:noise"})
    assert first["items"] == [DATASET]
    assert (second["items"], second["next"]) == ([one.json()], None)


async def test_a_provider_that_cannot_be_asked_is_502_a_stranger_404(desk: Desk) -> None:
    desk.peer.failure = InDoubt(reason="no answer")
    async with desk.client() as client:
        assert (await client.get("/v1/catalog", params={"participant": CITY})).status_code == 502
        assert (await client.get("/v1/catalog", params={"participant": "https://x.example"})).status_code == 404


async def test_a_search_goes_to_the_broker_as_it_is(desk: Desk) -> None:
    async with desk.client() as client:
        answer = await client.get("/v1/search", params={"q": "Lärm", "theme": "ENVI", "offset": 20})
    assert desk.searched == [{"q": "Lärm", "theme": "ENVI", "limit": "20", "offset": "20"}]
    assert answer.json()["items"][0]["id"] == "urn:dataset:air"


async def test_the_participants_are_listed_by_identifier(desk: Desk) -> None:
    async with desk.client("reader") as client:
        first = (await client.get("/v1/participants", params={"limit": 1})).json()
        second = (await client.get("/v1/participants", params={"limit": 1, "after": first["next"]})).json()
        oneself = (await client.get("/v1/self")).json()
    assert [entry["id"] for entry in first["items"] + second["items"]] == [CITY, ME]
    assert second["next"] is None
    assert (oneself["participant"], oneself["scopes"]) == (ME, ["read"])


@pytest.mark.parametrize("path", ["/v1/catalog", "/v1/catalog/dataset?participant=x"])
async def test_what_is_missing_from_a_query_is_named(desk: Desk, path: str) -> None:
    async with desk.client() as client:
        answer = await client.get(path)
    assert answer.status_code == 422
    assert "in the query cannot be used" in answer.json()["error"]["reason"]


async def test_what_is_missing_from_an_offer_of_personal_data_is_said_in_both_languages(desk: Desk) -> None:
    async with desk.client() as client, desk.client("chief") as chief:
        await client.post("/v1/assets", json={**DRAFT, "id": "urn:a", "data_class": "personal"})
        refused = await chief.post("/v1/assets/urn:a/publish", json={"release": True})
    assert (refused.status_code, refused.json()["error"]["reasons"]["en"]) == (409, refused.json()["error"]["reason"])
    assert refused.json()["error"]["reasons"]["de"].startswith("Der Zweck fehlt.")
