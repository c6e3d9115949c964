"""Whether two policies grant anything in common, whether one grants anything at all, and where rules get in each
other's way. DISJOINT and "never" are shown by the cells alone, OVERLAP and "sometimes" by an example. Pure.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from connector.policy.analysis.space import witness
from connector.policy.analysis.space.atoms import microseconds
from connector.policy.analysis.space.cells import (
    Cell,
    GaveUp,
    StepBudget,
    both,
    find_apart,
    operands_of,
    spend_on_pairs,
)
from connector.policy.analysis.space.findings import Example, Finding, Meeting, OverlapResult
from connector.policy.analysis.space.regions import Intervals
from connector.policy.analysis.space.shape import Shape, drop_blocked, overlapping, pair, shape
from connector.policy.compiling.compile import Compiled
from connector.policy.model.decision import Truth
from connector.policy.model.model import ODRL

_MOST_EXAMPLES = 16


def overlap(offer: Compiled, request: Compiled, budget: StepBudget | None = None) -> OverlapResult:
    """Whether there is a situation that both policies grant, once agreed and with all duties performed.

    Parameters:
        offer, request: compiled with the same registry.
        budget: how many steps are left for it and what follows; as many as for any question if left out.

    Returns:
        The verdict with an example, or with the operands on which the two part. Nothing is raised.
    """
    budget = budget or StepBudget()
    try:
        first, second = pair(request, offer, budget)
        clashes: dict[tuple[str, str], tuple[str, ...]] = {}
        doubt = False
        for mine in first.grants:
            for theirs in second.grants:
                joint = overlapping(mine.cells, theirs.cells, budget)
                for cell in drop_blocked(drop_blocked(joint, first, budget), second, budget)[:_MOST_EXAMPLES]:
                    doubt = True
                    example = witness.example(cell, request.registry, (request, offer), budget)
                    if example is not None and _first(example) and _granted(example, (request, offer)):
                        return OverlapResult(Meeting.OVERLAP, (), example)
                if not joint:
                    clashes[mine.rule.uid, theirs.rule.uid] = _clash(
                        mine.cells[:_MOST_EXAMPLES], theirs.cells[:_MOST_EXAMPLES], budget
                    )
    except GaveUp as reason:
        return OverlapResult(Meeting.UNKNOWN, (Finding(reason.code),))
    if doubt:
        return OverlapResult(Meeting.UNKNOWN, (Finding("no-example"),))
    reasons = tuple(Finding("nothing-in-common", mine, theirs, keys) for (mine, theirs), keys in clashes.items())
    return OverlapResult(Meeting.DISJOINT, reasons or _empty(first, second))


def _empty(first: Shape, second: Shape) -> tuple[Finding, ...]:
    if first.grants and second.grants:
        blocking = (*first.blocking, *second.blocking)
        return tuple(Finding("prohibited", other=rule.uid) for rule in blocking)
    return (Finding("nothing-granted"),)


def _clash(mine: Sequence[Cell], theirs: Sequence[Cell], budget: StepBudget) -> tuple[str, ...]:
    first, second = mine[:_MOST_EXAMPLES], theirs[:_MOST_EXAMPLES]
    spend_on_pairs(first, second, budget)
    found: dict[str, None] = {}
    for one in first:
        for other in second:
            found.update(dict.fromkeys(find_apart(one, other)))
    return operands_of(found)


def _granted(example: Example, policies: Iterable[Compiled]) -> bool:
    return all(witness.grant_example(policy, example) is not None for policy in policies)


def _first(example: Example) -> bool:
    return not witness.later_use(example)


def satisfiable(policy: Compiled, since: datetime | None = None, budget: StepBudget | None = None) -> Truth:
    """Whether a policy ever grants anything, once agreed and with all duties performed.

    Parameters:
        since: only situations from this aware instant on count.
        budget: as for `overlap`.

    Returns:
        True with certainty, False with certainty, or None.
    """
    budget = budget or StepBudget()
    try:
        found = shape(policy, budget)
        cells = [cell for grant in found.grants for cell in drop_blocked(grant.cells, found, budget)]
        return inhabited(cells, policy, budget, since)
    except GaveUp:
        return None


def inhabited(cells: Iterable[Cell], policy: Compiled, budget: StepBudget, since: datetime | None = None) -> Truth:
    """Whether the policy grants a situation in one of the cells; they are known to hold all that it could grant there.

    Raises:
        GaveUp: regions on different scales, or too few steps.
    """
    verdict: Truth = False
    later: Cell = {}
    if since is not None:
        later = {ODRL + "dateTime": Intervals(cuts=((microseconds(since), 0),))}
    for count, entry in enumerate(cells):
        cell = both(entry, later)
        if cell is None:
            continue
        if count >= _MOST_EXAMPLES:
            return None
        verdict = None
        example = witness.example(cell, policy.registry, (policy,), budget)
        if example is not None and _first(example) and _granted(example, (policy,)):
            return True
    return verdict
