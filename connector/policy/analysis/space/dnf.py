"""Constraints as unions of cells: disjunctive normal form with caps, one union for True and one for False.

After Kleene, as the evaluator folds them: xone is True where one part is True and all others False. andSequence is
`and` under one more proposition of its own, the order in time, about which nothing else is known. Pure: standard
library and msgspec only.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

import msgspec

from connector.policy.analysis.space.cells import MOST_CLAUSES, Cell, GaveUp, StepBudget, multiply
from connector.policy.analysis.space.constraint import read_dimension
from connector.policy.analysis.space.dimension import SIDES, Dimension, assume
from connector.policy.analysis.space.names import EITHER, NO, YES
from connector.policy.analysis.space.regions import NameSet, Region
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.literals import find_bounds
from connector.policy.model.policy import AtomicConstraint, Constraint, LogicalConstraint
from connector.policy.model.values import Duration
from connector.policy.vocabulary.registry import Registry
from connector.policy.vocabulary.sorts import find_unplaced

_TREE = frozenset({"isA", "isPartOf", "hasPart"})


class Reader:
    """Reads the constraints of one policy and remembers what its operands can be at most.

    Parameters:
        registry: with which the policy was compiled.
        prohibited: empty for the constraints of permissions, in which what the contract alone enforces counts as True;
            for those of a prohibition its action, target and party, which say what it counts.
        opaque: operands whose constraints are only compared word by word.
        tops: filled with all that an operand can be, if that is not everything.
        budget: how many steps it may take.
    """

    def __init__(
        self,
        registry: Registry,
        *,
        prohibited: str = "",
        opaque: frozenset[str],
        tops: dict[str, Region],
        budget: StepBudget,
    ) -> None:
        self.registry = registry
        self.prohibited = prohibited
        self.opaque = opaque
        self.tops = tops
        self.budget = budget

    def every(self, constraints: Sequence[Constraint]) -> list[Cell]:
        """Return the cells in which all of the constraints are True.

        Raises:
            GaveUp: a cap was reached.
        """
        found: list[Cell] = [{}]
        for constraint in constraints:
            found = multiply(found, self.cells(constraint, truth=True), self.budget)
        return found

    def cells(self, constraint: Constraint, *, truth: bool) -> list[Cell]:
        """Return the cells in which a constraint is True, or False.

        Raises:
            GaveUp: a cap was reached.
        """
        if isinstance(constraint, AtomicConstraint):
            found = self.dimension(constraint)
            if found.top is not None:
                self.tops[found.key] = found.top
            return [{found.key: region} for region in (found.true if truth else found.false)]
        children = constraint.constraints
        match constraint.operand:
            case "and":
                return self._all(children, truth=True) if truth else self._any(children, truth=False)
            case "or":
                return self._any(children, truth=True) if truth else self._all(children, truth=False)
            case "andSequence":
                return self._sequence(constraint, truth=truth)
            case "xone":
                return self._one(children) if truth else self._not_one(children)

    def dimension(self, constraint: AtomicConstraint) -> Dimension:
        """Return the regions of one atomic constraint; a proposition of its own if its sort has none."""
        self.budget.spend(1 + len(constraint.right))
        operand = self.registry.operands[constraint.left]
        found = None if constraint.left in self.opaque else read_dimension(constraint, self.registry)
        if found is None:
            found = Dimension(_proposition(constraint), (YES,), (NO,), _ANSWER)
        if self.prohibited and operand.stateful:
            # A prohibition counts all uses of its action, target and party, apart from what permissions count.
            found = msgspec.structs.replace(found, key=f"{found.key}|{self.prohibited}")
        return found if operand.tier == "provider" else assume(found, granted=not self.prohibited)

    def _all(self, children: Sequence[Constraint], *, truth: bool) -> list[Cell]:
        found: list[Cell] = [{}]
        for child in children:
            found = multiply(found, self.cells(child, truth=truth), self.budget)
        return found

    def _any(self, children: Sequence[Constraint], *, truth: bool) -> list[Cell]:
        found = [cell for child in children for cell in self.cells(child, truth=truth)]
        return _cap(found)

    def _one(self, children: Sequence[Constraint]) -> list[Cell]:
        found: list[Cell] = []
        for chosen in range(len(children)):
            rest: list[Cell] = [{}]
            for index, child in enumerate(children):
                rest = multiply(rest, self.cells(child, truth=index == chosen), self.budget)
            found += rest
        return _cap(found)

    def _not_one(self, children: Sequence[Constraint]) -> list[Cell]:
        found = self._all(children, truth=False)
        for one, other in combinations(children, 2):
            found += multiply(self.cells(one, truth=True), self.cells(other, truth=True), self.budget)
            _cap(found)
        return found

    def _sequence(self, constraint: LogicalConstraint, *, truth: bool) -> list[Cell]:
        key = _proposition(constraint)
        operands = [self.registry.operands[leaf.left] for leaf in walk_leaves(constraint)]
        if self.prohibited and any(entry.stateful or entry.tier != "provider" for entry in operands):
            # Such parts are judged otherwise on a prohibition, so this is another proposition than on a permission.
            key += f"|{self.prohibited}"
        self.tops[key] = _ANSWER
        if truth:
            return multiply([{key: YES}], self._all(constraint.constraints, truth=True), self.budget)
        return _cap([{key: NO}, *self._any(constraint.constraints, truth=False)])


_ANSWER = NameSet(EITHER.members, missing=True)


def _cap(found: list[Cell]) -> list[Cell]:
    if len(found) > MOST_CLAUSES:
        raise GaveUp("too-many-clauses")
    return found


def strip_uids(constraint: Constraint) -> Constraint:
    """Return a constraint without identifiers, to compare its meaning.

    >>> named = AtomicConstraint("odrl:count", "lteq", (), uid="urn:c")
    >>> strip_uids(named).uid
    ''
    """
    if isinstance(constraint, AtomicConstraint):
        return constraint if not constraint.uid else msgspec.structs.replace(constraint, uid="")
    children = tuple(strip_uids(child) for child in constraint.constraints)
    return LogicalConstraint(constraint.operand, children)


def _proposition(constraint: Constraint) -> str:
    first = next(walk_leaves(constraint)).left
    return f"?{first}|{msgspec.json.encode(strip_uids(constraint)).decode()}"


class Alignment(msgspec.Struct, frozen=True):
    """The parts of a policy's constraints on one operand that may keep them from being compared by regions.

    Parameters:
        foreign: a term that the taxonomy of the operand does not hold.
        tree: an operator that follows the taxonomy.
        spans: durations it is compared with, each with 1 if the operator cuts after it and 0 if before it.
    """

    foreign: bool = False
    tree: bool = False
    spans: frozenset[tuple[Duration, int]] = frozenset()


def find_alignments(constraints: Sequence[Constraint], registry: Registry) -> dict[str, Alignment]:
    """Return for each operand of a taxonomy or of durations the obstacles to comparing it.

    >>> span = normal("odrl:elapsedTime lteq P1M")
    >>> find_alignments([span], registry)[span.left].spans
    frozenset({(Duration(months=1, milliseconds=0), 1)})
    """
    found: dict[str, Alignment] = {}
    for leaf in _walk_all(constraints):
        operand = registry.operands[leaf.left]
        if operand.sort == "taxonomy":
            foreign = bool(find_unplaced(leaf.right, operand, registry))
            entry = Alignment(foreign=foreign, tree=leaf.operator in _TREE)
        elif operand.sort == "duration":
            cuts = (SIDES[leaf.operator][1],) if leaf.operator in SIDES else (0, 1)
            spans = ((value, cut) for value in leaf.right if isinstance(value, Duration) for cut in cuts)
            entry = Alignment(spans=frozenset(spans))
        else:
            continue
        held = found.get(leaf.left)
        found[leaf.left] = entry if held is None else _combine(held, entry)
    return found


def _walk_all(constraints: Sequence[Constraint]) -> Iterator[AtomicConstraint]:
    for constraint in constraints:
        yield from walk_leaves(constraint)


def find_opaque(*found: Mapping[str, Alignment]) -> frozenset[str]:
    """Return the operands that several policies can only compare word by word.

    >>> month, days = normal("odrl:elapsedTime lteq P1M"), normal("odrl:elapsedTime lteq P30D")
    >>> found = find_opaque(find_alignments([month], registry), find_alignments([days], registry))
    >>> found == {month.left}
    True
    """
    joint: dict[str, Alignment] = {}
    for one in found:
        for left, entry in one.items():
            held = joint.get(left)
            joint[left] = entry if held is None else _combine(held, entry)
    return frozenset(
        left for left, entry in joint.items() if (entry.foreign and entry.tree) or not _is_ordered(entry.spans)
    )


def _combine(one: Alignment, other: Alignment) -> Alignment:
    return Alignment(one.foreign or other.foreign, one.tree or other.tree, one.spans | other.spans)


def _is_ordered(spans: frozenset[tuple[Duration, int]]) -> bool:
    """Return whether of any two cuts the same one is the earlier from whatever day they are counted.

    The cuts before and after one span are in order. Two spans may be of equal length at times if nothing lies between.
    """
    if not any(span.months for span, _ in spans):
        return True
    cuts = sorted((*find_bounds(span), cut, span.months) for span, cut in spans)
    return all(_is_earlier(one, other) for one, other in pairwise(cuts))


def _is_earlier(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    (_, longest, side, months), (shortest, _, further, more) = one, other
    return months == more or longest < shortest or (longest == shortest and side <= further)
