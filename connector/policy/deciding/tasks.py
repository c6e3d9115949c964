"""Duties as tasks: the state of each by the ledger, the clock and its conditions.

ODRL Information Model 2.2, sections 2.6.3 to 2.6.7. Pure: standard library and msgspec only.
"""

from datetime import datetime

from msgspec.structs import replace

from connector.policy.compiling.checks import list_edges
from connector.policy.compiling.compiled import Compiled, CompiledDuty, find_deadline
from connector.policy.compiling.duties import is_never_met
from connector.policy.model.decision import DutyTask, EvaluatedDutyState
from connector.policy.model.literals import MICROSECOND
from connector.policy.model.situation import Performance, Request, World

_NEVER = Performance()
# Midnights and hours of a week with a clock change, after which times of the day and days of the week come again.
_MOST_TURNS = 400


def is_performed(duty: CompiledDuty, request: Request, world: World) -> bool:
    """Return whether a duty was performed before the request, and after a violation its consequences as well.

    A duty is fulfilled if at one instant it had been performed and its constraints were satisfied (section 2.6.3): a
    performance after its deadline counts only together with the consequences that the duty names.

    >>> duty = compiled(obligation=[{"action": "odrl:delete"}]).obligations[0]
    >>> is_performed(duty, request, world)
    False
    """
    record = world.performed.get(duty.duty.uid)
    if record is None or record.fulfilled_at is None or record.fulfilled_at >= request.at:
        return False
    done, limit = record.fulfilled_at, _find_limit(duty, world)
    late = limit is not None and done >= limit
    if late and duty.role == "duty" and not duty.consequences:
        return False
    if not late and duty.timely and not _was_met(duty, done, limit, request, world):
        return False
    violated = limit if late and record.violated_at is None else record.violated_at
    return violated is None or all(_is_settled(entry, violated, request, world) for entry in duty.consequences)


def is_hopeless(duty: CompiledDuty, request: Request, world: World) -> bool:
    """Return whether a duty of a permission can no longer be fulfilled, also not by consequences.

    >>> late = {"action": "odrl:inform", "constraint": [constraint("odrl:dateTime lt 2026-01-01T00:00:00Z")]}
    >>> is_hopeless(compiled(duty=[late]).permissions[0].duties[0], request, world)
    True
    """
    if duty.transform or duty.test(request, world) is False or is_performed(duty, request, world):
        return False
    limit = _find_limit(duty, world)
    return is_never_met(duty) or (limit is not None and request.at >= limit and not duty.consequences)


def _find_limit(duty: CompiledDuty, world: World) -> datetime | None:
    return find_deadline(duty, world.agreed_at) if duty.deadline is not None or duty.elapsed else None


def _is_settled(consequence: CompiledDuty, since: datetime, request: Request, world: World) -> bool:
    """Return whether a consequence was performed since the violation, before the request and in its own time."""
    done = world.performed.get(consequence.duty.uid, _NEVER).fulfilled_at
    limit = _find_limit(consequence, world)
    return done is not None and since <= done < request.at and (limit is None or done < limit)


def _was_met(duty: CompiledDuty, done: datetime, limit: datetime | None, request: Request, world: World) -> bool:
    """Return whether there was an instant, from the performance on, at which the duty's own times were met."""
    last = request.at if limit is None else min(request.at, limit - MICROSECOND)
    moment = done
    for _ in range(_MOST_TURNS):
        then = replace(request, at=moment)
        if duty.met(then, world) is True:
            return True
        turns = [edge for edge in list_edges(duty.timely) if edge > moment]
        turns += [found for turn in duty.turns if (found := turn(then, world)) is not None]
        moment = min(turns, default=last)
        if moment >= last:
            break
    return duty.met(replace(request, at=last), world) is True


def find_standing(duty: CompiledDuty, request: Request, world: World) -> DutyTask:
    """Return a duty as a task, with its state at the time of the request.

    >>> find_standing(compiled(obligation=[{"action": "odrl:delete"}]).obligations[0], request, world).state
    'active'
    """
    limit = _find_limit(duty, world)
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
