"""The parts of one compiled constraint, whoever builds it: the generic comparison or a module of `operands`.

Pure: standard library and msgspec only.
"""

from bisect import bisect_right
from collections.abc import Callable
from datetime import datetime
from typing import TypeAlias

import msgspec

from connector.policy.comparing.moments import Moments
from connector.policy.comparing.operators import Membership
from connector.policy.model.decision import Counter
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Value

Test: TypeAlias = Callable[[Request, World], Truth]
OperandReader: TypeAlias = Callable[[Request, World], tuple[Value, ...] | None]
Flip: TypeAlias = Callable[[Request, World], datetime | None]


class Atom(msgspec.Struct, frozen=True):
    """One constraint, ready to be asked.

    Parameters:
        test: the verdict for a request in a world.
        found: the values of the left operand, None if nothing is known; for explanations.
        cost: cheap ones are asked first.
        facts: names of the facts it reads.
        moments: the instants at which it holds, if it depends on the time alone.
        flip: next instant after the request at which it can change although no fact changes.
        counter: what a use adds, if it counts uses.
        names: the names that make it True, if it is a comparison of names.
    """

    test: Test
    found: OperandReader
    cost: int
    facts: tuple[str, ...] = ()
    moments: Moments | None = None
    flip: Flip | None = None
    counter: Counter | None = None
    names: Membership | None = None


def make_timely(moments: Moments) -> Test:
    """Return the test that depends only on the time of the request.

    >>> make_timely(Moments(False, (noon,)))(request, world)
    True
    """
    first, edges = moments.first, moments.edges
    if len(edges) == 1:
        edge = edges[0]

        def once(request: Request, _world: World) -> Truth:
            return (request.at >= edge) is not first

        return once

    def often(request: Request, _world: World) -> Truth:
        return first ^ bool(bisect_right(edges, request.at) & 1)

    return often
