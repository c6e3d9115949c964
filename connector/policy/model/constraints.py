"""The parts of constraints: conjunctions taken apart, and atomic constraints. Pure: standard library only."""

from collections.abc import Iterator, Sequence

from connector.policy.model.policy import AtomicConstraint, Constraint, LogicalConstraint


def flatten(constraints: Sequence[Constraint], path: str) -> Iterator[tuple[Constraint, str]]:
    """Yield every constraint that has to hold by itself, with its path: conjunctions are taken apart.

    >>> five, three = normal("odrl:count lteq 5"), normal("odrl:count lteq 3")
    >>> [path for _, path in flatten([LogicalConstraint("and", (five, three))], "constraint")]
    ['constraint/0/and/0', 'constraint/0/and/1']
    """
    for index, constraint in enumerate(constraints):
        here = f"{path}/{index}"
        if isinstance(constraint, LogicalConstraint) and constraint.operand == "and":
            yield from flatten(constraint.constraints, f"{here}/and")
        else:
            yield constraint, here


def walk_leaves(constraint: Constraint) -> Iterator[AtomicConstraint]:
    """Yield the atomic constraints of a constraint.

    >>> five = normal("odrl:count lteq 5")
    >>> list(walk_leaves(LogicalConstraint("or", (five,)))) == [five]
    True
    """
    if isinstance(constraint, AtomicConstraint):
        yield constraint
    else:
        for child in constraint.constraints:
            yield from walk_leaves(child)
