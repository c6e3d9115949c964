"""Declared events over the API."""

from tests.support.plane import Desk


async def test_events_are_declared_by_the_key_that_came(desk: Desk) -> None:
    async with desk.client() as client:
        begun = (await client.post("/v1/events/begin", json={"name": "dk:emergency"})).json()
        over = (await client.post("/v1/events/end", json={"name": "dk:emergency"})).json()
        listed = (await client.get("/v1/events")).json()
        never = await client.post("/v1/events/end", json={"name": "dk:fair"})
    assert (begun["going_on"], over["going_on"], begun["by"]) == (True, False, "writer")
    assert listed == [over]
    assert never.status_code == 404
