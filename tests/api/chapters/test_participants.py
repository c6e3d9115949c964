"""The participant list and the connector itself over the API."""

from tests.support.plane import CITY, ME, Desk


async def test_the_participants_are_listed_by_identifier(desk: Desk) -> None:
    async with desk.client("reader") as client:
        first = (await client.get("/v1/participants", params={"limit": 1})).json()
        second = (await client.get("/v1/participants", params={"limit": 1, "after": first["next"]})).json()
        oneself = (await client.get("/v1/self")).json()
    assert [entry["id"] for entry in first["items"] + second["items"]] == [CITY, ME]
    assert second["next"] is None
    assert (oneself["participant"], oneself["scopes"]) == (ME, ["read"])
