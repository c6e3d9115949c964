"""The rules that a request meets, and the reasons why one does not hold.

ODRL Information Model 2.2, sections 2.2 to 2.6. Pure: standard library and msgspec only.
"""

from collections.abc import Mapping

import msgspec

from connector.policy.compiling.checks import Check
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.deciding.tasks import is_hopeless, is_performed
from connector.policy.model.decision import DutyMode, Reason
from connector.policy.model.policy import LogicalConstraint
from connector.policy.model.situation import Request, Truth, World

_MOST_STEPS = 10_000


def matches(rule: CompiledRule, request: Request, world: World) -> bool:
    """Return whether the action, the target and the party of the request belong to a rule.

    >>> matches(compiled().permissions[0], request, world)
    True
    """
    covers, target, assignee = rule.covers, rule.target, rule.assignee
    if covers is not None and request.action not in covers:
        return False
    if target is not None and target != request.target and not is_part(request.target, target, world.part_of):
        return False
    return assignee is None or assignee == request.assignee or is_part(request.assignee, assignee, world.part_of)


def is_part(member: str, collection: str, part_of: Mapping[str, frozenset[str]]) -> bool:
    """Return whether an asset or party is part of a collection, at any depth that a bounded search reaches.

    >>> is_part("urn:a", "urn:all", {"urn:a": frozenset({"urn:some"}), "urn:some": frozenset({"urn:all"})})
    True
    """
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


def holds(rule: CompiledRule, request: Request, world: World, *, certain: bool) -> bool:
    """Return whether all conditions of a rule are True (`certain`), or at least none is False.

    >>> rule = compiled("dk:role eq urn:a").permissions[0]
    >>> holds(rule, request, world, certain=True), holds(rule, request, world, certain=False)
    (False, True)
    """
    for test in rule.tests:
        verdict = test(request, world)
        if verdict is not True and (certain or verdict is False):
            return False
    return True


def find_open_duty(compiled: Compiled, rule: CompiledRule, request: Request, world: World) -> CompiledDuty | None:
    """Return the first duty of a permission that has to be performed before this access; None if there is none.

    >>> policy = compiled(duty=[{"action": "odrl:inform"}])
    >>> find_open_duty(policy, policy.permissions[0], request, world).duty.uid
    'permission/0/duty/0'
    """
    lenient = compiled.duty_mode is DutyMode.NOT_VIOLATED
    for duty in rule.duties:
        if duty.test(request, world) is False or (duty.transform and duty.transform in world.transforms):
            continue
        if is_performed(duty, request, world):
            continue
        record = world.performed.get(duty.duty.uid)
        if not lenient or (record is not None and record.violated_at is not None):
            return duty
    return None


def find_hopeless_duty(rule: CompiledRule, request: Request, world: World) -> CompiledDuty | None:
    """Return the first duty of a permission that can no longer be fulfilled; None if there is none.

    >>> policy = compiled(duty=[{"action": "odrl:inform"}])
    >>> find_hopeless_duty(policy.permissions[0], request, world) is None
    True
    """
    return next((duty for duty in rule.duties if is_hopeless(duty, request, world)), None)


def find_reason(check: Check, rule: CompiledRule, request: Request, world: World, verdict: Truth) -> Reason:
    """Return the reason why a check has the verdict, down to the atom if one atom is the cause.

    >>> rule = compiled("dk:role eq urn:a").permissions[0]
    >>> find_reason(rule.ordered[0], rule, request, world, None).code
    'constraint-unknown'
    """
    while isinstance(check.constraint, LogicalConstraint) and check.constraint.operand == "and":
        obstacle = next((child for child in check.children if child.test(request, world) is verdict), None)
        if obstacle is None:
            break
        check = obstacle
    if check.unknown is None:
        code = "constraint-false" if verdict is False else "constraint-unknown"
        operand = check.constraint.operand if isinstance(check.constraint, LogicalConstraint) else ""
        return Reason(code, rule.uid, check.path, expected=operand)
    found = check.found(request, world) if check.found else None
    if verdict is None:
        # Several values where there is one, or one that is compared with nothing: nobody knows what it means.
        return msgspec.structs.replace(check.unknown, found=found) if found else check.unknown
    return msgspec.structs.replace(check.unknown, code="constraint-false", found=found or ())
