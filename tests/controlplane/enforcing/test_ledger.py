"""Entries of the duty ledger, each with its audit leaf."""

from connector.controlplane.enforcing import ledger
from connector.ports.changes import AppendLeaf, RecordDuty
from connector.ports.entities import DutyState
from tests.controlplane.agreements import USE, conclude
from tests.controlplane.enforcing.duties import LOG
from tests.support.rooms import Rooms


async def test_a_note_is_part_of_the_ledger_and_not_of_the_audit_log(rooms: Rooms) -> None:
    agreement = await conclude(rooms, permission=[USE], obligation=[LOG])
    entry, leaf = ledger.make_entry(
        rooms.context, agreement, "obligation/0", "dk:log", DutyState.FULFILLED, {"by": "receipt"}, {"note": "private"}
    )
    assert isinstance(entry, RecordDuty)
    assert isinstance(leaf, AppendLeaf)
    assert b"private" in entry.event.evidence
    assert b"private" not in leaf.leaf.body
