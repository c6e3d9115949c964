"""Duties are performed: first when the agreement becomes final, then before each access that requires them.

A duty without an executor waits for the receipt of a person.
"""

import hashlib

from connector.controlplane.core import instants
from connector.controlplane.core.context import Context
from connector.controlplane.core.lookup import find_agreement_of
from connector.controlplane.enforcing import ledger
from connector.controlplane.enforcing.enforcer import Enforcer
from connector.controlplane.judging import judgement
from connector.controlplane.judging.judgement import Judgement
from connector.controlplane.judging.performed import is_for_a_person_here, read_parameters
from connector.language.catalogue import say_in_all
from connector.policy.compiling.compiled import Compiled, CompiledDuty, find_deadline, list_duties
from connector.policy.model.decision import DutyTask
from connector.ports.actions import Failed, Performed, Task
from connector.ports.changes import Change, RecordDuty
from connector.ports.entities import Agreement, DutyState
from connector.protocol.dsp.machines.transfer_machine import Transfer


def has_duties(agreement: Agreement) -> bool:
    """Return whether an agreement may have duties; most have none, and to compile one costs time."""
    return b"obligation" in agreement.document or b"duty" in agreement.document


async def schedule_duties(enforcer: Enforcer, agreement: Agreement) -> list[Change]:
    """Return the first entries of the duty ledger of an agreement that becomes final; each is made once."""
    if not has_duties(agreement):
        return []
    compiled = await enforcer.evaluator.library.prepare(agreement.document)
    if not isinstance(compiled, Compiled):
        return []
    agreed_at = instants.instant(agreement.agreed_at)
    changes: list[Change] = []
    for duty in list_duties(compiled):
        if duty.role not in {"obligation", "duty"}:
            # A remedy or a consequence becomes a duty by a violation.
            continue
        late = find_deadline(duty, agreed_at)
        event = ledger.make_event(
            enforcer.context,
            agreement,
            duty.duty.uid,
            DutyState.ACTIVE,
            deadline=instants.round_up(late),
            here=is_for_a_person_here(duty, enforcer.executors, enforcer.context.participant),
        )
        changes.append(RecordDuty(event))
        action = duty.duty.action[0].iri
        executor = enforcer.executors.get(action)
        if executor is None:
            continue
        outcome = executor.begin(_task(enforcer.context, agreement, duty, event.deadline))
        if isinstance(outcome, Performed):
            changes += ledger.make_entry(
                enforcer.context, agreement, duty.duty.uid, action, DutyState.FULFILLED, outcome.evidence
            )
    return changes


async def permit_transfer(enforcer: Enforcer, process: Transfer, *, in_use: bool = False) -> Judgement:
    """Decide whether the bytes of a transfer may leave now, after the executors performed the duties that are due.

    A duty that fails denies the access: an access that cannot be logged or notified does not take place.
    """
    verdict = await judgement.judge_access(enforcer.evaluator, process, in_use=in_use)
    due = [task for task in verdict.duties if task.action in enforcer.executors]
    if not due:
        return verdict
    agreement = await find_agreement_of(enforcer.context, process)
    compiled = await enforcer.evaluator.library.prepare(agreement.document) if agreement else None
    if agreement is None or not isinstance(compiled, Compiled):
        return verdict
    performed = False
    for task in due:
        found = next(duty for duty in list_duties(compiled) if duty.duty.uid == task.uid)
        if task.role == "duty" and task.state == "violated" and not found.consequences:
            # Too late: to perform it now opens no access.
            continue
        outcome = await _perform(enforcer, agreement, found, task, process.id)
        if isinstance(outcome, Failed):
            texts = say_in_all("processes.duty-failed", reason=outcome.reason)
            failure = {**verdict.record, "verdict": "deny", "reasons": ["duty-failed"], "duty": task.uid}
            return Judgement(denied=True, reasons=texts, record=failure)
        performed = performed or isinstance(outcome, Performed)
    return await judgement.judge_access(enforcer.evaluator, process, in_use=in_use) if performed else verdict


async def _perform(
    enforcer: Enforcer, agreement: Agreement, duty: CompiledDuty, due: DutyTask, occasion: str
) -> Performed | Failed | None:
    """Perform a duty for a transfer; its entry is in the ledger and the audit log before the access is decided."""
    late = instants.round_up(due.deadline)
    outcome = await enforcer.executors[due.action].perform(_task(enforcer.context, agreement, duty, late, occasion))
    if isinstance(outcome, Performed):
        await enforcer.context.store.commit(
            ledger.make_entry(
                enforcer.context,
                agreement,
                due.uid,
                due.action,
                DutyState.FULFILLED,
                outcome.evidence,
                occasion=occasion,
            )
        )
        return outcome
    return outcome if isinstance(outcome, Failed) else None


def _task(context: Context, agreement: Agreement, duty: CompiledDuty, late: int | None, occasion: str = "") -> Task:
    named = f"{agreement.owner}\n{agreement.key}\n{duty.duty.uid}\n{occasion}"
    return Task(
        key=hashlib.sha256(named.encode()).hexdigest(),
        owner=agreement.owner,
        agreement_id=agreement.id,
        duty=duty.duty.uid,
        action=duty.duty.action[0].iri,
        role=agreement.role,
        participant=context.participant,
        counterparty=agreement.counterparty,
        dataset=agreement.dataset,
        at=context.now(),
        occasion=occasion,
        deadline=late,
        parameters=read_parameters(duty),
    )
