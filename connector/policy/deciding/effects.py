"""The effects of a grant: deferred checks, transforms, row filter, counters, and until when a decision holds.

Pure: standard library only.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.deciding.matching import find_reason, holds, matches
from connector.policy.deciding.tasks import find_standing, is_performed
from connector.policy.model.decision import Counter, DutyTask, Reason, RequiredTransform, RowFilter
from connector.policy.model.literals import MICROSECOND
from connector.policy.model.situation import Phase, Request, World


def find_deferred(
    compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]
) -> tuple[Reason, ...]:
    """Return the reasons for a DEFERRED verdict: constraints that are Unknown, and duties that are not yet performed.

    >>> policy = compiled("dk:role eq urn:a")
    >>> [reason.code for reason in find_deferred(policy, request, world, policy.permissions)]
    ['constraint-unknown']
    """
    prohibitions = [
        rule
        for rule in compiled.prohibitions
        if matches(rule, request, world) and holds(rule, request, world, certain=False)
    ]
    found = [
        find_reason(check, rule, request, world, None)
        for rule in (*active, *prohibitions)
        for check in rule.ordered
        if check.test(request, world) is None
    ]
    for rule in active:
        for duty in rule.duties:
            if duty.transform or duty.test(request, world) is False or is_performed(duty, request, world):
                continue
            found.append(Reason("duty-not-performed", rule.uid, duty.duty.uid))
    return tuple(found)


def list_first_tasks(active: Sequence[CompiledRule], request: Request, world: World) -> tuple[DutyTask, ...]:
    """Return the duties of permissions that have to be performed before access.

    >>> policy = compiled(duty=[{"action": "odrl:inform"}])
    >>> [task.state for task in list_first_tasks(policy.permissions, request, world)]
    ['active']
    """
    tasks = {
        duty.duty.uid: find_standing(duty, request, world)
        for rule in active
        for duty in rule.duties
        if not duty.transform
    }
    return tuple(task for task in tasks.values() if task.state not in {"inactive", "fulfilled"})


def build_row_filter(
    compiled: Compiled, request: Request, world: World, phase: Phase, active: Sequence[CompiledRule]
) -> RowFilter | None:
    """Return the filter of the records that may leave: the permissions keep records, the prohibitions drop records.

    >>> policy = compiled()
    >>> build_row_filter(policy, request, world, Phase.ACCESS, policy.permissions) is None
    True
    """
    keep = [row for rule in active for row in rule.rows]
    drop = [
        rule.rows
        for rule in compiled.prohibitions
        if rule.rows
        and compiled.conflict != "perm"
        and matches(rule, request, world)
        and holds(rule, request, world, certain=phase is not Phase.ACCESS)
    ]
    if not keep and not drop:
        return None
    return RowFilter(tuple(dict.fromkeys(keep)), tuple(drop))


def find_transforms(
    compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]
) -> tuple[RequiredTransform, ...]:
    """Return the transforms that granting permissions and obligations demand, in the order of the registry.

    >>> policy = compiled(duty=[{"action": "dk:pseudonymise"}])
    >>> [transform.name for transform in find_transforms(policy, request, world, policy.permissions)]
    ['pseudonymise']
    """
    found: dict[tuple[str, tuple[object, ...]], RequiredTransform] = {}
    duties = [duty for rule in active for duty in rule.duties]
    for duty in (*duties, *compiled.obligations):
        if duty.transform and duty.test(request, world) is not False:
            entry = RequiredTransform(duty.transform, duty.duty.uid, duty.parameters)
            found.setdefault((entry.name, entry.parameters), entry)
    if len(found) < 2:
        return tuple(found.values())
    order = list(compiled.registry.transforms.values())
    return tuple(sorted(found.values(), key=lambda entry: order.index(entry.name)))


def find_counters(
    compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]
) -> tuple[Counter, ...]:
    """Return the counters that a use increases: of granting permissions, their duties, prohibitions and obligations.

    >>> policy = compiled("odrl:count lteq 5")
    >>> [(counter.step, counter.limit) for counter in find_counters(policy, request, world, policy.permissions)]
    [(1, 5)]
    """
    if len(active) == 1 and not compiled.counted:
        return active[0].counters
    rules = [*active, *(rule for rule in compiled.prohibitions if matches(rule, request, world))]
    duties = [*(duty for rule in active for duty in rule.duties), *compiled.obligations]
    found = [counter for rule in rules for counter in rule.counters]
    found += [counter for duty in duties for counter in duty.counters]
    return tuple({counter.fact: counter for counter in found}.values())


def find_validity_end(compiled: Compiled, request: Request, world: World) -> datetime | None:
    """Return the first instant after the request at which the decision may differ although no fact changes.

    >>> find_validity_end(compiled("odrl:dateTime lt 2027-01-01T00:00:00Z"), request, world).isoformat()
    '2027-01-01T00:00:00+00:00'
    """
    at = request.at
    until: datetime | None = None
    if compiled.edges:
        index = bisect_right(compiled.edges, at)
        if index < len(compiled.edges):
            until = compiled.edges[index]
    for flip in compiled.flips:
        moment = flip(request, world)
        if moment is not None and (until is None or moment < until):
            until = moment
    for fact, moment in world.expires.items():
        if fact in compiled.facts and at < moment and (until is None or moment < until):
            until = moment
    if world.performed:
        just_now = (record.fulfilled_at for record in world.performed.values() if record.fulfilled_at is not None)
        if any(fulfilled >= at for fulfilled in just_now):
            # A duty performed at this very instant counts as performed before the next one.
            soon = at + MICROSECOND
            until = soon if until is None or soon < until else until
    return until
