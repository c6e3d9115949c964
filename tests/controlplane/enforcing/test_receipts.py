"""The state of duties, and receipts of persons."""

import pytest

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.enforcing import receipts
from connector.ports.entities import DutyState, PageBounds
from tests.controlplane.agreements import (
    AGREEMENT,
    USE,
    conclude,
    provider,
)
from tests.controlplane.enforcing.duties import DELETE, LOG, OURS
from tests.support.plane import Desk
from tests.support.rooms import Rooms


async def test_a_receipt_fulfils_a_duty_and_a_repeat_changes_nothing(rooms: Rooms) -> None:
    await conclude(rooms, permission=[USE], obligation=[DELETE, LOG])
    found = await receipts.record_receipt(rooms.evaluator, AGREEMENT, "obligation/0", "deleted by Ms Example")
    assert (found.state, found.events[-1].state) == ("fulfilled", DutyState.FULFILLED)
    assert await receipts.record_receipt(rooms.evaluator, AGREEMENT, "obligation/0", "again") == found
    leaves, _ = await rooms.context.store.leaves(rooms.context.owner, PageBounds())
    assert [leaf.kind for leaf in leaves] == ["duty fulfilled"]
    assert b"Example" not in leaves[0].body, "a note may name a person"
    with pytest.raises(NoSuchEntity):
        await receipts.record_receipt(rooms.evaluator, AGREEMENT, "obligation/9", "")
    with pytest.raises(NotAllowed):
        await receipts.record_receipt(rooms.evaluator, AGREEMENT, "obligation/1", "")
    with pytest.raises(NoSuchEntity):
        await receipts.record_receipt(rooms.evaluator, "urn:unknown", "obligation/0", "")


async def test_the_api_shows_duties_and_takes_receipts(desk: Desk) -> None:
    rooms = provider(desk.rooms, actions=OURS)
    desk.serve(rooms)
    await conclude(rooms, permission=[USE], obligation=[DELETE])
    async with desk.client() as client:
        path = f"/v1/agreements/{AGREEMENT}/duties"
        shown = (await client.get(path)).json()
        assert (shown[0]["id"], shown[0]["state"], shown[0]["by_person"]) == ("obligation/0", "active", True)
        confirmed = await client.post(f"{path}/obligation/0/receipt", json={"note": "done"})
        assert (confirmed.status_code, confirmed.json()["state"]) == (200, "fulfilled")
        assert confirmed.json()["events"][-1]["evidence"] == {"by": "receipt", "note": "done"}
        assert (await client.post(f"{path}/none/receipt", json={})).status_code == 404
        assert (await client.get("/v1/agreements/none/duties")).status_code == 404
        assert (await client.get(f"/v1/agreements/{AGREEMENT}")).json()["id"] == AGREEMENT
    async with desk.client("reader") as client:
        assert (await client.post(f"{path}/obligation/0/receipt", json={})).status_code == 403
