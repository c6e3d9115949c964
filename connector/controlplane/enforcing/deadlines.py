"""Deadlines of duties: a duty that is not fulfilled in time is violated, and its consequences become active."""

import msgspec

from connector.controlplane.core import instants
from connector.controlplane.core.context import Context
from connector.controlplane.enforcing import ledger
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.performed import is_for_a_person_here
from connector.policy.compiling.compiled import Compiled, find_deadline, list_duties
from connector.ports.changes import Change, RecordDuty
from connector.ports.entities import DutyEvent, DutyState

BATCH = 100


async def mark_overdue(evaluator: Evaluator) -> int:
    """Record every duty whose deadline has passed as violated, with its consequences as new duties; return how many."""
    count = 0
    while True:
        found = await evaluator.context.store.overdue(evaluator.context.owner, evaluator.context.now(), BATCH)
        for event in found:
            await evaluator.context.store.commit(await _record_violation(evaluator, event))
        count += len(found)
        if len(found) < BATCH:
            return count


async def _record_violation(evaluator: Evaluator, event: DutyEvent) -> list[Change]:
    agreement = await evaluator.context.store.agreement(event.owner, event.agreement_id)
    compiled = await evaluator.library.prepare(agreement.document) if agreement else None
    duty = None
    if isinstance(compiled, Compiled):
        duty = next((duty for duty in list_duties(compiled) if duty.duty.uid == event.duty), None)
    if agreement is None or duty is None:
        # Nothing is known of the duty any more: it is overdue all the same.
        return [RecordDuty(_to_violated(evaluator.context, event))]
    evidence = {"deadline": instants.instant(event.deadline or event.at).isoformat()}
    changes = ledger.make_entry(
        evaluator.context, agreement, event.duty, duty.duty.action[0].iri, DutyState.VIOLATED, evidence
    )
    for consequence in duty.consequences:
        late = instants.round_up(find_deadline(consequence, instants.instant(agreement.agreed_at)))
        here = is_for_a_person_here(consequence, evaluator.library.executors, evaluator.context.participant)
        active = ledger.make_event(
            evaluator.context, agreement, consequence.duty.uid, DutyState.ACTIVE, deadline=late, here=here
        )
        changes.append(RecordDuty(active))
    return changes


def _to_violated(context: Context, event: DutyEvent) -> DutyEvent:
    return msgspec.structs.replace(event, state=DutyState.VIOLATED, at=context.now(), deadline=None)
