"""The data planes of a connector over the management API: who may change them, and what is said without a listener."""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
import pytest

from connector.api.management import make_management_app
from connector.controlplane.core.errors import NoSuchEntity
from connector.views.planes import DataPlaneOrder, DataPlaneView, PlaneState
from tests.api.conftest import Desk
from tests.support.plane import KEYS

PLANE = DataPlaneView(
    id="urn:plane:1", endpoint="https://plane.example:7084", state=PlaneState.ACTIVE, profiles=("p",),
    labels=("gold",), leases=True, flows=2, registered_at=datetime(2026, 11, 1, tzinfo=UTC),
)  # fmt: skip


class Register:
    """`ports.planes.PlaneRegister` with one plane; `orders` are what was asked of it."""

    def __init__(self) -> None:
        self.orders: list[object] = []

    async def list(self) -> Sequence[DataPlaneView]:
        return (PLANE,)

    async def add(self, order: DataPlaneOrder) -> DataPlaneView:
        self.orders.append(order)
        return PLANE

    async def drain(self, id: str, drain: bool) -> DataPlaneView:
        if id != PLANE.id:
            raise NoSuchEntity("no-data-plane", f"Unknown data plane {id}: list them to find its identifier.")
        return msgspec.structs.replace(PLANE, state=PlaneState.DRAINING if drain else PlaneState.ACTIVE)

    async def remove(self, id: str, *, force: bool = False) -> DataPlaneView:
        self.orders.append(force)
        return PLANE


@pytest.fixture
def register(desk: Desk) -> Register:
    made = Register()
    desk.values = msgspec.structs.replace(desk.values, planes=made)
    from connector.api.frame.auth import ApiKey
    from tests.support.plane import _sha256

    keys = [ApiKey(id=name, sha256=_sha256(name), scopes=(scope,)) for name, scope in KEYS.items()]  # type: ignore[arg-type]
    desk.app = make_management_app(desk.values, keys=keys)
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
