"""The test whether one duty fulfils another: the same act, on the same terms or stricter ones.

Compared word by word but for deadlines; what differs otherwise is Unknown. Pure: standard library only.
"""

from collections.abc import Iterable, Sequence

from connector.policy.analysis.space.dnf import strip_uids
from connector.policy.compiling.compiled import CompiledDuty
from connector.policy.model.literals import find_bounds
from connector.policy.model.policy import Constraint
from connector.policy.model.situation import Truth
from connector.policy.model.values import Duration


def fulfils(given: CompiledDuty, wanted: CompiledDuty) -> Truth:
    """Return whether a duty that is performed also performs another one.

    Returns:
        False only if another act is named, or more time is taken; None if it cannot be told.

    >>> within = {"action": "odrl:delete", "constraint": [constraint("odrl:elapsedTime lteq P10D")]}
    >>> ten = compiled(obligation=[within]).obligations[0]
    >>> later = compiled(obligation=[{"action": "odrl:delete"}]).obligations[0]
    >>> fulfils(ten, later), fulfils(later, ten)
    (True, False)
    """
    mine, theirs = given.duty, wanted.duty
    if mine.action[0].iri != theirs.action[0].iri:
        return False
    timely = _is_in_time(given, wanted)
    if timely is False:
        return False
    alike = (
        timely is True
        and _is_same_target(given, wanted)
        and (not theirs.assignee or theirs.assignee == mine.assignee)
        and set(theirs.functions) <= set(mine.functions)
        and _strip_all(given.parameters) == _strip_all(wanted.parameters)
        and _strip_all(check.constraint for check in given.checks)
        <= _strip_all(check.constraint for check in wanted.checks)
        and _list_demands(wanted) <= _list_demands(given)
        and all(is_fulfilled(consequence, given.consequences) for consequence in wanted.consequences)
    )
    return True if alike else None


def count_steps(wanted: CompiledDuty, given: Sequence[CompiledDuty]) -> int:
    """Return the cost of comparing a duty with others, in steps of a `StepBudget`.

    >>> duty = compiled(obligation=[{"action": "odrl:delete"}]).obligations[0]
    >>> count_steps(duty, [duty])
    9
    """
    return 1 + sum(_measure(wanted) + _measure(duty) for duty in given)


def _measure(duty: CompiledDuty) -> int:
    stated = len(duty.parameters) + len(duty.checks) + len(duty.timely) + len(duty.others) + len(duty.elapsed)
    return 4 + 4 * (stated + sum(map(_measure, duty.consequences)))


def _list_demands(duty: CompiledDuty) -> frozenset[Constraint]:
    """What the performance of a permission's duty has to meet, beside its deadlines and parameters."""
    return _strip_all((*(check.constraint for check in duty.timely), *duty.others))


def is_fulfilled(wanted: CompiledDuty, given: Sequence[CompiledDuty]) -> Truth:
    """Return whether one of several duties performs the wanted duty.

    >>> duty = compiled(obligation=[{"action": "odrl:delete"}]).obligations[0]
    >>> is_fulfilled(duty, [duty]), is_fulfilled(duty, [])
    (True, False)
    """
    verdict: Truth = False
    for duty in given:
        found = fulfils(duty, wanted)
        if found is True:
            return True
        if found is None:
            verdict = None
    return verdict


def _is_same_target(given: CompiledDuty, wanted: CompiledDuty) -> bool:
    """Return whether a duty is about what the other is about; a transform without a target works on all that leaves."""
    mine, theirs = ([asset.uid for asset in duty.duty.target] for duty in (given, wanted))
    return not theirs or mine == theirs or (bool(given.transform) and not mine)


def _strip_all(constraints: Iterable[Constraint]) -> frozenset[Constraint]:
    return frozenset(strip_uids(constraint) for constraint in constraints)


def _is_in_time(given: CompiledDuty, wanted: CompiledDuty) -> Truth:
    """Return whether the first duty is due no later than the second."""
    if wanted.deadline is None and not wanted.elapsed:
        return True
    if wanted.deadline is not None and (given.deadline is None or given.deadline > wanted.deadline):
        return None if given.elapsed else False
    verdict: Truth = True
    for span, included in wanted.elapsed:
        found = [_is_no_longer(entry, (span, included)) for entry in given.elapsed]
        if True in found:
            continue
        if None in found or given.deadline is not None:
            verdict = None
        else:
            return False
    return verdict


def _is_no_longer(one: tuple[Duration, bool], other: tuple[Duration, bool]) -> Truth:
    span, included = one
    limit, limit_included = other
    if span == limit:
        return limit_included or not included
    least, greatest = find_bounds(span)
    low, high = find_bounds(limit)
    if greatest < low or (greatest == low and (limit_included or not included)):
        return True
    return False if least > high or (least == high and included and not limit_included) else None
