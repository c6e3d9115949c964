"""Deciding a request, and explaining the decision.

Appendix of the engine's specification; ODRL Information Model 2.2, sections 2.6 and 2.7. A permission needs True and a
prohibition blocks unless False at access; in catalogue and negotiation what is Unknown is deferred. Pure: standard
library and msgspec only.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from datetime import datetime

from connector.policy.checks import Check
from connector.policy.compile import Compiled, CompiledDuty, CompiledRule
from connector.policy.decision import (
    AtomVerdict,
    Counter,
    Decision,
    DutyMode,
    DutyTask,
    Explanation,
    Phase,
    Reason,
    Request,
    RowFilter,
    RuleVerdict,
    Transform,
    Truth,
    Verdict,
    World,
)
from connector.policy.literals import MICROSECOND, lexical
from connector.policy.model import AtomicConstraint, LogicalConstraint
from connector.policy.tasks import duty_fulfilled, obligations_due, standing

_NOTHING: tuple[()] = ()
_MOST_STEPS = 10_000


def decide(compiled: Compiled, request: Request, world: World, phase: Phase) -> Decision:
    """Decide a request.

    Parameters:
        compiled: an Agreement, a Set of our own, or (never at access) an Offer.
        request: what is to be done, by whom, when.
        world: what is known.
        phase: catalogue, negotiation or access.

    Returns:
        The decision; nothing is raised, an unusable policy is a DENY.
    """
    access = phase is Phase.ACCESS
    if compiled.void is not None:
        return _deny(compiled, request, world, (compiled.void,))
    if access and compiled.policy.kind == "Offer":
        return _deny(compiled, request, world, (Reason("offer-is-no-grant"),))
    active, failed = _active(compiled, request, world, access)
    blocking = [
        rule
        for rule in compiled.prohibitions
        if not rule.rows and _matches(rule, request, world) and _holds(rule, request, world, access=not access)
    ]
    if blocking and active and compiled.conflict == "invalid":
        definite = [rule for rule in blocking if _holds(rule, request, world, access=True)]
        if definite:
            return _deny(compiled, request, world, (Reason("conflict", definite[0].uid, active[0].uid),))
    if blocking and not (active and compiled.conflict == "perm"):
        return _deny(compiled, request, world, tuple(Reason("prohibited", rule.uid) for rule in blocking))
    if not active:
        return _refused(compiled, request, world, failed)
    return _granted(compiled, request, world, phase, active)


def _active(
    compiled: Compiled, request: Request, world: World, access: bool
) -> tuple[list[CompiledRule], list[tuple[CompiledRule, Check | CompiledDuty]]]:
    """The permissions that grant, and for those that match but do not, what stands in the way."""
    active: list[CompiledRule] = []
    failed: list[tuple[CompiledRule, Check | CompiledDuty]] = []
    action, target, assignee = request.action, request.target, request.assignee
    for rule in compiled.permissions:
        # Written out, as _matches is below: this is the path of every access.
        if rule.covers is not None and action not in rule.covers:
            continue
        if rule.target is not None and rule.target != target and not belongs(target, rule.target, world.part_of):
            continue
        if (
            rule.assignee is not None
            and rule.assignee != assignee
            and not belongs(assignee, rule.assignee, world.part_of)
        ):
            continue
        for index, test in enumerate(rule.tests):
            verdict = test(request, world)
            if verdict is not True and (access or verdict is False):
                failed.append((rule, rule.ordered[index]))
                break
        else:
            open_duty = _open_duty(compiled, rule, request, world) if access and rule.duties else None
            if open_duty is None:
                active.append(rule)
            else:
                failed.append((rule, open_duty))
    return active, failed


def _matches(rule: CompiledRule, request: Request, world: World) -> bool:
    return (
        (rule.covers is None or request.action in rule.covers)
        and (
            rule.target is None or rule.target == request.target or belongs(request.target, rule.target, world.part_of)
        )
        and (
            rule.assignee is None
            or rule.assignee == request.assignee
            or belongs(request.assignee, rule.assignee, world.part_of)
        )
    )


def belongs(member: str, collection: str, part_of: Mapping[str, frozenset[str]]) -> bool:
    """Whether an asset or party is part of a collection, at any depth, as far as a bounded search sees."""
    direct = part_of.get(member)
    if not direct:
        return False
    if collection in direct:
        return True
    seen = {member}
    todo = list(direct)
    while todo and len(seen) < _MOST_STEPS:
        current = todo.pop()
        if current == collection:
            return True
        if current not in seen:
            seen.add(current)
            todo.extend(part_of.get(current, ()))
    return False


def _holds(rule: CompiledRule, request: Request, world: World, *, access: bool) -> bool:
    """Whether all conditions are True (`access`), or at least none is False."""
    for test in rule.tests:
        verdict = test(request, world)
        if verdict is not True and (access or verdict is False):
            return False
    return True


def _open_duty(compiled: Compiled, rule: CompiledRule, request: Request, world: World) -> CompiledDuty | None:
    """The first duty of a permission that still has to be performed before this access."""
    lenient = compiled.duty_mode is DutyMode.NOT_VIOLATED
    for duty in rule.duties:
        if duty.test(request, world) is False or (duty.transform and duty.transform in world.transforms):
            continue
        if duty_fulfilled(duty, request, world):
            continue
        record = world.performed.get(duty.duty.uid)
        if not lenient or (record is not None and record.violated_at is not None):
            return duty
    return None


def _deny(
    compiled: Compiled,
    request: Request,
    world: World,
    reasons: tuple[Reason, ...],
    duties: tuple[DutyTask, ...] = _NOTHING,
) -> Decision:
    return Decision(
        Verdict.DENY,
        reasons,
        _valid_until(compiled, request, world),
        duties,
        _NOTHING,
        None,
        _NOTHING,
        _NOTHING,
        compiled.contractual,
        compiled.policy_hash,
    )


def _refused(
    compiled: Compiled, request: Request, world: World, failed: Sequence[tuple[CompiledRule, Check | CompiledDuty]]
) -> Decision:
    if not failed:
        return _deny(compiled, request, world, (Reason("no-rule-matches"),))
    reasons = []
    duties = []
    for rule, obstacle in failed:
        if isinstance(obstacle, CompiledDuty):
            reasons.append(Reason("duty-not-performed", rule.uid, obstacle.duty.uid))
            duties.append(standing(obstacle, request, world))
        else:
            reasons.append(_reason(obstacle, rule, request, world))
    return _deny(compiled, request, world, tuple(reasons), tuple(duties))


def _reason(check: Check, rule: CompiledRule, request: Request, world: World) -> Reason:
    """Why a check is not True, down to the atom where one atom is the cause."""
    code = "constraint-false" if check.test(request, world) is False else "constraint-unknown"
    while isinstance(check.constraint, LogicalConstraint) and check.constraint.operand == "and":
        obstacle = next((child for child in check.children if child.test(request, world) is not True), None)
        if obstacle is None:
            break
        check = obstacle
    constraint = check.constraint
    if not isinstance(constraint, AtomicConstraint):
        return Reason(code, rule.uid, check.path, expected=constraint.operand)
    found = check.found(request, world) if check.found else None
    wanted = ", ".join(lexical(value)[0] for value in constraint.right[:10])
    return Reason(code, rule.uid, check.path, constraint.left, f"{constraint.operator} {wanted}", found or ())


def _granted(
    compiled: Compiled, request: Request, world: World, phase: Phase, active: Sequence[CompiledRule]
) -> Decision:
    deferred = _NOTHING if phase is Phase.ACCESS else _deferred(compiled, request, world, active)
    rows = _row_filter(compiled, request, world, phase, active)
    transforms = _transforms(compiled, request, world, active) if compiled.registry.transforms else _NOTHING
    if phase is not Phase.CATALOGUE and (transforms or rows is not None):
        missing = [
            Reason("transform-unavailable", atom=transform.duty, expected=transform.name)
            for transform in transforms
            if transform.name not in world.transforms
        ]
        if rows is not None and not world.row_filters:
            missing.append(Reason("row-filter-unavailable"))
        if missing:
            return _deny(compiled, request, world, tuple(missing))
    duties: tuple[DutyTask, ...] = _NOTHING
    if compiled.obligations or compiled.remedial:
        duties = obligations_due(compiled, request, world)
    if phase is not Phase.ACCESS:
        duties = (*_first(active, request, world), *duties)
    return Decision(
        Verdict.DEFERRED if deferred else Verdict.PERMIT,
        (active[0].permitted,) if len(active) == 1 else tuple([rule.permitted for rule in active]),
        _valid_until(compiled, request, world),
        duties,
        transforms,
        rows,
        deferred,
        _counters(active) if compiled.counters and phase is Phase.ACCESS else _NOTHING,
        compiled.contractual,
        compiled.policy_hash,
    )


def _deferred(compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]) -> tuple[Reason, ...]:
    """What is still Unknown: constraints of the granting permissions and of the prohibitions, and open duties."""
    found = []
    prohibitions = [
        rule
        for rule in compiled.prohibitions
        if _matches(rule, request, world) and _holds(rule, request, world, access=False)
    ]
    for rule in (*active, *prohibitions):
        for check in rule.ordered:
            if check.test(request, world) is None:
                found.append(_reason(check, rule, request, world))
    for rule in active:
        for duty in rule.duties:
            if duty.transform or duty.test(request, world) is False or duty_fulfilled(duty, request, world):
                continue
            found.append(Reason("duty-not-performed", rule.uid, duty.duty.uid))
    return tuple(found)


def _first(active: Sequence[CompiledRule], request: Request, world: World) -> tuple[DutyTask, ...]:
    """The duties of permissions that have to be performed before access."""
    tasks = {
        duty.duty.uid: standing(duty, request, world) for rule in active for duty in rule.duties if not duty.transform
    }
    return tuple(task for task in tasks.values() if task.state not in {"inactive", "fulfilled"})


def _row_filter(
    compiled: Compiled, request: Request, world: World, phase: Phase, active: Sequence[CompiledRule]
) -> RowFilter | None:
    keep = [row for rule in active for row in rule.rows]
    drop = [
        rule.rows
        for rule in compiled.prohibitions
        if rule.rows
        and compiled.conflict != "perm"
        and _matches(rule, request, world)
        and _holds(rule, request, world, access=phase is not Phase.ACCESS)
    ]
    if not keep and not drop:
        return None
    return RowFilter(tuple(dict.fromkeys(keep)), tuple(drop))


def _transforms(
    compiled: Compiled, request: Request, world: World, active: Sequence[CompiledRule]
) -> tuple[Transform, ...]:
    """What the duties of the granting permissions and the obligations name, in the order of the registry."""
    found: dict[tuple[str, tuple[object, ...]], Transform] = {}
    duties = [duty for rule in active for duty in rule.duties]
    for duty in (*duties, *compiled.obligations):
        if duty.transform and duty.test(request, world) is not False:
            entry = Transform(duty.transform, duty.duty.uid, duty.parameters)
            found.setdefault((entry.name, entry.parameters), entry)
    if len(found) < 2:
        return tuple(found.values())
    order = list(compiled.registry.transforms.values())
    return tuple(sorted(found.values(), key=lambda entry: order.index(entry.name)))


def _counters(active: Sequence[CompiledRule]) -> tuple[Counter, ...]:
    return tuple({counter.fact: counter for rule in active for counter in rule.counters}.values())


def _valid_until(compiled: Compiled, request: Request, world: World) -> datetime | None:
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


def explain(compiled: Compiled, request: Request, world: World, phase: Phase) -> Explanation:
    """Decide a request, with the verdict and the values of every rule and every constraint."""
    decision = decide(compiled, request, world, phase)
    rules = [_rule_verdict(compiled, rule, request, world) for rule in compiled.permissions]
    rules.extend(_rule_verdict(compiled, rule, request, world) for rule in compiled.prohibitions)
    return Explanation(decision, tuple(rules))


def _rule_verdict(compiled: Compiled, rule: CompiledRule, request: Request, world: World) -> RuleVerdict:
    part_of = world.part_of
    covered = rule.covers is None or request.action in rule.covers
    target = rule.target is None or rule.target == request.target or belongs(request.target, rule.target, part_of)
    assignee = (
        rule.assignee is None or rule.assignee == request.assignee or belongs(request.assignee, rule.assignee, part_of)
    )
    refinements = tuple([_verdict(check, request, world) for check in rule.refinements])
    constraints = tuple([_verdict(check, request, world) for check in rule.constraints])
    active = _fold(constraints)
    if rule.kind == "permission" and rule.duties and _open_duty(compiled, rule, request, world) is not None:
        active = False
    applies: Truth = False
    if covered and target and assignee and active is not False:
        narrowed = _fold(refinements) if refinements else True
        applies = False if narrowed is False else None if narrowed is None else active
    return RuleVerdict(
        rule.uid,
        rule.kind,
        covered,
        target,
        assignee,
        refinements,
        constraints,
        tuple([standing(duty, request, world) for duty in rule.duties]) if rule.duties else _NOTHING,
        active,
        applies,
    )


def _verdict(check: Check, request: Request, world: World) -> AtomVerdict:
    if check.children:
        children = tuple([_verdict(child, request, world) for child in check.children])
        return AtomVerdict(check.path, check.constraint, check.test(request, world), _NOTHING, children)
    found = check.found(request, world) if check.found is not None else None
    return AtomVerdict(check.path, check.constraint, check.test(request, world), found or _NOTHING)


def _fold(verdicts: Sequence[AtomVerdict]) -> Truth:
    result: Truth = True
    for entry in verdicts:
        if entry.verdict is False:
            return False
        if entry.verdict is None:
            result = None
    return result
