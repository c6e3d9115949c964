"""The tests whether two policies grant anything in common, and whether one grants anything at all; rules in each
other's way. DISJOINT and "never" are shown by the cells alone, OVERLAP and "sometimes" by an example. Pure.
"""

from collections.abc import Iterable
from datetime import datetime

from connector.policy.analysis.findings import Example, Finding, Meeting, OverlapResult
from connector.policy.analysis.proving.evaluate import grant_example, is_later_use
from connector.policy.analysis.proving.examples import build_example
from connector.policy.analysis.space.amounts import to_microseconds
from connector.policy.analysis.space.cells import (
    Cell,
    GaveUp,
    StepBudget,
    find_apart,
    intersect_cells,
    spend_on_pairs,
    to_operands,
)
from connector.policy.analysis.space.regions import Intervals, NameSet
from connector.policy.analysis.space.shape import Grant, Shape, drop_blocked, find_overlaps, read_pair, read_shape
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Truth
from connector.policy.vocabulary.registry import Registry

_MOST_EXAMPLES = 16


def overlap(offer: Compiled, request: Compiled, budget: StepBudget | None = None) -> OverlapResult:
    """Return whether a situation exists that both policies grant, once agreed and with all duties performed.

    Parameters:
        offer, request: compiled with the same registry.
        budget: how many steps are left for it and what follows; as many as for any question if left out.

    Returns:
        The verdict with an example, or with the operands on which the two part. Nothing is raised.

    >>> overlap(compiled("dk:participant eq urn:a"), compiled("dk:participant eq urn:b")).verdict
    <Meeting.DISJOINT: 'disjoint'>
    """
    budget = budget or StepBudget()
    try:
        first, second = read_pair(request, offer, budget)
        clashes: list[Finding] = []
        doubt = False
        for mine in first.grants:
            for theirs in second.grants:
                joint = find_overlaps(mine.cells, theirs.cells, budget)
                for cell in drop_blocked(drop_blocked(joint, first, budget), second, budget)[:_MOST_EXAMPLES]:
                    doubt = True
                    example = build_example(cell, request.registry, (request, offer), budget)
                    if example is not None and _is_first(example) and _is_granted(example, (request, offer)):
                        return OverlapResult(Meeting.OVERLAP, (), example)
                if not joint:
                    clashes.append(_find_clash(mine, theirs, request.registry, budget))
    except GaveUp as reason:
        return OverlapResult(Meeting.UNKNOWN, (Finding(reason.code),))
    if doubt:
        return OverlapResult(Meeting.UNKNOWN, (Finding("no-example"),))
    return OverlapResult(Meeting.DISJOINT, tuple(dict.fromkeys(clashes)) or _explain_empty(first, second))


def _explain_empty(first: Shape, second: Shape) -> tuple[Finding, ...]:
    if first.grants and second.grants:
        blocking = (*first.blocking, *second.blocking)
        return tuple(Finding("prohibited", other=rule.uid) for rule in blocking)
    return (Finding("nothing-granted"),)


def _find_clash(mine: Grant, theirs: Grant, registry: Registry, budget: StepBudget) -> Finding:
    """Return the operands on which two permissions part: first those whose terms are only without a relation."""
    first, second = mine.cells[:_MOST_EXAMPLES], theirs.cells[:_MOST_EXAMPLES]
    spend_on_pairs(first, second, budget)
    found: dict[str, None] = {}
    for one in first:
        for other in second:
            keys = find_apart(one, other)
            if keys and all(_is_unrelated(key, one, other, registry) for key in keys):
                return Finding("unrelated-terms", mine.rule.uid, theirs.rule.uid, to_operands(keys))
            found.update(dict.fromkeys(keys))
    return Finding("nothing-in-common", mine.rule.uid, theirs.rule.uid, to_operands(found))


def _is_unrelated(key: str, one: Cell, other: Cell, registry: Registry) -> bool:
    """Return whether both sides name terms of a vocabulary that does not say that its terms exclude each other.

    Of two sides that contain all terms together, one excludes what the other one names.
    """
    operand = registry.operands.get(key)
    taxonomy = registry.taxonomies.get(operand.taxonomy) if operand is not None else None
    mine, theirs = one[key], other[key]
    if taxonomy is None or taxonomy.disjoint or not isinstance(mine, NameSet) or not isinstance(theirs, NameSet):
        return False
    return not taxonomy.terms.keys() <= mine.members | theirs.members


def _is_granted(example: Example, policies: Iterable[Compiled]) -> bool:
    return all(grant_example(policy, example) is not None for policy in policies)


def _is_first(example: Example) -> bool:
    return not is_later_use(example)


def is_satisfiable(policy: Compiled, since: datetime | None = None, budget: StepBudget | None = None) -> Truth:
    """Return whether a policy ever grants anything, once agreed and with all duties performed.

    Parameters:
        since: only situations from this aware instant on count.
        budget: as for `overlap`.

    Returns:
        True with certainty, False with certainty, or None.

    >>> is_satisfiable(compiled("odrl:count lteq 5")), is_satisfiable(compiled("odrl:count lt 1"))
    (True, False)
    """
    budget = budget or StepBudget()
    try:
        found = read_shape(policy, budget)
        cells = [cell for grant in found.grants for cell in drop_blocked(grant.cells, found, budget)]
        return is_inhabited(cells, policy, budget, since)
    except GaveUp:
        return None


def is_inhabited(cells: Iterable[Cell], policy: Compiled, budget: StepBudget, since: datetime | None = None) -> Truth:
    """Return whether the policy grants a situation in one of the cells, which contain all that it can grant there.

    Raises:
        GaveUp: regions on different scales, or too few steps.

    >>> policy = compiled("odrl:count lteq 5")
    >>> is_inhabited(read_shape(policy, StepBudget()).grants[0].cells, policy, StepBudget())
    True
    """
    verdict: Truth = False
    later: Cell = {}
    if since is not None:
        later = {ODRL + "dateTime": Intervals(cuts=((to_microseconds(since), 0),))}
    for count, entry in enumerate(cells):
        cell = intersect_cells(entry, later)
        if cell is None:
            continue
        if count >= _MOST_EXAMPLES:
            return None
        verdict = None
        example = build_example(cell, policy.registry, (policy,), budget)
        if example is not None and _is_first(example) and _is_granted(example, (policy,)):
            return True
    return verdict
