"""Assets over the API: drafted, published, withdrawn, and the description of their records."""

from tests.api.calls import DRAFT
from tests.support.plane import Desk

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
STATED = {"legal_basis": ["eu-gdpr:A6-1-e"]}


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


async def test_personal_data_is_released_by_a_key_with_the_scope_admin(desk: Desk) -> None:
    async with desk.client() as client, desk.client("chief") as chief:
        order = {**DRAFT, "id": "urn:a", "data_class": "personal", "policy": PERSONAL, "stated": STATED}
        await client.post("/v1/assets", json=order)
        assert (await client.post("/v1/assets/urn:a/publish")).status_code == 409
        assert (await client.post("/v1/assets/urn:a/publish", json={"release": True})).status_code == 403
        assert (await chief.post("/v1/assets/urn:a/publish", json={"release": True})).status_code == 200


async def test_what_is_missing_from_an_offer_of_personal_data_is_said_in_both_languages(desk: Desk) -> None:
    async with desk.client() as client, desk.client("chief") as chief:
        await client.post("/v1/assets", json={**DRAFT, "id": "urn:a", "data_class": "personal"})
        refused = await chief.post("/v1/assets/urn:a/publish", json={"release": True})
    assert (refused.status_code, refused.json()["error"]["reasons"]["en"]) == (409, refused.json()["error"]["reason"])
    assert refused.json()["error"]["reasons"]["de"].startswith("Der Zweck fehlt.")


async def test_an_asset_says_how_its_records_are_read(desk: Desk) -> None:
    records = {"format": "csv", "facts": {"dk:recordRegion": "land"}, "subject": "id", "groups": ["district"]}
    draft = {"title": {"de": "Fahrten"}, "source": {"kind": "file", "path": "a.csv"}, "media_type": "text/csv"}
    async with desk.client() as client:
        kept = (await client.post("/v1/assets", json={**draft, "records": records})).json()
        plain = (await client.post("/v1/assets", json=draft)).json()
        for wrong in ({"format": "xml"}, {"format": "csv", "typo": 1}, {"format": "json"}, {"subject": "id"}):
            answer = await client.post("/v1/assets", json={**draft, "records": wrong})
            assert answer.status_code in {400, 422}, answer.text
    region = "https://w3id.org/datenkontor/policy/1#recordRegion"
    assert kept["records"] == {**records, "facts": {region: "land"}}
    assert plain["records"] is None


async def test_an_asset_is_changed_and_removed(desk: Desk) -> None:
    async with desk.client() as client:
        await client.post("/v1/assets", json={**DRAFT, "id": "urn:a", "title": {"de": "Luft"}})
        changed = await client.patch("/v1/assets/urn:a", json={"change": {"title": {"en": "Air"}, "licence": "urn:l"}})
        assert (changed.status_code, changed.json()["title"]) == (200, {"de": "Luft", "en": "Air"})
        assert (await client.get("/v1/assets/urn:a")).json()["licence"] == "urn:l"
        refused = await client.patch("/v1/assets/urn:a", json={"change": {"colour": "blue"}})
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "change")
        assert (await client.patch("/v1/assets/urn:b", json={"change": {"licence": None}})).status_code == 404
        assert (await client.delete("/v1/assets/urn:a")).json()["id"] == "urn:a"
        assert (await client.get("/v1/assets/urn:a")).status_code == 404
        assert (await client.delete("/v1/assets/urn:a")).status_code == 404


async def test_a_change_to_personal_data_is_released_by_a_key_with_the_scope_admin(desk: Desk) -> None:
    change = {"change": {"data_class": "personal", "policy": PERSONAL, "stated": STATED}, "release": True}
    async with desk.client() as client, desk.client("chief") as chief:
        await client.post("/v1/assets", json={**DRAFT, "id": "urn:a"})
        await client.post("/v1/assets/urn:a/publish")
        assert (await client.patch("/v1/assets/urn:a", json=change)).status_code == 403
        assert (await chief.patch("/v1/assets/urn:a", json=change)).json()["data_class"] == "personal"
