"""`odrl:dateTime`: the instant of the request, against instants and whole days.

Section 4.2 of the ODRL vocabulary; day granularity in the stated zone, UTC by default. Pure.
"""

from datetime import UTC, datetime

from connector.policy.comparing import moments
from connector.policy.comparing.atom import Atom, make_timely
from connector.policy.model.situation import Request, World
from connector.policy.model.values import Day, Instant, Value
from connector.policy.vocabulary.registry import Operand

_ALWAYS = datetime.min.replace(tzinfo=UTC)


def build(_operand: Operand, operator: str, right: tuple[Value, ...], _rule: str) -> Atom:
    """Build the atom; it depends on the time of the request alone."""
    points = [value for value in right if isinstance(value, Instant | Day)]
    if operator == "isAnyOf":
        truth = moments.any_of(points)
    elif operator == "isNoneOf":
        truth = moments.complement(moments.any_of(points))
    else:
        truth = moments.compare(operator, points[0])

    def found(request: Request, _world: World) -> tuple[Value, ...]:
        return (Instant(request.at),)

    def since(request: Request, _world: World) -> datetime | None:
        return truth.since(request.at) or _ALWAYS

    return Atom(test=make_timely(truth), found=found, cost=1, moments=truth, since=since)
