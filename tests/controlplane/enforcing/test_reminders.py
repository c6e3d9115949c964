"""A consumer is reminded of what a person there has to do: no connector deletes the data."""

import msgspec
import pytest

from connector.controlplane.enforcing import deadlines, performing, receipts, reminders
from connector.ports.changes import PutAgreement, RecordDuty
from connector.ports.entities import Agreement
from connector.protocol.dsp.common import Role
from tests.controlplane.agreements import ADDRESS, AGREEMENT, DATASET, DAY, USE, Clock, conclude
from tests.controlplane.enforcing.duties import DELETE, LOG
from tests.support.plane import CITY, ME
from tests.support.rooms import Rooms

TOLD = 3 * DAY
DUTY = "obligation/0"


async def receive(rooms: Rooms, *duties: object) -> Agreement:
    """Finalize an agreement of ours as the consumer."""
    document = {"@type": "Agreement", "@id": AGREEMENT, "target": DATASET, "assigner": CITY, "assignee": ME}
    agreement = Agreement(
        owner=rooms.context.owner,
        id=AGREEMENT,
        role=Role.CONSUMER,
        counterparty=CITY,
        address=ADDRESS,
        dataset=DATASET,
        negotiation_id="urn:negotiation:1",
        document=msgspec.json.encode({**document, "permission": [USE], "obligation": list(duties)}),
        evidence=b"{}",
        agreed_at=rooms.context.now(),
        finalized_at=rooms.context.now(),
    )
    first = await performing.schedule_duties(rooms.enforcer, agreement)
    await rooms.context.store.commit([PutAgreement(agreement), *first])
    return agreement


async def find(rooms: Rooms) -> list[tuple[str, str, bool]]:
    found = await reminders.list_pressing(rooms.evaluator, rooms.context.now() + TOLD)
    return [(duty.agreement, duty.duty, duty.overdue) for duty in found]


async def test_a_deletion_is_called_to_mind_days_before_its_deadline_and_until_it_is_confirmed(
    rooms: Rooms, clock: Clock
) -> None:
    agreement = await receive(rooms, DELETE, LOG)
    clock.ms += 26 * DAY
    assert await find(rooms) == []
    clock.ms += 2 * DAY
    assert await find(rooms) == [(agreement.key, DUTY, False)]
    clock.ms += 3 * DAY
    await deadlines.mark_overdue(rooms.evaluator)
    assert await find(rooms) == [(agreement.key, DUTY, True)]
    await receipts.record_receipt(rooms.evaluator, agreement.key, DUTY, "")
    assert await find(rooms) == []


@pytest.mark.parametrize("days", [28, 31])
async def test_a_provider_is_not_reminded_of_what_its_partner_has_to_do(rooms: Rooms, clock: Clock, days: int) -> None:
    await conclude(rooms, permission=[USE], obligation=[DELETE])
    clock.ms += days * DAY
    await deadlines.mark_overdue(rooms.evaluator)
    assert await find(rooms) == []


async def test_a_duty_that_was_done_in_time_is_not_called_to_mind(rooms: Rooms, clock: Clock) -> None:
    agreement = await receive(rooms, DELETE)
    clock.ms += 28 * DAY
    await receipts.record_receipt(rooms.evaluator, agreement.key, DUTY, "")
    assert await find(rooms) == []


@pytest.mark.parametrize("days", [28, 31])
async def test_many_duties_of_the_provider_hide_no_own_one(rooms: Rooms, clock: Clock, days: int) -> None:
    theirs = [{**DELETE, "assignee": CITY, "uid": f"urn:duty:{number}"} for number in range(30)]
    agreement = await receive(rooms, *theirs, {**DELETE, "uid": "urn:duty:mine"})
    clock.ms += days * DAY
    await deadlines.mark_overdue(rooms.evaluator)
    assert await find(rooms) == [(agreement.key, "urn:duty:mine", days == 31)]


async def test_an_entry_of_an_earlier_release_about_a_duty_of_the_provider_is_not_called_to_mind(
    rooms: Rooms, clock: Clock
) -> None:
    agreement = await receive(rooms, {**DELETE, "assignee": CITY, "uid": "urn:duty:theirs"})
    (known,) = await rooms.context.store.duties(rooms.context.owner, agreement.key)
    earlier = msgspec.structs.replace(known, occasion="urn:transfer:1", here=True)
    await rooms.context.store.commit([RecordDuty(earlier)])
    clock.ms += 28 * DAY
    assert [event.duty for event in await rooms.context.store.pressing(rooms.context.owner, clock.ms + TOLD, 10)]
    assert await find(rooms) == []
