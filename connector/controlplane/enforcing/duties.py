"""Duties of agreements: kept in a ledger, performed before access where that is possible here, overdue at a deadline.

An entry is made when the agreement is finalized, when a duty is performed for a transfer, when a person confirms that
it was done, and when its deadline passes. A new kind of action is a file in the package `executors` and a line in the
function of that name.
"""

import hashlib
from collections.abc import Iterator, Sequence
from decimal import Decimal

import msgspec

from connector.controlplane.core.commits import record
from connector.controlplane.core.context import Context
from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.enforcing.enforcing import Enforcing
from connector.controlplane.enforcing.executors.attribution import Attribution
from connector.controlplane.enforcing.executors.delete import Delete
from connector.controlplane.enforcing.executors.log import Log
from connector.controlplane.enforcing.executors.notify import Notify
from connector.controlplane.judging import facts, judgement, situations
from connector.controlplane.judging.facts import Situation
from connector.controlplane.judging.judgement import Judgement
from connector.controlplane.judging.judging import Judging
from connector.net.client import GuardedClient
from connector.policy.compiling.checks import leaves
from connector.policy.compiling.compile import Compiled, CompiledDuty, deadline
from connector.policy.deciding.tasks import find_standing
from connector.policy.model.decision import DutyTask, Request
from connector.policy.model.literals import lexical
from connector.policy.model.model import DK, ODRL, AtomicConstraint, Number
from connector.ports.actions import Executor, Failed, Performed, Task
from connector.ports.changes import Change, RecordDuty
from connector.ports.entities import Agreement, DutyEvent, DutyState
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import Transfer

BATCH = 100
_DONE = frozenset({DutyState.FULFILLED, DutyState.SETTLED})


class DutySummary(msgspec.Struct, frozen=True, kw_only=True):
    """Where a duty of an agreement stands; `state` is `inactive` as long as its conditions are not met."""

    duty: str
    role: str
    action: str
    state: str
    assignee: str
    deadline: int | None
    by_person: bool
    events: tuple[DutyEvent, ...]


def build_executors(client: GuardedClient) -> dict[str, Executor]:
    """Return what performs duties, by the IRI of the action; every other action waits for a person's receipt."""
    return {
        DK + "log": Log(),
        ODRL + "inform": Notify(client),
        ODRL + "delete": Delete(),
        ODRL + "attribute": Attribution(),
    }


def schedule_duties(enforcing: Enforcing, agreement: Agreement) -> list[Change]:
    """Return the first entries of the ledger of an agreement that is being finalized, each made once."""
    if b"obligation" not in agreement.document and b"duty" not in agreement.document:
        # Most agreements oblige to nothing, and every agreement is a document of its own to compile.
        return []
    compiled = enforcing.judging.library.compile(agreement.document)
    if not isinstance(compiled, Compiled):
        return []
    agreed_at = facts.instant(agreement.agreed_at)
    changes: list[Change] = []
    for duty in _list_first(compiled):
        late = deadline(duty, agreed_at)
        event = _event(enforcing.context, agreement, duty.duty.uid, DutyState.ACTIVE, deadline=facts.milliseconds(late))
        changes.append(RecordDuty(event))
        action = duty.duty.action[0].iri
        executor = enforcing.actions.get(action)
        if executor is None:
            continue
        outcome = executor.begin(_task(enforcing.context, agreement, duty, event.deadline))
        if isinstance(outcome, Performed):
            changes += _entry(
                enforcing.context, agreement, duty.duty.uid, action, DutyState.FULFILLED, outcome.evidence
            )
    return changes


async def permit_transfer(enforcing: Enforcing, process: Transfer, *, in_use: bool = False) -> Judgement:
    """Decide whether the bytes of a transfer may leave now, having performed the duties that are ours to perform.

    A duty that fails denies: what could not be logged or notified does not happen.
    """
    verdict = await judgement.judge_access(enforcing.judging, process, in_use=in_use)
    due = [task for task in verdict.duties if task.action in enforcing.actions]
    if not due:
        return verdict
    agreement = await enforcing.context.store.agreement(process.owner, process.agreement_id)
    compiled = enforcing.judging.library.compile(agreement.document) if agreement else None
    if agreement is None or not isinstance(compiled, Compiled):
        return verdict
    performed = False
    for task in due:
        found = next(duty for duty in _list_all(compiled) if duty.duty.uid == task.uid)
        outcome = await _perform(enforcing, agreement, found, task, process.id)
        if isinstance(outcome, Failed):
            told = {"de": f"Eine Pflicht des Vertrags ließ sich nicht erfüllen. {outcome.reason}", "en": outcome.reason}
            failure = {**verdict.record, "verdict": "deny", "reasons": ["duty-failed"], "duty": task.uid}
            return Judgement(denied=True, reasons=told, record=failure)
        performed = performed or isinstance(outcome, Performed)
    return await judgement.judge_access(enforcing.judging, process, in_use=in_use) if performed else verdict


