"""The data planes of a connector over the management API: who may change them, and what is said without a listener."""

import pytest

from tests.api.conftest import Desk
from tests.support.planes import PLANE, Register


@pytest.fixture
def register(desk: Desk) -> Register:
    desk.planes = made = Register()
    desk.serve(desk.rooms)
    return made


async def test_planes_are_listed_added_drained_and_removed(desk: Desk, register: Register) -> None:
    async with desk.client("chief") as http:
        assert (await http.get("/v1/dataplanes")).json()[0]["id"] == PLANE.id
        order = {"endpoint": PLANE.endpoint, "key": "secret", "labels": ["gold"]}
        added = await http.post("/v1/dataplanes", json=order)
        assert (added.status_code, "secret" in added.text) == (201, False)
        drained = await http.post("/v1/dataplanes/urn:plane:1/drain", json={})
        assert drained.json()["state"] == "draining"
        assert (await http.post("/v1/dataplanes/urn:x/drain", json={})).status_code == 404
        assert (await http.delete("/v1/dataplanes/urn:plane:1?force=true")).status_code == 200
    assert register.orders[-1] is True


async def test_only_an_admin_changes_them(desk: Desk, register: Register) -> None:
    async with desk.client("writer") as http:
        assert (await http.get("/v1/dataplanes")).status_code == 200
        assert (await http.post("/v1/dataplanes", json={"endpoint": PLANE.endpoint})).status_code == 403
        assert (await http.delete("/v1/dataplanes/urn:plane:1")).status_code == 403
    assert register.orders == []


async def test_without_a_listener_there_are_none_and_the_setting_is_named(desk: Desk) -> None:
    async with desk.client("chief") as http:
        assert (await http.get("/v1/dataplanes")).json() == []
        refused = await http.post("/v1/dataplanes", json={"endpoint": PLANE.endpoint, "key": "k"})
    assert (refused.status_code, "signaling.port" in refused.json()["error"]["reason"]) == (409, True)
