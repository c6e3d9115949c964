"""What an auditor asks for: uses with their parties and purposes, and the log with its proofs."""

import pytest

from connector.audit.export import verify_export
from connector.controlplane.core import commits
from connector.controlplane.core.errors import Invalid
from connector.controlplane.usecases import records
from connector.ports.changes import AddUsage
from connector.ports.entities import CountedUse, PageBounds
from tests.controlplane.agreements import AGREEMENT, DATASET, USE, atom, conclude, provider, publish
from tests.support.plane import CITY, NOW, OWNER, Desk


async def test_each_use_names_who_used_what_when_and_for_which_purpose(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    await publish(rooms, {"kind": "file"})
    purposes = atom("odrl:purpose", "isAnyOf", ["dpv:AcademicResearch", "dpv:Marketing"])
    await conclude(rooms, permission=[{**USE, "constraint": [purposes]}])
    use = CountedUse(
        owner=OWNER,
        agreement_id=AGREEMENT,
        flow_id="urn:t:1",
        counterparty=CITY,
        dataset=DATASET,
        providing=True,
        at=NOW,
    )
    await rooms.context.store.commit([AddUsage(OWNER, AGREEMENT, uses=1, use=use)])
    (found,), after = await records.list_uses(rooms.evaluator, PageBounds(), agreement_id=AGREEMENT)
    assert after is None
    assert (found.use, found.counterparty_name, bool(found.title)) == (use, "City", True)
    assert [purpose.rpartition("#")[2] for purpose in found.purposes] == ["AcademicResearch", "Marketing"]


async def test_the_export_of_the_log_proves_itself(desk: Desk) -> None:
    rooms = provider(desk.rooms)
    for number in range(3):
        await rooms.context.store.commit([commits.record(rooms.context, "event begun", f"urn:e:{number}", {})])
    lines = await records.export_audit(rooms.context, 0, NOW + 1)
    proven = verify_export(line.encode() for line in lines)
    assert (proven.owner, len(proven.bodies)) == (OWNER, 3)
    with pytest.raises(Invalid, match="exchange the two"):
        await records.export_audit(rooms.context, 5, 4)
