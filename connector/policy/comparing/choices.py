"""Choices among many alternatives that each need a name: one look into a table instead of a test for each.

A list of hundreds of roles, regions or purposes, each with its own conditions, is asked as fast as a short one. Pure:
standard library only.
"""

from collections.abc import Callable, Sequence

from connector.policy.comparing.atom import OperandReader, Test
from connector.policy.comparing.operators import Membership
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Iri

Guard = tuple[str, OperandReader, Membership]
"""The parts of an alternative: the left operand, how its values are looked up, and the names that fit."""

_LEAST = 4
# Names for each alternative on the average: the table grows with the policy, whatever somebody writes into it.
_MOST_NAMES = 8


def choose_by_name(
    guards: Sequence[Guard | None], tests: Sequence[Test], fold: Callable[[tuple[Test, ...]], Test], general: Test
) -> Test:
    """Return a test that gives the verdict of `general`, but asks only the alternatives that the name leaves open.

    Parameters:
        guards: of each alternative what makes it False when it does not hold; None if it has no such part.
        tests: of each alternative its test, in the same order.
        fold: how the alternatives are combined (or, xone): one that is False has no influence.
        general: all alternatives combined; asked if the name is missing, unknown, or one of several.

    >>> choose_by_name([None], [general := lambda _request, _world: True], fold_or, general)(request, world)
    True
    """
    table: dict[str, list[Test]] = {}
    entries = 0
    first = guards[0] if len(guards) >= _LEAST else None
    for guard, test in zip(guards, tests, strict=True):
        if first is None or guard is None or guard[0] != first[0] or guard[2].known != first[2].known:
            return general
        entries += len(guard[2].hits)
        if entries > _MOST_NAMES * len(guards):
            return general
        for name in guard[2].hits:
            table.setdefault(name, []).append(test)
    assert first is not None
    lookup, known = first[1], first[2].known
    chosen = {name: some[0] if len(some) == 1 else fold(tuple(some)) for name, some in table.items()}

    def choice(request: Request, world: World) -> Truth:
        values = lookup(request, world)
        if values is not None and len(values) == 1 and type(value := values[0]) is Iri:
            test = chosen.get(value.iri)
            if test is not None:
                return test(request, world)
            if known is None or value.iri in known:
                return False
        return general(request, world)

    return choice
