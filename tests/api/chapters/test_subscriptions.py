"""Subscriptions over the API."""

from tests.controlplane.usecases.subscribing.orders import AGREEMENT, Household
from tests.support.plane import Desk


async def test_a_subscription_is_ordered_by_the_key_that_came_and_seen_without_a_secret(desk: Desk) -> None:
    await Household(desk).agree()
    order = {"agreement": AGREEMENT, "every": "week", "at": "06:30", "weekday": 7}
    sink = {"kind": "http", "url": "https://user:secret@gis.example/load?key=1", "headers": {"X-Key": "secret"}}
    async with desk.client() as client:
        made = await client.post("/v1/subscriptions", json={**order, "sink": sink})
        shown = (await client.get(f"/v1/subscriptions/{made.json()['id']}")).json()
        listed = (await client.get("/v1/subscriptions", params={"agreement": AGREEMENT, "limit": 1})).json()
        others = (await client.get("/v1/subscriptions", params={"state": "ended"})).json()
    assert made.status_code == 201
    assert (shown["at"], shown["weekday"], shown["state"], shown["outcome"]) == ("06:30", 7, "active", None)
    assert "secret" not in made.text
    assert listed == {"items": [shown], "next": None}
    assert others["items"] == []
    stored = await desk.store.subscription("default", shown["id"])
    assert stored is not None
    assert stored.by == "writer"


async def test_a_subscription_is_paused_resumed_run_and_removed(desk: Desk) -> None:
    await Household(desk).agree()
    async with desk.client() as client:
        made = (await client.post("/v1/subscriptions", json={"agreement": AGREEMENT})).json()
        path = f"/v1/subscriptions/{made['id']}"
        paused = (await client.post(f"{path}/pause")).json()
        early = await client.post(f"{path}/run", json={})
        resumed = (await client.post(f"{path}/resume")).json()
        ran = await client.post(f"{path}/run", json={"anyway": True})
        removed = await client.delete(path)
        gone = await client.get(path)
    assert (paused["state"], paused["next_at"], resumed["state"]) == ("paused", None, "active")
    assert (early.status_code, ran.status_code, removed.status_code, gone.status_code) == (409, 200, 200, 404)


async def test_an_order_that_makes_no_sense_is_refused(desk: Desk) -> None:
    async with desk.client() as client:
        for wrong in ({"at": "25:00"}, {"weekday": 0}, {"every": "minute"}, {"at": "06:30:00"}):
            answer = await client.post("/v1/subscriptions", json={"agreement": AGREEMENT, **wrong})
            assert answer.status_code == 422
    async with desk.client("reader") as client:
        assert (await client.post("/v1/subscriptions", json={"agreement": AGREEMENT})).status_code == 403
