"""What a policy limits as a whole: its end, its number of uses, its price; so that no text says that there is none.

All of it is asked of the compiled policy, whose tests also decide. Pure: standard library only.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from connector.policy.comparing.atom import Test
from connector.policy.comparing.kleene import FOLDS
from connector.policy.compiling.checks import Check, list_edges
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule, walk_duties
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.policy import ODRL, Action, AtomicConstraint, Constraint, Party, Target
from connector.policy.model.situation import Request, World
from connector.policy.vocabulary.registry import Operand, Registry

MONEY = frozenset({"payAmount", "paymentState"})
"""The facts of payments."""

_RECURRING = frozenset({"time_of_day", "day_of_week"})
_LONG_AGO = datetime(2, 1, 1, tzinfo=UTC)


def is_timely(operand: Operand) -> bool:
    """Return whether an operand is about the time or the number of uses.

    >>> is_timely(registry.operands[ODRL + "count"]), is_timely(registry.operands[ODRL + "purpose"])
    (True, False)
    """
    return operand.source in {"clock", "counter"} or operand.code == "elapsed_time"


def is_granting(compiled: Compiled) -> bool:
    """Return whether a policy permits anything at all.

    >>> is_granting(compiled()), is_granting(compiled(conflict="invalid", prohibition=[{"action": "use"}]))
    (True, False)
    """
    return compiled.void is None and not all(is_overruled(compiled, rule) for rule in compiled.permissions)


def is_overruled(compiled: Compiled, rule: CompiledRule) -> bool:
    """Return whether an unconditional prohibition falls on everything that a permission permits.

    >>> both = compiled(prohibition=[{"action": "use"}])
    >>> is_overruled(both, both.permissions[0])
    True
    """
    return compiled.conflict != "perm" and any(
        not (ban.ordered or ban.rows) and _covers(ban, rule) for ban in compiled.prohibitions
    )


def is_payment(duty: CompiledDuty) -> bool:
    """Return whether a duty is to pay.

    >>> is_payment(compiled(obligation=[{"action": "odrl:compensate"}]).obligations[0])
    True
    """
    return bool(duty.duty.action) and duty.duty.action[0].iri == ODRL + "compensate"


def is_paid(compiled: Compiled) -> bool:
    """Return whether a payment stands anywhere in a policy: as a duty, or in a condition of a rule or a duty.

    >>> is_paid(compiled("dk:paymentState eq settled")), is_paid(compiled())
    (True, False)
    """
    duties = [part for stated in walk_duties(compiled) for part in (stated, *stated.consequences)]
    conditions = (*_list_conditions(compiled), *(entry for duty in duties for entry in _list_of_duty(duty)))
    return any(map(is_payment, duties)) or any(
        operand.fact in MONEY for operand in _list_operands(compiled, conditions)
    )


def is_limited(compiled: Compiled) -> bool:
    """Return whether a condition of a rule, or of a duty before access, is about the time or the number of uses.

    >>> is_limited(compiled("odrl:count lteq 5")), is_limited(compiled("dk:role eq planner"))
    (True, False)
    """
    first = (entry for rule in compiled.permissions for duty in rule.duties for entry in _list_of_duty(duty))
    return any(map(is_timely, _list_operands(compiled, (*_list_conditions(compiled), *first))))


def find_latest_end(compiled: Compiled) -> datetime | None:
    """Return the instant from which on the time alone denies every use; None if there is no such instant.

    What is not the time counts as unknown, so that it neither ends nor saves a permission; so do hours and days of the
    week, which come again.

    >>> find_latest_end(compiled("odrl:dateTime lt 2027-01-01T00:00:00Z")).year
    2027
    """
    rules = (*compiled.permissions, *compiled.prohibitions)
    end: datetime | None = None
    for edge in sorted({edge for rule in rules for edge in list_edges(rule.ordered)}, reverse=True):
        if _may_permit(compiled, edge):
            return end
        end = edge
    return end if _may_permit(compiled, _LONG_AGO) else None


def _may_permit(compiled: Compiled, at: datetime) -> bool:
    """Return whether a permission may hold at an instant, and nothing certainly prohibits what it permits."""
    request, world = Request("", "", "", at), World()
    banning = [
        ban
        for ban in compiled.prohibitions
        if compiled.conflict != "perm" and not ban.rows and all(_list_verdicts(compiled, ban, request, world))
    ]
    return any(
        False not in _list_verdicts(compiled, rule, request, world) and not any(_covers(ban, rule) for ban in banning)
        for rule in compiled.permissions
    )


def _list_verdicts(compiled: Compiled, rule: CompiledRule, request: Request, world: World) -> list[bool | None]:
    return [_build_lasting(check, compiled.registry)(request, world) for check in rule.ordered]


def _build_lasting(check: Check, registry: Registry) -> Test:
    """Return the test of a constraint in which what comes again is unknown."""
    constraint = check.constraint
    if check.moments is not None:
        return check.test
    if isinstance(constraint, AtomicConstraint):
        return _leave_open if registry.operands[constraint.left].code in _RECURRING else check.test
    fold = FOLDS["and" if constraint.operand == "andSequence" else constraint.operand]
    return fold(tuple(_build_lasting(child, registry) for child in check.children))


def _leave_open(_request: Request, _world: World) -> bool | None:
    return None


def _covers(ban: CompiledRule, rule: CompiledRule) -> bool:
    """Return whether a prohibition falls on everything that a permission permits."""
    action = rule.rule.action[0].iri if rule.rule.action else None
    return (
        (ban.covers is None or action in ban.covers)
        and ban.target in {None, rule.target}
        and ban.assignee in {None, rule.assignee}
    )


def _list_conditions(compiled: Compiled) -> Iterator[Constraint]:
    """Yield the conditions of all rules."""
    for rule in (*compiled.permissions, *compiled.prohibitions):
        yield from (check.constraint for check in rule.ordered)
        yield from rule.rows


def _list_of_duty(duty: CompiledDuty) -> Iterator[Constraint]:
    """Yield the conditions of a duty: its constraints, and what refines its action, target and parties."""
    stated = duty.duty
    yield from stated.constraint
    refined: tuple[Action | Target | Party, ...] = (*stated.action, *stated.target, *stated.assigner, *stated.assignee)
    for entry in refined:
        yield from entry.refinement


def _list_operands(compiled: Compiled, conditions: Iterable[Constraint]) -> Iterator[Operand]:
    for condition in conditions:
        for leaf in walk_leaves(condition):
            yield compiled.registry.operands[leaf.left]
