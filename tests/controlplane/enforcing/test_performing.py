"""Duties are performed when the agreement becomes final and before an access."""

import msgspec

from connector.controlplane.enforcing import performing, receipts
from connector.policy.model.policy import DK
from connector.ports.entities import PageBounds
from tests.controlplane.agreements import (
    AGREEMENT,
    DAY,
    USE,
    Clock,
    atom,
    conclude,
    requested,
)
from tests.controlplane.enforcing.duties import DELETE, LOG, NOTICE, Flaky, states
from tests.support.plane import NOW
from tests.support.rooms import Rooms


async def test_an_agreement_begins_its_ledger_once(rooms: Rooms, clock: Clock) -> None:
    agreement = await conclude(rooms, permission=[USE], obligation=[DELETE, NOTICE, {"action": "odrl:nextPolicy"}])
    before = await rooms.context.store.duties(rooms.context.owner, AGREEMENT)
    await rooms.context.store.commit(await performing.schedule_duties(rooms.enforcer, agreement))
    assert await rooms.context.store.duties(rooms.context.owner, AGREEMENT) == before
    clock.ms += 1
    assert await states(rooms) == {
        "delete": "active",
        "attribute": "fulfilled",
        "nextPolicy": "active",
        "compensate": "inactive",
    }
    delete, notice, *_ = await receipts.list_standings(rooms.evaluator, AGREEMENT)
    assert delete.deadline == NOW + 30 * DAY + 1
    assert msgspec.json.decode(notice.events[-1].evidence) == {"accepted": "Stadt, Open Data"}


async def test_a_log_is_written_for_each_transfer_before_it_is_permitted(rooms: Rooms) -> None:
    await conclude(rooms, permission=[USE], obligation=[LOG])
    for transfer in ("urn:transfer:1", "urn:transfer:1", "urn:transfer:2"):
        assert not (await performing.permit_transfer(rooms.enforcer, requested(rooms, transfer))).denied
    leaves, _ = await rooms.context.store.leaves(rooms.context.owner, PageBounds())
    logged = [msgspec.json.decode(leaf.body)["fields"] for leaf in leaves]
    assert [entry["transfer"] for entry in logged] == ["urn:transfer:1", "urn:transfer:2"]
    assert logged[0]["evidence"]["dataset"] == "urn:dataset:air"


async def test_a_duty_that_comes_first_is_performed_first(rooms: Rooms) -> None:
    await conclude(rooms, permission=[{**USE, "duty": [LOG]}])
    assert not (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied
    assert (await performing.permit_transfer(rooms.but(actions={}).enforcer, requested(rooms, "urn:other"))).denied


async def test_a_duty_that_fails_denies_and_is_tried_again_by_the_next_transfer(rooms: Rooms) -> None:
    flaky = Flaky("The archive is full.", "The archive is still full.")
    rooms = rooms.but(actions={DK + "log": flaky})
    wanted = requested(rooms)
    for name, terms in (
        ("urn:a:1", {"permission": [USE], "obligation": [LOG]}),
        ("urn:a:2", {"permission": [{**USE, "duty": [LOG]}]}),
    ):
        agreement = await conclude(rooms, id=name, **terms)
        wanted = msgspec.structs.replace(wanted, agreement_id=agreement.id)
        verdict = await performing.permit_transfer(rooms.enforcer, wanted)
        assert verdict.denied
        assert "full" in verdict.reason
        assert verdict.record["reasons"] == ["duty-failed"]
    assert not (await performing.permit_transfer(rooms.enforcer, wanted)).denied
    assert flaky.keys[1] == flaky.keys[2] != flaky.keys[0]


async def test_a_duty_of_a_person_denies_until_its_receipt(rooms: Rooms, clock: Clock) -> None:
    await conclude(rooms, permission=[{**USE, "duty": [{"action": "odrl:compensate"}]}])
    assert (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied
    await receipts.record_receipt(rooms.evaluator, AGREEMENT, "permission/0/duty/0", "invoice 7")
    assert not (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied


async def test_nobody_is_notified_of_an_access_that_is_denied_anyway(rooms: Rooms) -> None:
    flaky = Flaky()
    rooms = rooms.but(actions={DK + "log": flaky})
    over = atom("odrl:dateTime", "lt", {"@value": "2020-01-01T00:00:00Z", "@type": "xsd:dateTime"})
    await conclude(rooms, permission=[{**USE, "constraint": [over], "duty": [LOG]}], obligation=[LOG])
    assert (await performing.permit_transfer(rooms.enforcer, requested(rooms))).denied
    assert flaky.keys == []
