"""Deciding a request, and explaining the decision.

Appendix of the engine's specification; ODRL Information Model 2.2, sections 2.6 and 2.7. A permission needs True and a
prohibition blocks unless False at access; in a catalogue what is Unknown is deferred. Before signing, what can change
afterwards is deferred and facts of the party are not. Pure: standard library and msgspec only.
"""

from collections.abc import Sequence
from typing import TypeAlias

from connector.policy.compiling.checks import Check
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.deciding.effects import (
    build_row_filter,
    find_counters,
    find_deferred,
    find_transforms,
    find_validity_end,
    list_first_tasks,
)
from connector.policy.deciding.matching import find_hopeless_duty, find_open_duty, find_reason, holds, is_part, matches
from connector.policy.deciding.settling import can_become
from connector.policy.deciding.tasks import find_standing, is_hopeless, list_due, list_open
from connector.policy.model.decision import (
    AtomVerdict,
    Decision,
    DutyMode,
    DutyTask,
    Explanation,
    Reason,
    RequiredTransform,
    RowFilter,
    RuleVerdict,
    Verdict,
)
from connector.policy.model.situation import Phase, Request, Truth, World

# A rule that does not grant, what stands in the way, and its verdict.
_Obstacle: TypeAlias = tuple[CompiledRule, Check | CompiledDuty, Truth]
_NOTHING: tuple[()] = ()
# Looking up a member of an Enum costs as much as a constraint; these are on the path of every access.
_ACCESS, _NEGOTIATION, _CATALOGUE = Phase.ACCESS, Phase.NEGOTIATION, Phase.CATALOGUE
_LENIENT = DutyMode.NOT_VIOLATED
_PERMIT, _DEFERRED, _DENY = Verdict.PERMIT, Verdict.DEFERRED, Verdict.DENY


def decide(compiled: Compiled, request: Request, world: World, phase: Phase) -> Decision:
    """Decide a request.

    Parameters:
        compiled: an Agreement, a Set of our own, or (never at access) an Offer.
        request: what is to be done, by whom, when.
        world: what is known.
        phase: catalogue, negotiation or access.

    Returns:
        The decision; nothing is raised, an unusable policy is a DENY.

    >>> decide(compiled("dk:role eq urn:a"), request, world, Phase.ACCESS).verdict
    <Verdict.DENY: 'deny'>
    >>> decide(compiled("dk:role eq urn:a"), request, world, Phase.CATALOGUE).verdict
    <Verdict.DEFERRED: 'deferred'>
    """
    access = phase is _ACCESS
    if compiled.void is not None:
        return _deny(compiled, request, world, (compiled.void,))
    if access and compiled.policy.kind == "Offer":
        return _deny(compiled, request, world, (Reason("offer-is-no-grant"),))
    active, failed = _find_active(compiled, request, world, phase)
    blocking = compiled.prohibitions and [
        rule
        for rule in compiled.prohibitions
        if not rule.rows and matches(rule, request, world) and _blocks(compiled, rule, request, world, phase)
    ]
    if blocking and active and compiled.conflict == "invalid":
        definite = [rule for rule in blocking if holds(rule, request, world, certain=True)]
        if definite:
            return _deny(compiled, request, world, (Reason("conflict", definite[0].uid, active[0].uid),))
    if blocking and not (active and compiled.conflict == "perm"):
        return _deny(compiled, request, world, tuple(Reason("prohibited", rule.uid) for rule in blocking))
    if not active:
        return _refuse(compiled, request, world, failed)
    return _grant(compiled, request, world, phase, active)


def is_shown(compiled: Compiled, request: Request, world: World) -> bool:
    """Return whether a catalogue shows an offer, that is whether `decide` in that phase does not return DENY.

    For catalogues that ask about thousands of offers: nothing is explained, and the first certain answer ends it.

    >>> is_shown(compiled("dk:role eq urn:a"), request, world)
    True
    """
    if compiled.void is not None:
        return False
    for rule in compiled.permissions:
        if not matches(rule, request, world) or not holds(rule, request, world, certain=False):
            continue
        if not rule.duties or _find_obstructing(compiled, rule, request, world, access=False) is None:
            break
    else:
        return False
    if not compiled.prohibitions or compiled.conflict == "perm":
        return True
    return not any(
        not rule.rows and matches(rule, request, world) and holds(rule, request, world, certain=True)
        for rule in compiled.prohibitions
    )


def _find_active(
    compiled: Compiled, request: Request, world: World, phase: Phase
) -> tuple[list[CompiledRule], list[_Obstacle]]:
    """The permissions that grant, and for those that match but do not, what stands in the way."""
    access, signing = phase is _ACCESS, phase is _NEGOTIATION
    active: list[CompiledRule] = []
    failed: list[_Obstacle] = []
    registry = compiled.registry
    for rule in compiled.permissions:
        if not matches(rule, request, world):
            continue
        for test in rule.tests:
            verdict = test(request, world)
            if verdict is True:
                continue
            check = rule.ordered[rule.tests.index(test)]
            if access or verdict is False or (signing and not can_become(check, True, request, world, registry)):
                failed.append((rule, check, verdict))
                break
        else:
            duty = _find_obstructing(compiled, rule, request, world, access) if rule.duties else None
            if duty is None:
                active.append(rule)
            else:
                failed.append((rule, duty, False))
    return active, failed


def _blocks(compiled: Compiled, rule: CompiledRule, request: Request, world: World, phase: Phase) -> bool:
    """Return whether a prohibition stands in the way: at access unless it is False, in a catalogue only if it is True.

    Before signing it does if nothing that may change can make it False for this party.
    """
    if not holds(rule, request, world, certain=phase is _CATALOGUE):
        return False
    if phase is not _NEGOTIATION:
        return True
    return not any(can_become(check, False, request, world, compiled.registry) for check in rule.ordered)


