"""Whether one duty does what another asks for: the same act, on the same terms or stricter ones.

Compared word by word but for deadlines; what differs otherwise is Unknown. Pure: standard library only.
"""

from collections.abc import Iterable, Sequence

from connector.policy.analysis.space.dnf import strip_uids
from connector.policy.compiling.compile import CompiledDuty
from connector.policy.model.decision import Truth
from connector.policy.model.literals import bounds
from connector.policy.model.model import Constraint, Duration


def fulfils(given: CompiledDuty, wanted: CompiledDuty) -> Truth:
    """Whether performing the first duty also performs the second.

    Returns:
        False only where another act is named, or more time is taken; None where it cannot be told.
    """
    mine, theirs = given.duty, wanted.duty
    if mine.action[0].iri != theirs.action[0].iri:
        return False
    timely = _in_time(given, wanted)
    if timely is False:
        return False
    alike = (
        timely is True
        and _same_target(given, wanted)
        and (not theirs.assignee or theirs.assignee == mine.assignee)
        and set(theirs.functions) <= set(mine.functions)
        and _said(given.parameters) == _said(wanted.parameters)
        and _said(check.constraint for check in given.checks) <= _said(check.constraint for check in wanted.checks)
        and all(is_fulfilled(consequence, given.consequences) for consequence in wanted.consequences)
    )
    return True if alike else None


def steps(wanted: CompiledDuty, given: Sequence[CompiledDuty]) -> int:
    """How much there is to look at when a duty is compared with others, in steps of a `Budget`."""
    return 1 + sum(_size(wanted) + _size(duty) for duty in given)


def _size(duty: CompiledDuty) -> int:
    return 4 + 4 * (len(duty.parameters) + len(duty.checks) + len(duty.elapsed) + sum(map(_size, duty.consequences)))


def is_fulfilled(wanted: CompiledDuty, given: Sequence[CompiledDuty]) -> Truth:
    """Whether one of several duties performs the duty wanted."""
    verdict: Truth = False
    for duty in given:
        found = fulfils(duty, wanted)
        if found is True:
            return True
        if found is None:
            verdict = None
    return verdict


def _same_target(given: CompiledDuty, wanted: CompiledDuty) -> bool:
    """Whether a duty is about what the other is about; a transform without a target works on all that leaves."""
    mine, theirs = ([asset.uid for asset in duty.duty.target] for duty in (given, wanted))
    return not theirs or mine == theirs or (bool(given.transform) and not mine)


def _said(constraints: Iterable[Constraint]) -> frozenset[Constraint]:
    return frozenset(strip_uids(constraint) for constraint in constraints)


def _in_time(given: CompiledDuty, wanted: CompiledDuty) -> Truth:
    """Whether the first duty is due no later than the second."""
    if wanted.deadline is None and not wanted.elapsed:
        return True
    if wanted.deadline is not None and (given.deadline is None or given.deadline > wanted.deadline):
        return None if given.elapsed else False
    verdict: Truth = True
    for span, included in wanted.elapsed:
        found = [_no_longer(entry, (span, included)) for entry in given.elapsed]
        if True in found:
            continue
        if None in found or given.deadline is not None:
            verdict = None
        else:
            return False
    return verdict


def _no_longer(one: tuple[Duration, bool], other: tuple[Duration, bool]) -> Truth:
    span, included = one
    limit, limit_included = other
    if span == limit:
        return limit_included or not included
    least, greatest = bounds(span)
    low, high = bounds(limit)
    if greatest < low:
        return True
    return False if least > high else None
