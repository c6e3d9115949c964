"""The duties of this participant as a consumer that a person has to do soon, or should have done."""

import msgspec

from connector.controlplane.enforcing import receipts
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.entities import DutyState

# So many entries of the ledger are read: whoever has more sees the most pressing ones.
MOST_READ = 20


class PressingDuty(msgspec.Struct, frozen=True, kw_only=True):
    """A duty with the key of its agreement and its deadline (ms), which has passed if it is `overdue`."""

    agreement: str
    duty: str
    deadline: int | None
    overdue: bool


async def list_pressing(evaluator: Evaluator, until: int) -> list[PressingDuty]:
    """Return the duties that a person here has to confirm and that are overdue, or due until then (ms)."""
    context = evaluator.context
    events = await context.store.pressing(context.owner, until, MOST_READ)
    found = []
    for key in dict.fromkeys(event.agreement_id for event in events):
        named = {event.duty for event in events if event.agreement_id == key}
        for standing in await receipts.list_standings(evaluator, key):
            # Entries of an earlier release do not say whose duty it is.
            mine = standing.by_person and standing.assignee == context.participant
            if standing.duty in named and mine and standing.state in {DutyState.ACTIVE, DutyState.VIOLATED}:
                overdue = standing.state == DutyState.VIOLATED
                found.append(
                    PressingDuty(agreement=key, duty=standing.duty, deadline=standing.deadline, overdue=overdue)
                )
    return sorted(found, key=lambda duty: (not duty.overdue, duty.deadline or 0))