def _find_obstructing(
    compiled: Compiled, rule: CompiledRule, request: Request, world: World, access: bool
) -> CompiledDuty | None:
    """The first duty that stands in the way: at access one that is open, before only one that nobody can fulfil."""
    if access:
        return find_open_duty(compiled, rule, request, world)
    return None if compiled.duty_mode is _LENIENT else find_hopeless_duty(rule, request, world)


def _deny(
    compiled: Compiled,
    request: Request,
    world: World,
    reasons: tuple[Reason, ...],
    duties: tuple[DutyTask, ...] = _NOTHING,
) -> Decision:
    return Decision(
        _DENY,
        reasons,
        find_validity_end(compiled, request, world),
        duties,
        _NOTHING,
        None,
        _NOTHING,
        _NOTHING,
        compiled.contractual,
        compiled.policy_hash,
    )


def _refuse(compiled: Compiled, request: Request, world: World, failed: Sequence[_Obstacle]) -> Decision:
    if not failed:
        return _deny(compiled, request, world, (Reason("no-rule-matches"),))
    reasons = []
    duties = []
    for rule, obstacle, verdict in failed:
        if isinstance(obstacle, CompiledDuty):
            code = "duty-lost" if is_hopeless(obstacle, request, world) else "duty-not-performed"
            reasons.append(Reason(code, rule.uid, obstacle.duty.uid))
            task = find_standing(obstacle, request, world)
            duties.append(task)
            if task.state == "violated":
                duties.extend(list_open(obstacle.consequences, None, request, world))
        else:
            reasons.append(find_reason(obstacle, rule, request, world, verdict))
    return _deny(compiled, request, world, tuple(reasons), tuple(duties))


def _grant(
    compiled: Compiled, request: Request, world: World, phase: Phase, active: Sequence[CompiledRule]
) -> Decision:
    access = phase is _ACCESS
    deferred = _NOTHING if access else find_deferred(compiled, request, world, active)
    duties: tuple[DutyTask, ...] = _NOTHING
    transforms: tuple[RequiredTransform, ...] = _NOTHING
    rows: RowFilter | None = None
    if compiled.effects:
        rows = build_row_filter(compiled, request, world, phase, active)
        transforms = find_transforms(compiled, request, world, active)
        if phase is not _CATALOGUE and (missing := _find_missing(transforms, rows, world)):
            return _deny(compiled, request, world, missing)
        duties = list_due(compiled, request, world)
        if not access:
            duties = (*list_first_tasks(active, request, world), *duties)
    return Decision(
        _DEFERRED if deferred else _PERMIT,
        active[0].permitted if len(active) == 1 else tuple([reason for rule in active for reason in rule.permitted]),
        find_validity_end(compiled, request, world),
        duties,
        transforms,
        rows,
        deferred,
        find_counters(compiled, request, world, active) if access and compiled.counters else _NOTHING,
        compiled.contractual,
        compiled.policy_hash,
    )


def _find_missing(transforms: Sequence[RequiredTransform], rows: RowFilter | None, world: World) -> tuple[Reason, ...]:
    """Return the required treatment that the data plane of this flow cannot perform, as reasons."""
    missing = [
        Reason("transform-unavailable", atom=transform.duty, expected=transform.name)
        for transform in transforms
        if transform.name not in world.transforms
    ]
    if rows is not None and not world.row_filters:
        missing.append(Reason("row-filter-unavailable"))
    return tuple(missing)


def explain(compiled: Compiled, request: Request, world: World, phase: Phase) -> Explanation:
    """Decide a request, and return the verdict and the values of every rule and every constraint.

    >>> explain(compiled("dk:role eq urn:a"), request, world, Phase.ACCESS).rules[0].constraints[0].verdict is None
    True
    """
    decision = decide(compiled, request, world, phase)
    rules = [_judge_rule(compiled, rule, request, world) for rule in compiled.permissions]
    rules.extend(_judge_rule(compiled, rule, request, world) for rule in compiled.prohibitions)
    return Explanation(decision, tuple(rules))


def _judge_rule(compiled: Compiled, rule: CompiledRule, request: Request, world: World) -> RuleVerdict:
    part_of = world.part_of
    covered = rule.covers is None or request.action in rule.covers
    target = rule.target is None or rule.target == request.target or is_part(request.target, rule.target, part_of)
    assignee = (
        rule.assignee is None or rule.assignee == request.assignee or is_part(request.assignee, rule.assignee, part_of)
    )
    refinements = tuple([_judge_check(check, request, world) for check in rule.refinements])
    constraints = tuple([_judge_check(check, request, world) for check in rule.constraints])
    active = _fold(constraints)
    if rule.kind == "permission" and rule.duties and find_open_duty(compiled, rule, request, world) is not None:
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
        tuple([find_standing(duty, request, world) for duty in rule.duties]) if rule.duties else _NOTHING,
        active,
        applies,
    )


def _judge_check(check: Check, request: Request, world: World) -> AtomVerdict:
    lookup = check.found
    if lookup is not None:
        return AtomVerdict(check.path, check.constraint, check.test(request, world), lookup(request, world) or _NOTHING)
    children = tuple([_judge_check(child, request, world) for child in check.children])
    return AtomVerdict(check.path, check.constraint, check.test(request, world), _NOTHING, children)


def _fold(verdicts: Sequence[AtomVerdict]) -> Truth:
    result: Truth = True
    for entry in verdicts:
        if entry.verdict is False:
            return False
        if entry.verdict is None:
            result = None
    return result