async def list_standings(judging: Judging, agreement_id: str) -> list[DutySummary]:
    """Return where each duty of an agreement stands, in the order of its policy. Raises NotFound."""
    agreement = await judging.context.store.agreement(judging.context.owner, agreement_id)
    if agreement is None:
        raise NoSuchEntity("no-agreement", f"There is no agreement {agreement_id}: list them to see which there are.")
    compiled = judging.library.compile(agreement.document)
    if not isinstance(compiled, Compiled):
        return []
    ledger = await judging.context.store.duties(judging.context.owner, agreement_id)
    situation = Situation(
        participant=agreement.counterparty if agreement.role is Role.PROVIDER else judging.context.participant,
        claims=situations.parse_claims(agreement.evidence),
        agreed_at=agreement.agreed_at,
        performed=facts.find_performed(ledger, ""),
    )
    return [_find_standing(judging, compiled, agreement, duty, situation, ledger) for duty in _list_all(compiled)]


async def record_receipt(judging: Judging, agreement_id: str, duty: str, note: str) -> DutySummary:
    """Record a person's word that a duty was done; a repeat changes nothing. Raises NotFound, NotAllowed.

    The note stays in the ledger; the audit log, which is shown to others, tells the fact alone.
    """
    known = next((entry for entry in await list_standings(judging, agreement_id) if entry.duty == duty), None)
    if known is None:
        raise NoSuchEntity("no-duty", f"The agreement has no duty {duty}: list its duties to see which there are.")
    if not known.by_person:
        raise NotAllowed(
            "performed-here", "This duty is performed by the connector itself: there is nothing to confirm."
        )
    agreement = await judging.context.store.agreement(judging.context.owner, agreement_id)
    if known.state not in {*_DONE} and agreement is not None:
        state = DutyState.SETTLED if known.state == DutyState.VIOLATED else DutyState.FULFILLED
        kept = {"note": note} if note else {}
        await judging.context.store.commit(
            _entry(judging.context, agreement, duty, known.action, state, {"by": "receipt"}, kept)
        )
    return next(entry for entry in await list_standings(judging, agreement_id) if entry.duty == duty)


def settle_paid(judging: Judging, agreement: Agreement, amount: Decimal, ledger: Sequence[DutyEvent]) -> list[Change]:
    """Return the entries of what obliges to pay and is fulfilled now that so much was paid in all, each made once."""
    compiled = judging.library.compile(agreement.document)
    changes: list[Change] = []
    for duty in _list_all(compiled) if isinstance(compiled, Compiled) else ():
        uid, action = duty.duty.uid, duty.duty.action[0].iri
        said = {event.state for event in ledger if event.duty == uid}
        if action == facts.COMPENSATE and not said & _DONE and _price(duty) <= amount:
            state = DutyState.SETTLED if DutyState.VIOLATED in said else DutyState.FULFILLED
            changes += _entry(judging.context, agreement, uid, action, state, {"by": "payment"})
    return changes


def _price(duty: CompiledDuty) -> Decimal:
    """Return what a duty to pay asks for, zero where it leaves that to the invoice."""
    entries = (*duty.parameters, *(check.constraint for check in duty.checks))
    named = [leaf for entry in entries for leaf in leaves(entry) if leaf.left == ODRL + "payAmount"]
    amounts = (value.amount for leaf in named for value in leaf.right if isinstance(value, Number))
    return max(amounts, default=Decimal(0))


async def mark_overdue(judging: Judging) -> int:
    """Record every duty whose deadline has passed as violated, with its consequences as new duties; return how many."""
    count = 0
    while True:
        found = await judging.context.store.overdue(judging.context.owner, judging.context.now(), BATCH)
        for event in found:
            await judging.context.store.commit(await _record_violation(judging, event))
        count += len(found)
        if len(found) < BATCH:
            return count


async def _record_violation(judging: Judging, event: DutyEvent) -> list[Change]:
    agreement = await judging.context.store.agreement(event.owner, event.agreement_id)
    compiled = judging.library.compile(agreement.document) if agreement else None
    duty = None
    if isinstance(compiled, Compiled):
        duty = next((duty for duty in _list_all(compiled) if duty.duty.uid == event.duty), None)
    if agreement is None or duty is None:
        # Nothing is known of the duty any more: it is overdue all the same.
        return [RecordDuty(_to_violated(judging.context, event))]
    evidence = {"deadline": facts.instant(event.deadline or event.at).isoformat()}
    changes = _entry(judging.context, agreement, event.duty, duty.duty.action[0].iri, DutyState.VIOLATED, evidence)
    for consequence in duty.consequences:
        late = facts.milliseconds(deadline(consequence, facts.instant(agreement.agreed_at)))
        active = _event(judging.context, agreement, consequence.duty.uid, DutyState.ACTIVE, deadline=late)
        changes.append(RecordDuty(active))
    return changes


