"""Duties as tasks: the state of each by the ledger, the clock and its conditions.

ODRL Information Model 2.2, sections 2.6.3 to 2.6.7. Pure: standard library only.
"""

from datetime import datetime

from connector.policy.compiling.compiled import Compiled, CompiledDuty, find_deadline
from connector.policy.model.decision import DutyTask, EvaluatedDutyState
from connector.policy.model.situation import Performance, Request, World

_NEVER = Performance()


def is_performed(duty: CompiledDuty, request: Request, world: World) -> bool:
    """Return whether a duty was performed before the request, and after a violation its consequences as well.

    >>> duty = compiled(obligation=[{"action": "odrl:delete"}]).obligations[0]
    >>> is_performed(duty, request, world)
    False
    """
    record = world.performed.get(duty.duty.uid)
    if record is None or record.fulfilled_at is None or record.fulfilled_at >= request.at:
        return False
    violated = record.violated_at
    return violated is None or all(
        _is_after(world.performed.get(consequence.duty.uid, _NEVER).fulfilled_at, violated, request.at)
        for consequence in duty.consequences
    )


def _is_after(fulfilled: datetime | None, violated: datetime, at: datetime) -> bool:
    return fulfilled is not None and violated <= fulfilled < at


def find_standing(duty: CompiledDuty, request: Request, world: World) -> DutyTask:
    """Return a duty as a task, with its state at the time of the request.

    >>> find_standing(compiled(obligation=[{"action": "odrl:delete"}]).obligations[0], request, world).state
    'active'
    """
    limit = find_deadline(duty, world.agreed_at) if duty.deadline is not None or duty.elapsed else None
    return DutyTask(
        uid=duty.duty.uid,
        role=duty.role,
        action=duty.duty.action[0].iri,
        state=_find_state(duty, limit, request, world),
        assignee=duty.duty.assignee[0].uid if duty.duty.assignee else "",
        deadline=limit,
        parameters=duty.parameters,
    )


def _find_state(duty: CompiledDuty, limit: datetime | None, request: Request, world: World) -> EvaluatedDutyState:
    if is_performed(duty, request, world):
        return "fulfilled"
    if duty.test(request, world) is False:
        return "inactive"
    record = world.performed.get(duty.duty.uid, _NEVER)
    late = limit is not None and request.at >= limit and (record.fulfilled_at is None or record.fulfilled_at >= limit)
    return "violated" if late or record.violated_at is not None else "active"


def list_due(compiled: Compiled, request: Request, world: World) -> tuple[DutyTask, ...]:
    """Return the tasks to schedule: open obligations, consequences of violated ones, remedies of violated prohibitions.

    What the data plane performs on the way is no task of anybody.

    >>> [task.role for task in list_due(compiled(obligation=[{"action": "odrl:delete"}]), request, world)]
    ['obligation']
    """
    tasks: list[DutyTask] = []
    for duty in compiled.obligations:
        if duty.transform or (duty.duty.target and duty.duty.target[0].uid != request.target):
            continue
        task = find_standing(duty, request, world)
        if task.state in {"active", "violated"}:
            tasks.append(task)
        if task.state == "violated":
            tasks.extend(list_open(duty.consequences, None, request, world))
    for rule in compiled.prohibitions:
        record = world.performed.get(rule.uid)
        if rule.duties and record is not None and record.violated_at is not None:
            tasks.extend(list_open(rule.duties, record.violated_at, request, world))
    return tuple({task.uid: task for task in tasks}.values())


def list_open(
    duties: tuple[CompiledDuty, ...], since: datetime | None, request: Request, world: World
) -> list[DutyTask]:
    """Return the duties that are not yet performed; for remedies, not performed since the violation.

    >>> duties = compiled(obligation=[{"action": "odrl:delete"}]).obligations
    >>> [task.state for task in list_open(duties, None, request, world)]
    ['active']
    """
    found = []
    for duty in duties:
        done = world.performed.get(duty.duty.uid, _NEVER).fulfilled_at
        if done is not None and done < request.at and (since is None or done >= since):
            continue
        task = find_standing(duty, request, world)
        if task.state != "inactive":
            found.append(task)
    return found
