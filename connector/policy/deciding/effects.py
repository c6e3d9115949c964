"""What comes with a grant: deferred checks, transforms, row filter, counters, and until when a decision holds.

Pure: standard library only.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime

from connector.policy.compiling.compile import Compiled, CompiledRule
from connector.policy.deciding.matching import holds, matches, reason
from connector.policy.deciding.tasks import duty_fulfilled, find_standing
from connector.policy.model.decision import (
    Counter,
    DutyTask,
    Phase,
    Reason,
    Request,
    RequiredTransform,
    RowFilter,
    World,
)
from connector.policy.model.literals import MICROSECOND


def deferred_checks(
    compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]
) -> tuple[Reason, ...]:
    """What is still Unknown: constraints of the granting permissions and of the prohibitions, and open duties."""
    prohibitions = [
        rule
        for rule in compiled.prohibitions
        if matches(rule, request, world) and holds(rule, request, world, certain=False)
    ]
    found = [
        reason(check, rule, request, world, None)
        for rule in (*active, *prohibitions)
        for check in rule.ordered
        if check.test(request, world) is None
    ]
    for rule in active:
        for duty in rule.duties:
            if duty.transform or duty.test(request, world) is False or duty_fulfilled(duty, request, world):
                continue
            found.append(Reason("duty-not-performed", rule.uid, duty.duty.uid))
    return tuple(found)


def first_duties(active: Sequence[CompiledRule], request: Request, world: World) -> tuple[DutyTask, ...]:
    """The duties of permissions that have to be performed before access."""
    tasks = {
        duty.duty.uid: find_standing(duty, request, world)
        for rule in active
        for duty in rule.duties
        if not duty.transform
    }
    return tuple(task for task in tasks.values() if task.state not in {"inactive", "fulfilled"})


def row_filter(
    compiled: Compiled, request: Request, world: World, phase: Phase, active: Sequence[CompiledRule]
) -> RowFilter | None:
    """Which records may leave: what the granting permissions keep, without what prohibitions take away."""
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


def transforms_due(
    compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]
) -> tuple[RequiredTransform, ...]:
    """What the duties of the granting permissions and the obligations name, in the order of the registry."""
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


def counters_of(
    compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]
) -> tuple[Counter, ...]:
    """What a use adds to counters: those of the granting permissions, their duties, prohibitions and obligations."""
    if len(active) == 1 and not compiled.counted:
        return active[0].counters
    rules = [*active, *(rule for rule in compiled.prohibitions if matches(rule, request, world))]
    duties = [*(duty for rule in active for duty in rule.duties), *compiled.obligations]
    found = [counter for rule in rules for counter in rule.counters]
    found += [counter for duty in duties for counter in duty.counters]
    return tuple({counter.fact: counter for counter in found}.values())


def valid_until(compiled: Compiled, request: Request, world: World) -> datetime | None:
    """First instant after the request at which the answer may differ although no fact changes."""
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