def _to_violated(context: Context, event: DutyEvent) -> DutyEvent:
    return msgspec.structs.replace(event, state=DutyState.VIOLATED, at=context.now(), deadline=None)


async def _perform(
    enforcing: Enforcing, agreement: Agreement, duty: CompiledDuty, due: DutyTask, occasion: str
) -> Performed | Failed | None:
    """Perform a duty for a transfer; what was done is in the ledger and the audit log before anybody relies on it."""
    late = facts.milliseconds(due.deadline)
    outcome = await enforcing.actions[due.action].perform(_task(enforcing.context, agreement, duty, late, occasion))
    if isinstance(outcome, Performed):
        await enforcing.context.store.commit(
            _entry(
                enforcing.context,
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


def _list_first(compiled: Compiled) -> Iterator[CompiledDuty]:
    """Yield the duties that stand from the beginning; what the data plane does on the way is nobody's task."""
    duties = (*compiled.obligations, *(duty for rule in compiled.permissions for duty in rule.duties))
    seen: set[str] = set()
    for duty in duties:
        if not duty.transform and duty.duty.uid not in seen:
            seen.add(duty.duty.uid)
            yield duty


def _list_all(compiled: Compiled) -> list[CompiledDuty]:
    """Return the duties, their consequences, and the remedies of prohibitions, each once."""
    waiting = [*_list_first(compiled), *(duty for rule in compiled.prohibitions for duty in rule.duties)]
    found: dict[str, CompiledDuty] = {}
    while waiting:
        duty = waiting.pop(0)
        found.setdefault(duty.duty.uid, duty)
        waiting += duty.consequences
    return list(found.values())


def _find_standing(
    judging: Judging,
    compiled: Compiled,
    agreement: Agreement,
    duty: CompiledDuty,
    situation: Situation,
    ledger: Sequence[DutyEvent],
) -> DutySummary:
    library = judging.library
    at = facts.instant(judging.context.now())
    request = Request(action="odrl:use", target=agreement.dataset, assignee=situation.participant, at=at)
    task = find_standing(duty, request, facts.world(situation, compiled, library.claims, library.operands))
    events = tuple(event for event in ledger if event.duty == task.uid)
    # What is on record goes before what the clock says; a consequence stands only once it is on record.
    said = [event.state for event in events if not event.occasion and event.state is not DutyState.ACTIVE]
    idle = task.role in {"consequence", "remedy"} and not events
    return DutySummary(
        duty=task.uid,
        role=task.role,
        action=task.action,
        state=said[-1] if said else "inactive" if idle else task.state,
        assignee=task.assignee,
        deadline=facts.milliseconds(task.deadline),
        by_person=not facts.is_performed_here(duty),
        events=events,
    )


def _task(context: Context, agreement: Agreement, duty: CompiledDuty, late: int | None, occasion: str = "") -> Task:
    said: dict[str, tuple[str, ...]] = {}
    for entry in duty.parameters:
        if isinstance(entry, AtomicConstraint):
            name = entry.left.rpartition("#")[2].rpartition("/")[2]
            said[name] = (*said.get(name, ()), *(lexical(value)[0] for value in entry.right))
    named = f"{agreement.owner}\n{agreement.id}\n{duty.duty.uid}\n{occasion}"
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
        parameters=said,
    )


def _entry(
    context: Context,
    agreement: Agreement,
    duty: str,
    action: str,
    state: DutyState,
    evidence: dict[str, str],
    kept: dict[str, str] | None = None,
    *,
    occasion: str = "",
) -> list[Change]:
    """Return an entry of the ledger and its audit leaf; `kept` stays in the ledger alone."""
    event = _event(context, agreement, duty, state, occasion=occasion, evidence={**evidence, **(kept or {})})
    details = {"duty": duty, "action": action, "transfer": occasion, "evidence": evidence}
    return [RecordDuty(event), record(context, f"duty {state}", agreement.id, details)]


def _event(
    context: Context,
    agreement: Agreement,
    duty: str,
    state: DutyState,
    *,
    occasion: str = "",
    deadline: int | None = None,
    evidence: dict[str, str] | None = None,
) -> DutyEvent:
    return DutyEvent(
        owner=agreement.owner,
        agreement_id=agreement.id,
        duty=duty,
        state=state,
        at=context.now(),
        occasion=occasion,
        deadline=deadline,
        evidence=msgspec.json.encode(evidence or {}),
    )
