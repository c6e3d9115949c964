"""Which rules a request meets, and why one does not hold.

ODRL Information Model 2.2, sections 2.2 to 2.6. Pure: standard library and msgspec only.
"""

from collections.abc import Mapping

import msgspec

from connector.policy.compiling.checks import Check
from connector.policy.compiling.compile import Compiled, CompiledDuty, CompiledRule
from connector.policy.deciding.tasks import duty_fulfilled
from connector.policy.model.decision import DutyMode, Reason, Request, Truth, World
from connector.policy.model.model import LogicalConstraint

_MOST_STEPS = 10_000


def matches(rule: CompiledRule, request: Request, world: World) -> bool:
    """Whether the action, the target and the party of the request fall under a rule."""
    covers, target, assignee = rule.covers, rule.target, rule.assignee
    if covers is not None and request.action not in covers:
        return False
    if target is not None and target != request.target and not is_part(request.target, target, world.part_of):
        return False
    return assignee is None or assignee == request.assignee or is_part(request.assignee, assignee, world.part_of)


def is_part(member: str, collection: str, part_of: Mapping[str, frozenset[str]]) -> bool:
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


def holds(rule: CompiledRule, request: Request, world: World, *, certain: bool) -> bool:
    """Whether all conditions are True (`certain`), or at least none is False."""
    for test in rule.tests:
        verdict = test(request, world)
        if verdict is not True and (certain or verdict is False):
            return False
    return True


def open_duty(compiled: Compiled, rule: CompiledRule, request: Request, world: World) -> CompiledDuty | None:
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


def reason(check: Check, rule: CompiledRule, request: Request, world: World, verdict: Truth) -> Reason:
    """Why a check is not True but `verdict`, down to the atom where one atom is the cause."""
    while isinstance(check.constraint, LogicalConstraint) and check.constraint.operand == "and":
        obstacle = next((child for child in check.children if child.test(request, world) is verdict), None)
        if obstacle is None:
            break
        check = obstacle
    if check.unknown is None:
        code = "constraint-false" if verdict is False else "constraint-unknown"
        operand = check.constraint.operand if isinstance(check.constraint, LogicalConstraint) else ""
        return Reason(code, rule.uid, check.path, expected=operand)
    if verdict is None:
        return check.unknown
    found = check.found(request, world) if check.found else None
    return msgspec.structs.replace(check.unknown, code="constraint-false", found=found or ())
