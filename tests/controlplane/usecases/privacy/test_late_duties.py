"""Late duties: who owes what, since when, until it is done."""

from connector.controlplane.enforcing import deadlines, receipts
from connector.controlplane.usecases.privacy import late_duties
from connector.ports.entities import PageBounds
from tests.controlplane.agreements import AGREEMENT, DAY, USE, Clock, conclude, provider, publish, within
from tests.support.plane import CITY, ME, Desk


async def test_a_deletion_is_late_from_its_deadline_until_somebody_confirms_it(desk: Desk) -> None:
    clock = Clock()
    rooms = provider(desk.rooms, clock)
    await publish(rooms, {"kind": "file"})
    duties = [
        {"action": "delete", "constraint": [within(30)], "assignee": CITY},
        {"action": "inform", "constraint": [within(40)], "assignee": ME},
    ]
    agreement = await conclude(rooms, permission=[USE], obligation=duties)
    clock.ms += 31 * DAY
    await deadlines.mark_overdue(rooms.evaluator)
    (late,), following = await late_duties.list_late(rooms.evaluator, PageBounds())
    assert (late.here, following, late.agreement.agreement) == (False, None, agreement)
    assert late.duty.action.endswith("delete")
    assert agreement.agreed_at + 30 * DAY <= late.since <= agreement.agreed_at + 30 * DAY + 1000
    await receipts.record_receipt(rooms.evaluator, AGREEMENT, late.duty.duty, "letter", by="p.schutz")
    assert (await late_duties.list_late(rooms.evaluator, PageBounds()))[0] == []
    clock.ms += 10 * DAY
    await deadlines.mark_overdue(rooms.evaluator)
    (own,), _ = await late_duties.list_late(rooms.evaluator, PageBounds())
    assert own.here
